"""The pages that people work on, in a real browser, over a served world."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rehearsal.control.client import HttpStage
from tests.browser.layout import broken
from tests.up import Up


@dataclass(frozen=True)
class Served:
    """A served world with one order and one open request for money back."""

    stage: HttpStage
    urls: dict[str, str]
    order_id: str
    return_id: str


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Up(tmp_path / "world.json") as up:
        world: dict[str, Any] = up.world()
        stage = HttpStage(world["urls"]["control"])
        order = stage.place_order(lines=[{"sku": "DESK-LAMP", "quantity": 1, "unit_price": "39.98"}])
        request = stage.request_return(order["order_id"], type="REFUND")
        stage.advance(by="PT15M")
        yield Served(stage, world["urls"], order["order_id"], request["return_id"])
        up.end()


def test_manage_returns_is_found_under_orders_and_shows_the_words_people_know(served: Served, page: Page) -> None:
    page.goto(served.urls["tiktok"] + "/seller-center/orders/returns")
    expect(page.get_by_role("heading", name="Manage Returns")).to_be_visible()
    row = page.get_by_role("row").filter(has_text=served.return_id)
    expect(row).to_contain_text("Request Pending")
    expect(row).to_contain_text("$39.98")


def test_a_seller_approves_in_seller_center(served: Served, page: Page) -> None:
    page.goto(f"{served.urls['tiktok']}/seller-center/orders/returns/{served.return_id}")
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_text("Refund Processing").first).to_be_visible()


def test_a_person_approves_at_the_oms_and_the_connector_tells_the_story(served: Served, page: Page) -> None:
    page.goto(served.urls["oms"])
    page.get_by_role("link", name=served.order_id).first.click()
    page.get_by_role("button", name="Approve").first.click()
    served.stage.advance(by="PT1H")

    page.goto(served.urls["connector"])
    page.get_by_role("link", name=served.order_id).first.click()
    page.get_by_role("link", name="Activity & History").click()
    expect(page.get_by_text("39.98").first).to_be_visible()
    expect(page.get_by_text("RETURN_OR_REFUND_REQUEST_COMPLETE").first).to_be_visible()


def test_a_buyer_asks_for_money_back_on_their_page(served: Served, page: Page) -> None:
    order = served.stage.place_order()
    page.goto(f"{served.urls['tiktok']}/buyer/orders/{order['order_id']}/returns/new")
    page.get_by_label("Refund only").check()
    page.get_by_label("Why?").select_option(label="Item arrived damaged")
    page.get_by_role("button", name="Submit request").click()
    expect(page.get_by_text("Request Pending").first).to_be_visible()
    assert order["order_id"] in {entry["order_id"] for entry in served.stage.returns()["returns"]}


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_broken_in_the_middle_or_cut(served: Served, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    served.stage.place_order(lines=[{"sku": "RUG", "quantity": 3, "unit_price": "1234.56"}])
    served.stage.seller_center_decision(served.return_id, decision="APPROVE_REFUND")
    served.stage.advance(by="PT1H")
    tiktok, connector, oms = (served.urls[player] for player in ("tiktok", "connector", "oms"))
    returns = f"{tiktok}/seller-center/orders/returns"
    order = "/orders/1?tab="
    for address in (
        served.urls["console"],
        *(returns, f"{returns}?tab=all", f"{returns}/{served.return_id}"),
        *(f"{tiktok}/buyer/{path}" for path in ("orders", "mail", f"returns/{served.return_id}")),
        *(connector + path for path in ("/", f"{order}items", f"{order}adjustments", f"{order}activity")),
        *(oms + path for path in ("/", "/returns", "/orders", f"/orders/{served.order_id}")),
    ):
        page.goto(address)
        assert broken(page) == [], address


def test_the_console_moves_the_clock(served: Served, page: Page) -> None:
    before = served.stage.world()["now"]
    page.goto(served.urls["console"])
    page.get_by_role("button", name="+1 h").click()
    expect(page.get_by_text("The auditor is content")).to_be_visible()
    assert served.stage.world()["now"] > before
