"""How the marketplace speaks of what happens: in records as the wire does, in agendas and timelines as people do.

Record events are the live names where they are known (OBS-BR); the others are formed alike and are assumed.
"""

from dataclasses import dataclass
from typing import Final

from mock_tiktok.domain.words import Action, CancelStatus, Claim, ReturnType

OBSERVED: Final = "observed"
ASSUMED: Final = "assumed"


@dataclass(frozen=True, slots=True)
class RecordWords:
    """What Get Return Records says of an act."""

    event: str
    description: str
    certainty: str = ASSUMED


# fmt: off
OPENING: Final = {
    ReturnType.REFUND:            RecordWords("ORDER_REFUND", "Customer submitted a refund request", OBSERVED),
    ReturnType.RETURN_AND_REFUND: RecordWords("ORDER_RETURN", "Customer submitted a return request", OBSERVED),
    ReturnType.REPLACEMENT:       RecordWords("ORDER_REPLACEMENT", "Customer submitted a replacement request"),
}
SELLER_OPENING: Final = {
    ReturnType.REFUND:            RecordWords("ORDER_REFUND", "Seller started a refund", OBSERVED),
    ReturnType.RETURN_AND_REFUND: RecordWords("ORDER_RETURN", "Seller started a return", OBSERVED),
}
EVIDENCE_OVER: Final = RecordWords("SELLER_EVIDENCE_TIMEOUT", "The time for the seller's evidence is over")

RECORDS: Final = {
    Action.AUTO_APPROVE:             RecordWords("SELLER_AGGREE_RETURN", "Return approved automatically", OBSERVED),
    Action.AUTO_REFUND:              RecordWords("SELLER_AGGREE_REFUND", "Refunded automatically"),
    Action.APPROVE_RETURN:           RecordWords("SELLER_AGGREE_RETURN", "Seller approved the return", OBSERVED),
    Action.APPROVE_REFUND:           RecordWords("SELLER_AGGREE_REFUND", "Seller approved the refund request"),
    Action.DIRECT_REFUND:            RecordWords("SELLER_AGGREE_REFUND", "Seller refunds, the customer keeps the item"),
    Action.APPROVE_RECEIVED_PACKAGE: RecordWords("SELLER_AGGREE_RECEIVE", "Seller approved the received package"),
    Action.APPROVE_REPLACEMENT:      RecordWords("SELLER_AGGREE_REPLACEMENT", "Seller approved the replacement"),
    Action.ISSUE_REPLACEMENT_REFUND: RecordWords("SELLER_AGGREE_REFUND", "Seller refunds instead of replacing"),
    Action.OFFER_PARTIAL_REFUND:     RecordWords("SELLER_OFFER_PARTIAL_REFUND", "Seller offered a partial refund"),
    Action.REJECT_REFUND:            RecordWords("SELLER_REJECT_REFUND", "Seller rejected the refund request"),
    Action.REJECT_RETURN:            RecordWords("SELLER_REJECT_RETURN", "Seller rejected the return request"),
    Action.REJECT_RECEIVED_PACKAGE:  RecordWords("SELLER_REJECT_RECEIVE", "Seller rejected the package", OBSERVED),
    Action.REJECT_REPLACEMENT:       RecordWords("SELLER_REJECT_REPLACEMENT", "Seller rejected the replacement"),
    Action.LABEL:                    RecordWords("RETURN_LABEL_GENERATED", "Return label generated"),
    Action.SHIP:                     RecordWords("BUYER_SHIPPED", "Customer shipped the package", OBSERVED),
    Action.ARRIVE:                   RecordWords("RETURN_PACKAGE_DELIVERED", "The package arrived at the warehouse"),
    Action.WITHDRAW:                 RecordWords("BUYER_CANCEL", "Customer withdrew the request"),
    Action.EDIT:                     RecordWords("BUYER_EDIT", "The request was changed: another takes its place"),
    Action.QUICK_REFUND:             RecordWords("QUICK_REFUND", "Quick refund, as the carrier has the package"),
    Action.ACCEPT_OFFER:             RecordWords("BUYER_ACCEPT_PARTIAL_REFUND", "Customer accepted the offer"),
    Action.DECLINE_OFFER:            RecordWords("BUYER_REJECT_PARTIAL_REFUND", "Customer refused the offer"),
    Action.DISPUTE:                  RecordWords("BUYER_APPLY_ARBITRATION", "Customer opened a dispute"),
    Action.SUPPORT_BUYER:            RecordWords("ARBITRATION_SUPPORT_BUYER", "Dispute decided for the customer"),
    Action.SUPPORT_SELLER:           RecordWords("ARBITRATION_SUPPORT_SELLER", "Dispute decided for the seller"),
    Action.HAND_BACK:                RecordWords("ARBITRATION_HAND_BACK", "Dispute handed back to the seller"),
    Action.PAYOUT:                   RecordWords("REFUND_SUCCESS", "The refund was paid", OBSERVED),
    Action.SELLER_SILENT:            RecordWords("SELLER_RESPOND_TIMEOUT", "The seller did not answer in time"),
    Action.NEVER_SHIPPED:            RecordWords("BUYER_RETURN_SHIPPED_TIMEOUT", "Not shipped in time", OBSERVED),
    Action.NEVER_ARRIVED:            RecordWords("SELLER_RESPOND_UNDELIVERED_TIMEOUT",
                                                 "The package never arrived and the seller did not answer in time"),
    Action.OFFER_EXPIRED:            RecordWords("BUYER_RESPOND_OFFER_TIMEOUT", "The offer was not answered in time"),
    Action.NO_DISPUTE:               RecordWords("BUYER_APPLY_ARBITRATION_TIMEOUT_REFUND",
                                                 "The customer did not open a dispute in time", OBSERVED),
}
PARCEL_TIMEOUT: Final = RecordWords("SELLER_REJECT_RECEIVE_DELIVERED_TIMEOUT",
                                    "The seller did not answer the received package in time", OBSERVED)

ACT_WORDS: Final = {
    Action.AUTO_APPROVE:  "return approved automatically",
    Action.AUTO_REFUND:   "refunded automatically",
    Action.LABEL:         "label generated",
    Action.SHIP:          "buyer ships the return",
    Action.ARRIVE:        "return arrives at the warehouse",
    Action.WITHDRAW:      "buyer withdraws",
    Action.EDIT:          "buyer changes the request",
    Action.APPROVE_RECEIVED_PACKAGE: "goods paid for less",
    Action.REJECT_RECEIVED_PACKAGE: "goods refused",
    Action.QUICK_REFUND:  "quick refund",
    Action.ACCEPT_OFFER:  "buyer accepts the offer",
    Action.DECLINE_OFFER: "buyer refuses the offer",
    Action.DISPUTE:       "buyer opens a dispute",
}

SILENCE_WORDS: Final = {
    (Action.SELLER_SILENT, Claim.GRANTED):  "refund approved",
    (Action.SELLER_SILENT, Claim.APPROVED): "return approved",
    (Action.SELLER_SILENT, Claim.REPLACED): "replacement approved",
    (Action.NEVER_SHIPPED, Claim.CLOSED):   "return closed, never shipped",
    (Action.NEVER_ARRIVED, Claim.GRANTED):  "return never arrived, refund approved",
    (Action.OFFER_EXPIRED, Claim.REQUESTED): "offer expired",
    **{(Action.HAND_BACK, claim):           "dispute handed back to the seller" for claim in Claim},
    (Action.NO_DISPUTE, Claim.CLOSED):      "rejection stands",
    (Action.SUPPORT_BUYER, Claim.GRANTED):  "dispute decided for the buyer",
    (Action.SUPPORT_BUYER, Claim.APPROVED): "dispute decided for the buyer",
    (Action.SUPPORT_BUYER, Claim.REPLACED): "dispute decided for the buyer",
}

# What is waited for until a deadline passes, by the number that sets it.
AWAITED: Final = {
    "refund_only.seller_response": "the seller's answer to the refund request",
    "return.seller_response":      "the seller's answer to the return request",
    "replacement.seller_response": "the seller's answer to the replacement request",
    "inspection.seller_response":  "the seller's verdict on the goods",
    "return.buyer_ship_by":        "the buyer's parcel",
    "return.lost_after":           "the parcel's arrival",
    "partial_offer.buyer_response": "the buyer's answer to the offer",
    "dispute.open_window":         "the buyer's dispute",
    "dispute.seller_evidence":     "the seller's evidence in the dispute",
    "dispute.decision":            "the platform's decision in the dispute",
    "cancel.seller_response":      "the seller's answer to the cancellation request",
    "order.unpaid_cancel":         "the buyer's payment",
}

# cancellations have no records on the wire; these are for timelines
CANCEL_WORDS: Final = {
    CancelStatus.PENDING:   "Cancellation Pending",
    CancelStatus.SUCCESS:   "Refund Processing",
    CancelStatus.COMPLETE:  "Completed",
    CancelStatus.CANCELLED: "Canceled",
}
CANCEL_RECORDS: Final = {
    Action.APPROVE_CANCELLATION: "Cancellation approved",
    Action.SELLER_SILENT:        "The seller did not answer in time: cancellation approved",
    Action.REJECT_CANCELLATION:  "Seller rejected the cancellation",
    Action.REJECT_BY_SHIPPING:   "Seller shipped: the cancellation is rejected",
    Action.WITHDRAW:             "Customer withdrew the cancellation",
    Action.PAYOUT:               "The refund was paid",
}
# fmt: on


def record_of(action: Action, before: Claim) -> RecordWords:
    """Return what the records say of an act; silence on a parcel has a name of its own."""
    if action is Action.SELLER_SILENT and before is Claim.APPROVED:
        return PARCEL_TIMEOUT
    return RECORDS[action]
