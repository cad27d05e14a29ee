"""The marketplace's reason keys that the connector falls back on, per market, and where each comes from.

The OMS's vocabulary has few reasons and none for a rejection; the marketplace wants one with each. Shops of a market
without an entry are not taken in; a default that the live list of a case lacks gives way to the list's first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

CONDITIONS: Final = ("AS_SOLD", "USED", "DAMAGED", "WRONG_ITEM", "MISSING_PARTS")  # certainty: assumed

# From the best to the worst that can be said of a parcel: the worst grade gives the reason.
GRAVEST: Final = ("WRONG_ITEM", "MISSING_PARTS", "DAMAGED", "USED", "AS_SOLD")


@dataclass(frozen=True, slots=True)
class MarketReasons:
    """Default reason keys of one market."""

    reject_request: str
    reject_cancellation: str
    reject_goods: Mapping[str, str]  # by the grade of the goods, or by ChannelAdvisor's Reason
    refund_delivered: str | None  # None where no seller may start a refund
    refund_in_transit: str | None
    refund: Mapping[str, str]  # by ChannelAdvisor's Reason
    cancel: str
    cancellation: Mapping[str, str]  # by ChannelAdvisor's Reason
    source: str


def _by_grade(ending: str = "") -> Mapping[str, str]:
    """Return the reasons to refuse goods, whose numbers mean the same in every market."""
    numbers = {"WRONG_ITEM": 1, "USED": 2, "AS_SOLD": 2, "MISSING_PARTS": 3, "DAMAGED": 5, "MerchandiseNotReceived": 4}
    return {grade: f"reverse_reject_return_parcel_reason_{number}{ending}" for grade, number in numbers.items()}


_SOUTHEAST_ASIA: Final = MarketReasons(
    reject_request="reverse_reject_request_reason_1",
    reject_cancellation="seller_reject_apply_product_has_been_packed",
    reject_goods=_by_grade(),
    refund_delivered=None,
    refund_in_transit=None,
    refund={},
    cancel="seller_cancel_reason_out_of_stock",
    cancellation={},
    source="S19: the seller starts no refund; of a parcel and of cancellations: assumed",
)
# By the marketplace's code of the region.
MARKETS: Final = {
    "US": MarketReasons(
        reject_request="reverse_reject_refund_request_unclear_evidence",
        reject_cancellation="ecom_reverse_reject_cancel_reason_product_packed",
        reject_goods=_by_grade(),
        refund_delivered="ecom_order_delivered_refund_reason_not_match_description_seller",
        refund_in_transit="seller_shipped_refund_package_lost",
        refund={"MerchandiseNotReceived": "ecom_order_delivered_refund_reason_not_received_seller"},
        cancel="seller_cancel_reason_out_of_stock",
        cancellation={
            "BuyerCancelled": "seller_cancel_paid_reason_buyer_requested_cancellation",
            "ShippingAddressUndeliverable": "seller_cancel_paid_reason_address_not_deliver",
        },
        source="D22, S19; by ChannelAdvisor's Reason: assumed",
    ),
    "GB": MarketReasons(
        reject_request="reverse_reject_request_reason_1_uk",
        reject_cancellation="seller_reject_apply_product_has_been_packed",
        reject_goods=_by_grade("_uk"),
        refund_delivered="ecom_order_delivered_refund_reason_not_match_description_seller_uk",
        refund_in_transit="seller_package_lost_uk",
        refund={"MerchandiseNotReceived": "seller_package_lost_uk"},
        cancel="seller_cancel_reason_out_of_stock",
        cancellation={},
        source="S19; the seller's cancellation under its US name, and which is the default: assumed",
    ),
    "ID": replace(
        _SOUTHEAST_ASIA,
        refund_delivered="ecom_order_delivered_refund_reason_missing_product_seller",
        refund_in_transit="ecom_order_delivered_refund_reason_missing_product_seller",
        source="S19: the seller starts refunds for a missing product only; of a parcel and of cancellations: assumed",
    ),
    **dict.fromkeys(("TH", "MY", "PH", "SG"), _SOUTHEAST_ASIA),
    "VN": replace(
        _SOUTHEAST_ASIA,
        refund_delivered="ecom_order_delivered_refund_reason_not_match_description_seller",
        refund_in_transit="ecom_order_delivered_refund_reason_not_received_seller",
        refund={"MerchandiseNotReceived": "ecom_order_delivered_refund_reason_not_received_seller"},
        source="S19: the seller starts what one in the US starts; which is the default, and of a parcel: assumed",
    ),
}


def gravest(conditions: Sequence[str]) -> str:
    """Return the condition that weighs most against a parcel."""
    return next((grade for grade in GRAVEST if grade in conditions), "AS_SOLD")


def choose(default: str, live: Sequence[str]) -> str:
    """Take the default where the case's live list has it, else the list's first entry."""
    return default if not live or default in live else live[0]


# ChannelAdvisor's reasons of an adjustment, and the words for them.
REASONS: Final = {
    "GeneralAdjustment": "General adjustment",
    "ItemNotAvailable": "Item not available",
    "CustomerReturnedItem": "Customer returned item",
    "CouldNotShip": "Could not ship",
    "AlternateItemProvided": "Alternate item provided",
    "BuyerCancelled": "Buyer cancelled",
    "CustomerExchange": "Customer exchange",
    "MerchandiseNotReceived": "Merchandise not received",
    "ShippingAddressUndeliverable": "Shipping address undeliverable",
}
