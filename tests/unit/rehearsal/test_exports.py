"""The trace as people and their tools read it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from rehearsal.trace.diagram import mermaid
from rehearsal.trace.har import har
from rehearsal.trace.log import Trace
from tests.clock import START


class Record:
    """A trace, recorded entry by entry."""

    def __init__(self) -> None:
        self.trace = Trace(world="default", seed=1, start=START)
        self.now = START

    def exchange(self, caller: str, callee: str, operation: str, **given: Any) -> Record:
        fields: dict[str, Any] = {
            "operation": operation,
            "writes": False,
            "method": "POST",
            "scheme": "https",
            "host": "open-api.tiktokglobalshop.com",
            "path": "/return_refund/202309/returns/1/approve",
            "query": {"app_key": "a", "ids": ["1", "2"]},
            "request": {"type": "application/json", "body": None},
            "response": {"type": "application/json", "body": {"code": 0}},
            "status": 200,
            "request_id": "x",
            "fault": None,
            "failure": None,
            **given,
        }
        self.trace.fill(self.trace.reserve(), self.now, None, "exchange", **{"from": caller, "to": callee}, **fields)
        return self

    def act(self, who: str, what: str, *, changed: bool, polls: int = 1, **answered: Any) -> Record:
        slot = self.trace.reserve()
        with self.trace.during(slot):
            for _ in range(polls):
                self.exchange("connector", "marketplace", "searchReturns_202309", **answered)
        self.trace.fill(slot, self.now, None, "act", who=who, what=what, changed=changed, return_id=None)
        return self

    def event(self, name: str, **data: Any) -> Record:
        self.trace.event(self.now, "marketplace", name, data)
        return self

    def diagram(self) -> list[str]:
        return [line.strip() for line in mermaid(self.trace.entries()).decode().splitlines()]


def test_a_diagram_has_the_four_who_matter() -> None:
    assert Record().diagram() == [
        "sequenceDiagram",
        "actor buyer as Buyer",
        "participant marketplace as TikTok Shop",
        "participant connector as Connector",
        "participant oms as OMS",
    ]


def test_an_oms_that_is_asked_by_hooks_is_the_teams_own() -> None:
    diagram = Record().exchange("stage", "oms", "approve", writes=True).diagram()
    assert diagram[4:6] == ["participant oms as Team's OMS, by hooks", "participant stage as Stage"]


def test_polls_that_brought_nothing_are_left_out() -> None:
    assert Record().act("connector", "round: nothing", changed=False).diagram() == Record().diagram()


def listing(*returns: tuple[str, int]) -> dict[str, Any]:
    listed = [{"return_id": number, "update_time": at} for number, at in returns]
    body = {"code": 0, "data": {"return_orders": listed, "total_count": len(listed)}}
    return {"response": {"type": "application/json", "body": body}}


def test_of_rounds_that_wrote_nothing_those_are_shown_that_were_told_something_new() -> None:
    record = Record()
    told: list[tuple[tuple[str, int], ...]] = [(), (("1", 5),), (("1", 5),), (("1", 5), ("2", 5)), (("1", 6),), ()]
    for returns in told:
        record.act("connector", f"round: {returns}", changed=False, **listing(*returns))
    assert [line for line in record.diagram() if "round" in line or "search" in line] == [
        "Note over connector: round: (('1', 5),)",
        "connector->>marketplace: search returns",
        "Note over connector: round: (('1', 5), ('2', 5))",
        "connector->>marketplace: search returns",
        "Note over connector: round: (('1', 6),)",
        "connector->>marketplace: search returns",
    ]


def test_an_answer_that_was_lost_has_told_nothing_and_the_next_that_comes_has() -> None:
    record, news = Record(), listing(("1", 5))
    record.act("connector", "round: lost", changed=False, failure="ReadTimeout", fault="delay", **news)
    record.act("connector", "round: spoilt", changed=False, received=SPOILT, fault="garble", **news)
    record.act("connector", "round: told", changed=False, **news).act("connector", "round: idle", changed=False, **news)
    assert [line for line in record.diagram() if "round" in line] == ["Note over connector: round: told"]


def test_a_pull_for_which_the_connector_was_told_something_new_is_shown_with_both_calls() -> None:
    record = Record()
    pull = record.trace.reserve()
    with record.trace.during(pull):
        asked = record.trace.reserve()
        with record.trace.during(asked):
            record.exchange("connector", "marketplace", "searchReturns_202309", **listing(("1", 5)))
        first = next(record.trace.entries())
        fields = {name: first[name] for name in first if name not in ("seq", "at", "world", "shop", "kind", "cause")}
        fields |= {"from": "oms", "to": "connector", "operation": "listOrders"}
        record.trace.fill(asked, START, None, "exchange", **fields)
    record.trace.fill(pull, START, None, "act", who="oms", what="pull", changed=False, return_id=None)
    assert record.diagram()[6:] == [
        "Note over oms: pull",
        "oms->>connector: list orders",
        "connector->>marketplace: search returns",
    ]


def test_reads_in_a_row_are_one_arrow() -> None:
    record = Record().act("connector", "round: 1 collected", changed=True, polls=3)
    assert "connector->>marketplace: search returns" in record.diagram()
    assert len(record.diagram()) == 5 + 3


def test_what_a_finding_names_is_drawn_with_its_number_though_it_brought_nothing() -> None:
    record = Record().act("connector", "round: nothing", changed=False, polls=3).event("money_paid", amount="39.98")
    assert mermaid(record.trace.entries(), named={3, 5}).decode().splitlines()[6:] == [
        "    connector->>marketplace: search returns [exchange 3]",
        "    marketplace-->>buyer: pays back 39.98 [event 5]",
    ]


def test_of_calls_that_are_refused_alike_the_named_stand_beside_the_first_which_counts_them_all() -> None:
    record = Record()
    slot = record.trace.reserve()
    with record.trace.during(slot):
        for _ in range(4):
            record.exchange("connector", "marketplace", "searchReturns_202309", status=503)
    record.trace.fill(slot, START, None, "act", who="connector", what="round", changed=False, return_id=None)
    assert mermaid(record.trace.entries(), named={2, 4}).decode().splitlines()[6:] == [
        "    connector->>marketplace: search returns ✗ 503 (4 times) [exchange 2]",
        "    connector->>marketplace: search returns ✗ 503 [exchange 4]",
    ]


def test_people_mails_and_money_are_arrows() -> None:
    record = Record().event("return_requested", return_type="REFUND", refund_total="39.98", role="BUYER")
    record.exchange(
        "connector", "marketplace", "approveReturn", writes=True,
        request={"type": "application/json", "body": {"decision": "APPROVE_REFUND"}},
    ).event("money_paid", amount="39.98").event("mail_sent", kind="order refund")  # fmt: skip
    assert record.diagram()[5:] == [
        "Note over buyer,oms: Mon 03 Mar 2031, 09:00",
        "buyer->>marketplace: asks for refund, 39.98",
        "connector->>marketplace: approve return (APPROVE_REFUND)",
        "marketplace-->>buyer: pays back 39.98",
        "marketplace-)buyer: mail “order refund”",
    ]


def test_a_refusal_shows_its_words_and_breaks_no_diagram() -> None:
    record = Record().exchange(
        "connector", "marketplace", "approveReturn", writes=True,
        response={"type": "application/json", "body": {"code": 25011012, "message": "no; #1\nnever"}},
    )  # fmt: skip
    assert record.diagram()[-1] == "connector->>marketplace: approve return ✗ 25011012 no#59; #35;1 never"


def test_time_is_a_line_across_whenever_it_has_moved() -> None:
    record = Record().event("mail_sent", kind="order refund")
    record.now += timedelta(hours=1)
    lines = record.event("mail_sent", kind="order refund").event("mail_sent", kind="order refund").diagram()
    assert [line for line in lines if line.startswith("Note")] == [
        "Note over buyer,oms: Mon 03 Mar 2031, 09:00",
        "Note over buyer,oms: Mon 03 Mar 2031, 10:00",
    ]


def test_what_is_the_same_again_and_again_is_drawn_once() -> None:
    record = Record()
    for words in ("down", "down", "up", "down", "down", "down"):
        record.act("oms", words, changed=True, polls=0)
        record.now += timedelta(hours=8)
    assert record.diagram()[5:] == [
        "Note over buyer,oms: Mon 03 Mar 2031, 09:00",
        "Note over oms: down",
        "Note over buyer,oms: Mon 03 Mar 2031, 17:00",
        "Note over oms: down",
        "Note over buyer,oms: Tue 04 Mar 2031, 01:00",
        "Note over oms: up",
        "Note over buyer,oms: Tue 04 Mar 2031, 09:00 until Wed 05 Mar 2031, 01:00, 3 times",
        "Note over oms: down",
    ]


def test_an_archive_holds_every_exchange_with_its_address() -> None:
    record = Record().act("connector", "round", changed=False).exchange("connector", "marketplace", "approveReturn")
    entries = json.loads(har(record.trace.entries()))["log"]["entries"]
    assert len(entries) == 2
    assert entries[0]["request"]["url"] == (
        "https://open-api.tiktokglobalshop.com/return_refund/202309/returns/1/approve?app_key=a&ids=1&ids=2"
    )
    assert entries[0]["startedDateTime"] == "2031-03-03T09:00:00Z"
    assert entries[0]["response"]["content"]["text"] == '{"code": 0}'


SPOILT = {"status": 200, "type": "text/html", "body": "x"}


@pytest.mark.parametrize(
    ("given", "arrows"),
    [
        (
            {"fault": "cut_before", "failure": "ConnectionError", "status": None, "response": None},
            ["connector-xmarketplace: approve return ⚡ cut before ✗ no answer"],
        ),
        (
            {"fault": "unreachable", "failure": "ConnectionError", "status": None, "response": None},
            ["connector-xmarketplace: approve return ⚡ unreachable ✗ connection refused"],
        ),
        (
            {"fault": "cut_after", "failure": "ConnectionError"},
            ["connector->>marketplace: approve return", "marketplace--xconnector: ⚡ cut after: no answer"],
        ),
        (
            {"fault": "delay", "failure": "ReadTimeout"},
            ["connector->>marketplace: approve return", "marketplace--xconnector: ⚡ delay: timed out"],
        ),
        (
            {"fault": "wrong_content_type", "received": SPOILT},
            ["connector->>marketplace: approve return", "marketplace-->>connector: ⚡ wrong content type: 200"],
        ),
        (
            {"fault": "refuse", "status": 429, "response": {"type": "application/json", "body": {"code": 36009002}}},
            ["connector->>marketplace: approve return ⚡ refuse ✗ 36009002"],
        ),
        ({"fault": "duplicate"}, ["connector->>marketplace: approve return ⚡ duplicate"]),
    ],
)
def test_what_was_done_to_a_call_is_seen_with_what_its_caller_got(given: dict[str, Any], arrows: list[str]) -> None:
    record = Record().exchange("connector", "marketplace", "approveReturn", writes=True, **given)
    assert record.diagram()[6:] == arrows
    (entry,) = json.loads(har(record.trace.entries()))["log"]["entries"]
    got, failure = entry["response"], given.get("failure")
    assert (entry["_fault"], got.get("_error")) == (given["fault"], failure)
    assert got["status"] == (0 if failure else given.get("status", 200))
    assert got["content"]["text"] == ("" if failure else "x" if "received" in given else got["content"]["text"])
    sent = entry.get("_sent", {}).get("content", {}).get("text")
    assert sent == ('{"code": 0}' if given["fault"] in ("cut_after", "delay", "wrong_content_type") else None)


def test_a_poll_that_was_troubled_is_shown_though_it_brought_nothing() -> None:
    record = Record()
    slot = record.trace.reserve()
    with record.trace.during(slot):
        for fault in (None, "refuse"):
            record.exchange("connector", "marketplace", "searchReturns_202309", fault=fault)
    record.trace.fill(slot, START, None, "act", who="connector", what="round", changed=False, return_id=None)
    assert record.diagram()[6:] == ["connector->>marketplace: search returns ⚡ refuse"]


def test_tokens_are_seen_only_where_something_is_wrong_with_them() -> None:
    def shown(**given: Any) -> list[str]:
        return Record().exchange("connector", "marketplace", "refreshToken", **given).diagram()[6:]

    refused = {"type": "application/json", "body": {"code": 36004001, "message": "gone"}}
    assert shown() == []
    assert shown(response=refused) == ["connector->>marketplace: refresh token ✗ 36004001 gone"]
    assert len(shown(fault="cut_after", failure="ConnectionError")) == 2
