"""The round as a whole: what is collected, what is answered, what is delivered, what is looked up."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector import Connector, Settings
from connector.adapters.sql.store import SqlStore, SqlUnitOfWork
from connector.adapters.tiktok.wire import records
from connector.domain.site import ReturnRecords, Shown
from connector.records import Adjustment
from connector.usecases.outbox import decide
from tests.clock import START
from tests.responses import Call
from tests.unit.connector.conftest import SETTINGS, Bench
from tests.unit.connector.stub_tiktok import CANCEL, COMPLETE, PENDING, REJECTED, SUCCESS, Cut, Json, is_write, refusal

DAY = timedelta(hours=24)


def a_refund_request(bench: Bench, *, deadline: timedelta = DAY) -> None:
    bench.claim("39.98", deadline=bench.clock.at + deadline)


def settle_as(bench: Bench, status: str) -> None:
    bench.tiktok.put_return("900", "500", status)


def test_every_line_of_a_return_whose_goods_could_not_be_judged_is_asked_anew(bench: Bench) -> None:
    bench.claim("20.00", "10.00", status="BUYER_SHIPPED_ITEM", return_type="RETURN_AND_REFUND")
    for entry in bench.adjustments():
        bench.connector.commands.approve_return("item", entry.id)
    bench.tiktok.responses.append(refusal(25011012, "status does not allow approve"))
    bench.round()
    statuses = [(entry.status, entry.generation) for entry in bench.adjustments()]
    assert statuses == [("Error", 1), ("Error", 1), ("ReadyForReturn", 2), ("ReadyForReturn", 2)]


def goes_dark(bench: Bench) -> None:
    bench.tiktok.instead = lambda call: {"http": 503, "raw": b""}


def waits_no_more(bench: Bench) -> None:
    settle_as(bench, FUTURE)


FUTURE = "A_STATUS_FROM_THE_FUTURE"


def test_a_return_in_a_status_from_the_future_is_noted_once_and_taken_in_when_it_is_known(bench: Bench) -> None:
    bench.tiktok.put_order("500", "39.98")
    bench.tiktok.put_return("900", "500", FUTURE)
    for _ in range(3):
        assert "returns unavailable" in bench.round()
        bench.wait(hours=5)
    assert (bench.events("500").count("status_unknown"), bench.adjustments()) == (1, [])
    bench.tiktok.returns["900"]["return_status"] = PENDING
    bench.round()
    assert [entry.status for entry in bench.adjustments()] == ["NewRma"]


def test_what_was_called_off_of_an_order_on_hold_is_dated_when_the_order_is_offered(bench: Bench) -> None:
    bench.order("20.00", status="ON_HOLD")
    bench.becomes(PENDING)
    collected = bench.adjustment().created_at
    bench.wait(hours=3)
    bench.tiktok.orders["500"] |= {"status": "AWAITING_SHIPMENT", "update_time": int(bench.clock.now().timestamp())}
    bench.round()
    assert (bench.adjustment().created_at - collected).total_seconds() >= 3 * 3600
    assert bench.adjustment().updated_at == bench.adjustment().created_at


@pytest.mark.parametrize("first", ["IN_TRANSIT", FUTURE])
def test_an_order_in_a_status_from_the_future_is_as_it_was_and_asked_for_again(bench: Bench, first: str) -> None:
    def seen() -> tuple[bool, str, str, bool]:
        with SqlStore(bench.connector.engine).reading() as work:
            order = work.orders_anywhere("500")[0]
            (unit,) = work.units([order.id])
        return order.offered, order.payment_status, order.shipping_status, unit.shipped

    def becomes(status: str) -> None:
        bench.tiktok.orders["500"]["status"] = bench.tiktok.orders["500"]["line_items"][0]["display_status"] = status

    bench.order("20.00", status=first)
    before = seen()
    known = True, "Cleared", "Shipped", True
    assert before == (known if first != FUTURE else (False, "Submitted", "Unshipped", False))
    becomes(FUTURE)
    for _ in range(3):
        assert "orders unavailable" in bench.round()
        assert seen() == before
        bench.wait(hours=5)
    becomes("CANCELLED")
    bench.round()
    assert seen() == (True, "Cleared", "Canceled", False)


@pytest.mark.parametrize(("meanwhile", "statuses"), [(goes_dark, ["Error", "NewRma"]), (waits_no_more, ["Error"])])
def test_what_nobody_can_read_again_is_asked_anew_as_it_was_and_what_waits_no_more_is_not(
    bench: Bench, meanwhile: Callable[[Bench], None], statuses: list[str]
) -> None:
    a_refund_request(bench)
    bench.approve()

    def refuses(call: Call) -> Json:
        meanwhile(bench)
        return refusal(25011012, "no")(call)

    bench.tiktok.responses.append(refuses)
    bench.round()
    assert [entry.status for entry in bench.adjustments()] == statuses


@pytest.fixture
def answering(make_bench: Callable[[Settings], Bench]) -> Bench:
    """A connector that answers a refund request with no, where nobody else does."""
    return make_bench(replace(SETTINGS, default_answers={"REFUND": "reject"}))


def test_a_shops_own_answer_goes_before_that_of_the_connector(make_bench: Callable[[Settings], Bench]) -> None:
    bench = make_bench(replace(SETTINGS, default_answers={"REFUND": "approve", "CANCEL": "approve"}))
    bench.connector.add_shop("code-1", default_answers={"REFUND": "reject"})
    a_refund_request(bench, deadline=timedelta(minutes=25))
    assert bench.round() == "round: 1 answered, 1 delivered"
    assert [call.body["decision"] for call in bench.tiktok.written()] == ["REJECT_REFUND"]


def test_an_order_moves_with_its_adjustments(bench: Bench) -> None:
    def moved_at() -> datetime:
        with SqlStore(bench.connector.engine).reading() as work:
            return work.orders_anywhere("500")[0].updated_at

    a_refund_request(bench)
    before = moved_at()
    bench.wait(hours=1)
    assert moved_at() == before
    settle_as(bench, COMPLETE)
    bench.round()
    assert moved_at() == bench.clock.at > before


def test_a_round_counts_whom_it_warned_of_and_what_it_decided_itself(answering: Bench) -> None:
    bench = answering
    a_refund_request(bench, deadline=timedelta(hours=3))
    bench.until(START + timedelta(minutes=59))
    assert bench.round() == "round: 1 warned"
    bench.until(START + timedelta(minutes=164))
    assert bench.round() == "round: 1 answered, 1 delivered"


def test_a_fault_before_one_deadline_holds_up_no_other(answering: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = answering
    soon = bench.clock.at + timedelta(minutes=10)
    for order_id, return_id in (("500", "900"), ("600", "901")):
        bench.tiktok.put_order(order_id, "20.00")
        bench.tiktok.put_return(return_id, order_id, PENDING, deadline=soon)

    def faulty(work: Any, adjustment: Adjustment, *args: Any, **more: Any) -> None:
        if adjustment.site_adjustment_id == "900":
            raise RuntimeError("of our own making")
        decide(work, adjustment, *args, **more)

    monkeypatch.setattr("connector.usecases.round.decide", faulty)
    assert bench.round() == "round: 4 collected, 1 failed here, 1 answered, 1 delivered"


def test_the_default_answer_goes_before_a_refund_of_the_sellers(make_bench: Callable[[Settings], Bench]) -> None:
    bench = make_bench(replace(SETTINGS, default_answers={"REFUND": "approve"}))
    a_refund_request(bench, deadline=timedelta(minutes=25))
    bench.refund()
    assert bench.round() == "round: 1 answered, 1 delivered"
    settle_as(bench, COMPLETE)
    assert bench.round() == "round: 1 collected, 1 overtaken"
    assert [entry.status for entry in bench.adjustments()] == ["PostProcessingComplete", "InformationOnly"]


@pytest.mark.parametrize("lost", [1, 3])
@pytest.mark.parametrize("ahead_of_the_round", [False, True])
def test_a_renewal_that_had_no_answer_is_made_again_while_the_token_we_have_is_still_good(
    make_bench: Callable[[Settings], Bench], lost: int, ahead_of_the_round: bool
) -> None:
    bench = make_bench(replace(SETTINGS, refresh_before=timedelta(days=9)))  # whatever calls renews the token first
    whole, renewals, left = bench.tiktok.respond, list[datetime](), lost
    if ahead_of_the_round:
        a_refund_request(bench, deadline=timedelta(minutes=7))
        bench.wait(minutes=5)

    def cut(call: Call) -> Json:
        nonlocal left
        if call.path.endswith("/refresh"):
            renewals.append(bench.clock.at)
            left -= 1
            if left >= 0:
                raise Cut
        return whole(call)

    bench.tiktok.instead, since = cut, bench.clock.at
    if ahead_of_the_round:
        bench.approve()
    bench.wait(minutes=lost)
    assert renewals == [since + timedelta(minutes=number) for number in range(lost + 1)]
    assert bench.due().at == START + timedelta(minutes=15), "the grid has not moved"


def test_tokens_of_several_shops_are_renewed_once_in_a_life_and_with_the_newest(
    make_bench: Callable[[Settings], Bench],
) -> None:
    bench = make_bench(replace(SETTINGS, poll_interval=timedelta(hours=12)))
    whole, spent, used = bench.tiktok.respond, list[str](), set[str]()

    def of_two_shops(call: Call) -> Json:
        answer = whole(call)
        if call.path.startswith("/api/v2/token/"):
            spent.append(call.query.get("refresh_token", "a code"))
            answer["data"]["refresh_token"] = f"refresh of {spent[-1]}"
        elif call.path == "/authorization/202309/shops":
            answer["data"]["shops"].append({"id": "7000002", "cipher": "ROW_d", "name": "Wool & Co", "region": "GB"})
        elif call.path.endswith("/orders/search"):
            used.add(call.query["shop_cipher"])
        return answer

    bench.tiktok.instead = of_two_shops
    assert [shop.profile_id for shop in bench.connector.add_shop("code-2")] == [1, 2]
    bench.wait(days=20)
    assert spent == ["a code", "refresh of a code", "refresh of refresh of a code"]
    assert used == {"ROW_c", "ROW_d"}


def test_a_shop_whose_round_fails_keeps_no_other_waiting(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong is raised each time, and due again a minute later."""
    whole, seen, begins = bench.tiktok.respond, list[str](), SqlUnitOfWork.round_begins

    def of_two_shops(call: Call) -> Json:
        answer = whole(call)
        if call.path == "/authorization/202309/shops":
            answer["data"]["shops"].append({"id": "7000002", "cipher": "ROW_d", "name": "Wool & Co", "region": "US"})
        elif call.path.endswith("/orders/search"):
            seen.append(call.query["shop_cipher"])
        return answer

    def but_for_one(work: SqlUnitOfWork, profile_id: int, *times: datetime) -> Any:
        if profile_id == 1:
            raise LookupError("it cannot be opened")
        return begins(work, profile_id, *times)

    bench.tiktok.instead = of_two_shops
    bench.connector.add_shop("code-2")
    with monkeypatch.context() as patch:
        patch.setattr(SqlUnitOfWork, "round_begins", but_for_one)
        for number in range(1, 4):
            with pytest.raises(LookupError, match="it cannot be opened"):
                bench.round()
            bench.round()
            assert seen == ["ROW_d"] * number
            assert bench.due().at == bench.clock.at + timedelta(minutes=1)
            bench.clock.at += timedelta(minutes=15)
    bench.round()
    assert "ROW_c" in seen


def test_the_first_round_of_a_later_shop_looks_back_from_when_that_was_added(bench: Bench) -> None:
    whole, asked = bench.tiktok.respond, list[datetime]()

    def of_two_shops(call: Call) -> Json:
        answer = whole(call)
        if call.path == "/authorization/202309/shops":
            answer["data"]["shops"].append({"id": "7000002", "cipher": "ROW_d", "name": "Wool & Co", "region": "US"})
        elif call.query.get("shop_cipher") == "ROW_d":
            asked.append(datetime.fromtimestamp(call.body["update_time_ge"], UTC))
        return answer

    bench.wait(days=1)
    bench.tiktok.instead = of_two_shops
    bench.connector.add_shop("code-2")
    added = bench.clock.at
    bench.wait(minutes=15)
    assert set(asked[:3]) == {added - SETTINGS.backfill}


@pytest.mark.parametrize("lost", [False, True])
def test_an_answer_without_an_outcome_goes_before_all_that_is_read(bench: Bench, lost: bool) -> None:
    a_refund_request(bench, deadline=timedelta(minutes=40))
    bench.approve()
    whole, left = bench.tiktok.respond, 0

    def as_far_as_it_goes(call: Call) -> Json:
        nonlocal left
        left -= 1
        if left < 0 and lost and is_write(call):
            raise Cut
        return whole(call) if left >= 0 else refusal(36009002, "too many", 429)(call)

    bench.tiktok.instead = as_far_as_it_goes
    for state in ("unknown" if lost else "waiting", "done"):
        left = 3  # as many as there are searches
        bench.round()
        assert bench.outbox()[0].state == state


@pytest.mark.parametrize(
    ("asks", "answer", "comes_to", "whose"),
    [
        ("REFUND", "approve", SUCCESS, "oms"),
        ("REFUND", "approve", COMPLETE, "oms"),
        ("REFUND", "approve", REJECTED, "channel"),
        ("REFUND", "approve", CANCEL, "channel"),
        ("REFUND", "offer", CANCEL, "oms"),  # as comes of it when the buyer wants nothing any more
        ("REFUND", "offer", REJECTED, "channel"),
        ("REFUND", "reject", REJECTED, "oms"),
        ("REFUND", "reject", CANCEL, "oms"),  # as comes of it when nobody appeals
        ("REFUND", "reject", SUCCESS, "channel"),
        ("RETURN_AND_REFUND", "approve", "AWAITING_BUYER_SHIP", "oms"),
        ("RETURN_AND_REFUND", "approve", CANCEL, "oms"),  # as comes of it when nothing is sent
        ("RETURN_AND_REFUND", "approve", REJECTED, "channel"),
        ("RETURN_AND_REFUND", "reject", COMPLETE, "channel"),
        ("REPLACEMENT", "approve", "REPLACEMENT_REQUEST_CANCEL", "channel"),
        ("REPLACEMENT", "approve", "REPLACEMENT_REQUEST_COMPLETE", "oms"),
    ],
)
def test_an_answer_that_got_lost_has_brought_only_what_can_come_of_it(
    bench: Bench, asks: str, answer: str, comes_to: str, whose: str
) -> None:
    status = "REPLACEMENT_REQUEST_PENDING" if asks == "REPLACEMENT" else PENDING
    bench.claim("39.98", status=status, return_type=asks, deadline=bench.clock.at + DAY)
    match answer:
        case "approve":
            bench.approve()
        case "offer":
            bench.approve(partial_refund_amount=Decimal("10.00"))
        case "reject":
            bench.reject()
    whole = bench.tiktok.respond

    def nobody_knows(call: Call) -> Json:
        if is_write(call) or "return_ids" in call.body:
            raise Cut
        return whole(call)

    bench.tiktok.instead = nobody_knows
    bench.round()
    assert bench.outbox()[0].state == "unknown"
    bench.tiktok.instead = None
    bench.clock.at += timedelta(minutes=5)
    bench.becomes(comes_to)
    assert bench.adjustment().decided_by == whose
    assert bench.outbox()[0].state == ("done" if whose == "oms" else "withdrawn")


def test_news_from_a_stream_that_broke_off_still_hold_back_a_decision(bench: Bench) -> None:
    a_refund_request(bench)
    bench.reject()
    settle_as(bench, COMPLETE)
    bench.tiktok.returns["899"] = {"return_id": "899", "update_time": int(bench.clock.now().timestamp())}
    assert "returns unavailable" in bench.round()
    assert bench.tiktok.written() == []
    assert bench.adjustment().status == "PostProcessingComplete"


def test_a_return_that_was_closed_says_why(bench: Bench) -> None:
    bench.claim("20.00", status="AWAITING_BUYER_SHIP", return_type="RETURN_AND_REFUND")
    record = {"event": "BUYER_RETURN_SHIPPED_TIMEOUT", "description": "Not shipped in time", "create_time": 1}
    bench.tiktok.records = [record]
    bench.becomes(CANCEL)
    assert bench.adjustment().status == "RejectionCompleted"
    assert "Not shipped in time" in bench.adjustment().comment


def test_of_records_of_one_second_the_later_one_says_why(bench: Bench) -> None:
    bench.tiktok.records = [{"event": event, "create_time": 7} for event in ("ORDER_RETURN", "BUYER_CANCELED")]
    bench.claim("20.00", status=CANCEL)
    assert bench.adjustment().comment.endswith("BUYER_CANCELED")
    assert records({"records": []}) == ReturnRecords(last="", paid=False, shown=Shown(0, 0))


def test_money_instead_of_a_replacement_is_told_when_the_records_say_that_it_came(bench: Bench) -> None:
    bench.claim("20.00", status="REPLACEMENT_REQUEST_PENDING", return_type="REPLACEMENT")
    whole, told = bench.tiktok.respond, []

    def without_records(call: Call) -> Json:
        return refusal(36009003, "busy")(call) if "/records" in call.path else whole(call)

    paid = [{"event": "REFUND_SUCCESS", "create_time": 7}]
    for kept, answers in (([], None), (paid, without_records), (paid, None)):
        bench.tiktok.records, bench.tiktok.instead = kept, answers
        bench.becomes("REPLACEMENT_REQUEST_REFUND_SUCCESS")
        told.append(bench.adjustment().status)
    assert told == ["AcknowledgedPostProcessingNotComplete"] * 2 + ["PostProcessingComplete"]


def test_what_the_buyer_shows_is_read_once_and_goes_with_the_case(bench: Bench) -> None:
    two = {"role": "BUYER", "images": [{"url": "a"}, {"url": "b"}], "videos": [{"url": "c"}]}
    bench.tiktok.records = [two, {"role": "SELLER", "images": [{"url": "d"}]}]
    bench.claim("20.00")
    assert (bench.adjustment().pictures, bench.adjustment().videos) == (2, 1)
    bench.becomes("REFUND_OR_RETURN_REQUEST_REJECT")
    bench.becomes(PENDING)
    assert (bench.adjustment().generation, bench.adjustment().pictures) == (2, 2)
    assert sum("/records" in call.path for call in bench.tiktok.calls) == 1


def test_silence_after_an_offer_that_came_to_nothing_is_decided_by_the_marketplace(bench: Bench) -> None:
    a_refund_request(bench)
    bench.approve(partial_refund_amount=Decimal("5.00"))
    bench.round()
    declined = {"buyer_rejected_partial_refund": True}
    bench.becomes(PENDING, **declined)
    assert (bench.adjustment().status, bench.adjustment().decided_by) == ("NewRma", None)
    bench.becomes(COMPLETE, **declined)
    assert (bench.adjustment().status, bench.adjustment().decided_by) == ("PostProcessingComplete", "channel")


def test_a_connector_goes_on_counting_where_the_memory_it_is_given_was(bench: Bench) -> None:
    bench.wait(hours=1)
    old, due = bench.connector, bench.due()
    assert due.number > 1
    kept = pickle.loads(pickle.dumps(old.memory))
    heir = Connector(old.settings, clock=bench.clock, http=bench.sessions[0], engine=old.engine, memory=kept)
    assert heir.next_due() == due
    heir.run_due(due.at)
    following = heir.next_due()
    assert following is not None
    assert following.number == due.number + 1


def test_a_buyer_is_forgotten_when_nothing_has_moved_for_long_and_known_again_by_what_moves(bench: Bench) -> None:
    buyer = {"buyer_email": "maya@example.com", "recipient_address": {"name": "Maya Lind"}}
    document = bench.tiktok.put_order("500", "39.98")
    document.update(buyer)
    bench.round()
    last = bench.clock.at

    def known() -> tuple[str, Mapping[str, Any], datetime]:
        with SqlStore(bench.connector.engine).reading() as work:
            (order,) = work.orders_anywhere("500")
        return order.buyer_email, order.recipient, order.updated_at

    bench.until(last + timedelta(days=90) - timedelta(minutes=15))
    assert known() == (*buyer.values(), last)
    assert bench.round() == "round: 1 purged"
    assert known() == ("", {}, last)
    assert bench.round() == "round: nothing new"
    document.update(status="COMPLETED", update_time=int(bench.clock.at.timestamp()))
    bench.round()
    assert known() == (*buyer.values(), bench.clock.at)


def test_a_refusal_because_it_is_done_already_is_no_error(bench: Bench) -> None:
    a_refund_request(bench, deadline=timedelta(minutes=25))
    bench.until(START + timedelta(minutes=15))
    settle_as(bench, SUCCESS)
    bench.tiktok.responses.append(refusal(25020010, "already approved"))
    bench.approve()
    bench.round()
    assert bench.adjustment().status == "AcknowledgedPostProcessingNotComplete"
    assert bench.adjustment().decided_by == "channel"
    assert "done_outside" in bench.events("500")


def test_a_round_reads_all_pages(bench: Bench) -> None:
    for number in range(120):
        bench.tiktok.put_order(f"6{number:03}", "10.00")
    assert bench.round() == "round: 120 collected"
    assert bench.round() == "round: nothing new"
