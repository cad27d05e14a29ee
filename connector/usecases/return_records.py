"""What only a return's records say of it: what the buyer has shown, why it was closed, whether its money has come."""

import logging
from dataclasses import replace

from connector.domain.adjustments import Action
from connector.domain.site import PAID_WHERE_RECORDED, Claim, ClaimKind, news
from connector.errors import Refused, Unavailable
from connector.ports import Access, Marketplace

log = logging.getLogger(__name__)


def with_records(marketplace: Marketplace, access: Access, claim: Claim, *, new: bool = False) -> Claim:
    """Return a claim with what its records say, where that is wanted; of a buyer's `new` or disputed one it is.

    Not knowing what was shown, or why one was closed, holds up nothing. Raises Unavailable or Refused where without
    them nobody could say whether its money has come.
    """
    needed, closed = claim.status in PAID_WHERE_RECORDED, news(claim) is Action.CLOSED
    shows = claim.role != "SELLER" and (new or claim.arbitration_status)
    if claim.kind is not ClaimKind.RETURN or not (needed or closed or shows):
        return claim
    try:
        records = marketplace.records(access, claim.id)
    except (Unavailable, Refused) as error:
        if needed:
            raise
        log.warning("return %s: its records cannot be read: %s", claim.id, error)
        return claim
    return replace(claim, paid=records.paid, cause=records.last if closed else "", shown=records.shown)
