"""The people in the marketplace: buyers with a name, an address and a plan, and the couriers who follow it.

A plan says what a buyer does without being told. `passive`, the default, does nothing. Whoever has any other plan also
has couriers who carry parcels; the operator never acts by a plan, the profile's clocks act for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from mock_tiktok.domain.orders import Buyer
from mock_tiktok.domain.returns import Return
from mock_tiktok.domain.rules import BUYER_ARRANGES
from mock_tiktok.domain.words import Action, Claim, Dispute, Parcel
from mock_tiktok.errors import BadValue
from mock_tiktok.policy.profile import Profile
from mock_tiktok.state.platform import Platform

if TYPE_CHECKING:
    from faker import Faker


@dataclass(frozen=True, slots=True)
class Plan:
    """What a buyer does of their own accord."""

    name: str
    ships: bool = False
    withdraws: bool = False
    disputes: bool = False
    answers_offer: Action | None = None
    edits: bool = False  # once, before the goods are sent
    combines: bool = False  # asks for all kinds of goods at once, which makes one return of each
    own_way: bool = False  # sends goods back without the platform's label
    quick: bool = False  # is paid as soon as the carrier has the goods
    handed_back: bool = False  # the operator hands the first dispute back to the seller
    couriers: bool = True


PLANS: Final = {
    plan.name: plan
    for plan in (
        Plan("passive", couriers=False),
        Plan("ships_at_once", ships=True),
        Plan("forgets_to_ship"),
        Plan("withdraws", withdraws=True),
        Plan("disputes_every_rejection", ships=True, disputes=True),
        Plan("accepts_offer", ships=True, answers_offer=Action.ACCEPT_OFFER),
        Plan("refuses_offer", ships=True, answers_offer=Action.DECLINE_OFFER),
        Plan("changes_the_request", ships=True, edits=True),
        Plan("combines_returns", ships=True, combines=True),
        Plan("sends_in_own_way", ships=True, own_way=True),
        Plan("gets_quick_refunds", ships=True, quick=True),
        Plan("is_handed_back", ships=True, disputes=True, handed_back=True),
    )
}
PASSIVE: Final = "passive"


def plan_named(name: str | None) -> Plan:
    """Return the plan of that name; no name means passive."""
    try:
        return PLANS[name or PASSIVE]
    except KeyError:
        raise BadValue("plan", f"{name!r} is not one of {', '.join(PLANS)}") from None


def next_act(plan: Plan, item: Return) -> Action | None:
    """Return what the buyer, or their courier, does next with this return, untold."""
    if item.is_final:
        return Action.ARRIVE if plan.couriers and item.is_quick_refund and item.parcel is Parcel.SHIPPED else None
    before_shipping = item.claim is Claim.REQUESTED or item.parcel in (Parcel.AWAITED, Parcel.LABELLED)
    if plan.withdraws and before_shipping:
        return Action.WITHDRAW
    if plan.edits and before_shipping and item.previous_return_id is None and item.claim is not Claim.OFFERED:
        return Action.EDIT
    if item.claim is Claim.OFFERED:
        return plan.answers_offer
    if item.claim is Claim.APPROVED:
        if plan.ships and item.parcel is (Parcel.AWAITED if item.shipment_type == BUYER_ARRANGES else Parcel.LABELLED):
            return Action.SHIP
        return Action.ARRIVE if plan.couriers and item.parcel is Parcel.SHIPPED else None
    rejected = item.claim in (Claim.REJECTED, Claim.PARCEL_REJECTED)
    return Action.DISPUTE if plan.disputes and rejected and item.dispute is not Dispute.IN_PROGRESS else None


@cache
def _faker(locale: str) -> Faker:
    from faker import Faker  # noqa: PLC0415 - a world starts fast: the first buyer pays for names and addresses

    return Faker(locale)


def new_buyer(platform: Platform, profile: Profile, name: str | None = None) -> Buyer:
    """Return a person whom the seed has always meant to come next; a name that is given changes nothing else."""
    user_id = platform.new_id("buyer")
    digest = platform.digest("buyer", user_id)
    faker = _faker(profile.locale)
    faker.seed_instance(int.from_bytes(digest[:8]))
    seeded_name = faker.name()
    return Buyer(
        user_id=user_id,
        email=f"{digest.hex()[:12]}@chat.seller.tiktok.com",
        name=name or seeded_name,
        phone=faker.numerify(profile.phone),
        street=faker.street_address().replace("\n", ", "),
        city=faker.city(),
        state=faker.administrative_unit(),
        postal_code=faker.postcode(),
        country=profile.market,
    )


@dataclass(frozen=True, slots=True)
class Product:
    """Something a shop sells."""

    sku: str
    name: str
    variant: str
    coins: int  # the price, in the smallest coin of the shop's currency


CATALOGUE: Final = (
    Product("MUG-BLUE", "Stoneware mug", "Blue", 1999),
    Product("LAMP-OAK", "Oak desk lamp", "Warm white", 6450),
    Product("TEE-M-BLK", "Organic cotton T-shirt", "Black, M", 2400),
    Product("EARBUDS-2", "Wireless earbuds", "White", 3998),
    Product("BLENDER-X", "Countertop blender", "1.5 l", 11900),
    Product("SCARF-GRN", "Wool scarf", "Green", 3275),
)
