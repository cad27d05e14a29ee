"""The demo's report opens from the disk, needs no network, and draws who spoke to whom."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.layout import broken
from tests.up import rehearsal


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    played = rehearsal("demo", "--out", str(folder))
    assert played.returncode == 0, played.stdout + played.stderr
    return folder


def test_the_first_page_leads_to_every_workflow(report: Path, page: Page) -> None:
    page.goto((report / "index.html").as_uri())
    expect(page.get_by_role("heading", name="Everything held")).to_be_visible()
    pages = sorted(file.name for file in report.glob("0*.html"))
    assert len(pages) >= 8
    for name in pages:
        expect(page.locator(f"a[href='{name}']").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_broken_in_the_middle_or_cut(report: Path, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for file in (report / "index.html", report / "rules.html", *list(report.glob("0*.html"))[:2]):
        page.goto(file.as_uri())
        for closed in page.locator("summary").all():
            closed.click()
        assert broken(page) == [], file.name


def test_a_link_to_a_line_of_the_trace_unfolds_it(report: Path, page: Page) -> None:
    address = next(report.glob("0*.html")).as_uri()
    page.goto(address)
    line = page.locator("tr[id^='trace-']", has=page.locator("details")).last
    expect(line.locator("pre").first).to_be_hidden()
    page.goto(f"{address}#{line.get_attribute('id')}")
    expect(line.locator("pre").first).to_be_in_viewport()


def test_a_workflow_shows_its_sequence_diagram(report: Path, page: Page) -> None:
    page.goto(next(report.glob("0*.html")).as_uri())
    diagram = page.locator("svg[aria-roledescription='sequence']")
    expect(diagram).to_be_visible()
    expect(diagram.get_by_text("Connector").first).to_be_visible()
