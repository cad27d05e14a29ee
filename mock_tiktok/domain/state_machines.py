"""What may follow what: every state machine of the marketplace, each row with who says so and how sure that is.

A return is four small machines: claim, parcel, money, dispute. An action happens to all of them that know it: a
machine that has no row for its state and the action refuses it, one that never heard of the action has no say. Two
things nobody does follow by themselves: an approved claim expects its parcel, a granted one is owed its money.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from mock_tiktok.domain.words import Action, CancelStatus, Claim, Dispute, Money, OrderStatus, Parcel, ReturnType

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class Consequence(StrEnum):
    """What follows from an action in another machine."""

    EXPECT = "the goods are expected"
    GRANT = "the money is granted"
    PAYOUT = "PAYOUT"


class Step(StrEnum):
    """What happens to an order."""

    PAY = "pay"
    CHANGE_ADDRESS = "change the address"
    HOLD_OVER = "hold over"
    HAND_OVER_PART = "hand over a part"
    HAND_OVER = "hand over"
    DELIVER = "deliver"
    COMPLETE = "complete"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Row(Generic[S, A]):
    """One rule: in this state, on this action, it becomes that."""

    state: S
    action: A
    becomes: S
    source: str
    certainty: str = "documented"


class Table(Generic[S, A]):
    """A state machine."""

    def __init__(self, name: str, rows: Iterable[Row[S, A]]) -> None:
        self.name = name
        self.rows = tuple(rows)
        self._next: Mapping[tuple[S, A], S] = {(row.state, row.action): row.becomes for row in self.rows}
        self.actions = frozenset(row.action for row in self.rows)
        if len(self._next) != len(self.rows):
            raise ValueError(f"{name} has two rows for one state and action")

    def after(self, state: S, action: A) -> S | None:
        """Return what becomes of `state`, or None where the table has no such row."""
        return self._next.get((state, action))

    def mermaid(self) -> str:
        """Draw the table."""
        lines = [f"    {row.state.name} --> {row.becomes.name}: {row.action.name}" for row in self.rows]
        return "\n".join(["stateDiagram-v2", *lines])


A_, C, D, M, P, O, K, T, Q = (  # noqa: E741 - one letter each keeps the tables readable as tables
    Action, Claim, Dispute, Money, Parcel, OrderStatus, CancelStatus, Step, Consequence,
)  # fmt: skip

# fmt: off
_OFFER = (
    Row(C.REQUESTED, A_.OFFER_PARTIAL_REFUND, C.OFFERED,   "S18, S20"),
    Row(C.OFFERED,   A_.ACCEPT_OFFER,         C.GRANTED,   "our choice, Q3", "assumed"),
    Row(C.OFFERED,   A_.DECLINE_OFFER,        C.REQUESTED, "our choice, Q3", "assumed"),
    Row(C.OFFERED,   A_.OFFER_EXPIRED,        C.REQUESTED, "our choice, Q3", "assumed"),
    Row(C.OFFERED,   A_.WITHDRAW,             C.CLOSED,    "as before the offer", "assumed"),
)

REFUND: Final = Table("refund-only claim", (
    Row(C.REQUESTED, A_.AUTO_REFUND,          C.GRANTED,   "U10d: S10, where the profile has it so", "assumed"),
    Row(C.REQUESTED, A_.APPROVE_REFUND,       C.GRANTED,   "S18"),
    Row(C.REQUESTED, A_.SELLER_SILENT,        C.GRANTED,   "U10: S1 (R17, R19): silence is a yes"),
    Row(C.REQUESTED, A_.REJECT_REFUND,        C.REJECTED,  "S18"),
    Row(C.REQUESTED, A_.WITHDRAW,             C.CLOSED,    "S18"),
    Row(C.REQUESTED, A_.EDIT,                 C.CLOSED,    "CAP: another return takes its place", "observed"),
    *_OFFER,
    Row(C.REJECTED,  A_.DISPUTE,              C.REJECTED,  "S20: stays on the rejected value"),
    Row(C.REJECTED,  A_.NO_DISPUTE,           C.CLOSED,    "S18, copy of 2026-05-20"),
    Row(C.REJECTED,  A_.SUPPORT_BUYER,        C.GRANTED,   "S18, copy of 2026-05-20"),
    Row(C.REJECTED,  A_.SUPPORT_SELLER,       C.CLOSED,    "S18, copy of 2026-05-20"),
    Row(C.REJECTED,  A_.HAND_BACK,            C.REQUESTED, "OBS-BR: the same return, a fresh deadline", "observed"),
    Row(C.REJECTED,  A_.WITHDRAW,             C.CLOSED,    "our choice, Q4: CLOSED where withdrawn", "assumed"),
    Row(C.GRANTED,   A_.PAYOUT,               C.GRANTED,   "S18: SUCCESS to COMPLETE"),
))

RETURN: Final = Table("return claim", (
    Row(C.REQUESTED, A_.AUTO_APPROVE,         C.APPROVED,  "U8: S1 (R3, R28)"),
    Row(C.REQUESTED, A_.AUTO_REFUND,          C.GRANTED,   "C22: S5; a seller's own rule: S17"),
    Row(C.REQUESTED, A_.APPROVE_RETURN,       C.APPROVED,  "S18"),
    Row(C.REQUESTED, A_.DIRECT_REFUND,        C.GRANTED,   "S20, S26; APPROVE_RETURN + buyer_keep_item"),
    Row(C.REQUESTED, A_.SELLER_SILENT,        C.APPROVED,  "S18, OBS-BR: no answer in time"),
    Row(C.REQUESTED, A_.REJECT_RETURN,        C.REJECTED,  "S18"),
    Row(C.REQUESTED, A_.WITHDRAW,             C.CLOSED,    "S18"),
    Row(C.REQUESTED, A_.EDIT,                 C.CLOSED,    "CAP: another return takes its place", "observed"),
    *_OFFER,
    Row(C.APPROVED,  A_.LABEL,                C.APPROVED,  "U9: S1 (R24, R41)"),
    Row(C.APPROVED,  A_.SHIP,                 C.APPROVED,  "S18"),
    Row(C.APPROVED,  A_.ARRIVE,               C.APPROVED,  "S1 (R42)"),
    Row(C.APPROVED,  A_.WITHDRAW,             C.CLOSED,    "before the goods are sent", "assumed"),
    Row(C.APPROVED,  A_.EDIT,                 C.CLOSED,    "before the goods are sent", "assumed"),
    Row(C.APPROVED,  A_.QUICK_REFUND,         C.GRANTED,   "S22b, S30, S33: paid when the carrier has it"),
    Row(C.APPROVED,  A_.NEVER_SHIPPED,        C.CLOSED,    "U11: S4, OBS-BR"),
    Row(C.APPROVED,  A_.NEVER_ARRIVED,        C.GRANTED,   "D51; CAP-US shows the deadline", "assumed"),
    Row(C.APPROVED,  A_.APPROVE_RECEIVED_PACKAGE, C.GRANTED, "S18"),
    Row(C.APPROVED,  A_.SELLER_SILENT,        C.GRANTED,   "U12: S4, S5, S7"),
    Row(C.APPROVED,  A_.REJECT_RECEIVED_PACKAGE, C.PARCEL_REJECTED, "S18"),
    Row(C.REJECTED,  A_.DISPUTE,              C.REJECTED,  "S20: stays on the rejected value"),
    Row(C.REJECTED,  A_.NO_DISPUTE,           C.CLOSED,    "S18"),
    Row(C.REJECTED,  A_.SUPPORT_BUYER,        C.APPROVED,  "S18: to AWAITING_BUYER_SHIP"),
    Row(C.REJECTED,  A_.SUPPORT_SELLER,       C.CLOSED,    "S18"),
    Row(C.REJECTED,  A_.HAND_BACK,            C.REQUESTED, "OBS-BR: the same return, a fresh deadline", "observed"),
    Row(C.REJECTED,  A_.WITHDRAW,             C.CLOSED,    "our choice, Q4: CLOSED where withdrawn", "assumed"),
    Row(C.PARCEL_REJECTED, A_.DISPUTE,        C.PARCEL_REJECTED, "S20: stays on the rejected value"),
    Row(C.PARCEL_REJECTED, A_.NO_DISPUTE,     C.CLOSED,    "S18"),
    Row(C.PARCEL_REJECTED, A_.SUPPORT_BUYER,  C.GRANTED,   "S18"),
    Row(C.PARCEL_REJECTED, A_.SUPPORT_SELLER, C.CLOSED,    "S18"),
    Row(C.PARCEL_REJECTED, A_.HAND_BACK,      C.APPROVED,  "as at the first review", "assumed"),
    Row(C.PARCEL_REJECTED, A_.WITHDRAW,       C.CLOSED,    "our choice, Q4: CLOSED where withdrawn", "assumed"),
    Row(C.GRANTED,   A_.ARRIVE,               C.GRANTED,   "goods may come after the money", "assumed"),
    Row(C.GRANTED,   A_.PAYOUT,               C.GRANTED,   "S18: SUCCESS to COMPLETE"),
))

_REPLACEMENT = (
    Row(C.REQUESTED, A_.APPROVE_REPLACEMENT,  C.REPLACED,  "S18"),
    Row(C.REQUESTED, A_.ISSUE_REPLACEMENT_REFUND, C.GRANTED, "S18"),
    Row(C.REQUESTED, A_.SELLER_SILENT,        C.REPLACED,  "U16: S4, S15"),
    Row(C.REQUESTED, A_.REJECT_REPLACEMENT,   C.REJECTED,  "S18"),
    Row(C.REQUESTED, A_.WITHDRAW,             C.CLOSED,    "S18"),
    Row(C.REQUESTED, A_.EDIT,                 C.CLOSED,    "CAP: another return takes its place", "observed"),
    Row(C.REJECTED,  A_.DISPUTE,              C.REJECTED,  "S18"),
    Row(C.REJECTED,  A_.NO_DISPUTE,           C.CLOSED,    "as for the other kinds", "assumed"),
    Row(C.REJECTED,  A_.SUPPORT_SELLER,       C.CLOSED,    "S18"),
    Row(C.REJECTED,  A_.HAND_BACK,            C.REQUESTED, "OBS-BR: the same return, a fresh deadline", "observed"),
    Row(C.REJECTED,  A_.WITHDRAW,             C.CLOSED,    "our choice, Q4: CLOSED where withdrawn", "assumed"),
    Row(C.GRANTED,   A_.PAYOUT,               C.GRANTED,   "S18: settled by refund"),
)
REPLACEMENT: Final = Table("replacement claim", (
    *_REPLACEMENT,
    Row(C.REJECTED,  A_.SUPPORT_BUYER,        C.REPLACED,  "C6: S18, a new order"),
))
REPLACEMENT_PAID: Final = Table("replacement claim, a won dispute is paid", (
    *_REPLACEMENT,
    Row(C.REJECTED,  A_.SUPPORT_BUYER,        C.GRANTED,   "C6: S15, a refund"),
))

PARCEL: Final = Table[Parcel, Action | Consequence]("parcel with a platform label", (
    Row(P.NONE,      Q.EXPECT,                P.AWAITED,   "S18"),
    Row(P.AWAITED,   A_.LABEL,                P.LABELLED,  "U9: S1 (R24, R25)"),
    Row(P.LABELLED,  A_.SHIP,                 P.SHIPPED,   "S18: when the carrier picks up (R26)"),
    Row(P.SHIPPED,   A_.QUICK_REFUND,         P.SHIPPED,   "S22b, S30, S33"),
    Row(P.ARRIVED,   A_.QUICK_REFUND,         P.ARRIVED,   "due since the carrier had it", "assumed"),
    Row(P.SHIPPED,   A_.ARRIVE,               P.ARRIVED,   "S1 (R42)"),
    Row(P.NONE,      A_.SELLER_SILENT,        P.NONE,      "S18: first review"),
    Row(P.ARRIVED,   A_.SELLER_SILENT,        P.ARRIVED,   "S18: second review"),
    Row(P.AWAITED,   A_.NEVER_SHIPPED,        P.AWAITED,   "U11: S4"),
    Row(P.LABELLED,  A_.NEVER_SHIPPED,        P.LABELLED,  "U11: S4"),
    Row(P.SHIPPED,   A_.NEVER_ARRIVED,        P.SHIPPED,   "D51: nobody has answered", "assumed"),
    Row(P.NONE,      A_.WITHDRAW,             P.NONE,      "S18"),
    Row(P.AWAITED,   A_.WITHDRAW,             P.AWAITED,   "before the goods are sent", "assumed"),
    Row(P.LABELLED,  A_.WITHDRAW,             P.LABELLED,  "before the goods are sent", "assumed"),
    Row(P.NONE,      A_.EDIT,                 P.NONE,      "CAP", "observed"),
    Row(P.AWAITED,   A_.EDIT,                 P.AWAITED,   "before the goods are sent", "assumed"),
    Row(P.LABELLED,  A_.EDIT,                 P.LABELLED,  "before the goods are sent", "assumed"),
    Row(P.SHIPPED,   A_.APPROVE_RECEIVED_PACKAGE, P.SHIPPED, "S18: status BUYER_SHIPPED_ITEM"),
    Row(P.ARRIVED,   A_.APPROVE_RECEIVED_PACKAGE, P.ARRIVED, "S18"),
    Row(P.SHIPPED,   A_.REJECT_RECEIVED_PACKAGE, P.REFUSED, "S18; not before U13's day 10"),
    Row(P.ARRIVED,   A_.REJECT_RECEIVED_PACKAGE, P.REFUSED, "S18"),
    Row(P.REFUSED,   A_.WITHDRAW,             P.REFUSED,   "our choice, Q4: CLOSED where withdrawn", "assumed"),
    # refused goods that the operator has handed back are judged once more
    *(Row(P.REFUSED, again,                   P.REFUSED,   "as at the first review", "assumed") for again in (
        Q.EXPECT, A_.APPROVE_RECEIVED_PACKAGE, A_.REJECT_RECEIVED_PACKAGE, A_.SELLER_SILENT)),
))
PARCEL_OWN: Final = Table[Parcel, Action | Consequence]("parcel the buyer sends in their own way", (
    *(row for row in PARCEL.rows if P.LABELLED not in (row.state, row.becomes)),
    Row(P.AWAITED,   A_.SHIP,                 P.SHIPPED,   "S18: when tracking is entered"),
))

MONEY: Final = Table[Money, Consequence]("money", (
    Row(M.NONE,      Q.GRANT,                 M.OWED,      "S20: SUCCESS means approved, not paid"),
    Row(M.OWED,      Q.PAYOUT,                M.PAID,      "S20: only COMPLETE means paid"),
))

_DECISIONS = (
    A_.APPROVE_REFUND, A_.APPROVE_RETURN, A_.APPROVE_RECEIVED_PACKAGE, A_.APPROVE_REPLACEMENT,
    A_.ISSUE_REPLACEMENT_REFUND, A_.OFFER_PARTIAL_REFUND, A_.DIRECT_REFUND,
    A_.REJECT_REFUND, A_.REJECT_RETURN, A_.REJECT_RECEIVED_PACKAGE, A_.REJECT_REPLACEMENT,
)
_OPEN_TO_SELLERS = (D.NONE, D.SUPPORT_BUYER, D.HANDED_BACK)
DISPUTE: Final = Table("dispute", (
    Row(D.NONE,          A_.DISPUTE,          D.IN_PROGRESS,    "S3"),
    Row(D.SUPPORT_BUYER, A_.DISPUTE,          D.IN_PROGRESS,    "a second rejection, at the parcel", "assumed"),
    Row(D.IN_PROGRESS,   A_.SUPPORT_BUYER,    D.SUPPORT_BUYER,  "S20"),
    Row(D.IN_PROGRESS,   A_.SUPPORT_SELLER,   D.SUPPORT_SELLER, "S20"),
    Row(D.NONE,          A_.WITHDRAW,         D.NONE,           "S18"),
    Row(D.SUPPORT_BUYER, A_.WITHDRAW,         D.SUPPORT_BUYER,  "S18"),
    Row(D.IN_PROGRESS,   A_.WITHDRAW,         D.CLOSED,         "our choice, Q4", "assumed"),
    Row(D.IN_PROGRESS,   A_.HAND_BACK,        D.HANDED_BACK,    "OBS-BR", "observed"),
    Row(D.HANDED_BACK,   A_.DISPUTE,          D.IN_PROGRESS,    "a second rejection", "assumed"),
    Row(D.HANDED_BACK,   A_.WITHDRAW,         D.HANDED_BACK,    "S18"),
    # while the operator has the case the seller can do nothing (25011010)
    *(Row(state, decision, state, "S20") for state in _OPEN_TO_SELLERS for decision in _DECISIONS),
    *(Row(state, A_.NO_DISPUTE, state, "U17: S3") for state in _OPEN_TO_SELLERS),
    *(Row(state, A_.EDIT, state, "as long as it can be withdrawn", "assumed") for state in _OPEN_TO_SELLERS),
))

CANCELLATION: Final = Table("cancellation", (
    Row(K.PENDING,   A_.APPROVE_CANCELLATION, K.SUCCESS,   "S18"),
    Row(K.PENDING,   A_.SELLER_SILENT,        K.SUCCESS,   "U3: S18, S36, S2"),
    Row(K.PENDING,   A_.REJECT_CANCELLATION,  K.CANCELLED, "S18"),
    Row(K.PENDING,   A_.REJECT_BY_SHIPPING,   K.CANCELLED, "S25"),
    Row(K.PENDING,   A_.WITHDRAW,             K.CANCELLED, "S18"),
    Row(K.SUCCESS,   A_.PAYOUT,               K.COMPLETE,  "S20: COMPLETE is refund paid"),
))

ORDER: Final = Table("order", (
    Row(O.UNPAID,              T.PAY,         O.ON_HOLD,           "the hold follows the payment", "assumed"),
    *(Row(was, T.CHANGE_ADDRESS, was, "webhooks tell of it; that it ends with the label is assumed",
          "assumed") for was in (O.UNPAID, O.ON_HOLD, O.AWAITING_SHIPMENT)),
    Row(O.ON_HOLD,             T.HOLD_OVER,   O.AWAITING_SHIPMENT, "U2: S15"),
    Row(O.AWAITING_SHIPMENT,   T.HAND_OVER,   O.IN_TRANSIT,        "D12: the seller hands over"),
    Row(O.AWAITING_COLLECTION, T.HAND_OVER,   O.IN_TRANSIT,        "NODE, CAP"),
    *(Row(was, T.HAND_OVER_PART, O.PARTIALLY_SHIPPING, "NODE; that a parcel goes by itself is assumed", "assumed")
      for was in (O.AWAITING_SHIPMENT, O.AWAITING_COLLECTION, O.PARTIALLY_SHIPPING)),
    Row(O.PARTIALLY_SHIPPING,  T.HAND_OVER,   O.IN_TRANSIT,        "as with one parcel", "assumed"),
    Row(O.IN_TRANSIT,          T.DELIVER,     O.DELIVERED,         "NODE, CAP"),
    Row(O.DELIVERED,           T.COMPLETE,    O.COMPLETED,         "D11: return.window over, no open claim"),
    Row(O.UNPAID,              T.CANCEL,      O.CANCELLED,         "S18"),
    Row(O.ON_HOLD,             T.CANCEL,      O.CANCELLED,         "S18"),
    Row(O.AWAITING_SHIPMENT,   T.CANCEL,      O.CANCELLED,         "S18"),
    Row(O.AWAITING_COLLECTION, T.CANCEL,      O.CANCELLED,         "S18"),
    Row(O.PARTIALLY_SHIPPING,  T.CANCEL,      O.CANCELLED,         "C7: S18, where shipping does not refuse"),
    Row(O.IN_TRANSIT,          T.CANCEL,      O.CANCELLED,         "C7: S18, where shipping does not refuse"),
    Row(O.DELIVERED,           T.CANCEL,      O.CANCELLED,         "C7: S18, where shipping does not refuse"),
))
# fmt: on


def claim_table(return_type: ReturnType, *, won_replacement_is_paid: bool = False) -> Table[Claim, Action]:
    """Return the claim's table for that kind of request."""
    if return_type is ReturnType.REFUND:
        return REFUND
    if return_type is ReturnType.RETURN_AND_REFUND:
        return RETURN
    return REPLACEMENT_PAID if won_replacement_is_paid else REPLACEMENT


TABLES: Final = (REFUND, RETURN, REPLACEMENT, REPLACEMENT_PAID, PARCEL, PARCEL_OWN, MONEY, DISPUTE, CANCELLATION, ORDER)
