"""Activity & History in the words that a seller's customers read."""

from decimal import Decimal

import pytest

from connector.adapters.sql.store import SqlUnitOfWork
from connector.records import AdjustItem
from tests.unit.connector.conftest import Bench
from tests.unit.connector.stub_tiktok import COMPLETE, refusal


def texts(bench: Bench) -> list[str]:
    return [entry.text for entry in bench.connector.activity("500")]


def a_return(bench: Bench, *prices: str, status: str = "AWAITING_BUYER_SHIP") -> None:
    bench.claim(*prices, status=status, return_type="RETURN_AND_REFUND")


def test_a_decision_shows_what_it_waits_for_and_what_the_marketplace_got(bench: Bench) -> None:
    a_return(bench, "20.00", "10.00", "5.00", status="BUYER_SHIPPED_ITEM")
    for entry in bench.adjustments():
        bench.connector.commands.reject_return("item", entry.id)
    bench.round()
    assert texts(bench)[2:] == [
        "RejectReturn; the return's 2 other lines are still to be answered",
        "RejectReturn; the return's other line is still to be answered",
        "RejectReturn",
        "The case does not offer the default reason reverse_reject_return_parcel_reason_2; its first one is taken",
        "Told TikTok Shop: goods refused",
    ]
    assert bench.connector.activity("500")[-1].source_words == "REJECT_RECEIVED_PACKAGE"


def test_a_reason_that_is_replaced_is_told_once_though_the_process_ends_over_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_return(bench, "20.00", status="BUYER_SHIPPED_ITEM")
    bench.connector.commands.reject_return("item", bench.adjustment().id)
    with monkeypatch.context() as ends:
        ends.setattr(SqlUnitOfWork, "attempt_begun", failing)
        bench.round()
    bench.round()
    assert [text for text in texts(bench) if "default reason" in text or "Told" in text] == [
        "The case does not offer the default reason reverse_reject_return_parcel_reason_2; its first one is taken",
        "Told TikTok Shop: goods refused",
    ]


def failing(*_: object) -> bool:
    raise RuntimeError("the process ends here")


def test_an_error_shows_what_was_not_taken(bench: Bench) -> None:
    (item_id,) = bench.item_ids(bench.order("20.00"))
    bench.connector.commands.adjust_item(item_id, AdjustItem(item_amount=Decimal("5")))
    bench.tiktok.responses.append(refusal(25011012, "no"))
    bench.round()
    assert texts(bench)[1:] == [
        "Refund of 5.00 USD for 1 unit asked for",
        "Error: TikTok Shop does not take it (refund of 5.00 USD), code 25011012",
    ]


def test_what_arbitration_brings_is_shown_as_the_marketplaces_doing(bench: Bench) -> None:
    a_return(bench, "20.00", status="BUYER_SHIPPED_ITEM")
    bench.connector.commands.reject_return("item", bench.adjustment().id)
    bench.round()
    bench.becomes("REJECT_RECEIVE_PACKAGE", arbitration_status="IN_PROGRESS")
    bench.becomes(COMPLETE, arbitration_status="SUPPORT_BUYER")
    first, last = bench.connector.activity("500")[-2:]
    assert first.text == "Return request: in arbitration"
    assert (last.by, last.text) == (
        "marketplace",
        "Return request: arbitration decided for the buyer, 20.00 USD paid back",
    )
