"""The reasons a market knows: the key is the contract, the text is for people. Data: `profiles/reasons-*.yaml`."""

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
    retired: bool = False


@dataclass(frozen=True)
class Reasons:
    """All reasons of a market."""

    groups: tuple[Group, ...]

    @staticmethod
    def read(document: Sequence[Mapping[str, Any]]) -> Reasons:
        """Take them from the YAML document."""
        return Reasons(
            tuple(
                Group(
                    row["who"],
                    row["kind"],
                    frozenset(row.get("statuses", ())),
                    tuple(Reason(str(name), str(text)) for name, text in row["reasons"].items()),
                    row["source"],
                    row.get("retired", False),
                )
                for row in document
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
