"""The record of a run."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from rehearsal.trace import log
from rehearsal.trace.log import BLOCK, YOUNG, Trace
from tests.clock import START


@pytest.fixture
def trace() -> Trace:
    return Trace(world="default", seed=7, start=START)


def test_the_first_line_names_the_format_and_its_version(trace: Trace) -> None:
    header = json.loads(trace.ndjson().splitlines()[0])
    assert (header["format"], header["version"], header["seed"]) == ("rehearsal-trace", 1, 7)


def test_what_happens_during_an_act_names_it_as_its_cause(trace: Trace) -> None:
    act = trace.reserve()
    with trace.during(act):
        trace.event(START, "marketplace", "money_paid", {"amount": Decimal("39.98"), "at": START})
    trace.fill(act, START, None, "act", who="marketplace", what="refund paid", changed=True, return_id=None)
    entries = list(trace.entries())
    assert [(entry["seq"], entry["kind"], entry["cause"]) for entry in entries] == [(1, "act", None), (2, "event", 1)]
    assert entries[1]["data"] == {"amount": "39.98", "at": "2031-03-03T09:00:00Z"}


def test_old_entries_are_packed_and_read_the_same(trace: Trace) -> None:
    for number in range(YOUNG + 5 * BLOCK + 3):
        trace.event(START + timedelta(seconds=number), "marketplace", "mail_sent", {"number": number})
    assert len(trace.state.packed) > 3
    entries = list(trace.entries())
    assert [entry["data"]["number"] for entry in entries] == list(range(YOUNG + 5 * BLOCK + 3))
    assert next(entry["seq"] for entry in trace.entries(after=3 * BLOCK + 1)) == 3 * BLOCK + 2
    assert next(trace.entries(after=16))["data"] == {"number": 16}
    assert len(trace.ndjson().splitlines()) == 1 + len(trace)


def test_a_long_trace_lies_in_a_file_and_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traces = [Trace(world="w", seed=7, start=START, data=data) for data in (None, tmp_path)]
    for trace in traces:
        for number in range(YOUNG + 9 * BLOCK):
            trace.event(START + timedelta(seconds=number), "marketplace", "mail_sent", {"number": number})
        monkeypatch.setattr(log, "KEPT", 3_000)
    kept, spooled = traces
    assert not kept.state.spooled
    assert len(spooled.state.spooled) > 3
    assert spooled.state.packed
    assert spooled.ndjson() == kept.ndjson()
    assert list(spooled.entries(after=BLOCK + 7)) == list(kept.entries(after=BLOCK + 7))
    assert list(spooled.entries(after=8 * BLOCK - 1)) == list(kept.entries(after=8 * BLOCK - 1))
    assert next(spooled.entries(after=6 * BLOCK)) == next(kept.entries(after=6 * BLOCK))
    spooled.close()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_not_filled_yet_holds_up_nobody(trace: Trace) -> None:
    open_place = trace.reserve()
    for number in range(YOUNG + 3 * BLOCK):
        trace.event(START, "oms", "booked", {"number": number})
    assert not trace.state.packed
    assert next(trace.entries())["seq"] == 2
    trace.fill(open_place, START, None, "act", who="oms", what="pull", changed=True, return_id=None)
    assert next(trace.entries())["seq"] == 1


def test_a_buyers_data_in_an_event_is_hidden(trace: Trace) -> None:
    trace.event(START, "marketplace", "order_placed", {"order_id": "1", "buyer_email": "maya@example.com"})
    assert b"maya@example.com" not in trace.ndjson()
