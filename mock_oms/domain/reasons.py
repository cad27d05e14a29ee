"""The words a refund or a rejection may give as its reason: ChannelAdvisor's, or a key of the marketplace's own."""

import re
from typing import Final

CHANNELADVISOR: Final = frozenset(
    {
        "GeneralAdjustment",
        "ItemNotAvailable",
        "CustomerReturnedItem",
        "CouldNotShip",
        "AlternateItemProvided",
        "BuyerCancelled",
        "CustomerExchange",
        "MerchandiseNotReceived",
        "ShippingAddressUndeliverable",
    }
)
NOT_RECEIVED: Final = "MerchandiseNotReceived"
LEFT_TO_THE_CONNECTOR: Final = CHANNELADVISOR - {NOT_RECEIVED}  # of a rejection they say nothing
_MARKETPLACE_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,199}")


def is_reason(text: str) -> bool:
    """Whether the text can be a reason at all; whether the marketplace takes it now, only the marketplace knows."""
    return text in CHANNELADVISOR or _MARKETPLACE_KEY.fullmatch(text) is not None
