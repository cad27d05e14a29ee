"""The marketplace's reason keys that the connector falls back on, per market, and where each comes from.

The OMS's vocabulary has few reasons and none for a rejection; the marketplace wants one with each. A market without an
entry of its own uses `DEFAULT_MARKET`'s; a default that the live list of a case lacks gives way to the list's first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DEFAULT_MARKET: Final = "US"
CONDITIONS: Final = ("AS_SOLD", "USED", "DAMAGED", "WRONG_ITEM", "MISSING_PARTS")  # certainty: assumed

# From the best to the worst that can be said of a parcel: the worst grade gives the reason.
GRAVEST: Final = ("WRONG_ITEM", "MISSING_PARTS", "DAMAGED", "USED", "AS_SOLD")


@dataclass(frozen=True, slots=True)
class MarketReasons:
    """Default reason keys of one market."""

    reject_request: str
    reject_cancellation: str
    reject_goods: Mapping[str, str]  # by the grade of the goods, or by ChannelAdvisor's Reason
    refund_delivered: str
    refund_in_transit: str
    refund: Mapping[str, str]  # by ChannelAdvisor's Reason
    cancel: str
    cancellation: Mapping[str, str]  # by ChannelAdvisor's Reason
    source: str


MARKETS: Final = {
    "US": MarketReasons(
        reject_request="reverse_reject_refund_request_unclear_evidence",
        reject_cancellation="ecom_reverse_reject_cancel_reason_product_packed",
        reject_goods={
            "WRONG_ITEM": "reverse_reject_return_parcel_reason_1",
            "USED": "reverse_reject_return_parcel_reason_2",
            "AS_SOLD": "reverse_reject_return_parcel_reason_2",
            "MISSING_PARTS": "reverse_reject_return_parcel_reason_3",
            "DAMAGED": "reverse_reject_return_parcel_reason_5",
            "MerchandiseNotReceived": "reverse_reject_return_parcel_reason_4",
        },
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
}


def reasons_of(market: str) -> MarketReasons:
    return MARKETS.get(market, MARKETS[DEFAULT_MARKET])


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
