"""An order as the OMS knows it: what was bought, what was paid for it, unit by unit. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mock_oms.domain.money import ZERO, made_of, split, unit_of


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One of the connector's order items: units of the same goods at the same price."""

    item_id: str  # the connector's id, which every call to it wants
    sku: str
    title: str | None  # as far as the connector tells
    quantity: int
    unit_price: Decimal
    parts: Mapping[str, Decimal]  # what was paid for all units together, by the connector's name for the refund of it
    unit_ids: tuple[str, ...]  # the marketplace's id of each unit; one for all where the connector does not tell
    units_known: bool

    @property
    def paid(self) -> Decimal:
        """What was paid for all units, with tax and shipping."""
        return sum(self.parts.values(), ZERO)

    @property
    def made_of(self) -> dict[str, Decimal]:
        """What was paid for all units, in a buyer's words."""
        return made_of(self.parts, self.paid)

    def unit_parts(self, smallest: Decimal) -> dict[str, dict[str, Decimal]]:
        """What was paid for each unit, part by part. Each part is divided by itself, as the marketplace does."""
        equal = [Decimal(1)] * len(self.unit_ids)
        shares = {name: split(paid, equal, smallest) for name, paid in self.parts.items()}
        return {unit: {name: share[at] for name, share in shares.items()} for at, unit in enumerate(self.unit_ids)}

    def quantity_of(self, unit_ids: tuple[str, ...]) -> int:
        """How many units those ids are."""
        return len(unit_ids) if self.units_known else self.quantity


@dataclass(frozen=True, slots=True)
class Order:
    """One order of the marketplace, as imported."""

    ref: str  # the connector's id
    order_id: str  # the marketplace's
    site: str
    currency: str
    total: Decimal
    created_at: datetime | None
    payment_status: str
    shipping_status: str
    lines: tuple[OrderLine, ...]
    stated: Mapping[str, Decimal] = field(default_factory=dict)  # what of its total is tax, shipping and tax on that
    additional: Decimal | None = None  # what its total is more than that and the goods, or less
    dates: Mapping[str, datetime | None] = field(default_factory=dict)  # of payment and shipping, as far as told
    checkout_status: str = ""
    profile: str | None = None  # the connector's number of the account that the shop is in
    recipient: Mapping[str, str] = field(default_factory=dict, repr=False)  # as far as the connector tells

    @property
    def smallest(self) -> Decimal:
        """The smallest sum that can be paid in the order's currency."""
        return unit_of(self.currency)

    @property
    def goods(self) -> list[str]:
        """The SKU of each unit that was bought."""
        return sorted(line.sku for line in self.lines for _ in range(line.quantity))

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The SKU of each unit that is told by its number, and the title where titles are told."""
        named = [line for line in self.lines if line.units_known]
        titles = {line.item_id: () if line.title is None else (line.title,) for line in named}
        return {unit: (line.sku, *titles[line.item_id]) for line in named for unit in line.unit_ids}

    @property
    def made_of(self) -> dict[str, Decimal]:
        """What was paid for the lines, in a buyer's words."""
        paid = [line.made_of for line in self.lines]
        return {part: sum((of_line[part] for of_line in paid), ZERO) for part in made_of({}, ZERO)}

    def line_of(self, unit_id: str) -> OrderLine | None:
        """Return the line a unit belongs to."""
        return next((line for line in self.lines if unit_id in line.unit_ids), None)
