"""The people in the marketplace: buyers with a name, an address and a plan, and the couriers who follow it.

A plan says what a buyer does without being told, and what befalls them. `passive`, the default, does nothing. Whoever
has any other plan also has couriers who carry parcels; the operator never acts by a plan, the profile's clocks act for
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
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


SHIPPING: Final = "shipping_fee"
TAX: Final = "tax"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a buyer does of their own accord."""

    name: str
    words: str  # what the buyer does, or what befalls them
    ships: bool = False
    withdraws: bool = False
    disputes: bool = False
    answers_offer: Action | None = None
    edits: bool = False  # once, before the goods are sent
    combines: bool = False  # asks for all kinds of goods at once, which makes one return of each
    own_way: bool = False  # sends goods back without the platform's label
    quick: bool = False  # is paid as soon as the carrier has the goods
    handed_back: bool = False  # the operator hands the first dispute back to the seller
    granted_half: bool = False  # the operator decides disputes for half of what was asked
    shows: bool = False  # asks with pictures and a video, where nobody says otherwise
    sends_part: bool = False  # leaves the last piece out of the parcel
    damages: bool = False  # the last piece in the parcel is damaged
    worn: bool = False  # in Seller Center as much is kept as the market allows, as soon as the goods have come
    own_label: bool = False  # the seller brings the label
    refused: bool = False  # in Seller Center the goods are refused, with pictures, as soon as they have come
    gets_back: str = ""  # what of the order is paid back in Seller Center as soon as it is delivered
    couriers: bool = True
    # what is bought, where nobody says otherwise
    discounted: bool = False  # seller and platform give something
    gift: bool = False
    parcels: bool = False  # each kind of goods goes by itself


PLANS: Final = {
    plan.name: plan
    for plan in (
        Plan("passive", "does nothing", couriers=False),
        Plan("ships_at_once", "sends goods back as soon as there is a label", ships=True),
        Plan("forgets_to_ship", "asks to send back, and does not"),
        Plan("withdraws", "takes the request back", withdraws=True),
        Plan("disputes_every_rejection", "appeals against each rejection", ships=True, disputes=True),
        Plan("accepts_offer", "takes an offer of a part", ships=True, answers_offer=Action.ACCEPT_OFFER),
        Plan("refuses_offer", "declines an offer of a part", ships=True, answers_offer=Action.DECLINE_OFFER),
        Plan("changes_the_request", "changes it once, if it can be, before the goods are sent", ships=True, edits=True),
        Plan(
            "combines_returns",
            "asks for all kinds of goods at once, which makes one return of each",
            ships=True,
            combines=True,
        ),
        Plan("sends_in_own_way", "sends goods back without the platform's label", ships=True, own_way=True),
        Plan("gets_quick_refunds", "is paid as soon as the carrier has the goods", ships=True, quick=True),
        Plan(
            "is_handed_back",
            "appeals, and the operator hands the first appeal back to the seller",
            ships=True,
            disputes=True,
            handed_back=True,
        ),
        Plan(
            "is_granted_half",
            "appeals, and the operator grants half of what was asked",
            ships=True,
            disputes=True,
            granted_half=True,
        ),
        Plan("shows_pictures", "asks with two pictures and a video", ships=True, shows=True),
        Plan("sends_only_a_part", "leaves the last piece out of the parcel", ships=True, sends_part=True),
        Plan(
            "sends_one_damaged", "sends the last piece back damaged, as the warehouse finds", ships=True, damages=True
        ),
        Plan(
            "sends_back_worn",
            "sends back what is worn: when it comes, as much is kept in Seller Center as the market allows",
            ships=True,
            worn=True,
        ),
        Plan(
            "is_refused_with_pictures",
            "sends goods back: when they come, they are refused in Seller Center, with two pictures",
            ships=True,
            refused=True,
        ),
        Plan("gets_shipping_back", "is paid the shipping back in Seller Center when all has come", gets_back=SHIPPING),
        Plan("gets_tax_back", "is paid the tax back in Seller Center when all has come", gets_back=TAX),
        Plan(
            "gets_the_sellers_label",
            "waits for the label that the seller brings in Seller Center",
            ships=True,
            own_label=True,
        ),
        Plan(
            "buys_at_a_discount",
            "gets a tenth off from the seller, a twentieth and the shipping from the platform",
            ships=True,
            discounted=True,
        ),
        Plan("gets_a_gift", "gets something for nothing with what is bought", ships=True, gift=True),
        Plan("gets_several_parcels", "gets each kind of goods in a parcel of its own", ships=True, parcels=True),
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
        if plan.own_label and item.parcel is Parcel.LABELLED and not item.seller_labelled:
            return Action.LABEL
        if (plan.worn or plan.refused) and item.parcel is Parcel.ARRIVED:
            return Action.APPROVE_RECEIVED_PACKAGE if plan.worn else Action.REJECT_RECEIVED_PACKAGE
        if plan.ships and item.parcel is (Parcel.AWAITED if item.shipment_type == BUYER_ARRANGES else Parcel.LABELLED):
            return Action.SHIP
        return Action.ARRIVE if plan.couriers and item.parcel is Parcel.SHIPPED else None
    rejected = item.claim in (Claim.REJECTED, Claim.PARCEL_REJECTED)
    return Action.DISPUTE if plan.disputes and rejected and item.dispute is not Dispute.IN_PROGRESS else None


@cache
def _faker(locale: str) -> Faker:
    from faker import Faker  # noqa: PLC0415 - a world starts fast: the first buyer pays for names and addresses

    return Faker(locale)


@dataclass(frozen=True, slots=True)
class _Person:
    """Whom a number of the seed stands for."""

    name: str
    phone: str
    address: Mapping[str, str]


@lru_cache(maxsize=4096)  # worlds of the same seed have the same people in them
def _person(locale: str, phone: str, digest: bytes) -> _Person:
    faker = _seeded(locale, digest)
    return _Person(faker.name(), faker.numerify(phone), _address(faker))


def new_buyer(platform: Platform, profile: Profile, name: str | None = None) -> Buyer:
    """Return a person whom the seed has always meant to come next; a name that is given changes nothing else."""
    user_id = platform.new_id("buyer")
    digest = platform.digest("buyer", user_id)
    person = _person(profile.locale, profile.phone, digest)
    return Buyer(
        user_id=user_id,
        email=f"{digest.hex()[:12]}@chat.seller.tiktok.com",
        name=name or person.name,
        phone=person.phone,
        **person.address,
        country=profile.market,
        country_name=profile.text("order.country"),
    )


def moved(buyer: Buyer, platform: Platform, profile: Profile, order_id: str, addresses: int) -> Buyer:
    """Return the buyer with another address: the seed has always meant it to be the order's next."""
    faker = _seeded(profile.locale, platform.digest(f"address {addresses}", order_id))
    return replace(buyer, **_address(faker))


def _seeded(locale: str, digest: bytes) -> Faker:
    faker = _faker(locale)
    faker.seed_instance(int.from_bytes(digest[:8]))
    return faker


def _address(faker: Faker) -> dict[str, str]:
    return {
        "street": faker.street_address().replace("\n", ", "),
        "city": faker.city(),
        "state": faker.administrative_unit(),
        "postal_code": faker.postcode(),
    }


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
