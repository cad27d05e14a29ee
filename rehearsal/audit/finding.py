"""What the auditor has to say: one document, the same in report, JUnit, console and control API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from rehearsal.sums import Sum

# What a finding's document says, in this order.
SHOWN: Final = (
    "id", "invariant", "number", "rule", "verdict", "certainty", "source", "suspect", "at", "expected", "seen", "why",
    "occasions", "witness", "reproduce",
)  # fmt: skip


class Verdict(StrEnum):
    """Whether a rule kept."""

    HELD = "held"
    BROKEN = "broken"
    NOT_TRIED = "not put to the test"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Witness:
    """The least that shows it: entries of the trace by number, the money, and whom it is about."""

    exchanges: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    money: Mapping[str, Sum] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        money = {what: str(one) for what, one in self.money.items()}
        return {"exchanges": list(self.exchanges), "events": list(self.events), "money": money, **self.about}


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict on one rule.

    A broken rule has a finding for each time it broke; a rule that kept, was not put to the test or could not be
    judged has one in all. `invariant` is the rule's slug, `number` its place in `docs/invariants.md`. `occasions` is
    how often the rule was put to the test.
    """

    id: str
    number: int
    invariant: str
    rule: str
    verdict: Verdict
    certainty: str
    expected: str
    seen: str
    reproduce: str
    at: str | None = None
    suspect: str | None = None
    why: str | None = None
    occasions: int = 1
    witness: Witness = Witness()

    @property
    def source(self) -> str:
        """Return where the rule is written down."""
        return f"docs/invariants.md#{self.invariant}"

    @property
    def broken(self) -> bool:
        return self.verdict is Verdict.BROKEN

    def document(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in SHOWN}
        return shown | {"verdict": str(self.verdict), "witness": self.witness.document()}
