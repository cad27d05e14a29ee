"""What the platform decides about a buyer's request by itself, before the seller is asked: by the market's profile."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from mock_tiktok.domain.money import coin
from mock_tiktok.domain.orders import LineItem
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.words import Action, Claim, Dispute, ReturnType
from mock_tiktok.policy.profile import Profile

Decided = tuple[Action, Decimal | None]  # and for how much, where that is less than was asked


def decided(item: Return, lines: Sequence[LineItem], profile: Profile) -> Decided | None:
    """Return what the platform does at once with a request as it stands, if anything."""
    if item.claim is not Claim.REQUESTED or item.dispute is not Dispute.NONE:  # handed back: the seller is asked
        return None
    if item.return_type is ReturnType.REFUND:
        pays = item.reason in profile.numbers["refund_only.paid_at_once"].value
        return (Action.AUTO_REFUND, None) if pays else None
    if item.return_type is not ReturnType.RETURN_AND_REFUND:
        return None
    most = Decimal(str(profile.numbers["returnless.most"].value))
    if lines and all(line.price <= most for line in lines):  # goes before the seller's own rule (S10, S17)
        return Action.AUTO_REFUND, None
    part = _by_rule_of_the_seller(item, lines, profile)
    if part is not None and Decimal(0) < part < item.amount.total:
        return Action.AUTO_REFUND, part
    return (Action.AUTO_APPROVE, None) if profile.says("return.first_review", "auto") else None


def _by_rule_of_the_seller(item: Return, lines: Sequence[LineItem], profile: Profile) -> Decimal | None:
    """Return the part that the seller's rule pays for goods that are at fault and stay with the buyer."""
    share = Decimal(str(profile.numbers["auto_partial.share"].value))
    limits = profile.numbers["auto_partial.limits"].value
    if not share or not limits or item.reason not in limits["reasons"]:
        return None
    (cheapest, dearest), shares, amounts = (
        [Decimal(str(end)) for end in limits[of]] for of in ("price", "share", "amount")
    )
    if not all(cheapest <= line.price <= dearest for line in lines):
        return None
    unit = coin(profile.currency)
    parts = (
        min(max(line.price * share, line.price * shares[0], amounts[0]), line.price * shares[1], amounts[1])
        for line in lines
    )
    return sum((part.quantize(unit, ROUND_DOWN) for part in parts), Decimal(0))
