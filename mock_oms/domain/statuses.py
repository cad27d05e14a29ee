"""The connector's `RequestStatus` words and what each means to the seller's staff.

One table, read by everybody: whether an adjustment is over, whether it waits for an answer and to what question,
whether its money counts as given away, and the words a person reads. A status the table does not know (the real list
has grown before) is open, waits for nobody and is shown as it came.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Question(StrEnum):
    """What an adjustment asks the seller."""

    REQUEST = "request"  # may the buyer have what they ask for?
    GOODS = "goods"  # are the goods that came back good enough?


class Verdict(StrEnum):
    """What the seller answers."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one status means."""

    words: str
    terminal: bool = False
    asks: Question | None = None
    committed: bool = False  # the seller's yes is given: this money is no longer there to be refunded
    follows: tuple[tuple[Question, Verdict], ...] = ()  # the answers that lead here


_YES_REQUEST, _NO_REQUEST = (Question.REQUEST, Verdict.APPROVE), (Question.REQUEST, Verdict.REJECT)
_YES_GOODS, _NO_GOODS = (Question.GOODS, Verdict.APPROVE), (Question.GOODS, Verdict.REJECT)
_YES = (_YES_REQUEST, _YES_GOODS)
_NO = (_NO_REQUEST, _NO_GOODS)

# fmt: off
MEANINGS: Final[dict[str, Meaning]] = {
    "NoChange":                             Meaning("Not sent yet"),
    "SubmittedNotProcessed":                Meaning("Handed to the connector", committed=True),
    "NewRma":                               Meaning("Waits for your answer", asks=Question.REQUEST),
    "PendingApproval":                      Meaning("Approval queued", committed=True, follows=(_YES_REQUEST,)),
    "ProcessingApproval":                   Meaning("Approval being sent", committed=True, follows=(_YES_REQUEST,)),
    "ReadyForReturn":                       Meaning("Goods to be judged once here", asks=Question.GOODS,
                                                    follows=(_YES_REQUEST,)),
    "PendingReturn":                        Meaning("Acceptance queued", committed=True, follows=(_YES_GOODS,)),
    "ProcessingReturn":                     Meaning("Acceptance being sent", committed=True, follows=(_YES_GOODS,)),
    "PendingRejection":                     Meaning("Rejection queued", follows=(_NO_REQUEST,)),
    "ProcessingRejection":                  Meaning("Rejection being sent", follows=(_NO_REQUEST,)),
    "PendingReturnRejection":               Meaning("Refusal of the goods queued", follows=(_NO_GOODS,)),
    "ProcessingReturnRejection":            Meaning("Refusal of the goods being sent", follows=(_NO_GOODS,)),
    "ProcessedNotAcknowledged":             Meaning("With the marketplace", committed=True, follows=_YES),
    "AcknowledgedPostProcessingNotComplete": Meaning("Refund on its way", committed=True, follows=_YES),
    "PostProcessingComplete":               Meaning("Refunded", terminal=True, committed=True, follows=_YES),
    "RejectionCompleted":                   Meaning("Rejected or withdrawn", terminal=True, follows=_NO),
    "InformationOnly":                      Meaning("For information", terminal=True),
    "Error":                                Meaning("Failed", terminal=True),
}
# What the connector's 204 promises, shown until the next pull reads it.
PROMISED: Final = {
    _YES_REQUEST: "PendingApproval",
    _NO_REQUEST:  "PendingRejection",
    _YES_GOODS:   "PendingReturn",
    _NO_GOODS:    "PendingReturnRejection",
}
# fmt: on

UNSENT: Final = "NoChange"
HANDED_OVER: Final = "SubmittedNotProcessed"
PAID: Final = "PostProcessingComplete"
REJECTED: Final = "RejectionCompleted"
FAILED: Final = "Error"

# Which status speaks for a case whose adjustments differ: what is open before what failed before what is over.
_LOUDNESS: Final = (FAILED, PAID, REJECTED, "InformationOnly")


def meaning(status: str) -> Meaning:
    """Return what a status means; an unknown one is open and waits for nobody."""
    return MEANINGS.get(status) or Meaning(status)


def loudest(statuses: list[str]) -> str:
    """Return the status that speaks for all of them."""

    def rank(status: str) -> int:
        means = meaning(status)
        if means.asks is not None:
            return 0
        return 2 + _LOUDNESS.index(status) if means.terminal else 1

    return min(statuses, key=rank)
