"""Records as rows and rows as records, by the names of their columns; decisions as the JSON that is kept of them.

A field of a record is a column of the same name. Only these are kept otherwise: what an outbox entry decides, in the
columns `what` and `body`, and what a seller has decided about an adjustment, in the column `answer`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final, TypeVar

from connector.domain.adjustments import Action, RequestStatus
from connector.domain.decisions import (
    ApproveCancellation,
    ApproveReturn,
    CancelOrder,
    CreateRefund,
    Decision,
    Operation,
    OutboxState,
    RejectCancellation,
    RejectReturn,
    SellerDecision,
    SiteDecision,
)
from connector.records import Adjustment, OutboxEntry

Row = dict[str, Any]
R = TypeVar("R")
UNGRADED: Final = "AS_SOLD"  # kept of a cancellation, which has no goods


def to_row(record: Any) -> Row:
    """Return a record's values by column."""
    row = {field.name: getattr(record, field.name) for field in fields(record)}
    if isinstance(record, Adjustment):
        row["answer"] = seller_decision_to_json(row.pop("decision"))
    elif isinstance(record, OutboxEntry):
        decision = row.pop("decision")
        row |= {"what": decision.operation, "body": to_json(decision)}
    return row


def from_row(record: type[R], row: Row) -> R:
    """Make a record of a row's values by column."""
    if record is Adjustment:
        row["status"] = RequestStatus(row["status"])
        row["decision"] = seller_decision_from_json(row.pop("answer"))
    elif record is OutboxEntry:
        row["state"] = OutboxState(row["state"])
        row["decision"] = from_json(row.pop("what"), row.pop("body"))
    return record(**row)


def changes(was: object, becomes: object) -> Row:
    """Return the values by column that differ."""
    before = to_row(was)
    return {name: value for name, value in to_row(becomes).items() if value != before[name]}


def seller_decision_to_json(decision: SellerDecision | None) -> Row | None:
    if decision is None:
        return None
    return {
        "action": decision.action,
        "amount": _text(decision.amount),
        "reject_reason": decision.reject_reason,
        "comment": decision.comment,
        "conditions": list(decision.conditions),
    }


def seller_decision_from_json(kept: Row | None) -> SellerDecision | None:
    if kept is None:
        return None
    return SellerDecision(
        action=Action(kept["action"]),
        amount=_amount(kept["amount"]),
        reject_reason=kept["reject_reason"],
        comment=kept["comment"],
        conditions=tuple(kept["conditions"]),
    )


def to_json(decision: Decision) -> Row:
    """Return what is kept of a decision beside its operation."""
    match decision:
        case ApproveReturn(choice, None):
            return {"decision": choice}
        case ApproveReturn(choice, amount, currency):
            return {"decision": choice, "amount": _text(amount), "currency": currency}
        case RejectReturn(choice, reason, comment, grade):
            return {"decision": choice, "reason": reason, "grade": grade, "comment": comment}
        case ApproveCancellation():
            return {"decision": decision.choice}
        case RejectCancellation(reason, comment):
            return {"decision": decision.choice, "reason": reason, "grade": UNGRADED, "comment": comment}
        case CreateRefund():
            mended = {"mended": True} if decision.mended else {}
            return {**_of_order(decision), "amount": _text(decision.amount), **mended}
        case CancelOrder():
            return {**_of_order(decision), "amount": None}


def from_json(operation: str, kept: Row) -> Decision:
    """Read a decision back."""
    return _READ[Operation(operation)](kept)


def _of_order(decision: CreateRefund | CancelOrder) -> Row:
    return {
        "order_id": decision.order_id,
        "line_ids": list(decision.line_ids),
        "reason": decision.reason,
        "currency": decision.currency,
        "stated": decision.stated,
        "whole": decision.whole,
    }


def _order_fields(kept: Row) -> Row:
    return {
        "order_id": kept["order_id"],
        "line_ids": tuple(kept["line_ids"]),
        "reason": kept["reason"],
        "currency": kept["currency"],
        "stated": kept.get("stated", False),
        "whole": kept["whole"],
    }


_READ: Final[Mapping[Operation, Callable[[Row], Decision]]] = {
    Operation.APPROVE_RETURN: lambda kept: ApproveReturn(
        SiteDecision(kept["decision"]), _amount(kept.get("amount")), kept.get("currency", "")
    ),
    Operation.REJECT_RETURN: lambda kept: RejectReturn(
        SiteDecision(kept["decision"]), kept["reason"], kept["comment"], kept["grade"]
    ),
    Operation.APPROVE_CANCELLATION: lambda kept: ApproveCancellation(),
    Operation.REJECT_CANCELLATION: lambda kept: RejectCancellation(kept["reason"], kept["comment"]),
    Operation.CREATE_RETURN: lambda kept: CreateRefund(
        **_order_fields(kept), amount=_amount(kept["amount"]), mended="mended" in kept
    ),
    Operation.CANCEL_ORDER: lambda kept: CancelOrder(**_order_fields(kept)),
}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
