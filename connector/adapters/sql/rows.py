"""Records as rows and rows as records, by the names of their columns; decisions as the JSON that is kept of them.

A field of a record is a column of the same name. Only these are kept otherwise: what an outbox entry decides, in the
columns `what` and `body`, and what a seller has decided about an adjustment, in the column `answer`.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar

from connector.domain.adjustments import Action, RequestStatus
from connector.domain.decisions import (
    ApproveCancellation,
    ApproveReturn,
    CancelOrder,
    CreateRefund,
    Decision,
    OutboxState,
    RejectCancellation,
    RejectReturn,
    SellerDecision,
    SiteDecision,
)
from connector.records import Adjustment, OutboxEntry

Row = dict[str, Any]
R = TypeVar("R")

KINDS: Final[tuple[type[Decision], ...]] = (
    ApproveReturn, RejectReturn, ApproveCancellation, RejectCancellation, CreateRefund, CancelOrder,
)  # fmt: skip
BY_OPERATION: Final[Mapping[str, type[Decision]]] = {kind.operation: kind for kind in KINDS}
# What is kept of each kind beside its fields, and which fields only where they have a value.
ALWAYS: Final[Mapping[type, Row]] = {
    ApproveCancellation: {"decision": SiteDecision.APPROVE_CANCELLATION},
    RejectCancellation: {"decision": SiteDecision.REJECT_CANCELLATION, "grade": "AS_SOLD"},
    CancelOrder: {"amount": None},
}
WITH_A_VALUE: Final[Mapping[type, tuple[str, ...]]] = {
    ApproveReturn: ("amount", "currency"),
    CreateRefund: ("mended", "default_reason"),
    CancelOrder: ("default_reason",),
}
KEYS: Final = {"choice": "decision"}  # a field's key, where it is not its name
READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "action": Action,
    "amount": lambda text: None if text is None else Decimal(text),
    "choice": SiteDecision,
    "conditions": tuple,
    "line_ids": tuple,
}


def to_row(record: Any) -> Row:
    """Return a record's values by column."""
    kind = record.__class__
    return _columns(record, dict(zip(_names(kind), _values(kind)(record), strict=True)))


def changes(was: Any, becomes: Any) -> Row:
    """Return the values by column that differ."""
    kind = was.__class__
    each = zip(_names(kind), _values(kind)(was), _values(kind)(becomes), strict=True)
    return _columns(becomes, {name: new for name, old, new in each if new != old})


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _values(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*_names(kind))


def _columns(record: Any, row: Row) -> Row:
    if isinstance(record, Adjustment) and "decision" in row:
        decision = row.pop("decision")
        row["answer"] = decision and to_json(decision)
    elif isinstance(record, OutboxEntry):
        decision = row.pop("decision")
        row |= {"what": decision.operation, "body": to_json(decision)}
    return row


def from_row(record: type[R], row: Row) -> R:
    """Make a record of a row's values by column: all that it has, so that its fields need not be set one by one."""
    if record is Adjustment:
        row["status"] = RequestStatus(row["status"])
        answer = row.pop("answer")
        row["decision"] = answer and from_json(SellerDecision, answer)
    elif record is OutboxEntry:
        row["state"] = OutboxState(row["state"])
        row["decision"] = from_json(BY_OPERATION[row.pop("what")], row.pop("body"))
    made = object.__new__(record)
    vars(made).update(row)
    return made


def to_json(decision: Any) -> Row:
    """Return what is kept of a decision beside its operation."""
    kept = dict(ALWAYS.get(decision.__class__, {}))
    for name in _names(decision.__class__):
        value = getattr(decision, name)
        if value or name not in WITH_A_VALUE.get(decision.__class__, ()):
            kept[KEYS.get(name, name)] = f"{value:f}" if isinstance(value, Decimal) else value
    return kept


def from_json(kind: Any, kept: Row) -> Any:
    """Make a decision of what is kept of it."""
    given = {name: KEYS.get(name, name) for name in _names(kind)}
    return kind(**{name: READ.get(name, _same)(kept[key]) for name, key in given.items() if key in kept})


def _same(value: Any) -> Any:
    return value
