"""The seller's staff at the OMS: ours, and a team's own behind hooks, which calls the marketplace in the midst of them.

What they see and do, what they are refused, and that the same rules are put to the test by it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from rehearsal.audit.finding import Verdict
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Problem
from rehearsal.control.validation import breaches
from rehearsal.world.world import World
from tests.team import seated

RULES = {"executed-once", "in-time", "everything-arrives", "books-agree", "as-meant", "told", "contract-kept"}


@pytest.fixture(params=["ours", "hooks"])
def stage(request: pytest.FixtureRequest) -> Iterator[InProcessStage]:
    with ExitStack() as until_the_end:
        if request.param == "ours":
            stage = InProcessStage(World)
            until_the_end.callback(stage.close)
        else:
            stage, _ = until_the_end.enter_context(seated())
        yield stage


def asked(stage: InProcessStage, kind: str = "REFUND") -> Json:
    """A buyer asks, and the staff have had the time to see it."""
    returned = stage.request_return(stage.place_order()["order_id"], type=kind)
    stage.advance(by="PT30M")
    return dict(returned)


def case(stage: InProcessStage, claim_id: str) -> Json:
    (row,) = [row for row in stage.oms_adjustments()["adjustments"] if claim_id in (row["return_id"], row["cancel_id"])]
    assert breaches("Adjustment", row) == []
    return dict(row)


def held(stage: InProcessStage) -> set[str]:
    """Let everything come to rest, and return which rules were put to the test and held; none is broken."""
    stage.advance(by="PT6H")
    found = stage.current.findings()
    assert [(one.invariant, one.expected, one.seen) for one in found if one.broken] == []
    return {one.invariant for one in found if one.verdict is Verdict.HELD}


def test_what_waits_stands_before_them(stage: InProcessStage) -> None:
    returned = asked(stage)
    row = case(stage, returned["return_id"])
    assert (row["order_id"], row["amount"], row["currency"]) == (
        returned["order_id"],
        returned["refund_total"],
        returned["currency"],
    )
    assert row["can"] == ["approve", "reject"]


def test_a_yes_is_carried_out(stage: InProcessStage) -> None:
    returned = asked(stage)
    decided = stage.oms_approve(case(stage, returned["return_id"])["id"])
    assert (decided["kept"], decided["can"]) == (False, [])
    assert held(stage) >= RULES - {"told"}
    assert stage.get_return(returned["return_id"])["refunded"] == returned["refund_total"]


def test_a_no_is_carried_out_with_its_words(stage: InProcessStage) -> None:
    returned = asked(stage)
    stage.oms_reject(case(stage, returned["return_id"])["id"], comment="The photo shows another lamp.")
    assert held(stage) >= {"in-time", "as-meant", "no-refund-after-no"}
    assert stage.get_return(returned["return_id"])["shown_status"] == "Refund Rejected"


def test_they_offer_a_part_and_give_in_after_it_was_declined(stage: InProcessStage) -> None:
    returned = asked(stage)
    number = case(stage, returned["return_id"])["id"]
    stage.oms_approve(number, amount="1.00", currency="USD")
    stage.advance(by="PT1H")
    assert stage.get_return(returned["return_id"])["shown_status"] == "Offer Sent to Buyer"
    stage.decline_offer(returned["return_id"])
    stage.advance(by="PT1H")
    stage.oms_approve(number)
    assert held(stage) >= {"executed-once", "as-meant", "books-agree"}
    assert stage.get_return(returned["return_id"])["refunded"] == returned["refund_total"]


@pytest.mark.parametrize(("accept", "shown"), [(True, "Completed"), (False, "Return Rejected")])
def test_goods_that_came_back_are_judged(stage: InProcessStage, accept: bool, shown: str) -> None:
    return_id = asked(stage, "RETURN_AND_REFUND")["return_id"]  # which the marketplace approves by itself
    stage.ship_return(return_id)
    stage.arrive_return(return_id)
    stage.advance(by="PT1H")
    stage.oms_inspect(return_id, grade="USED", accept=accept)
    assert held(stage) >= {"in-time", "as-meant", *(["executed-once"] if accept else [])}
    assert stage.get_return(return_id)["shown_status"] == shown


@pytest.mark.parametrize("sum_", [{}, {"amount": "5.00", "currency": "USD"}])
def test_they_pay_back_of_their_own_accord(stage: InProcessStage, sum_: Json) -> None:
    order = stage.place_order()
    stage.advance(by="PT30M")
    stage.oms_refund(order_id=order["order_id"], **sum_)
    assert held(stage) >= {"executed-once", "as-meant", "books-agree"}
    (book,) = stage.ledgers()["orders"]
    assert book["oms"]["refunded"] == book["marketplace"]["refunded"] == sum_.get("amount", order["total"])


@pytest.mark.parametrize(
    ("part", "before", "paid"), [("tax", None, "4.00"), ("shipping", None, "6.00"), ("tax", "30.00", "32.00")]
)
def test_they_pay_back_a_part_of_the_price(stage: InProcessStage, part: str, before: str | None, paid: str) -> None:
    rug = [{"sku": "RUG", "unit_price": "50.00"}]
    order = stage.place_order(lines=rug, shipping_fee="6.00", tax="4.00")
    stage.advance(by="PT30M")
    if before is not None:
        stage.oms_refund(order_id=order["order_id"], amount=before, currency="USD")
        stage.advance(by="PT30M")
    stage.oms_refund(order_id=order["order_id"], part=part)
    assert held(stage) >= {"executed-once", "as-meant", "books-agree"}
    (book,) = stage.ledgers()["orders"]
    assert book["oms"]["refunded"] == book["marketplace"]["refunded"] == paid


def test_a_cancellation_is_answered(stage: InProcessStage) -> None:
    order = stage.place_order(status="AWAITING_SHIPMENT")
    cancel_id = stage.request_cancellation(order["order_id"])["cancel_id"]
    stage.advance(by="PT30M")
    stage.oms_approve(case(stage, cancel_id)["id"])
    assert held(stage) >= {"executed-once", "in-time"}
    assert stage.get_cancellation(cancel_id)["refunded"] == order["total"]


def test_silence_is_nobodys_decision(stage: InProcessStage) -> None:
    returned = asked(stage)
    stage.advance(by="PT25H")
    assert held(stage) >= {"lapse-once", "books-agree"}
    assert stage.get_return(returned["return_id"])["refunded"] == returned["refund_total"]


def test_what_they_are_refused_changes_nothing(stage: InProcessStage) -> None:
    number = case(stage, asked(stage)["return_id"])["id"]
    stage.oms_approve(number)
    acts: dict[int, Callable[[], object]] = {
        404: lambda: stage.oms_approve("C-77"),
        409: lambda: stage.oms_reject(number),
    }
    for status, act in acts.items():
        with pytest.raises(Problem) as refused:
            act()
        assert (refused.value.status, bool(refused.value.detail)) == (status, True)
    assert held(stage) >= {"executed-once"}
