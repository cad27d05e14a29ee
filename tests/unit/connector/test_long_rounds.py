"""A round whose calls take their time: what happens, and what is decided, in its midst."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connector import Settings
from tests.clock import HandClock
from tests.responses import Call
from tests.unit.connector.conftest import SETTINGS, Bench
from tests.unit.connector.stub_tiktok import PENDING, Json, is_write, refusal

CALL = timedelta(seconds=20)


def slow(bench: Bench, meanwhile: Callable[[Call], Json | None] = lambda call: None) -> None:
    """Have every call take its time; what happens `meanwhile` may answer it."""

    def answered(call: Call) -> Json:
        bench.clock.at += CALL
        return meanwhile(call) or bench.tiktok.respond(call)

    bench.tiktok.instead = answered


def test_what_it_does_is_dated_when_it_does_it_and_the_next_looks_back_to_when_it_began(bench: Bench) -> None:
    """An OMS that reads in its midst asks from then on: what is written later must not be dated before."""
    asked = list[datetime]()

    def noted(call: Call) -> None:
        asked.extend(datetime.fromtimestamp(call.body[since], UTC) for since in {"update_time_ge"} & call.body.keys())

    began = bench.clock.at
    slow(bench, noted)
    bench.claim("20.00")
    new = bench.adjustment()
    assert new.created_at == new.updated_at == began + 3 * CALL  # the third call has brought it
    bench.reject()
    asked.clear()
    bench.round()
    assert asked == [began - SETTINGS.overlap] * 3
    assert bench.adjustment().updated_at == bench.clock.at
    assert bench.connector.activity("500")[-1].at == bench.clock.at


def test_all_that_one_transaction_does_bears_one_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bench looks at each adjustment that moves (`dated`): nobody has read the clock again since it was dated."""

    def ticks(clock: HandClock) -> datetime:
        clock.at += timedelta(milliseconds=1)
        return clock.at

    monkeypatch.setattr(HandClock, "now", ticks)
    bench.claim("20.00", "10.00", status="BUYER_SHIPPED_ITEM", return_type="RETURN_AND_REFUND")
    for entry in bench.adjustments():
        bench.connector.commands.approve_return("item", entry.id)
    bench.tiktok.responses.append(refusal(25011012, "status does not allow approve"))
    bench.wait(hours=1)
    first, second, anew, other = bench.adjustments()
    assert (first.status, anew.status) == ("Error", "ReadyForReturn")
    assert first.updated_at == second.updated_at == anew.created_at == other.created_at
    lines = {entry.event: entry.at for entry in bench.connector.activity("500")}
    assert lines["refused"] == lines["asked_anew"] == first.updated_at


@pytest.mark.parametrize("acted", [False, True])
def test_it_tries_each_once_although_the_time_of_the_next_attempt_comes_in_its_midst(bench: Bench, acted: bool) -> None:
    tried = Counter[str]()

    def turned_away(call: Call) -> Json | None:
        tried.update([call.query["idempotency_key"]] if is_write(call) else [])
        return {"http": 502 if acted else 429, "raw": b""} if is_write(call) else None

    for number in range(8):
        bench.tiktok.put_order(f"60{number}", "20.00")
    bench.claim("20.00", deadline=bench.clock.at + timedelta(hours=24))
    bench.reject()
    for number in range(8):
        bench.refund("5.00", f"60{number}")
    slow(bench, turned_away)
    for count in (1, 2, 3):
        bench.round()
        assert set(tried.values()) == {count}
        assert {entry.attempts for entry in bench.outbox()} == {count}


def test_an_answer_in_its_midst_that_is_due_before_the_next_goes_out_at_once(
    make_bench: Callable[[Settings], Bench],
) -> None:
    """It has looked for what there is to deliver, and is about to tell the marketplace of another one."""
    bench = make_bench(SETTINGS)
    due = bench.due().at + 2 * SETTINGS.poll_interval - timedelta(minutes=5)
    bench.tiktok.put_order("501", "30.00")
    bench.tiktok.put_return("901", "501", PENDING, deadline=bench.clock.at + timedelta(hours=24))
    bench.claim("20.00", deadline=due)
    urgent, other = sorted(bench.adjustments(), key=lambda one: one.site_adjustment_id or "")
    bench.connector.commands.reject_buyer_request("item", other.id)

    def answers(call: Call) -> None:
        if is_write(call) and "/901/" in call.path:
            bench.connector.commands.reject_buyer_request("item", urgent.id)

    slow(bench, answers)
    bench.round()
    assert [call.path.split("/")[-2] for call in bench.tiktok.written()] == ["901"]
    bench.round()
    assert [call.path.split("/")[-2] for call in bench.tiktok.written()] == ["901", "900"]
    assert bench.clock.at < due
