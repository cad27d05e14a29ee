"""A real browser for the pages people look at: Debian's Chromium, driven by Playwright, loopback only."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        missing = pytest.mark.skip(
            reason="Chromium is missing: install the package 'chromium' to run the browser tests"
        )
        for item in items:
            if "tests/browser/" in item.path.as_posix():
                item.add_marker(missing)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may load nothing from outside: a request for anything else fails the test by name."""
    strangers: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "file://", "data:", "blob:", "about:")):
            strangers.append(request.url)

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("request", watch)
    yield page
    page.close()
    assert strangers == []
