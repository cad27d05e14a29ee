"""What a shop knows: its orders, returns and cancellations, their history, the mail sent, and who holds which unit.

Values are frozen; a change puts a new one in place of the old. Nothing here decides anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from mock_tiktok import errors
from mock_tiktok.domain.cancellations import Cancellation
from mock_tiktok.domain.mail import Mail
from mock_tiktok.domain.money import Amount
from mock_tiktok.domain.orders import ClaimLine, LineItem, Order, refund_of
from mock_tiktok.domain.returns import Record, Return
from mock_tiktok.domain.words import Role
from mock_tiktok.policy.profile import Profile
from mock_tiktok.state.index import Shelf
from mock_tiktok.state.tokens import AppName


@dataclass(frozen=True, slots=True)
class SkuQuantity:
    """Some units of one SKU, as Create Return and Cancel Order may name them."""

    sku_id: str
    quantity: int


class Store:
    """Everything one shop knows."""

    def __init__(
        self,
        shop_id: str,
        name: str,
        market: str,
        profile: Profile,
        shops: Mapping[str, Store],
        *,
        ciphers: Mapping[AppName, str],
        seller: str | None = None,
        sandbox: bool = False,
    ) -> None:
        self.shop_id = shop_id
        self.ciphers = dict(ciphers)
        self.name = name
        self.seller = seller or name
        self.market = market
        self.profile = profile
        self.sandbox = sandbox
        self.orders: Shelf[Order] = Shelf(f"{shop_id} orders")
        self.returns: Shelf[Return] = Shelf(f"{shop_id} returns")
        self.cancellations: Shelf[Cancellation] = Shelf(f"{shop_id} cancellations")
        self.images: dict[str, tuple[int, int]] = {}  # width and height of what was uploaded here
        self.returns_of: dict[str, tuple[str, ...]] = {}
        self.cancellations_of: dict[str, tuple[str, ...]] = {}
        self._orders_of_buyer: dict[str, tuple[str, ...]] = {}
        self._records: dict[str, tuple[Record, ...]] = {}
        self._mails: dict[str, tuple[Mail, ...]] = {}
        self._held_by: dict[str, str] = {}
        self._open: dict[str, frozenset[str]] = {}
        self._shops = shops

    # reading

    def order(self, order_id: str) -> Order:
        """Return the order; 25007006 where there is none such, 25020005 where it is another shop's."""
        if (order := self.orders.get(order_id)) is not None:
            return order
        if self.is_elsewhere(order_id):
            raise errors.NO_PERMISSION(kind="order", id=order_id)
        raise errors.ORDER_NOT_FOUND(order_id=order_id)

    def is_elsewhere(self, order_id: str) -> bool:
        """Say whether another shop of the marketplace has the order."""
        return any(shop is not self and shop.orders.get(order_id) for shop in self._shops.values())

    def size_of(self, image_id: str) -> tuple[int, int] | None:
        """Return the width and height of a picture, if any shop of the marketplace has uploaded it."""
        return next((shop.images[image_id] for shop in self._shops.values() if image_id in shop.images), None)

    def get_return(self, return_id: str) -> Return:
        """Return the return; 25020005 where the shop has none such."""
        if (item := self.returns.get(return_id)) is None:
            raise errors.NO_PERMISSION(kind="return", id=return_id)
        return item

    def get_cancellation(self, cancel_id: str) -> Cancellation:
        """Return the cancellation; 25020005 where the shop has none such."""
        if (item := self.cancellations.get(cancel_id)) is None:
            raise errors.NO_PERMISSION(kind="cancellation", id=cancel_id)
        return item

    def records(self, return_id: str) -> tuple[Record, ...]:
        """Return a return's history, oldest first."""
        return self._records.get(return_id, ())

    def mails(self, order_id: str) -> tuple[Mail, ...]:
        """Return what the order's buyer got, oldest first."""
        return self._mails.get(order_id, ())

    def orders_of_buyer(self, user_id: str) -> tuple[str, ...]:
        """Return a buyer's orders, oldest first."""
        return self._orders_of_buyer.get(user_id, ())

    def held_by(self, line_id: str) -> str | None:
        """Return the open return or cancellation that holds the unit."""
        return self._held_by.get(line_id)

    def has_open_claim(self, order_id: str) -> bool:
        """Say whether a return or cancellation of the order is not at its end."""
        return bool(self._open.get(order_id))

    # which units

    def units(
        self,
        order: Order,
        line_item_ids: Sequence[str] = (),
        skus: Sequence[SkuQuantity] = (),
        *,
        free: bool = True,
        instead_of: str | None = None,
    ) -> tuple[LineItem, ...]:
        """Return the units that a request names; raise where one is gone or, if they must be `free`, in a claim.

        What the claim holds that this is `instead_of` is free for it.

        Nothing named means all of the order that is not gone already; units and SKUs both named are the same units.
        """
        wanted: Counter[str] = Counter()
        for one in skus:
            wanted[one.sku_id] += one.quantity
        named = len(line_item_ids) or wanted.total()
        if named > self.profile.count("refund.max_lines"):
            raise errors.TOO_MANY_LINES(count=named)
        if line_item_ids:
            chosen = tuple(self._line(order, line_id) for line_id in dict.fromkeys(line_item_ids))
            if skus and wanted != Counter(line.sku_id for line in chosen):
                raise errors.LINES_DISAGREE(field="skus")
        elif skus:
            chosen = tuple(line for sku in wanted.items() for line in self._of_sku(order, *sku, free=free))
        else:
            chosen = tuple(line for line in order.lines if not self._is_gone(order, line))
        if not chosen:
            raise errors.ALREADY_CLOSED()
        for line in chosen:
            if free and self.held_by(line.id) not in (None, instead_of):
                raise errors.ALREADY_OPEN()
            if self._is_gone(order, line):
                raise errors.ALREADY_CLOSED()
        return chosen

    def amounts(self, order: Order, lines: Sequence[LineItem], totals: Sequence[Decimal]) -> tuple[Amount, ...]:
        """Explain each unit's total in the platform's parts."""
        inside = self.profile.says("refund.tax_in_subtotal", True)
        return tuple(
            refund_of(line, total, order.currency, tax_in_subtotal=inside)
            for line, total in zip(lines, totals, strict=True)
        )

    def check_replaceable(self, lines: Iterable[LineItem]) -> None:
        """Raise what the platform says where one of the units has been replaced."""
        if any(line.replaced for line in lines):
            raise errors.REPLACED_ALREADY()

    def check_asked(self, earlier: Iterable[Return | Cancellation]) -> None:
        """Raise what the platform says where the buyer has asked that often already."""
        times = sum(1 for item in earlier if item.role is Role.BUYER)
        if times >= self.profile.count("request.most"):
            raise errors.REQUESTS_USED_UP(count=times)

    def returns_about(self, line: LineItem, order_id: str) -> list[Return]:
        """Return the order's returns that are about the unit, oldest first."""
        found = map(self.get_return, self.returns_of.get(order_id, ()))
        return [item for item in found if any(part.line_item_id == line.id for part in item.lines)]

    def _is_gone(self, order: Order, line: LineItem) -> bool:
        return line.cancelled or (order.paid_at is not None and line.paid > 0 and line.refundable <= 0)

    def _line(self, order: Order, line_id: str) -> LineItem:
        if (line := order.line(line_id)) is None:
            raise errors.INVALID(
                what=f"order_line_item_ids: order {order.id} has no line {line_id}", at="line_item_ids"
            )
        return line

    def _of_sku(self, order: Order, sku_id: str, quantity: int, *, free: bool) -> tuple[LineItem, ...]:
        """Return the lowest-numbered units of the SKU that are left; if they must be free, unclaimed ones first."""
        of_sku = [line for line in order.lines if line.sku_id == sku_id]
        if not of_sku:
            raise errors.INVALID(what=f"skus: order {order.id} has no SKU {sku_id}")
        there = [line for line in of_sku if not self._is_gone(order, line)]
        if not there:
            return tuple(of_sku[:1])  # the caller says why it is not free
        if len(there) < quantity:
            raise errors.LINES_NOT_POSSIBLE(
                why=f"SKU {sku_id} has {len(there)} unit{'s' * (len(there) != 1)} left, not {quantity}"
            )
        if free:
            there.sort(key=lambda line: self.held_by(line.id) is not None)  # the caller says of what one is held
        return tuple(there[:quantity])

    # writing

    def put_order(self, order: Order) -> None:
        """Keep the order as it now is."""
        if self.orders.get(order.id) is None:
            own = self._orders_of_buyer.get(order.buyer.user_id, ())
            self._orders_of_buyer[order.buyer.user_id] = (*own, order.id)
        self.orders.put(order.id, order)

    def put_return(self, item: Return) -> None:
        """Keep the return as it now is."""
        if self.returns.get(item.return_id) is None:
            self.returns_of[item.order_id] = (*self.returns_of.get(item.order_id, ()), item.return_id)
        self.returns.put(item.return_id, item)
        self._hold(item.return_id, [line.line_item_id for line in item.lines], item.holds_its_lines)
        self._keep_open(item.return_id, item.order_id, not item.is_final)

    def put_cancellation(self, item: Cancellation) -> None:
        """Keep the cancellation as it now is."""
        if self.cancellations.get(item.cancel_id) is None:
            self.cancellations_of[item.order_id] = (*self.cancellations_of.get(item.order_id, ()), item.cancel_id)
        self.cancellations.put(item.cancel_id, item)
        self._hold(item.cancel_id, [line.line_item_id for line in item.lines], item.is_open)
        self._keep_open(item.cancel_id, item.order_id, item.is_open)

    def pay_back(self, order_id: str, shares: Sequence[ClaimLine]) -> None:
        """Enter in the ledger what goes back to the buyer, unit by unit."""
        paid = {share.line_item_id: share.amount for share in shares}
        order = self.order(order_id)
        lines = tuple(line.paid_back(paid[line.id]) if line.id in paid else line for line in order.lines)
        self.put_order(replace(order, lines=lines))

    def add_record(self, return_id: str, record: Record) -> None:
        """Write one line of a return's history."""
        self._records[return_id] = (*self.records(return_id), record)

    def add_mail(self, mail: Mail) -> None:
        """Put a mail into the buyer's mailbox."""
        self._mails[mail.order_id] = (*self.mails(mail.order_id), mail)

    def upload(self, content: bytes, size: tuple[int, int]) -> str:
        """Keep a picture's width and height; return its id."""
        uri = f"tos-useast5-i-omjb5zjo8w-tx/{sha256(content).hexdigest()[:32]}"
        self.images[uri] = size
        return uri

    def _hold(self, claim_id: str, line_ids: Sequence[str], holds: bool) -> None:
        for line_id in line_ids:
            if holds:
                self._held_by[line_id] = claim_id
            elif self._held_by.get(line_id) == claim_id:
                del self._held_by[line_id]

    def _keep_open(self, claim_id: str, order_id: str, is_open: bool) -> None:
        own = self._open.get(order_id, frozenset())
        self._open[order_id] = own | {claim_id} if is_open else own - {claim_id}
