"""An order: what a buyer bought, one line item per unit, and how far it has come. Pure values.

Tax and shipping are shared out over the units when the order is placed, so each unit knows what was paid for it:
that is the most that can ever be paid back for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from mock_tiktok.domain.money import NO_DISCOUNTS, ZERO, Amount, Discounts, nothing, split
from mock_tiktok.domain.words import Mark, OrderStatus, Role

# Where the street leaves off and what lies behind its door begins, or the other way round.
_second_line: Final = re.compile(r", | (?=(?:Apt\.|Suite) )")


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person who buys. Name, address and e-mail are personal data: they never go into a trace."""

    user_id: str
    email: str
    name: str
    phone: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    country_name: str

    @property
    def address(self) -> str:
        """Return the address in one line."""
        return f"{self.street}, {self.city}, {self.state} {self.postal_code}, {self.country}"

    @property
    def street_lines(self) -> tuple[str, str]:
        """Return the two lines in which an address has the street: a flat or a suite has one of its own."""
        first, *second = _second_line.split(self.street, maxsplit=1)
        return first, "".join(second)

    @property
    def told(self) -> dict[str, str]:
        """Return all that whoever sends something has to know, by its name."""
        street = " ".join(filter(None, self.street_lines))
        where = {"street": street, "city": self.city, "state": self.state, "postal code": self.postal_code}
        who = {"name": self.name, "phone": self.phone, "e-mail": self.email, "buyer": self.user_id}
        return {**who, **where, "country": self.country}

    def shown_in(self, text: str) -> list[str]:
        """Return which of what is personal stands in a text: "e-mail", "phone", "street", or a "name" in full."""
        personal = {"e-mail": self.email, "phone": self.phone, "street": max(self.street_lines, key=len)}
        if " " in self.name:
            personal["name"] = self.name
        return [kind for kind, value in personal.items() if value and value in text]


@dataclass(frozen=True, slots=True)
class LineItem:
    """One unit of one SKU. `price` is the sale price, less `discounts`; `shipping`, `tax` and `fee` are its shares.

    Of its `tax`, `shipping_tax` is levied on its shipping, and the rest on the unit itself. `fee_stays` says that what
    the market has added is not among what goes back.
    """

    id: str
    sku_id: str
    sku: str
    sku_name: str
    product_id: str
    product_name: str
    price: Decimal
    shipping: Decimal
    tax: Decimal
    package_id: str
    tracking_number: str
    discounts: Discounts = NO_DISCOUNTS
    is_gift: bool = False
    without_sku: bool = False
    shipping_tax: Decimal = ZERO
    fee: Decimal = ZERO
    fee_stays: bool = False
    refunded: Decimal = ZERO
    refunded_shipping: Decimal = ZERO
    refunded_tax: Decimal = ZERO
    refunded_fee: Decimal = ZERO
    cancelled: bool = False
    cancel_reason: str | None = None
    cancelled_by: Role | None = None
    replaced: bool = False
    rts_at: datetime | None = None  # since when its parcel has a label and waits for the carrier
    shipped: bool = False  # its parcel has left, while others of the order may not have

    @property
    def seller_sku(self) -> str:
        """Return what the seller calls it; nothing where they call it nothing."""
        return "" if self.without_sku else self.sku

    @property
    def list_price(self) -> Decimal:
        """Return what the unit costs before seller and platform give something."""
        return self.price + self.discounts.product

    @property
    def product_tax(self) -> Decimal:
        """Return the tax on the unit itself."""
        return self.tax - self.shipping_tax

    @property
    def paid(self) -> Decimal:
        """Return what the buyer paid for this unit in all."""
        return self.price + self.shipping + self.tax + self.fee

    @property
    def refundable(self) -> Decimal:
        """Return what can still be paid back for it."""
        return self.paid - self.refunded - (self.fee if self.fee_stays else ZERO)

    @property
    def left(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Return what can still be paid back of the price, of shipping, of tax and of the fee."""
        price = self.price - (self.refunded - self.refunded_shipping - self.refunded_tax - self.refunded_fee)
        fee = ZERO if self.fee_stays else self.fee - self.refunded_fee
        return price, self.shipping - self.refunded_shipping, self.tax - self.refunded_tax, fee

    def paid_back(self, amount: Amount) -> LineItem:
        """Return the unit once that has gone back for it."""
        return replace(
            self,
            refunded=self.refunded + amount.total,
            refunded_shipping=self.refunded_shipping + amount.shipping_fee,
            refunded_tax=self.refunded_tax + amount.tax,
            refunded_fee=self.refunded_fee + (ZERO if self.fee_stays else amount.fee),
        )


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One unit of an order that a return or a cancellation claims, and what is claimed for it."""

    id: str
    line_item_id: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Hours:
    """By when an order is paid for, or ends; handed over; fetched by its courier; and with the buyer."""

    pay_by: datetime
    ship_by: datetime
    collect_by: datetime
    deliver_by: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one shop. `paid_at` is None while it is UNPAID; a cancellation asked for after `ship_by` is late."""

    id: str
    shop_id: str
    number: int
    status: OrderStatus
    currency: str
    buyer: Buyer
    plan: str
    lines: tuple[LineItem, ...]
    shipping_fee: Decimal
    tax: Decimal
    created_at: datetime
    updated_at: datetime
    warehouse_id: str
    provider_id: str
    provider_name: str
    hours: Hours
    hold_until: datetime | None = None
    paid_at: datetime | None = None
    rts_at: datetime | None = None
    collected_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    cancelled_by: Role | None = None
    cancel_asked_at: datetime | None = None
    replaces_order_id: str | None = None
    fee: Decimal = ZERO
    marks: tuple[Mark, ...] = ()
    asks: str | None = None  # what its buyer asks for untold, once it can be asked for
    addresses: int = 1  # how many it has had

    @property
    def subtotal(self) -> Decimal:
        """Return the goods' price without shipping and tax."""
        total = ZERO
        for line in self.lines:
            total += line.price
        return total

    @property
    def discounts(self) -> Discounts:
        """Return what seller and platform have given, and the price and the fee are less by."""
        return Discounts.sum(line.discounts for line in self.lines)

    @property
    def product_tax(self) -> Decimal:
        """Return the tax on the goods; the rest of it is on shipping."""
        total = ZERO
        for line in self.lines:
            total += line.product_tax
        return total

    @property
    def total(self) -> Decimal:
        """Return what the buyer owes or has paid."""
        return self.subtotal + self.shipping_fee + self.tax + self.fee

    @property
    def paid(self) -> Decimal:
        """Return what the buyer has paid."""
        return self.total if self.paid_at else nothing(self.currency)

    @property
    def refunded(self) -> Decimal:
        """Return what has been paid back."""
        total = nothing(self.currency)
        for line in self.lines:
            total += line.refunded
        return total

    def line(self, line_id: str) -> LineItem | None:
        """Return the line of that id, if the order has it."""
        return next((line for line in self.lines if line.id == line_id), None)

    def claimed(self, lines: Iterable[ClaimLine]) -> list[LineItem]:
        """Return the units that these lines of a return or cancellation are about."""
        return [line for line in (self.line(part.line_item_id) for part in lines) if line]


def refund_of(line: LineItem, total: Decimal, currency: str, *, tax_in_subtotal: bool) -> Amount:
    """Explain `total`, paid back for one unit, in the platform's parts: of each at most what is left of it."""
    subtotal, shipping, tax, fee = split(total, line.left, currency)
    shown = line.fee if line.fee_stays else fee
    return Amount(currency, total, subtotal + tax if tax_in_subtotal else subtotal, shipping, tax, shown)
