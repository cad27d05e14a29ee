"""The reasons a market knows: the key is the contract, the text is for people. Data: the profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_tiktok.domain.searches import Reason


@dataclass(frozen=True, slots=True)
class Group:
    """Some reasons that are offered together: to whom, for what, in which order statuses (none named: in all).

    Those that are retired have been, and are offered no more.
    """

    who: str
    kind: str
    statuses: frozenset[str]
    reasons: tuple[Reason, ...]
    source: str
    certainty: str
    retired: bool = False


@dataclass(frozen=True)
class Reasons:
    """All reasons of a market."""

    groups: tuple[Group, ...]

    @staticmethod
    def read(document: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]) -> Reasons:
        """Take them from a profile's document: by who, then by kind."""
        return Reasons(
            tuple(
                Group(
                    who,
                    kind,
                    frozenset(row.get("statuses", ())),
                    tuple(Reason(str(name), str(text)) for name, text in row["names"].items()),
                    row["source"],
                    row["certainty"],
                    row.get("retired", False),
                )
                for who, kinds in document.items()
                for kind, groups in kinds.items()
                for row in groups
            )
        )

    def offered(self, who: str, kind: str, status: str | None = None) -> tuple[Reason, ...]:
        """Return what may be named by `who`, for `kind`, while the order is in `status`; each key once."""
        found = {
            reason.name: reason
            for group in self.groups
            if group.who == who
            and group.kind == kind
            and not group.retired
            and (status is None or not group.statuses or status in group.statuses)
            for reason in group.reasons
        }
        return tuple(found.values())

    def first(self, who: str, kind: str, status: str | None = None) -> str | None:
        """Return the first of what is offered, for whoever names none; None where nothing is."""
        return next((reason.name for reason in self.offered(who, kind, status)), None)

    def places(self, name: str) -> tuple[Group, ...]:
        """Return every group that lists the key."""
        return tuple(group for group in self.groups if any(reason.name == name for reason in group.reasons))

    def text(self, name: str) -> str:
        """Return the text of a key; a key nobody knows speaks for itself."""
        for group in self.groups:
            for reason in group.reasons:
                if reason.name == name:
                    return reason.text
        return name.replace("_", " ")
