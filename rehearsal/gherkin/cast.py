"""The people of the scenarios: what each of them can do, and what each of them sees.

Everybody speaks to one `Stage` and to nothing else, so the same people play in process and over the control API. A
buyer remembers the order she placed and the request she made; nobody else remembers anything. Somebody who *tries*
keeps what they were told when it was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NoReturn

from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.errors import Miswritten
from rehearsal.sums import Sum


@dataclass(frozen=True)
class Goods:
    """So many pieces of one thing, at a price each."""

    name: str
    price: Sum
    pieces: int = 1

    @property
    def sku(self) -> str:
        return self.name.upper().replace(" ", "-")


class Unseen(AssertionError):
    """Somebody does not see what they ought to see."""


def _one(goods: str) -> str:
    """Return the name without the ending of the plural: "1 of the mug" and "2 of the mugs" mean the same goods."""
    return goods.removesuffix("s")


def shown(document: Json, name: str) -> Sum:
    """Return a sum that the stage shows under that name, in the currency of what it shows."""
    return Sum(Decimal(document[name]), document["currency"])


def _said(name: str, sum_: Sum | None) -> dict[str, str]:
    """Return a sum as calls say it: the amount under that name, and its currency."""
    return {} if sum_ is None else {name: str(sum_.amount), "currency": sum_.currency}


def _spelled(sum_: Sum | None) -> str | None:
    return None if sum_ is None else str(sum_.amount)


class Person:
    """Somebody who may be told no."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.refusal: Problem | None = None

    def tries(self, act: Callable[[], object]) -> None:
        self.refusal = None
        try:
            act()
        except Problem as refusal:
            if refusal.makes_no_sense:
                raise
            self.refusal = refusal


class Clock:
    """The world's time, and how to let it pass."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.stage.world()["now"])

    def passes(self, time: timedelta) -> None:
        self.stage.advance(by=f"PT{int(time.total_seconds())}S")

    def goes_to(self, moment: datetime) -> None:
        self.stage.advance(to=moment.isoformat().replace("+00:00", "Z"))

    def starts_at(self, moment: datetime) -> None:
        world = self.stage.world()
        self.stage.reset(seed=world["seed"], start=moment.isoformat().replace("+00:00", "Z"))

    def starts_where(self, profile: str) -> None:
        """Begin anew in a market with another policy."""
        self.stage.reset(profile=profile)

    def news_goes_round(self) -> None:
        """Let an hour pass: a round, the payment, the next round and the OMS's pull fit in it."""
        self.passes(timedelta(hours=1))


# What a buyer has only when they have done something: what they have not done, and the step that does it.
_UNDONE: Final = {
    "order_id": ("has bought nothing", "{name} has received a desk lamp for 39.98 USD"),
    "return_id": ("has asked for nothing", "{name} has asked for her money back"),
    "cancel_id": ("has not asked to cancel the order", "{name} has asked to cancel the order"),
}


class Buyer(Person):
    """Buys, asks, sends back, withdraws, appeals."""

    order_id: str
    return_id: str
    cancel_id: str

    def __init__(self, stage: Stage, name: str) -> None:
        super().__init__(stage)
        self.name = name
        self.paid = Sum(Decimal(0), "")
        self.units: dict[str, list[str]] = {}

    def __getattr__(self, name: str) -> NoReturn:
        """Say of an order or a request that it is not there yet."""
        if name not in _UNDONE:
            raise AttributeError(f"a buyer has no {name}", name=name, obj=self)
        undone, step = _UNDONE[name if self.has("order_id") else "order_id"]
        raise Miswritten(f'{self.name} {undone} so far; a step such as "{step.format(name=self.name)}" comes first')

    def has(self, id: str) -> bool:
        """Return whether there is an `order_id`, a `return_id` or a `cancel_id` yet."""
        return id in vars(self)

    def buys(
        self,
        goods: Sequence[Goods],
        *,
        status: str = "DELIVERED",
        shipping: Sum | None = None,
        tax: Sum | None = None,
    ) -> None:
        sums = [g.price for g in goods] + [extra for extra in (shipping, tax) if extra]
        if len({one.currency for one in sums}) > 1:
            raise Miswritten(f"an order has one currency, not those of {' and '.join(map(str, sums))}")
        order = self.stage.place_order(
            lines=[{"sku": g.sku, "quantity": g.pieces, "unit_price": _spelled(g.price)} for g in goods],
            status=status,
            shipping_fee=_spelled(shipping),
            tax=_spelled(tax),
            currency=sums[0].currency,
        )
        self.order_id = order["order_id"]
        self.paid = shown(order, "total")
        self.units = {g.name: [i["id"] for i in order["line_items"] if i["sku"] == g.sku] for g in goods}

    def units_of(self, goods: str | None, pieces: int | None = None) -> list[str] | None:
        """Return the line items meant: all when no goods are named, else so many pieces of them."""
        if goods is None:
            return None
        alike = {_one(name): units for name, units in self.units.items()} | self.units
        units = alike.get(goods) or alike.get(_one(goods))
        if units is None:
            raise Miswritten(f"{self.name} has no {goods}; {self.name} has: {', '.join(self.units) or 'nothing'}")
        if pieces == 0:
            raise Miswritten(f"0 of the {goods} is nothing to ask for")
        if pieces is not None and pieces > len(units):
            raise Miswritten(f"{self.name} has only {len(units)} {goods}, not {pieces}")
        return units[:pieces]

    def asks(self, kind: str, *, goods: str | None = None, pieces: int | None = None) -> None:
        request = self.stage.request_return(self.order_id, type=kind, line_item_ids=self.units_of(goods, pieces))
        self.return_id = request["return_id"]

    def asks_for_refund(self, *, goods: str | None = None, pieces: int | None = None) -> None:
        self.asks("REFUND", goods=goods, pieces=pieces)

    def asks_to_return(self, *, goods: str | None = None, pieces: int | None = None) -> None:
        self.asks("RETURN_AND_REFUND", goods=goods, pieces=pieces)

    def asks_for_replacement(self) -> None:
        self.asks("REPLACEMENT")

    def asks_to_cancel(self) -> None:
        self.cancel_id = self.stage.request_cancellation(self.order_id)["cancel_id"]

    def sends_parcel(self) -> None:
        self.stage.ship_return(self.return_id)

    def withdraws(self) -> None:
        self.stage.withdraw(self.return_id)

    def withdraws_cancellation(self) -> None:
        self.stage.withdraw_cancellation(self.cancel_id)

    def appeals(self) -> None:
        self.stage.dispute(self.return_id)

    def accepts_offer(self) -> None:
        self.stage.accept_offer(self.return_id)

    def declines_offer(self) -> None:
        self.stage.decline_offer(self.return_id)

    @property
    def request(self) -> Json:
        return self.stage.get_return(self.return_id)

    @property
    def cancellation(self) -> Json:
        return self.stage.get_cancellation(self.cancel_id)

    @property
    def order(self) -> Json:
        return self.stage.order(self.order_id)

    @property
    def deadline(self) -> datetime:
        """The moment before which the seller has to answer, as the marketplace says."""
        document = self.cancellation if self.has("cancel_id") and not self.has("return_id") else self.request
        return datetime.fromisoformat(document["seller_deadline"])

    @property
    def mails(self) -> list[Json]:
        mails: list[Json] = self.stage.mailbox(order_id=self.order_id)["mails"]
        return mails


class Courier(Person):
    """Carries parcels: the order to the buyer, the return to the warehouse."""

    def delivers(self, buyer: Buyer) -> None:
        self.stage.deliver_order(buyer.order_id)

    def brings_back(self, buyer: Buyer) -> None:
        self.stage.arrive_return(buyer.return_id)


class Operator(Person):
    """Decides appeals for the marketplace."""

    def decides_for_buyer(self, buyer: Buyer, *, amount: Sum | None = None) -> None:
        granted = _said("refund_total", amount)
        self.stage.arbitrate(buyer.return_id, outcome="SUPPORT_BUYER", **granted)

    def decides_for_seller(self, buyer: Buyer) -> None:
        self.stage.arbitrate(buyer.return_id, outcome="SUPPORT_SELLER")


class Seller(Person):
    """The seller's staff, who work in the OMS: they see what it has imported, decide, inspect, refund."""

    @property
    def cases(self) -> list[Json]:
        cases: list[Json] = self.stage.oms_adjustments()["adjustments"]
        return cases

    def cases_of(self, buyer: Buyer) -> list[Json]:
        order_id = buyer.order_id
        return [case for case in self.cases if case["order_id"] == order_id]

    def case_of(self, buyer: Buyer) -> Json:
        """The case that answers the buyer's latest request, or the seller's own last refund on the order."""
        mine = self.cases_of(buyer)
        if buyer.has("return_id"):
            mine = [case for case in mine if case["return_id"] == buyer.return_id]
        elif buyer.has("cancel_id"):
            mine = [case for case in mine if case.get("cancel_id") == buyer.cancel_id]
        if not mine:
            raise Unseen(f"the seller has not heard of {buyer.name}'s case; known: {self.cases}")
        return mine[-1]

    def own_refund_of(self, buyer: Buyer) -> Json:
        """The refund or cancellation that the seller has started on the buyer's order."""
        asked = {vars(buyer).get("return_id"), vars(buyer).get("cancel_id")} - {None}
        own = [case for case in self.cases_of(buyer) if not {case["return_id"], case["cancel_id"]} & asked]
        if not own:
            raise Unseen(f"the seller has started no refund of {buyer.name}; known: {self.cases}")
        return own[-1]

    def approves(self, buyer: Buyer, *, amount: Sum | None = None) -> None:
        self.stage.oms_approve(self.case_of(buyer)["id"], **_said("amount", amount))

    def rejects(self, buyer: Buyer) -> None:
        self.stage.oms_reject(self.case_of(buyer)["id"])

    def accepts_parcel(self, buyer: Buyer, *, grade: str) -> None:
        self.stage.oms_inspect(buyer.return_id, grade=grade, accept=True)

    def refuses_parcel(self, buyer: Buyer, *, grade: str) -> None:
        self.stage.oms_inspect(buyer.return_id, grade=grade, accept=False)

    def refunds(
        self,
        buyer: Buyer,
        *,
        goods: str | None = None,
        pieces: int | None = None,
        amount: Sum | None = None,
        reason: str | None = None,
    ) -> None:
        units, sum_ = buyer.units_of(goods, pieces), _said("amount", amount)
        self.stage.oms_refund(order_id=buyer.order_id, line_item_ids=units, reason=reason, **sum_)

    def ships(self, buyer: Buyer) -> None:
        self.stage.ship_order(buyer.order_id)

    def history_of(self, buyer: Buyer) -> list[Json]:
        """What the order page of the connector shows under Activity & History."""
        entries: list[Json] = self.stage.activity(buyer.order_id)["activity"]
        return entries


class SellerCenter(Person):
    """Somebody of the seller's who works in Seller Center, behind the connector's back."""

    def decides(self, buyer: Buyer, decision: str) -> None:
        self.stage.seller_center_decision(buyer.return_id, decision=decision)

    def refunds(self, buyer: Buyer, *, goods: str | None = None, amount: Sum | None = None) -> None:
        units, sum_ = buyer.units_of(goods), _said("amount", amount)
        self.stage.seller_center_refund(buyer.order_id, line_item_ids=units, **sum_)

    @property
    def listing(self) -> list[Json]:
        """What "Orders" > "Manage Returns" lists, newest first."""
        returns: list[Json] = self.stage.returns()["returns"]
        return returns


class Watcher(Person):
    """Watches the marketplace and the books; does nothing. Notes what a request was shown as, one after the other."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.seen: list[str] = []

    def looks_at(self, buyer: Buyer) -> None:
        shown = buyer.request["shown_status"]
        if self.seen[-1:] != [shown]:
            self.seen.append(shown)

    def watches(self, buyer: Buyer, *, for_: timedelta, clock: Clock) -> None:
        """Look after each single thing that happens until the time is over."""
        end = clock.now + for_
        self.looks_at(buyer)
        while (agenda := self.stage.agenda()["agenda"]) and datetime.fromisoformat(agenda[0]["at"]) <= end:
            self.stage.advance(until="next")
            self.looks_at(buyer)
        clock.goes_to(end)

    def requests_of(self, buyer: Buyer) -> list[Json]:
        order_id = buyer.order_id
        return [r for r in self.stage.returns()["returns"] if r["order_id"] == order_id]

    def events_of(self, buyer: Buyer) -> list[str]:
        """What happened to the request, in the marketplace's words."""
        return [entry["event"] for entry in buyer.request["timeline"]]

    def books_of(self, buyer: Buyer) -> Json:
        order_id, rows = buyer.order_id, self.stage.ledgers()["orders"]
        return next(row for row in rows if row["order_id"] == order_id)

    def paid_back(self, buyer: Buyer) -> Sum:
        row = self.books_of(buyer)
        return shown({**row, **row["marketplace"]}, "refunded")


class Cast:
    """Everybody on one stage. A buyer comes on when first called by name."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.clock = Clock(stage)
        self.courier = Courier(stage)
        self.operator = Operator(stage)
        self.seller = Seller(stage)
        self.seller_center = SellerCenter(stage)
        self.watcher = Watcher(stage)
        self._buyers: dict[str, Buyer] = {}

    def buyer(self, name: str) -> Buyer:
        return self._buyers.setdefault(name, Buyer(self.stage, name))

    def names(self) -> dict[str, str]:
        """Return whose each order is."""
        return {buyer.order_id: buyer.name for buyer in self._buyers.values() if buyer.has("order_id")}

    def told_no(self, who: str) -> Problem:
        """The refusal the named person got last."""
        person: Any = {"the seller": self.seller, "Seller Center": self.seller_center}.get(who) or self.buyer(who)
        refusal: Problem | None = person.refusal
        if refusal is None:
            raise Unseen(f"{who} was not refused anything")
        return refusal
