"""What each status of the marketplace is in ChannelAdvisor's words, and what can be said of a claim."""

from collections.abc import Collection, Mapping
from typing import Final

from rehearsal.audit.claims import State

WAITS: Final = "NewRma"
GOODS: Final = "ReadyForReturn"
REJECTED: Final = "RejectionCompleted"
# What each status of the marketplace is in ChannelAdvisor's words (D19).
SAID: Final[Mapping[str, str]] = {
    "RETURN_OR_REFUND_REQUEST_PENDING": WAITS,
    "REFUND_OR_RETURN_REQUEST_REJECT": REJECTED,
    "AWAITING_BUYER_SHIP": GOODS,
    "BUYER_SHIPPED_ITEM": GOODS,
    "REJECT_RECEIVE_PACKAGE": REJECTED,
    "RETURN_OR_REFUND_REQUEST_SUCCESS": "AcknowledgedPostProcessingNotComplete",
    "RETURN_OR_REFUND_REQUEST_COMPLETE": "PostProcessingComplete",
    "RETURN_OR_REFUND_REQUEST_CANCEL": REJECTED,
    "AWAITING_BUYER_RESPONSE": "ProcessedNotAcknowledged",
    "REPLACEMENT_REQUEST_PENDING": WAITS,
    "REPLACEMENT_REQUEST_REJECT": REJECTED,
    "REPLACEMENT_REQUEST_CANCEL": REJECTED,
    "REPLACEMENT_REQUEST_REFUND_SUCCESS": "PostProcessingComplete",
    "CANCELLATION_REQUEST_PENDING": WAITS,
    "CANCELLATION_REQUEST_SUCCESS": "AcknowledgedPostProcessingNotComplete",
    "CANCELLATION_REQUEST_COMPLETE": "PostProcessingComplete",
    "CANCELLATION_REQUEST_CANCELLED": REJECTED,
}
PAID_INSTEAD: Final = "REPLACEMENT_REQUEST_REFUND_SUCCESS"
KNOWN_ONLY: Final = "InformationOnly"  # replacements, and refunds that are recorded and not sent
FAILED: Final = "Error"  # whether with reason is another rule's
ASKING: Final = (WAITS, GOODS)
# A rejected claim whose appeal was handed back to the seller keeps its status and waits again.
HANDED_BACK: Final = {
    "REFUND_OR_RETURN_REQUEST_REJECT": WAITS,
    "REPLACEMENT_REQUEST_REJECT": WAITS,
    "REJECT_RECEIVE_PACKAGE": GOODS,
}
UNDER_WAY: Final = frozenset({
    "SubmittedNotProcessed", "ProcessedNotAcknowledged",
    *(f"{how}{what}" for how in ("Pending", "Processing")
      for what in ("Approval", "Return", "Rejection", "ReturnRejection")),
})  # fmt: skip


def said_of(state: State) -> str:
    """Return what the marketplace's status is here."""
    return SAID.get(state.status, KNOWN_ONLY)


def asks(state: State) -> str:
    """Return what the seller is asked in that state, in ChannelAdvisor's word for it, if anything."""
    said = HANDED_BACK.get(state.status, said_of(state))
    return said if said in ASKING else ""


def answered(action: str) -> str:
    """Return what the seller was asked to which this is an answer, in the same words."""
    return GOODS if action.endswith("RECEIVED_PACKAGE") else WAITS


def statuses(stood: Collection[State], status: str, *, ours: bool) -> set[str]:
    """Return what can be said of a claim that has stood like that."""
    said = {said_of(state) for state in stood}
    if any(state.status.startswith("REPLACEMENT") for state in stood):
        said.add(KNOWN_ONLY)  # who leaves them to Seller Center is only told of them
    if any(state.status == PAID_INSTEAD for state in stood):
        said.add("AcknowledgedPostProcessingNotComplete")  # one status for the money on its way and for that which came
    said |= {HANDED_BACK[state.status] for state in stood if state.deadline and state.status in HANDED_BACK}
    if status == FAILED or (ours and status == KNOWN_ONLY):
        said.add(status)
    if status in UNDER_WAY and (ours or said & {WAITS, GOODS} or said & {"AcknowledgedPostProcessingNotComplete"}):
        said.add(status)
    return said
