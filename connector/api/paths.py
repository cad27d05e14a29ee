"""How addresses are read: whatever their case, with or without a slash at the end, actions short or qualified.

Working clients write `/v1/orders(1)/adjust`, `/v1/Orders(1)/ChannelAdvisor.RestApi.V1.Models.Adjust` and `/v1/orders/`.
The table of routes knows one spelling of each; this brings the others to it.
"""

import re
from functools import lru_cache
from typing import Final

NAMESPACE: Final = "channeladvisor.restapi.v1.models."
WORDS: Final = {
    word.lower(): word
    for word in (
        "Orders", "OrderItems", "OrderAdjustments", "OrderItemAdjustments", "Items", "Adjustments", "Fulfillments",
        "Export", "Adjust", "ApproveBuyerRequest", "RejectBuyerRequest", "ApproveReturn", "RejectReturn",
        "ActivityHistory", "Sites",
    )
}  # fmt: skip

# Parts of ChannelAdvisor's API that are not here, refused by name.
NOT_MODELLED: Final = {
    word.lower(): word
    for word in (
        "$batch", "$metadata", "Webhooks", "Profiles", "DistributionCenters", "OrderDocuments", "Products",
        "ReturnShippingLabel", "Confirm", "Deny", "CustomFields", "Exports", "OrderAttributes", "ChannelDocuments",
    )
}  # fmt: skip

_SEGMENT: Final = re.compile(r"([$A-Za-z][\w.$]*)((?:\([^()/]*\))?)")


@lru_cache(maxsize=4096)
def canonical(path: str) -> str:
    """Return the one spelling of an API path; a path that is none of the API's comes back as it is."""
    parts = path.rstrip("/").split("/")
    if len(parts) < 2 or parts[0] or parts[1].lower() not in ("v1", "oauth2"):
        return path
    spelled = ["", parts[1].lower()]
    for part in parts[2:]:
        match = _SEGMENT.fullmatch(part)
        if match is None:
            return path
        word = match.group(1).lower().removeprefix(NAMESPACE)
        spelled.append((word if word == "token" else WORDS.get(word, match.group(1))) + match.group(2))
    return "/".join(spelled)


def not_modelled(path: str) -> str | None:
    """Name the part of a path that ChannelAdvisor has and this connector does not."""
    for part in path.split("/"):
        match = _SEGMENT.fullmatch(part)
        if match is not None:
            word = match.group(1).lower().removeprefix(NAMESPACE)
            if word in NOT_MODELLED:
                return NOT_MODELLED[word]
    return None
