"""Money: decimals in a currency's smallest coin, and how an amount is split so that no coin is lost or made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
CENT: Final = Decimal("0.01")
NO_CENTS: Final = Decimal("0.00")
WITH_CENTS: Final = ("BRL", "EUR", "GBP", "MXN", "MYR", "PHP", "SGD", "THB", "USD")
WITHOUT_DECIMALS: Final = ("IDR", "JPY", "VND")
CURRENCIES: Final = (*WITH_CENTS, *WITHOUT_DECIMALS)


def coin(currency: str) -> Decimal:
    """Return the smallest amount the currency knows."""
    return ONE if currency in WITHOUT_DECIMALS else CENT


def nothing(currency: str) -> Decimal:
    """Return zero with the currency's decimals."""
    return ZERO if currency in WITHOUT_DECIMALS else NO_CENTS


def in_coins(amount: Decimal, currency: str) -> Decimal:
    """Return the amount with the currency's decimals; an amount that is finer than a coin is a mistake."""
    exact = amount.quantize(coin(currency))
    if exact != amount:
        raise ValueError(f"{amount} is finer than a coin of {currency}")
    return exact


def split(amount: Decimal, weights: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """Split `amount` by `weights`; the last part takes what is left.

    No part exceeds its weight if the amount does not exceed their sum.
    Parts are differences of rounded-down running totals, so rounding never piles up in one part.
    """
    whole = sum(weights, ZERO)
    unit = coin(currency)
    if whole == ZERO:
        return (*(ZERO.quantize(unit) for _ in weights[1:]), amount) if weights else ()
    total_coins = int(amount / unit)
    parts: list[Decimal] = []
    running, given = ZERO, 0
    for weight in weights:
        running += weight
        reached = int(total_coins * running / whole) if running != whole else total_coins
        parts.append(((reached - given) * unit).quantize(unit))
        given = reached
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Discounts:
    """What seller and platform give a buyer: off the goods' price, and off the shipping fee."""

    seller: Decimal = ZERO
    platform: Decimal = ZERO
    shipping_seller: Decimal = ZERO
    shipping_platform: Decimal = ZERO

    @property
    def product(self) -> Decimal:
        """Return what is off the price."""
        return self.seller + self.platform

    @property
    def shipping(self) -> Decimal:
        """Return what is off the shipping fee."""
        return self.shipping_seller + self.shipping_platform

    def shared(self, prices: Sequence[Decimal], currency: str) -> list[Discounts]:
        """Share them out over units of those list prices: by price, and never more off a unit than it costs.

        The platform's falls on what the seller's leaves (assumed: sources say the sum per order alone).
        """
        if self is NO_DISCOUNTS:
            return [NO_DISCOUNTS for _ in prices]
        off = split(self.seller, prices, currency)
        rest = [price - given for price, given in zip(prices, off, strict=True)]
        fees = (split(fee, weights(rest), currency) for fee in (self.shipping_seller, self.shipping_platform))
        return [Discounts(*parts) for parts in zip(off, split(self.platform, rest, currency), *fees, strict=True)]

    @staticmethod
    def sum(some: Iterable[Discounts]) -> Discounts:
        """Add discounts, each kind by itself."""
        given = [one for one in some if one is not NO_DISCOUNTS]
        return (
            Discounts(*(sum((getattr(one, kind) for one in given), ZERO) for kind in KINDS)) if given else NO_DISCOUNTS
        )


NO_DISCOUNTS: Final = Discounts()
KINDS: Final = ("seller", "platform", "shipping_seller", "shipping_platform")


def weights(prices: Sequence[Decimal]) -> Sequence[Decimal]:
    """Return by what a fee is shared out: the prices, or the units alike where all of them are free."""
    return prices if any(prices) else [Decimal(1) for _ in prices]


# What a market adds to an order, by the name that the wire has for it. That it is one per currency is our choice.
FEES: Final = {
    "USD": "retail_delivery_fee",  # Colorado's and the like (S20)
    "IDR": "buyer_service_fee",  # Indonesia only (S20)
}


@dataclass(frozen=True, slots=True)
class Amount:
    """What is refunded, in the parts the platform shows. `total` decides; the parts explain it.

    `fee` may stand beside the total: see `refund.fee_in_total`.
    """

    currency: str
    total: Decimal
    subtotal: Decimal
    shipping_fee: Decimal
    tax: Decimal
    fee: Decimal = ZERO

    @property
    def parts(self) -> dict[str, Decimal]:
        """Return what the total is made of; here tax is never part of the price, and a fee always is."""
        return {"item": self.total - self.shipping_fee - self.tax, "shipping": self.shipping_fee, "tax": self.tax}

    @staticmethod
    def sum(currency: str, amounts: Sequence[Amount]) -> Amount:
        """Add amounts of one currency, part by part."""
        none = nothing(currency)
        return Amount(
            currency,
            sum((a.total for a in amounts), none),
            sum((a.subtotal for a in amounts), none),
            sum((a.shipping_fee for a in amounts), none),
            sum((a.tax for a in amounts), none),
            sum((a.fee for a in amounts), ZERO),
        )
