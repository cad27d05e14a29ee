"""What the auditor says about a whole world: content when all goes well, telling when something goes wrong."""

import json
import logging
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from connector.adapters.sql import tables
from connector.adapters.sql.store import SqlUnitOfWork
from connector.adapters.tiktok.client import TikTok
from connector.domain.decisions import ApproveReturn, CreateRefund, Decision, RejectReturn, SiteDecision
from connector.ports import Access
from mock_tiktok import OrderLine
from mock_tiktok.domain.mail import Mail
from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.orders import LineItem, refund_of
from mock_tiktok.state.store import Store
from rehearsal.audit.finding import Finding, Verdict
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.contract.events import EventContract
from rehearsal.seats.builtin import OurConnector
from rehearsal.seats.port import Activity, Overview
from rehearsal.sums import Sum
from rehearsal.wire.recorder import Call, Endpoint, Handler, Link, Response
from rehearsal.world.world import World
from tests.unit.rehearsal.story import Line

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


STUCK = ("catches-up", "executed-once")  # what is said of a decision long before its deadline falls


def ask(world: World, return_type: str = "REFUND") -> tuple[str, str]:
    order = world.marketplace.place_order()
    return_id = world.marketplace.request_return(order.order_id, return_type=return_type).return_id
    world.advance(by=QUARTER)
    return return_id, next(row.id for row in world.oms.adjustments() if row.return_id == return_id)


def goods_back(world: World) -> str:
    return_id, _ = ask(world, "RETURN_AND_REFUND")
    world.marketplace.ship_return(return_id)
    world.marketplace.arrive_return(return_id)
    world.advance(by=QUARTER)
    return return_id


def broken(world: World) -> dict[str, str | None]:
    return {finding.invariant: finding.suspect for finding in world.auditor.broken()}


def rejected_and_arbitrated(world: World) -> None:
    return_id, case = ask(world)
    world.oms.reject(case)
    world.advance(by=HOUR)
    world.marketplace.dispute(return_id, ["https://shown.example/front.jpeg"])
    world.marketplace.arbitrate(return_id, outcome="SUPPORT_BUYER")
    world.advance(by=HOUR)


def silent(world: World) -> None:
    ask(world)
    world.advance(by=DAY + HOUR)


def approved(world: World) -> None:
    _, case = ask(world)
    world.oms.approve(case)
    world.advance(by=HOUR)


@pytest.mark.parametrize(
    ("journey", "put_to_the_test"),
    [
        (approved, {"executed-once", "in-time", "no-needless-call"}),
        (silent, {"lapse-once"}),
        (rejected_and_arbitrated, {"no-refund-after-no", "in-time", "no-needless-call"}),
    ],
)
def test_a_journey_tries_its_rules(world: World, journey: Callable[[World], None], put_to_the_test: set[str]) -> None:
    journey(world)
    put_to_the_test = put_to_the_test | {"everything-arrives", "nothing-stays-open", "never-ahead", "nothing-leaks"}
    verdicts = {finding.invariant: (finding.verdict, finding.occasions > 0) for finding in world.findings()}
    tried = put_to_the_test | {"never-too-much", "books-agree", "one-mail", "contract-kept", "as-meant", "told"}
    assert verdicts == {
        kind.slug: (Verdict.HELD, True) if kind.slug in tried else (Verdict.NOT_TRIED, False)
        for kind in INVARIANTS.values()
    }


def test_the_list_of_orders_that_is_judged_is_there(world: World) -> None:
    return_id, case = ask(world)
    view = world.marketplace.return_view(return_id)
    waits = world.connector.overview(view.order_id)
    assert waits is not None
    assert (waits.refunded, waits.waits, waits.deadline) == (Decimal(0), True, view.seller_deadline)
    world.oms.approve(case)
    world.advance(by=HOUR)
    paid = world.marketplace.order_view(view.order_id).refunded
    assert world.connector.overview(view.order_id) == Overview(paid, waits=False, deadline=None)
    assert world.connector.overview("1") is None


def test_every_kind_of_event_is_as_the_contract_has_it(world: World) -> None:
    rejected_and_arbitrated(world)
    return_id, _ = ask(world, "RETURN_AND_REFUND")
    world.advance(by=HOUR)
    world.marketplace.ship_return(return_id)
    world.marketplace.arrive_return(return_id)
    world.oms.refund(order_id=an_order_to_refund(world), amount=Decimal("5.00"))
    order = world.marketplace.place_order(status="AWAITING_SHIPMENT")
    world.marketplace.change_address(order.order_id)
    world.marketplace.request_cancellation(order.order_id)
    world.marketplace.ship_order(world.marketplace.place_order(status="AWAITING_SHIPMENT").order_id)
    silent(world)
    with pytest.raises(Exception, match="does not"):
        world.marketplace.seller_center_decision(return_id, decision="OFFER_PARTIAL_REFUND", amount=Decimal(1))
    events = [entry for entry in world.trace.entries() if entry["kind"] == "event"]
    contract = EventContract.load()
    players = {name for name, event in contract.events.items() if event["x-told-by"] != "stage"}
    # of an OMS with other manners, of one that is reached by hooks, of a connector that is asked to tell, or that errs
    of_others = {"refund_recorded", "case_seen", "order_hinted", "answers_unreadable", "parcels_read"}
    assert {entry["name"] for entry in events} == players - of_others
    assert [breach for one in events for breach in contract.breaches(one["who"], one["name"], one["data"])] == []
    assert broken(world) == {}


def parts_of_the_whole(line: LineItem, total: Decimal, currency: str, *, tax_in_subtotal: bool) -> Amount:
    """Explain each refund as if it were the first."""
    return refund_of(
        replace(line, refunded=Decimal(0), refunded_shipping=Decimal(0), refunded_tax=Decimal(0)),
        total,
        currency,
        tax_in_subtotal=tax_in_subtotal,
    )


@pytest.mark.parametrize("explain", [refund_of, parts_of_the_whole])
def test_a_marketplace_that_pays_more_tax_back_than_was_paid_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, explain: Callable[..., Amount]
) -> None:
    monkeypatch.setattr("mock_tiktok.state.store.refund_of", explain)
    order_id = world.marketplace.place_order(lines=[OrderLine("MUG", 1, Decimal(51))], tax=Decimal(10)).order_id
    for amount in (32, 9, 8, 3, 6, 3):
        world.marketplace.seller_center_refund(order_id, amount=Decimal(amount))
        world.advance(by=HOUR)
    found = [finding.document()["witness"]["money"] for finding in world.auditor.broken()]
    assert found == ([] if explain is refund_of else [{"paid": "10.00 USD", "refunded": "10.04 USD"}] * len(found))
    assert broken(world) == ({} if explain is refund_of else {"never-too-much": "marketplace"})


def unplanned(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
    """Trouble that nobody ordered: it lengthens no limit."""
    if call.path.endswith("/reject"):
        raise requests.ConnectionError("cut")
    return handler(call)


def refusing(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
    """What the link says by itself has not reached the marketplace."""
    call.fault = "refused"
    return Response(503, "down", [], b"<html>")


@pytest.mark.parametrize("link", [unplanned, refusing])
def test_a_decision_that_never_gets_through_is_late(world: World, link: Link) -> None:
    _, case = ask(world)
    world.oms.reject(case)
    world.recorder.link = link
    world.advance(by=DAY)
    finding = next(finding for finding in world.auditor.broken() if finding.invariant == "in-time")
    assert broken(world) == dict.fromkeys(("in-time", *STUCK), "connector")
    assert len(finding.witness.events) == 2
    assert finding.reproduce.startswith("rehearsal up --seed 1 --start 2031-03-03T09:00:00Z --shops 1")


@pytest.mark.parametrize("copies", [0, 2])
def test_what_counts_is_the_mailbox(world: World, monkeypatch: pytest.MonkeyPatch, copies: int) -> None:
    add = Store.add_mail

    def add_as_it_comes(store: Store, mail: Mail) -> None:
        for _ in range(copies):
            add(store, mail)

    monkeypatch.setattr(Store, "add_mail", add_as_it_comes)
    approved(world)
    assert broken(world) == {"one-mail": "marketplace"}


def test_a_ledger_that_is_tampered_with_at_rest_is_found_when_somebody_looks(world: World) -> None:
    approved(world)
    assert not [finding for finding in world.findings() if finding.broken]
    assert isinstance(world.connector, OurConnector)
    with world.connector.process.engine.begin() as disk:
        disk.execute(sa.update(tables.adjustments).values(total=Decimal("1.00")))
    for _ in range(2):
        (finding,) = [finding for finding in world.findings() if finding.broken]
        assert (finding.invariant, finding.suspect, finding.occasions) == ("books-agree", "connector", 1)


def test_a_world_whose_connector_is_down_can_be_looked_at(world: World) -> None:
    _, case = ask(world)
    world.oms.approve(case)
    order_id = world.books()[0].order_id
    before = world.connector.activity(order_id)
    assert before
    world.connector.kill()
    assert not world.stillness().at_rest
    assert world.connector.activity(order_id) == before
    assert not world.connector.settled()
    assert {finding.verdict for finding in world.findings()} <= {Verdict.HELD, Verdict.NOT_TRIED}
    world.connector.start()
    world.advance(by=HOUR)
    world.connector.kill()
    assert [row.agree and row.marketplace > 0 for row in world.books()] == [True]


# connectors that do something else than was decided


SEND = TikTok.send


class Wrong:
    """Makes the connector's sending go wrong."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def sending(self, how: Callable[[Any], list[Decision]]) -> None:
        """`how` returns the decisions that are sent instead of one."""

        def send(tiktok: TikTok, shop: Access, decision: Decision, *, claim_id: str | None, key: str) -> str | None:
            made: str | None = "4035237199950000099" if isinstance(decision, CreateRefund) else None
            for number, instead in enumerate(how(decision)):
                made = SEND(tiktok, shop, instead, claim_id=claim_id, key=f"{key}{number}")
            return made

        self._patch.setattr(TikTok, "send", send)

    def sending_also_about(self, other: str) -> None:
        """Whatever is said of one claim is said of the other, too."""

        def send(tiktok: TikTok, shop: Access, decision: Decision, *, claim_id: str | None, key: str) -> None:
            for claim in (claim_id, other):
                SEND(tiktok, shop, decision, claim_id=claim, key=f"{key}{claim}")

        self._patch.setattr(TikTok, "send", send)


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> Wrong:
    return Wrong(monkeypatch)


def the_only_finding(world: World) -> Finding:
    """Return what broke, beside what OMS and history were then told of it, which is `as-meant`'s and `told`'s."""
    (finding,) = [finding for finding in world.auditor.broken() if finding.invariant not in ("as-meant", "told")]
    assert finding.suspect == "connector"
    assert finding.expected
    assert finding.witness.events
    return finding


def an_order_to_refund(world: World) -> str:
    order = world.marketplace.place_order(lines=[OrderLine("MUG", 1, Decimal("90.00"))])
    world.advance(by=QUARTER)
    return order.order_id


YES = ApproveReturn(SiteDecision.APPROVE_REFUND)
UNCLEAR = "reverse_reject_refund_request_unclear_evidence"
NO = RejectReturn(SiteDecision.REJECT_REFUND, UNCLEAR, comment=None, grade="AS_SOLD")
FIVE, FIFTY = Decimal("5.00"), Decimal("50.00")


@pytest.mark.parametrize(
    ("decide", "sent", "invariant", "seen", "decided"),
    [
        (lambda oms, case: oms.reject(case), lambda _: YES, "no-refund-after-no", "APPROVE_REFUND", None),
        (lambda oms, case: oms.approve(case), lambda _: NO, "executed-once", "REJECT_REFUND", None),
        (
            lambda oms, case: oms.approve(case, amount=FIVE),
            lambda _: YES,
            "executed-once",
            "APPROVE_REFUND",
            "5.00 USD",
        ),
        (
            lambda oms, case: oms.approve(case, amount=FIVE),
            lambda decision: replace(decision, amount=FIFTY),
            "executed-once",
            "OFFER_PARTIAL_REFUND of 50.00 USD",
            "5.00 USD",
        ),
    ],
    ids=["a yes for a no", "a no for a yes", "the whole for a part", "another sum"],
)
def test_a_decision_that_is_carried_out_as_another_is_found(
    world: World,
    wrong: Wrong,
    decide: Callable[..., None],
    sent: Callable[..., Decision],
    invariant: str,
    seen: str,
    decided: str | None,
) -> None:
    _, case = ask(world)
    wrong.sending(lambda decision: [sent(decision)])
    decide(world.oms, case)
    world.advance(by=HOUR)
    finding = the_only_finding(world)
    assert (finding.invariant, finding.seen, finding.witness.about["adjustment_id"]) == (invariant, seen, case)
    assert finding.witness.exchanges
    assert finding.document()["witness"]["money"].get("decided") == decided


MORE_BROKEN = "reverse_reject_refund_request_correct_item"
OTHERWISE: dict[str, tuple[Callable[[Any], Decision], str, str]] = {
    # what is sent instead        what of it is found, and the witness's word for it
    "another reason": (lambda it: replace(it, reason=UNCLEAR), UNCLEAR, "reason"),
    "no words": (lambda it: replace(it, comment=None), "none", "words"),
    "other words": (lambda it: replace(it, comment="Keep it."), "others", "words"),
}


@pytest.mark.parametrize("how", OTHERWISE)
def test_a_rejection_that_is_sent_otherwise_than_it_was_meant_is_found(world: World, wrong: Wrong, how: str) -> None:
    sent, seen, what = OTHERWISE[how]
    _, case = ask(world)
    wrong.sending(lambda decision: [sent(decision)])
    world.oms.reject(case, reason=MORE_BROKEN, comment="We sent the right one.")
    world.advance(by=HOUR)
    (finding,) = world.auditor.broken()
    assert (finding.invariant, finding.suspect, finding.seen) == ("as-meant", "connector", seen)
    assert (finding.witness.about["what"], len(finding.witness.events)) == (what, 2)
    assert finding.witness.exchanges
    assert b"We sent the right one" not in b"".join(
        line for line in world.trace.ndjson().splitlines() if b'"event"' in line
    )


@pytest.mark.parametrize(
    ("grade", "sent", "what"),
    [
        ("MISSING_PARTS", {"reason": "reverse_reject_return_parcel_reason_2"}, "reason"),
        ("WRONG_ITEM", {"reason": "reverse_reject_return_parcel_reason_5"}, "reason"),
        ("USED", {"reason": "no_such_reason"}, "reason"),
        ("USED", {"choice": SiteDecision.REJECT_RETURN}, "step"),
    ],
)
def test_goods_that_are_refused_otherwise_than_the_warehouse_found_are_found(
    world: World, wrong: Wrong, grade: str, sent: dict[str, Any], what: str
) -> None:
    return_id = goods_back(world)
    wrong.sending(lambda it: [replace(it, **sent)])
    world.oms.inspect(return_id, grade=grade, accept=False)
    world.advance(by=HOUR)
    needless = {("no-needless-call", None)} if what == "step" else set()  # the goods are asked about
    found = {(one.invariant, one.witness.about.get("what")) for one in world.auditor.broken()}
    assert found == {("as-meant", what), *needless}


@pytest.mark.parametrize(("named", "sent"), [([1], [0]), ([1, 2], [0, 1])])
def test_a_refund_of_other_units_than_were_named_is_found(
    world: World, wrong: Wrong, named: list[int], sent: list[int]
) -> None:
    order = world.marketplace.place_order(lines=[OrderLine("MUG", 3, Decimal(30))])
    world.advance(by=QUARTER)
    ids = [line.id for line in order.line_items]
    wrong.sending(lambda it: [replace(it, line_ids=tuple(ids[at] for at in sent))])
    world.oms.refund(order_id=order.order_id, line_item_ids=[ids[at] for at in named])
    world.advance(by=HOUR)
    finding = world.auditor.broken()[0]
    assert (finding.invariant, finding.witness.about["what"]) == ("as-meant", "units")
    assert broken(world) == {"as-meant": "connector"}


LATER = "2031-03-04T01:00:00Z"
TOLD: dict[str, tuple[str, str, Any]] = {
    # what is told wrong      of which set, by which field and how
    "status": ("OrderItemAdjustments", "RequestStatus", "RejectionCompleted"),
    "site status": ("OrderItemAdjustments", "SiteStatus", "AWAITING_BUYER_SHIP"),
    "deadline": ("OrderItemAdjustments", "SiteDecisionDeadlineUtc", LATER),
    "sum": ("OrderItemAdjustments", "ItemAdjustment", 1.0),
    "shipping": ("OrderItemAdjustments", "ShippingAdjustment", None),
    "reason": ("OrderItemAdjustments", "SiteReason", "ecom_order_delivered_refund_reason_defective"),
    "units": ("OrderItemAdjustments", "SiteOrderLineItemIDs", ["577073114550000099"]),
    "date": ("OrderItemAdjustments", "CreatedDateUtc", "2031-03-03T01:15:00Z"),
    "currency": ("Orders", "Currency", "EUR"),
    "tax": ("Orders", "TaxPrice", 0.0),
}


@pytest.mark.parametrize("what", TOLD)
def test_what_the_oms_is_told_otherwise_than_the_marketplace_says_is_found(world: World, what: str) -> None:
    entity, field, told = TOLD[what]

    def misread(call: Call, endpoint: Endpoint, handler: Handler) -> Response:
        response = handler(call)
        if call.caller != "oms" or f"/{entity}" not in call.path or call.method != "GET":
            return response
        document = json.loads(response.body)
        for row in document["value"]:
            of = [item for item in row.get("Items", ()) if field in item] or [row]
            for one in of:
                if what == "shipping":  # is told as a part of the price
                    one["ItemAdjustment"] += one[field]
                one[field] = told
        return response._replace(body=json.dumps(document).encode())

    world.recorder.link = misread
    order = world.marketplace.place_order(
        lines=[OrderLine("MUG", 1, Decimal(90))], tax=Decimal("7.20"), shipping_fee=Decimal(6)
    )
    world.marketplace.request_return(order.order_id, return_type="REFUND")
    world.advance(by=QUARTER)
    found = {finding.witness.about.get("what") for finding in world.auditor.broken()}
    assert found >= {what}
    older = {"contract-kept": "connector"} if what == "date" else {}  # than it was asked for
    assert broken(world) == {"as-meant": "connector", **older}


@pytest.mark.parametrize("forgets", [True, False])
def test_what_is_forgotten_in_death_is_found(world: World, forgets: bool) -> None:
    _, case = ask(world)
    world.oms.approve(case)
    assert isinstance(world.connector, OurConnector)
    if forgets:
        with world.connector.process.engine.begin() as disk:
            disk.execute(sa.update(tables.outbox).values(state="withdrawn"))
    world.deaths.kill()
    world.deaths.start()
    world.advance(by=2 * HOUR)
    assert broken(world).keys() >= ({"survives-death"} if forgets else set())
    assert forgets or broken(world) == {}
    death = next(finding for finding in world.findings() if finding.invariant == "survives-death")
    assert (death.verdict, len(death.witness.events)) == ((Verdict.BROKEN, 2) if forgets else (Verdict.HELD, 0))


def _eight_hours_ago(work: SqlUnitOfWork) -> SqlUnitOfWork:
    then = copy(work)
    then.now -= 8 * HOUR
    return then


NOTE = SqlUnitOfWork.note
HISTORIES: dict[str, Callable[..., object]] = {
    "missing": lambda *about, event, **told: None if event == "delivered" else NOTE(*about, event=event, **told),
    "doubled": lambda *about, **told: [NOTE(*about, **told) for _ in range(2)],
    "at another time": lambda work, *about, **told: NOTE(_eight_hours_ago(work), *about, **told),
    "in other words": lambda *about, text, **told: NOTE(
        *about, text=text.replace("approved", "rejected").replace("Approve", "Reject"), **told
    ),
}


@pytest.mark.parametrize("how", HISTORIES)
def test_a_history_that_does_not_tell_what_has_happened_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(SqlUnitOfWork, "note", HISTORIES[how])
    approved(world)
    assert broken(world) == {"told": "connector"}
    assert all(finding.witness.events or how == "doubled" for finding in world.auditor.broken())
    assert any("nobody has said no" in one.expected for one in world.auditor.broken()) == (how == "in other words")


def test_a_yes_that_nobody_gave_is_found(world: World, wrong: Wrong) -> None:
    """The connector carries out one decision, and another that it has made up, on another claim."""
    other, _ = ask(world)
    _, case = ask(world)
    wrong.sending_also_about(other)
    world.oms.approve(case)
    world.advance(by=HOUR)
    finding = the_only_finding(world)
    assert (finding.invariant, finding.witness.about["claim"]) == ("executed-once", other)


@pytest.mark.parametrize("accept", [True, False])
def test_a_decision_on_goods_that_is_swallowed_is_found(world: World, wrong: Wrong, accept: bool) -> None:
    return_id = goods_back(world)
    wrong.sending(lambda _: [])
    world.oms.inspect(return_id, grade="USED", accept=accept)
    world.advance(by=2 * HOUR)
    assert the_only_finding(world).invariant == "executed-once"


REFUNDS: dict[str, tuple[list[OrderLine], int, Decimal | None, Callable[[Any, list[str]], list[Decision]], Decimal]] = {
    # the order, how many of its units, how much, what is sent instead of each decision, what is refunded
    "twice": (
        [OrderLine("MUG", 2, Decimal(90))], 1, FIVE,
        lambda it, ids: [replace(it, line_ids=(one,)) for one in ids], Decimal("10.00"),
    ),
    "another sum": ([OrderLine("MUG", 1, Decimal(90))], 1, FIVE, lambda it, ids: [replace(it, amount=FIFTY)], FIFTY),
    "nothing": ([OrderLine("MUG", 1, Decimal(90))], 1, FIVE, lambda it, ids: [], Decimal("0.00")),
    "a part is swallowed": (
        [OrderLine("MUG", 1, Decimal("9.99")), OrderLine("LAMP", 1, Decimal(64))], 2, None,
        lambda it, ids: [it] if it.line_ids == (ids[0],) else [], Decimal("9.99"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", REFUNDS)
def test_a_refund_of_another_sum_than_was_asked_for_is_found(world: World, wrong: Wrong, how: str) -> None:
    lines, units, amount, sent, refunded = REFUNDS[how]
    order = world.marketplace.place_order(lines=lines)
    world.advance(by=QUARTER)
    ids = [line.id for line in order.line_items]
    wrong.sending(lambda decision: sent(decision, ids))
    world.oms.refund(order_id=order.order_id, line_item_ids=ids[:units], amount=amount)
    world.advance(by=2 * HOUR)
    finding = the_only_finding(world)
    assert finding.invariant == "executed-once"
    sums = {"asked": amount or order.total, "refunded": refunded}
    assert finding.witness.money == {what: Sum(one, "USD") for what, one in sums.items()}
    assert finding.witness.exchanges or how != "twice"


def test_a_refund_that_nobody_asked_for_is_found(world: World, wrong: Wrong) -> None:
    order_id = an_order_to_refund(world)
    (line,) = world.marketplace.order_view(order_id).line_items
    _, case = ask(world)
    made_up = CreateRefund(
        order_id=order_id,
        line_ids=(line.id,),
        reason="ecom_order_delivered_refund_reason_not_match_description_seller",
        amount=Decimal("5"),
        currency="USD",
        stated=True,
        whole=True,
    )
    wrong.sending(lambda decision: [decision, made_up])
    world.oms.approve(case)
    world.advance(by=HOUR)
    finding = the_only_finding(world)
    assert (finding.invariant, finding.witness.about["order_id"]) == ("executed-once", order_id)


# what the connector writes about itself


@pytest.mark.parametrize("what", ["nothing", "the app's secret", "a buyer's e-mail", "a buyer's street"])
def test_a_log_shows_no_secret_and_nothing_of_a_buyer(world: World, what: str) -> None:
    world.marketplace.place_order()
    buyer = next(iter(world.marketplace.shop(world.marketplace.shops[0].shop_id).store.orders)).buyer
    secret = world.marketplace.developer_apps["connector"].secret
    shown = {
        "nothing": "an answer of the marketplace cannot be read",
        "the app's secret": f"signed with_{secret}",  # one by itself the connector hides by its look
        "a buyer's e-mail": f"to {buyer.email}",
        "a buyer's street": f"to {buyer.street}",
    }
    (before,) = [one for one in world.findings() if one.invariant == "nothing-leaks"]
    assert (before.verdict, before.occasions > 0) == (Verdict.HELD, True)  # it has called, and written nothing down
    logging.getLogger("connector.adapters").warning("a line: %s", shown[what])
    (finding,) = [one for one in world.findings() if one.invariant == "nothing-leaks"]
    assert (finding.broken, finding.occasions) == ((True, 1) if what != "nothing" else (False, before.occasions + 1))
    if finding.broken:
        assert finding.seen == f"{what} in a log"
        assert all(told not in str(finding.document()) for told in (secret, buyer.email, buyer.street))


@pytest.mark.parametrize(
    ("words", "shows"), [("sign=" + "0f" * 32, True), ("No connection", False), ("6f" * 20, False)]
)
def test_a_history_shows_no_secret(world: World, monkeypatch: pytest.MonkeyPatch, words: str, *, shows: bool) -> None:
    told = world.connector.activity

    def activity(order_id: str) -> list[Activity]:
        line = Line(world.now, "It came to nothing", source_words=words)
        return [*told(order_id), line]

    monkeypatch.setattr(world.connector, "activity", activity)
    world.marketplace.request_return(world.marketplace.place_order().order_id, return_type="REFUND")
    world.advance(by=2 * HOUR)
    seen = [one.seen for one in world.findings() if one.invariant == "nothing-leaks" and one.broken]
    assert seen == ["the `sign` of a call in an order's history"] * shows
