"""Refunds whose response gets lost, several refunds of the same units, and faults of our own: each happens once."""

from datetime import timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from connector.domain.decisions import CreateRefund
from connector.records import AdjustItem, OutboxEntry
from connector.usecases.delivery import deliver, prepare
from tests.responses import Call
from tests.unit.connector.conftest import Bench
from tests.unit.connector.stub_tiktok import CANCEL, COMPLETE, PENDING, SUCCESS, Cut, Json, cut, ok, refusal


def a_mug(bench: Bench, *refunds: str) -> None:
    """An order of one unit for 20.00, and parts of it to be refunded."""
    bench.order("20.00")
    for amount in refunds:
        bench.refund(amount)


def seller_center_refunds(bench: Bench, return_id: str, amount: str, status: str = "COMPLETE") -> None:
    bench.tiktok.put_return(
        return_id,
        "500",
        f"RETURN_OR_REFUND_REQUEST_{status}",
        role="SELLER",
        refund_amount={"refund_total": amount},
        return_line_items=[{"order_line_item_id": "5001", "refund_amount": {"refund_total": amount}}],
    )


def pays(bench: Bench, call: Call) -> Json:
    """The marketplace makes a return of what it was asked for."""
    return_id = str(901 + len(bench.tiktok.returns))
    seller_center_refunds(bench, return_id, call.body["refund_total"], "SUCCESS")
    return ok({"return_id": return_id})


def states(bench: Bench) -> list[tuple[str, str]]:
    return [(str(entry.total), entry.status) for entry in bench.adjustments()]


def test_a_refund_is_cut_even_where_the_claim_is_known_only_after_the_marketplace_has_refused(bench: Bench) -> None:
    a_mug(bench, "20.00")

    def pays_the_buyer_first(call: Call) -> Json:
        bench.tiktok.put_return("900", "500", COMPLETE)
        return refusal(25005005, "20 exceeds 0.00")(call)

    bench.tiktok.responses.append(pays_the_buyer_first)
    assert bench.round() == "round: 1 overtaken"
    assert states(bench) == [("0.00", "InformationOnly"), ("20.00", "PostProcessingComplete")]


def test_a_refund_of_unknown_outcome_is_settled_before_an_answer_that_has_the_time(bench: Bench) -> None:
    a_mug(bench, "5.00")
    bench.tiktok.responses += [cut, cut, refusal(25001011, "There are processing reverse order exists")]
    bench.round()
    deadline = bench.clock.at + timedelta(hours=2)
    bench.becomes(PENDING, deadline=deadline)
    bench.approve()
    bench.round()
    paths = [call.path.rsplit("/", 1)[1] for call in bench.tiktok.written()]
    assert paths == ["returns", "returns", "returns", "approve"]
    assert states(bench)[0] == ("5.00", "SubmittedNotProcessed")


def test_an_answer_does_not_miss_its_deadline_for_a_refund_that_cannot_be_settled(bench: Bench) -> None:
    a_mug(bench, "5.00")
    bench.tiktok.decide = lambda call: cut(call) if call.path.endswith("/returns") else ok({})
    bench.round()
    deadline = bench.clock.at + timedelta(minutes=55)
    bench.becomes(PENDING, deadline=deadline)
    bench.approve()

    def answered() -> bool:
        return any(call.path.endswith("/approve") for call in bench.tiktok.written())

    bench.round()
    assert not answered()
    bench.until(deadline - timedelta(seconds=1))
    assert answered()


def test_nothing_waits_for_a_replacement_that_has_been_decided(bench: Bench) -> None:
    a_mug(bench)
    bench.becomes("REPLACEMENT_REQUEST_PENDING", return_type="REPLACEMENT")
    bench.refund("5.00")
    bench.wait(days=2)
    assert (bench.tiktok.written(), bench.adjustment().status) == ([], "SubmittedNotProcessed")
    bench.tiktok.put_return("900", "500", "REPLACEMENT_REQUEST_COMPLETE", return_type="REPLACEMENT")
    bench.tiktok.decide = lambda call: pays(bench, call)
    bench.round()
    assert len(bench.tiktok.written()) == 1


def test_no_refund_waits_for_ever(bench: Bench) -> None:
    a_mug(bench, "5.00")
    bench.tiktok.decide = refusal(25001011, "There are processing reverse order exists")
    bench.wait(days=2)
    assert (bench.adjustment().status, bench.adjustment().error_code) == ("Error", "25001011")
    assert bench.events("500").count("held_back") == 1


def test_what_once_was_unknown_stays_unknown_when_the_next_attempt_is_turned_away(bench: Bench) -> None:
    a_mug(bench, "5.00")

    def acts_and_cuts(call: Call) -> Json:
        pays(bench, call)
        raise Cut

    bench.tiktok.responses += [acts_and_cuts, lambda call: {"http": 429, "raw": b""}]
    bench.round()
    bench.round()
    assert bench.outbox()[0].state == "unknown"
    assert len(bench.adjustments()) == 1
    bench.tiktok.responses.append(lambda call: ok({"return_id": "901"}))
    bench.round()
    assert states(bench) == [("5.00", "AcknowledgedPostProcessingNotComplete")]


def test_a_refund_collected_as_somebody_elses_counts_once(bench: Bench) -> None:
    a_mug(bench, "5.00")
    bench.tiktok.responses += [cut, lambda call: ok({"return_id": "700"})]
    bench.round()
    seller_center_refunds(bench, "700", "4.99")
    bench.round()
    assert states(bench) == [("5.00", "InformationOnly"), ("4.99", "PostProcessingComplete")]
    assert bench.connector.waiting() == 0


def test_a_number_that_is_another_refunds_is_an_error_and_no_refund(bench: Bench) -> None:
    a_mug(bench, "5.00", "6.00")
    bench.tiktok.decide = lambda call: ok({"return_id": "901"})
    bench.round()
    seller_center_refunds(bench, "901", "5.00")
    bench.round()
    assert states(bench) == [("5.00", "PostProcessingComplete"), ("6.00", "Error")]


@pytest.mark.parametrize(("where", "name"), [(prepare, "give_way"), (deliver, "_done")])
def test_a_fault_of_our_own_with_one_refund_holds_up_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, where: ModuleType, name: str
) -> None:
    for order_id in ("500", "600"):
        bench.tiktok.put_order(order_id, "20.00")
    bench.round()
    for order_id in ("500", "600"):
        bench.refund(order_id=order_id)
    does = getattr(where, name)

    def faulty(work: Any, entry: OutboxEntry, *args: Any) -> Any:
        if isinstance(entry.decision, CreateRefund) and entry.decision.order_id == "500":
            raise RuntimeError("of our own making")
        return does(work, entry, *args)

    monkeypatch.setattr(where, name, faulty)
    bench.tiktok.decide = lambda call: ok({"return_id": f"9{call.body['order_id']}"})
    assert bench.round() == "round: 1 failed here, 1 delivered"
    if where is deliver:
        assert bench.outbox()[0].state == "unknown"
    assert bench.connector.activity("500")[-1].source_words == "The connector failed: RuntimeError"
    monkeypatch.undo()
    bench.wait(hours=1)
    assert bench.connector.waiting() == 0
    assert len({call.query["idempotency_key"] for call in bench.tiktok.written()}) == 2


def test_a_fault_that_does_not_go_away_ends_where_a_person_sees_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*args: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(deliver, "prepared", faulty)
    a_mug(bench, "5.00")
    bench.wait(days=2)
    assert (bench.adjustment().status, bench.adjustment().error_code) == ("Error", "internal")


def test_a_cancellation_that_arrived_twice_is_found_before_it_is_called_an_error(bench: Bench) -> None:
    bench.order("20.00", status="AWAITING_SHIPMENT")
    bench.refund()

    def twice(call: Call) -> Json:
        bench.tiktok.put_cancellation("801", "500", "SUCCESS", refund_amount={"refund_total": "20.00"})
        return refusal(25001011, "There are processing reverse order exists")(call)

    bench.tiktok.responses.append(twice)
    bench.round()
    (entry,) = bench.adjustments()
    assert (entry.site_adjustment_id, entry.error_code) == ("801", None)
    assert bench.connector.waiting() == 0


def test_a_cancellation_of_what_has_left_is_not_sent_and_the_round_says_so(bench: Bench) -> None:
    bench.order("20.00", status="AWAITING_SHIPMENT")
    bench.refund()
    shipped = {"status": "IN_TRANSIT", "update_time": int(bench.clock.now().timestamp())}
    bench.tiktok.orders["500"] |= shipped
    for line in bench.tiktok.orders["500"]["line_items"]:
        line["display_status"] = "IN_TRANSIT"
    assert bench.round() == "round: 1 collected, 1 not sent"
    assert (bench.adjustment().status, bench.adjustment().error_code) == ("Error", "shipped")
    assert not bench.tiktok.written()


@pytest.mark.parametrize(
    ("left", "sent"), [(("0.00", "10.00"), [["5001", "5002"], ["5002"]]), (("0.00", "5.00"), [["5001", "5002"]])]
)
def test_a_coin_that_lies_on_another_unit_stops_no_refund_but_more_does(
    bench: Bench, left: tuple[str, str], sent: list[list[str]]
) -> None:
    bench.order("0.01", "10.00")
    bench.refund("10.01")

    def refuses(call: Call) -> Json:
        for line, price in zip(bench.tiktok.orders["500"]["line_items"], left, strict=True):
            line["sale_price"] = price  # what the marketplace has left
        return refusal(25001010, "nothing is left")(call)

    bench.tiktok.responses += [refuses, lambda call: ok({"return_id": "901"})]
    bench.round()
    calls = bench.tiktok.written()
    assert [call.body["order_line_item_ids"] for call in calls] == sent
    assert len({call.query["idempotency_key"] for call in calls}) == len(calls)
    entry = bench.adjustment()
    mended = ("ProcessedNotAcknowledged", "10.00", ["5002"])
    became = mended if len(sent) == 2 else ("Error", "10.01", ["5001", "5002"])
    assert (entry.status, str(entry.total), entry.site_line_ids) == became


def test_a_refund_that_is_sent_anew_without_a_unit_has_no_share_of_it_any_more(bench: Bench) -> None:
    bench.order("5.00", "10.00")
    bench.refund("6.00")
    assert bench.adjustment().site_line_amounts.keys() == {"5001", "5002"}

    def refuses(call: Call) -> Json:
        bench.tiktok.orders["500"]["line_items"][0]["sale_price"] = "0.00"  # it has been refunded in Seller Center
        return refusal(25001010, "nothing is left")(call)

    bench.tiktok.responses += [refuses, lambda call: ok({"return_id": "901"})]
    bench.round()
    entry = bench.adjustment()
    assert (entry.status, str(entry.total), entry.site_line_ids) == ("ProcessedNotAcknowledged", "6.00", ["5002"])
    assert entry.site_line_amounts == {}


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("paid", ["20", "15"])
def test_a_refund_that_waits_is_cut_to_what_a_buyers_claim_leaves(bench: Bench, paid: str, stated: bool) -> None:
    became, comment = {
        "20": (
            ("0.00", "InformationOnly"),
            "Done with the refund request 900: of 20.00 USD nothing is left to give back.",
        ),
        "15": (("5.00", "SubmittedNotProcessed"), "Cut from 20.00 USD: the refund request 900 went first."),
    }[paid]
    a_mug(bench)
    bench.becomes(PENDING)
    bench.refund("20.00" if stated else None)
    offered = Decimal(paid) if paid != "20" else None
    bench.connector.commands.approve_buyer_request("item", bench.adjustments()[0].id, partial_refund_amount=offered)
    bench.round()
    assert [call.path.rsplit("/", 1)[1] for call in bench.tiktok.written()] == ["approve"]
    refund = {"refund_amount": {"refund_total": paid}}
    bench.becomes(SUCCESS, **refund)
    assert (states(bench)[1], bench.adjustment().comment) == (became, comment)
    told = next(entry.text for entry in bench.connector.activity("500") if entry.event == "gave_way")
    assert told.endswith(comment)
    bench.tiktok.put_return("900", "500", COMPLETE, **refund)
    bench.tiktok.decide = lambda call: pays(bench, call)
    bench.round()
    sums = [call.body["refund_total"] for call in bench.tiktok.written() if "refund_total" in call.body]
    assert list(map(Decimal, sums)) == ([] if paid == "20" else [Decimal(5)])
    assert bench.connector.waiting() == 0
    assert not [entry for entry in bench.adjustments() if entry.status == "Error"]


def two_mugs(bench: Bench) -> int:
    """An order of 2 x 10.00, tax 2.00, shipping 4.00, with claim 900 on it; returns its one line."""
    document = bench.tiktok.put_order("500", "10.00", "10.00", shipping="4.00")
    document["payment"] |= {"tax": "2.00", "total_amount": "26.00"}
    for line in document["line_items"]:
        line["sku_id"] = "MUG"
    bench.becomes(PENDING)
    (item_id,) = bench.item_ids(bench.order_id("500"))
    return item_id


def takes(bench: Bench, total: str, tax: str, shipping: str, *units: str) -> None:
    """The marketplace grants claim 900 this much of each of these units."""
    share = {"refund_total": total, "refund_tax": tax, "refund_shipping_fee": shipping}
    lines = [{"order_line_item_id": unit, "refund_amount": share} for unit in units]
    refund = {"refund_total": str(len(units) * Decimal(total))}
    bench.becomes(SUCCESS, refund_amount=refund, return_line_items=lines)


MOST, ONE = ("10.40", "0.80", "1.60", "5001", "5002"), ("13.00", "1.00", "2.00", "5001")


@pytest.mark.parametrize(
    ("part", "asked", "taken", "left"),
    [
        ("item", "20.00", MOST, "4.00"),
        ("tax", "2.00", MOST, "0.40"),
        ("shipping", "4.00", MOST, "0.80"),
        ("shipping", "0.80", MOST, "0.80"),
        ("item", "20.00", ONE, "10.00"),
        ("tax", "2.00", ONE, "1.00"),
        ("shipping", "4.00", ONE, "2.00"),
        ("tax", "2.00", ("13.00", "1.00", "2.00", "5001", "5002"), "0.00"),
    ],
)
def test_what_is_left_of_a_part_is_made_up_of_no_other(
    bench: Bench, part: str, asked: str, taken: tuple[str, ...], left: str
) -> None:
    item_id = two_mugs(bench)
    named: dict[str, Any] = {f"{part}_amount": Decimal(asked)}
    bench.connector.commands.adjust_item(item_id, AdjustItem(**named))
    takes(bench, *taken)
    entry = bench.adjustment()
    assert (entry.total, getattr(entry.parts, part)) == (Decimal(left), Decimal(left))
    assert sum(map(Decimal, entry.site_line_amounts.values())) == Decimal(left)
    (decision,) = [one.decision for one in bench.outbox() if isinstance(one.decision, CreateRefund)]
    assert entry.status == ("SubmittedNotProcessed" if entry.total else "InformationOnly")
    assert decision.amount == Decimal(left) or not entry.total


def test_of_a_part_that_is_left_the_refund_that_was_asked_for_first_takes_its_own_first(bench: Bench) -> None:
    item_id = two_mugs(bench)
    for asked in ("1.50", "2.50"):
        bench.connector.commands.adjust_item(item_id, AdjustItem(shipping_amount=Decimal(asked)))
    takes(bench, *ONE)
    assert [str(entry.shipping_amount) for entry in bench.adjustments()[1:]] == ["1.50", "0.50"]


@pytest.mark.parametrize(("of_tax", "asked", "sent"), [(True, "2.00", "1.00"), (False, "11.00", "11.00")])
def test_a_refund_made_at_the_marketplace_takes_from_a_part_and_nothing_from_a_sum(
    bench: Bench, asked: str, sent: str, *, of_tax: bool
) -> None:
    item_id = two_mugs(bench)
    bench.becomes(CANCEL)
    if of_tax:
        bench.connector.commands.adjust_item(item_id, AdjustItem(tax_amount=Decimal(asked)))
    else:
        bench.refund(asked)
    share = {"refund_total": "6.50", "refund_tax": "0.50", "refund_shipping_fee": "1.00"}
    lines = [{"order_line_item_id": unit, "refund_amount": share} for unit in ("5001", "5002")]
    refund = {"refund_total": "13.00"}
    bench.tiktok.put_return("700", "500", COMPLETE, role="SELLER", refund_amount=refund, return_line_items=lines)
    bench.round()
    assert [call.body["refund_total"] for call in bench.tiktok.written()] == [sent]


def test_a_cancellation_is_cut_to_the_units_that_a_buyers_leaves(bench: Bench) -> None:
    bench.order("20.00", "10.00", status="AWAITING_SHIPMENT")
    bench.tiktok.put_cancellation("801", "500", "PENDING", role="BUYER", refund_amount={"refund_total": "20.00"})
    bench.round()
    bench.refund()
    bench.tiktok.put_cancellation("801", "500", "SUCCESS", role="BUYER", refund_amount={"refund_total": "20.00"})
    bench.round()
    entry = bench.adjustment()
    assert (str(entry.total), str(entry.item_amount), entry.site_line_ids) == ("10.00", "10.00", ["5002"])


def test_refunds_of_the_same_unit_go_one_after_the_other(bench: Bench) -> None:
    a_mug(bench, "5.00", "6.00", "7.00")
    bench.tiktok.decide = lambda call: pays(bench, call)
    for sent in (1, 2, 3):
        bench.round()
        bench.round()  # what is on its way is not done
        assert len(bench.tiktok.written()) == sent
        bench.tiktok.put_return(str(900 + sent), "500", COMPLETE)
    bench.round()
    assert states(bench) == [(amount, "PostProcessingComplete") for amount in ("5.00", "6.00", "7.00")]
    assert bench.events("500").count("held_back") == 2


def test_what_only_looks_like_a_refund_that_got_lost_is_the_sellers_own(bench: Bench) -> None:
    a_mug(bench, "5.00")
    bench.tiktok.responses.append(cut)
    bench.round()
    seller_center_refunds(bench, "700", "5.00")
    bench.tiktok.responses += [cut, lambda call: pays(bench, call)]
    bench.round()
    assert len(bench.adjustments()) == 1
    bench.round()
    seller_center_refunds(bench, "902", "5", "COMPLETE")
    bench.round()
    ours, outside = bench.adjustments()
    assert (ours.site_adjustment_id, ours.decided_by) == ("902", "oms")
    assert (outside.site_adjustment_id, outside.decided_by, outside.created_source) == ("700", "channel", "Channel")
    assert len({call.query["idempotency_key"] for call in bench.tiktok.written()}) == 1
    assert bench.connector.ledger() == {"500": Decimal("10.00")}


def test_another_sum_is_another_refund_even_while_one_of_ours_is_lost(bench: Bench) -> None:
    a_mug(bench, "5.00")
    bench.tiktok.responses.append(cut)
    bench.round()
    seller_center_refunds(bench, "700", "15.00")
    bench.tiktok.responses.append(lambda call: pays(bench, call))
    bench.round()
    assert states(bench) == [("5.00", "ProcessedNotAcknowledged"), ("15.00", "PostProcessingComplete")]
