"""Which rule needs which capability (D34): the table, and what is judged for each set of those that are missing."""

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest

from rehearsal.audit.auditor import UNSEEN
from rehearsal.audit.finding import Verdict
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.seats.port import CANNOT, Capability
from tests.unit.rehearsal.story import COMPLETE, TALE, Story, ledger_row

C: Final = Capability
# fmt: off
NEEDS: Final[Mapping[int, frozenset[Capability]]] = {
    # rules that need more than the marketplace (1, 3, 5, 7) and the wire (8, 15, 16)
    2: frozenset({C.STAFF_DECIDES}), 4: frozenset({C.STAFF_DECIDES}), 14: frozenset({C.STAFF_DECIDES}),
    11: frozenset({C.STAFF_SEES}), 12: frozenset({C.STAFF_SEES}), 18: frozenset({C.STAFF_SEES}),
    6: frozenset({C.LEDGER}), 13: frozenset({C.LEDGER}),
    9: frozenset({C.KILL, C.STAFF_DECIDES}),
    10: frozenset({C.OUTPUT}),
    17: frozenset({C.ACTIVITY}),
}
PARTS: Final[Mapping[int, frozenset[Capability]]] = {
    # of these a part is not judged without
    2: frozenset({C.STAFF_SEES, C.ACTIVITY}),
    5: frozenset({C.LEDGER}),
    9: frozenset({C.STAFF_SEES}),
    14: frozenset({C.STAFF_SEES}),
    15: frozenset({C.STAFF_DECIDES}),
}
# What the tale breaks of these rules, it breaks in the part that is not judged without this capability.
IN_PART: Final[Mapping[Capability, frozenset[int]]] = {C.STAFF_SEES: frozenset({9, 14})}
HEARD_WITH: Final = {
    # what an OMS tells of   where it has
    "decision_given": C.STAFF_DECIDES, "refund_requested": C.STAFF_DECIDES,
    "adjustment_read": C.STAFF_SEES, "order_read": C.STAFF_SEES, "booked": C.LEDGER,
}
# fmt: on
SETS: Final = [frozenset(some) for size in range(len(Capability) + 1) for some in combinations(Capability, size)]


class Partial(Story):
    """A story of which only that is told which a seat with these capabilities lets one hear."""

    def tell(self, name: str, **data: Any) -> Story:
        if name in HEARD_WITH and HEARD_WITH[name] not in self._seen:
            return self
        return super().tell(name, **data)


def test_each_rule_needs_what_the_table_says() -> None:
    for number, invariant in INVARIANTS.items():
        assert invariant.needs == NEEDS.get(number, frozenset()), invariant.slug
        assert frozenset().union(*invariant.parts.values()) == PARTS.get(number, frozenset()), invariant.slug


def test_the_document_has_the_same_table() -> None:
    text = (Path(__file__).parents[3] / "docs" / "invariants.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.*`.*|only the .*) \| (.*) \|$", text, re.MULTILINE)
    told = {
        int(number): set(re.findall("`([a-z ]+)`", needs))
        for needs, some in rows
        for number in re.findall(r"\d+", some)
    }
    assert told == {number: NEEDS.get(number, frozenset()) for number in INVARIANTS} | {5: PARTS[5]}


def test_for_each_set_of_capabilities_what_the_others_would_show_is_not_judged_and_which_is_said() -> None:
    for known in SETS:
        missing = frozenset(Capability) - known
        for verdict in Story(known).auditor.findings():
            unseen = NEEDS.get(verdict.number, frozenset()) & missing
            in_part = PARTS.get(verdict.number, frozenset()) & missing
            assert verdict.verdict is (Verdict.NOT_JUDGED if unseen else Verdict.NOT_TRIED)
            assert all(UNSEEN[one] in (verdict.why or "") for one in unseen or in_part)
            assert bool(verdict.why) is bool(unseen or in_part)


@pytest.mark.parametrize("lacking", Capability)
def test_what_breaks_every_rule_breaks_those_that_are_judged(lacking: Capability) -> None:
    """What rests on the missing capability alone is not said to be broken, and all the rest is."""
    story = Partial(frozenset(Capability) - {lacking})
    for happens in TALE:
        happens(story)
    judged = {number for number in INVARIANTS if lacking not in NEEDS.get(number, frozenset())}
    assert {finding.number for finding in story.auditor.broken()} == judged - IN_PART.get(lacking, frozenset())


def test_what_a_seat_lacks_is_said_in_words() -> None:
    assert CANNOT.keys() == UNSEEN.keys() == set(Capability)


@pytest.mark.parametrize(("in_the_book", "broken"), [("39.98", []), ("0.00", ["lapse-once", "books-agree"])])
def test_where_nobody_sees_the_staff_the_books_say_whether_a_lapse_was_learnt_of(
    in_the_book: str, broken: list[str]
) -> None:
    story = Story(frozenset(Capability) - {C.STAFF_SEES}).ordered().lapsed()
    story.moved(COMPLETE, "PAYOUT", "system").paid("39.98").mailed("order refund")
    story.tell("order_read", who="oms", total=Decimal("39.98"), made_of={})
    story.came_to_rest(ledger=[ledger_row("39.98", "39.98", in_the_book)])
    assert story.broken() == broken
