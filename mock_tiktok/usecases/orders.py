"""Orders: bought, held for an hour, handed over, delivered, and closed when the return window is over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from mock_tiktok.domain.money import NO_DISCOUNTS, ZERO, Discounts, coin, split, weights
from mock_tiktok.domain.orders import Hours, LineItem, Order
from mock_tiktok.domain.phrases import AWAITED
from mock_tiktok.domain.state_machines import ORDER, Step
from mock_tiktok.domain.words import Mark, OrderStatus, Role
from mock_tiktok.errors import ORDER_STATUS, BadValue
from mock_tiktok.policy.profile import Profile
from mock_tiktok.state.agenda import BUYER, COURIER, MARKETPLACE, RANK_DEADLINE, RANK_PEOPLE, RANK_STEP
from mock_tiktok.state.people import CATALOGUE, PASSIVE, PLANS, moved, new_buyer, plan_named
from mock_tiktok.state.platform import Platform
from mock_tiktok.state.store import Store
from mock_tiktok.usecases.purchases import (
    OrderLine,
    PricedLine,
    as_planned,
    checked_discounts,
    checked_lines,
    checked_sums,
    given_by_plan,
    price_of,
    product_of,
)

HOLD_OVER: Final = "hold over"
WINDOW_OVER: Final = "window over"
COURIER_DELIVERS: Final = "courier delivers"
UNPAID_OVER: Final = "unpaid over"
BUYER_ASKS: Final = "buyer asks"
PAID_BACK: Final = "paid back"
_HAS_COME: Final = (OrderStatus.DELIVERED,)
# what a buyer asks for untold, in which statuses of the order, and as people read it
ASKS: Final = {
    "REFUND": (_HAS_COME, "buyer asks for a refund"),
    "RETURN_AND_REFUND": (_HAS_COME, "buyer asks to send it back"),
    "REPLACEMENT": (_HAS_COME, "buyer asks for a replacement"),
    "CANCEL": ((OrderStatus.UNPAID, OrderStatus.AWAITING_SHIPMENT), "buyer asks to cancel"),
}


# how far an order can be brought at once, and by which waits of the profile the steps lie apart
_WAY: Final = (
    (OrderStatus.UNPAID, None),
    (OrderStatus.ON_HOLD, "order.payment"),
    (OrderStatus.AWAITING_SHIPMENT, "order.cool_down"),
    (OrderStatus.AWAITING_COLLECTION, "order.handling"),
    (OrderStatus.IN_TRANSIT, "order.collection"),
    (OrderStatus.DELIVERED, "order.transit"),
    (OrderStatus.COMPLETED, "return.window"),
)


_STAMPS: Final = {
    "paid_at": OrderStatus.ON_HOLD,
    "rts_at": OrderStatus.AWAITING_COLLECTION,
    "collected_at": OrderStatus.IN_TRANSIT,
    "delivered_at": OrderStatus.DELIVERED,
}


class OrderLifecycle:
    """Everything that happens to a shop's orders, cancellation apart."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self._store = store
        self._platform = platform

    def place(
        self,
        lines: Sequence[OrderLine] | None = None,
        *,
        status: str = "DELIVERED",
        plan: str | None = None,
        buyer_name: str | None = None,
        shipping_fee: Decimal = ZERO,
        tax: Decimal = ZERO,
        shipping_fee_tax: Decimal = ZERO,
        fee: Decimal = ZERO,
        discounts: Discounts = NO_DISCOUNTS,
        asks: str | None = None,
        replaces: Order | None = None,
    ) -> Order:
        """Have somebody buy, and bring the order as far as `status` says: the last step is now, the others are past."""
        profile, now = self._store.profile, self._platform.now
        steps = self._steps(status, now, at_once=replaces is not None)
        _check_asks(asks, status)
        does = plan_named(plan)
        buys = does if replaces is None else PLANS[PASSIVE]
        checked = checked_lines(as_planned(lines, buys), profile.currency)
        sums = {"shipping_fee": shipping_fee, "tax": tax, "shipping_fee_tax": shipping_fee_tax, "fee": fee}
        shipping, tax, on_shipping, fee = checked_sums(sums, buys.gets_back, checked, profile.currency)
        discounts = checked_discounts(discounts, shipping, checked, profile.currency)
        order_id = self._platform.new_id("order")
        units = self._priced(checked, order_id)
        if buys.discounted and discounts == NO_DISCOUNTS:
            discounts = given_by_plan(units, shipping, profile.currency)
        shipping -= discounts.shipping
        shared = (shipping, tax - on_shipping, on_shipping, fee)
        begun: dict[str, Any] = {"replaced": replaces is not None, "rts_at": steps.get(OrderStatus.AWAITING_COLLECTION)}
        hold_until = _hold_until(steps, profile.wait("order.cool_down"))
        order = Order(
            id=order_id,
            shop_id=self._store.shop_id,
            number=self._platform.count("order number"),
            status=OrderStatus(status),
            currency=profile.currency,
            buyer=replaces.buyer if replaces else new_buyer(self._platform, self._store.profile, buyer_name),
            plan=does.name,
            lines=tuple(replace(line, **begun) for line in self._line_items(order_id, units, shared, discounts)),
            shipping_fee=shipping,
            tax=tax,
            fee=fee,
            created_at=steps[OrderStatus.UNPAID],
            updated_at=now,
            warehouse_id=self._platform.numbered_id("warehouse", 1),
            provider_id=profile.courier[0],
            provider_name=profile.courier[1],
            hours=_hours(profile, steps[OrderStatus.UNPAID], hold_until),
            hold_until=hold_until,
            **_stamps(steps),
            replaces_order_id=replaces.id if replaces else None,
            asks=asks,
        )
        self._store.put_order(order)
        self._schedule(order)
        self._publish(order)
        return order

    def pay(self, order_id: str) -> Order:
        """Take the buyer's money: the hour begins in which they alone may call it off."""
        order, now, profile = self._store.order(order_id), self._platform.now, self._store.profile
        hold_until = now + profile.wait("order.cool_down")
        hours = _hours(profile, order.created_at, hold_until)
        return self.step(order, Step.PAY, paid_at=now, hold_until=hold_until, hours=hours)

    def change_address(self, order_id: str) -> Order:
        """Have it go to another address of the buyer's."""
        order = self._store.order(order_id)
        self.check(order, Step.CHANGE_ADDRESS)
        addresses = order.addresses + 1
        buyer = moved(order.buyer, self._platform, self._store.profile, order_id, addresses)
        return self.step(order, Step.CHANGE_ADDRESS, buyer=buyer, addresses=addresses)

    def ship(self, order_id: str, line_item_ids: Sequence[str] = ()) -> Order:
        """Hand the order over to the carrier: all that has not left, or the parcels with these units alone."""
        order, now = self._store.order(order_id), self._platform.now
        going = _parcels(order, line_item_ids)
        lines = tuple(
            replace(line, shipped=True, rts_at=line.rts_at or now) if line.package_id in going else line
            for line in order.lines
        )
        rest = any(not (line.shipped or line.cancelled) for line in lines)
        step = Step.HAND_OVER_PART if rest else Step.HAND_OVER
        return self.step(order, step, lines=lines, rts_at=order.rts_at or now, collected_at=order.collected_at or now)

    def send_again(self, order_id: str, line_ids: Sequence[str]) -> Order:
        """Have a replacement sent: a new order that costs nothing, and whose units are not replaced again."""
        order = self._store.order(order_id)
        units = [line for line in order.lines if line.id in line_ids]
        marked = tuple(replace(line, replaced=True) if line.id in line_ids else line for line in order.lines)
        self._store.put_order(replace(order, lines=marked))
        free = [OrderLine(line.sku, 1, ZERO, without_sku=line.without_sku) for line in units]
        return self.place(free, status=OrderStatus.AWAITING_SHIPMENT, plan=order.plan, replaces=order)

    def check(self, order: Order, step: Step) -> None:
        """Raise what the platform says where the order does not take that step."""
        if ORDER.after(order.status, step) is None:
            raise ORDER_STATUS(status=order.status)

    def deliver(self, order_id: str) -> Order:
        """Bring the parcel to the buyer: the return window opens."""
        return self.step(self._store.order(order_id), Step.DELIVER, delivered_at=self._platform.now)

    def mark(self, order_id: str, marks: Iterable[Mark]) -> Order:
        """Have these, and no others, stand against the order."""
        order = self._store.order(order_id)
        self._store.put_order(replace(order, marks=tuple(sorted(set(marks))), updated_at=self._platform.now))
        return self._store.order(order_id)

    def pay_nothing_more(self, order_id: str) -> bool:
        """Close the order if its return window is over and no claim on it is open; say whether it did."""
        order = self._store.order(order_id)
        over = order.status is OrderStatus.DELIVERED and self._platform.now >= self.window_end(order)
        if not over or self._store.has_open_claim(order_id):
            return False
        self.step(order, Step.COMPLETE)
        return True

    def claim_ended(self, order_id: str) -> None:
        """Have the order closed, if it only waited for its last claim."""
        order = self._store.order(order_id)
        if order.status is not OrderStatus.DELIVERED or self._store.has_open_claim(order_id):
            return
        if self._platform.now >= self.window_end(order):
            self._put(WINDOW_OVER, order, self._platform.now, RANK_STEP, MARKETPLACE, "order completed")

    def window_end(self, order: Order) -> datetime:
        """Return when a delivered order can no longer be claimed."""
        assert order.delivered_at is not None
        return self._store.profile.window_end(order.created_at, order.delivered_at)

    def step(self, order: Order, step: Step, **changes: object) -> Order:
        """Take one step of the order's table."""
        self.check(order, step)
        status = ORDER.after(order.status, step)
        assert status is not None
        now = self._platform.now
        taken: Order = replace(order, status=status, updated_at=now, **changes)  # type: ignore[arg-type] # by name
        self._store.put_order(taken)
        self._schedule(taken)
        about = {"order_id": order.id, "status": status.value, **_stands(taken)}
        name = "address_changed" if step is Step.CHANGE_ADDRESS else "order_status_changed"
        self._platform.news.publish(now, name, **about)
        return taken

    def run(self, kind: str, order_id: str) -> tuple[str, bool]:
        """Do what was due; return the words for it and whether anything changed."""
        order = self._store.order(order_id)
        if kind == HOLD_OVER:
            self.step(order, Step.HOLD_OVER)
            return "order ready to ship", True
        if kind == COURIER_DELIVERS:
            self.deliver(order_id)
            return "order delivered", True
        return "return window over", self.pay_nothing_more(order_id)

    def _schedule(self, order: Order) -> None:
        """Keep the agenda in step with the order's state."""
        agenda = self._platform.agenda
        for kind in (HOLD_OVER, COURIER_DELIVERS, WINDOW_OVER, UNPAID_OVER, BUYER_ASKS, PAID_BACK):
            agenda.drop(kind, order.id)
        if order.status is OrderStatus.UNPAID:
            what = f"deadline: {AWAITED['order.unpaid_cancel']}"
            self._put(UNPAID_OVER, order, order.hours.pay_by, RANK_DEADLINE, MARKETPLACE, what)
        elif order.status is OrderStatus.ON_HOLD and order.hold_until:
            self._put(HOLD_OVER, order, order.hold_until, RANK_STEP, MARKETPLACE, "order ready to ship")
        elif order.status is OrderStatus.IN_TRANSIT and plan_named(order.plan).couriers:
            at = self._platform.now + self._store.profile.wait("order.transit")
            self._put(COURIER_DELIVERS, order, at, RANK_PEOPLE, COURIER, "order delivered")
        elif order.status is OrderStatus.DELIVERED:
            self._put(WINDOW_OVER, order, self.window_end(order), RANK_DEADLINE, MARKETPLACE, "return window over")
            if (back := plan_named(order.plan).gets_back) and getattr(order, back):
                self._put(PAID_BACK, order, self._platform.now, RANK_PEOPLE, MARKETPLACE, paid_back_words(back))
        if order.asks and order.status in ASKS[order.asks][0]:
            at = self._platform.now + self._store.profile.wait("buyer.hesitation")
            self._put(BUYER_ASKS, order, at, RANK_PEOPLE, BUYER, ASKS[order.asks][1])

    def _publish(self, order: Order) -> None:
        self._platform.news.publish(
            order.updated_at,
            "order_placed",
            order_id=order.id,
            shop_id=order.shop_id,
            status=order.status.value,
            currency=order.currency,
            total=order.total,
            lines={line.id: line.paid for line in order.lines},
            parts={
                line.id: {"item": line.price + line.fee, "shipping": line.shipping, "tax": line.tax}
                for line in order.lines
            },
            stated={"shipping_tax": order.tax - order.product_tax},
            stays={line.id: line.fee for line in order.lines if line.fee_stays and line.fee},
            additional=order.total - sum((line.paid for line in order.lines), ZERO),
            goods=sorted(line.seller_sku or line.sku_id for line in order.lines),
            names={line.id: (line.seller_sku or line.sku_id, line.product_name, line.sku_name) for line in order.lines},
            created_at=order.created_at,
            **_stands(order),
        )

    def _put(self, kind: str, order: Order, at: datetime, rank: int, who: str, what: str) -> None:
        self._platform.agenda.put(kind, order.id, at=at, rank=rank, who=who, what=what, shop_id=order.shop_id)

    def _steps(self, status: str, now: datetime, *, at_once: bool) -> dict[OrderStatus, datetime]:
        """Return when the order came to each status on its way to the one wanted, which it reaches now.

        What replaces a unit comes to all of them `at_once`: it is no older than the decision that makes it.
        """
        reached = [name for name, _ in _WAY]
        if status not in reached:
            raise BadValue("status", f"{status!r} is not one of {', '.join(reached)}")
        stamps: dict[OrderStatus, datetime] = {}
        at = now
        for name, wait in reversed(_WAY[: reached.index(OrderStatus(status)) + 1]):
            stamps[name] = at
            at -= self._store.profile.wait(wait) if wait and not at_once else timedelta(0)
        return stamps

    def _priced(self, lines: Sequence[OrderLine], order_id: str) -> tuple[PricedLine, ...]:
        """Give each line its product, where none is named, and its price, where none is set."""
        stream = self._platform.stream("product", order_id)
        priced, currency = [], self._store.profile.currency
        for line in lines:
            sku = line.sku or stream.choice(CATALOGUE).sku
            price = price_of(replace(line, sku=sku), currency).quantize(coin(currency))
            more = line.package, line.gift, line.untaxed, line.without_sku
            priced.append(PricedLine(sku, line.quantity, price, *more))
        return tuple(priced)

    def _line_items(
        self, order_id: str, lines: Sequence[PricedLine], sums: Sequence[Decimal], discounts: Discounts
    ) -> Iterator[LineItem]:
        """Make the units; the `sums` of the whole order are shared out by what each of them costs."""
        currency, stays = self._store.profile.currency, self._store.profile.says("refund.fee_in_total", False)
        units = [line for line in lines for _ in range(line.quantity)]
        given = discounts.shared([ZERO if line.gift else line.price for line in units], currency)
        prices = [ZERO if line.gift else line.price - off.product for line, off in zip(units, given, strict=True)]
        packages = {
            number: self._platform.new_id("package") for number in dict.fromkeys(line.package for line in units)
        }
        order = -1 if self._store.profile.says("money.coins_first", True) else 1
        taxed = [ZERO if line.untaxed else price for line, price in zip(units, prices, strict=True)]
        by = (prices, taxed, prices, prices)  # shipping, the tax on goods, that on shipping, a fee
        shares = (split(sum_, weights(of)[::order], currency)[::order] for sum_, of in zip(sums, by, strict=True))
        begins = self._store.profile.text("courier.tracking")
        for line, price, off, shipping, tax, on_shipping, fee in zip(units, prices, given, *shares, strict=True):
            product = product_of(line.sku)
            whom = f"{self._store.shop_id} {line.sku}"
            parcel = f"tracking {order_id}" + f" {line.package}" * (line.package > 1)
            yield LineItem(
                id=self._platform.new_id("line"),
                sku_id=self._platform.steady_id("1729", 19, f"sku {whom}"),
                sku=line.sku,
                sku_name=product.variant if product else "Default",
                product_id=self._platform.steady_id("1729", 19, f"product {whom}"),
                product_name=product.name if product else line.sku.replace("-", " ").capitalize(),
                price=price,
                shipping=shipping,
                tax=tax + on_shipping,
                shipping_tax=on_shipping,
                fee=fee,
                fee_stays=stays,
                package_id=packages[line.package],
                tracking_number=begins + self._platform.steady_id("9", 14, parcel),
                discounts=Discounts(seller=line.price) if line.gift else off,
                is_gift=line.gift,
                without_sku=line.without_sku,
            )


def paid_back_words(what: str) -> str:
    """Return what people read where a plan has shipping or tax paid back."""
    return f"{what.removesuffix('_fee')} paid back in Seller Center"


def _check_asks(asks: str | None, status: str) -> None:
    if asks is None:
        return
    if asks not in ASKS:
        raise BadValue("asks", f"{asks!r} is not one of {', '.join(ASKS)}")
    takes, way = ASKS[asks][0], [name for name, _ in _WAY]
    comes = {*takes, *way[: way.index(takes[-1])]}
    if status not in comes:
        raise BadValue("asks", f"is {asks}, which comes to nothing: the order is {status} at once")


def _parcels(order: Order, line_item_ids: Sequence[str]) -> set[str]:
    """Return the parcels that go when these units do; all, where none is named."""
    chosen = [line for line in order.lines if not line_item_ids or line.id in line_item_ids]
    if unknown := set(line_item_ids).difference(line.id for line in chosen):
        raise BadValue("line_item_ids", f"order {order.id} has no line {min(unknown)}")
    going = {line.package_id for line in chosen}
    torn = [line.id for line in order.lines if line.package_id in going and line not in chosen and not line.cancelled]
    if torn:
        raise BadValue("line_item_ids", f"are in one parcel with {torn[0]}, which goes along")
    if line_item_ids and all(line.shipped for line in chosen):
        raise BadValue("line_item_ids", "have left already")
    return going


def _stamps(steps: Mapping[OrderStatus, datetime]) -> dict[str, Any]:
    return {stamp: steps.get(reached) for stamp, reached in _STAMPS.items()}


def _stands(order: Order) -> dict[str, object]:
    """Return since when an order is how far, how many of its parcels have left, and where it goes."""
    since = {"paid_at": order.paid_at, "ready_at": order.rts_at, "collected_at": order.collected_at}
    left = {line.package_id: line.shipped for line in order.lines if not line.cancelled}
    return {**since, "parcels": len(left), "parcels_left": sum(left.values()), "recipient_address": order.buyer.told}


def cancelled(order: Order, line_ids: Sequence[str], words: str, role: Role) -> Order:
    """Return the order with those units called off; the wire gives the reason's words, not its key."""
    lines = tuple(
        replace(line, cancelled=True, cancel_reason=words, cancelled_by=role) if line.id in line_ids else line
        for line in order.lines
    )
    return replace(order, lines=lines)


def _hours(profile: Profile, created_at: datetime, hold_until: datetime | None) -> Hours:
    ship_by = profile.due("order.shipping_sla", hold_until or created_at)
    collect_by = ship_by + profile.wait("order.collection")
    pay_by = profile.due("order.unpaid_cancel", created_at)
    return Hours(pay_by, ship_by, collect_by, collect_by + profile.wait("order.transit"))


def _hold_until(steps: Mapping[OrderStatus, datetime], cool_down: timedelta) -> datetime | None:
    paid = steps.get(OrderStatus.ON_HOLD)
    return steps.get(OrderStatus.AWAITING_SHIPMENT, paid and paid + cool_down)
