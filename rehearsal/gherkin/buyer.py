"""A buyer: what they buy and ask for, and what they see of it.

A buyer remembers every order and every request; nobody else remembers anything. What is about one of several takes a
`Which`, and is refused as long as it could be more than one of them. Somebody who *tries* keeps what they were told
when it was refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from rehearsal.control.stage import Json, Problem
from rehearsal.gherkin.errors import Miswritten, NotJudged
from rehearsal.gherkin.part import seen_of
from rehearsal.gherkin.refusals import Told, shown_as
from rehearsal.gherkin.which import Claim, Order, Which, one_currency, the_claim, the_order
from rehearsal.sums import Sum

ANY: Final = Which()
NOTHING: Final[Mapping[str, Sum]] = {}
UNDONE: Final = ("Canceled", "Rejected", "Refund Rejected", "Return Rejected")  # after which one may ask for it again
LIKE: Final = 0.5  # of 1: what is less alike than this is another name
MOST: Final = 100  # pieces of one thing, and different things, that an order may have
DISCOUNTS: Final = ("seller", "platform", "shipping_seller", "shipping_platform")
# What else an order's price is made of, and how the call that places it says so.
FIELDS: Final = {"shipping": "shipping_fee", "tax": "tax", "shipping_tax": "shipping_fee_tax", "fee": "fee"}


@dataclass(frozen=True)
class Goods:
    """So many pieces of one thing, at a price each, or as a gift, in the parcel of that number, taxed or not.

    The seller may have it without a SKU.
    """

    name: str
    price: Sum | None
    pieces: int = 1
    parcel: int = 1
    taxed: bool = True
    has_sku: bool = True

    @property
    def sku(self) -> str:
        return self.name.upper().replace(" ", "-")

    @property
    def line(self) -> Json:
        price = {"unit_price": str(self.price.amount)} if self.price else {"gift": True}
        untaxed = {} if self.taxed else {"untaxed": True}
        without = {} if self.has_sku else {"without_sku": True}
        return {"sku": self.sku, "quantity": self.pieces, "package": self.parcel, **price, **untaxed, **without}


class Unseen(AssertionError):
    """Somebody does not see what they ought to see."""


def shown(document: Json, name: str) -> Sum:
    """Return a sum that the stage shows under that name, in the currency of what it shows."""
    return Sum(Decimal(told(document, name)), told(document, "currency"))


def told(case: Json, name: str) -> Any:
    """Return what a case of the seller's says under that name; raise NotJudged where the OMS does not tell it."""
    if name in case.get("untold", ()):
        raise NotJudged(f"the OMS on this stage does not tell the {name} of a case; `{name}` of its `cases` would")
    return case[name]


def as_said(name: str, sum_: Sum | None) -> Json:
    """Return a sum as calls say it: the amount under that name, and its currency."""
    return {} if sum_ is None else {name: str(sum_.amount), "currency": sum_.currency}


def demand_part(amount: Sum, most: Sum, what: str) -> None:
    """Refuse nothing, and more than what it is a part of; `what` says what that is, as in "Maya paid"."""
    if not amount.amount:
        raise Miswritten(f"{amount} is nothing to offer or to pay back")
    if amount.currency == most.currency and amount.amount > most.amount:
        raise Miswritten(f"{what} {most}, and {amount} is more than that")


def _folded(name: str) -> str:
    """Return a name as it is compared: in small letters, without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))


class Person:
    """Somebody who may be told no."""

    def __init__(self, stage: Told) -> None:
        self.stage = stage
        self.refusal: Problem | None = None

    def tries(self, act: Callable[[], object]) -> None:
        self.refusal = None
        try:
            act()
        except Problem as refusal:
            if refusal.makes_no_sense or refusal.status >= 500:  # nobody has said no
                raise
            self.refusal = refusal


class Buyer(Person):
    """Buys, asks, sends back, withdraws, appeals."""

    def __init__(self, stage: Told, name: str, others: Callable[[], Sequence[Buyer]] = tuple) -> None:
        super().__init__(stage)
        self.name = name
        self.orders: list[Order] = []
        self.claims: list[Claim] = []
        self._others = others

    def buys(
        self,
        goods: Sequence[Goods],
        *,
        status: str = "DELIVERED",
        shop_id: str | None = None,
        sums: Mapping[str, Sum] = NOTHING,
    ) -> None:
        """Buy goods; the status says how far the order has come at once. `sums`: shipping, tax, fee, discounts."""
        if not 1 <= len(goods) <= MOST:
            raise Miswritten(f"an order is of 1 to {MOST} things of different kinds, not of {len(goods)}")
        if wrong := next((g for g in goods if not 1 <= g.pieces <= MOST), None):
            raise Miswritten(f"an order has 1 to {MOST} pieces of one thing, not {wrong.pieces} of the {wrong.name}")
        said = [*(g.price for g in goods if g.price), *sums.values()]
        if len({one.currency for one in said}) > 1:
            raise Miswritten(f"an order has one currency, not those of {' and '.join(map(str, said))}")
        discounts = {kind: str(sums[kind].amount) for kind in DISCOUNTS if kind in sums}
        order = self.stage.place_order(
            lines=[g.line for g in goods],
            status=status,
            buyer={"name": self.name},
            shop_id=shop_id,
            **{field: str(sums[kind].amount) for kind, field in FIELDS.items() if kind in sums},
            discounts=discounts or None,
            currency=said[0].currency if said else None,
        )
        items = {g.name: [i for i in order["line_items"] if i["sku"] == g.sku] for g in goods}
        units = {name: [i["id"] for i in mine] for name, mine in items.items()}
        each = "; ".join(f"{name} {', '.join(i['total'] for i in mine)}" for name, mine in items.items())
        shares = sums and len(order["line_items"]) > 1
        shared = f"with its part of shipping and tax each is, in {order['currency']}: {each}" if shares else ""
        totals = {i["id"]: Decimal(i["total"]) for i in order["line_items"]}
        self.orders.append(Order(order["order_id"], shown(order, "total"), units, shared, totals))

    def pays(self, which: Which = ANY) -> None:
        """Pay for an order that has not been paid for."""
        self.stage.pay_order(self.ordered(which).id)

    def changes_address(self, which: Which = ANY) -> None:
        """Have an order sent to another address."""
        self.stage.change_address(self.ordered(which).id)

    def all_orders(self) -> list[Order]:
        """Return every order in its order; refuse somebody who has none."""
        if not self.orders:
            raise Miswritten(f"{self.name} has bought nothing so far; {self._meant(self._others())}")
        return self.orders

    def _meant(self, others: Sequence[Buyer]) -> str:
        """Return whose name may have been meant, else what comes first."""
        names = {_folded(other.name): other.name for other in others}
        if near := get_close_matches(_folded(self.name), names, 1, LIKE):
            return f"did you mean {names[near[0]]}?"
        have = f"{' and '.join(names.values())} {'has' if len(names) == 1 else 'have'}; "
        others_have = have if len(names) in (1, 2) else ""
        return f'{others_have}a step such as "{self.name} has received a desk lamp for 39.98 USD" comes first'

    def ordered(self, which: Which = ANY) -> Order:
        """Return the order that is meant: `id`, `paid`, `units`."""
        if said := " ".join(filter(None, (which.nth, which.noun))):
            raise Miswritten(f"this is about an order or its goods, and {self.name}'s {said} is neither")
        return the_order(self.name, self.all_orders(), which)

    def asked(self, which: Which = ANY, *, noun: str = "") -> Claim:
        """Return the request that is meant: `id`, `kind`, `order`, `units`."""
        asking = [other for other in self._others() if other.claims]
        if not self.claims and self.orders and "did you mean" in (meant := self._meant(asking)):
            raise Miswritten(f"{self.name} has asked for nothing so far; {meant}")
        return the_claim(self.name, self.claims, self.all_orders(), replace(which, noun=which.noun or noun))

    def units_of(self, which: Which) -> tuple[str, list[str] | None]:
        """Return the id of the order that is meant, and the line items: None means all, some are first those left."""
        order = self.ordered(which)
        units = list(order.called(which.goods))
        if which.pieces == 0:
            raise Miswritten(f"0 of the {which.goods} is nothing to ask for")
        if which.pieces is not None and which.pieces > len(units):
            raise Miswritten(f"{self.name} has only {len(units)} {which.goods}, not {which.pieces}")
        if which.pieces not in (None, len(units)):
            asked = sorted(self.returns_of(order), key=lambda one: one["shown_status"] not in UNDONE)
            last = {unit: 1 + (one["shown_status"] not in UNDONE) for one in asked for unit in one["line_item_ids"]}
            units.sort(key=lambda unit: last.get(unit, 0))
        return order.id, units[: which.pieces] if which.goods else None

    def returns_of(self, order: Order) -> list[Json]:
        """Return the returns of an order, whoever asked for them."""
        return [one for one in self.stage.returns()["returns"] if one["order_id"] == order.id]

    def asks(self, kind: str, which: Which = ANY, because: str | None = None, **how: Any) -> None:
        """Ask for REFUND, RETURN_AND_REFUND or REPLACEMENT; `because` is a reason as the marketplace words it."""
        order_id, units = self.units_of(which)
        request = self.stage.request_return(order_id, type=kind, line_item_ids=units, reason=because, **how)
        order = self.ordered(Which(order=which.order, goods=which.goods))
        together = [request]
        if combined := request.get("combined_id"):
            together = [one for one in reversed(self.returns_of(order)) if one["combined_id"] == combined]
        for one in together:
            units_of_it = frozenset(one["line_item_ids"])
            self.claims.append(Claim(one["return_id"], kind, order, units_of_it, one["seller_deadline"]))

    def changes(self, which: Which, kind: str, *, by: str = "buyer") -> None:
        """Change a request, or have the operator do it: another takes its place."""
        claim = self.asked(which)
        request = self.stage.change_return(claim.id, type=kind, by=by)
        self.claims.append(Claim(request["return_id"], kind, claim.order, frozenset(request["line_item_ids"])))

    def asks_for_refund(self, which: Which = ANY) -> None:
        """Ask for the money, and keep the goods."""
        self.asks("REFUND", which)

    def asks_to_return(self, which: Which = ANY, **how: Any) -> None:
        """Ask to send goods back; `how` is what else `request_return` takes."""
        self.asks("RETURN_AND_REFUND", which, **how)

    def asks_for_replacement(self, which: Which = ANY) -> None:
        """Ask for the same goods once more."""
        self.asks("REPLACEMENT", which)

    def asks_to_cancel(self, which: Which = ANY) -> None:
        """Ask to cancel an order."""
        order = self.ordered(which)
        units = frozenset(unit for units in order.units.values() for unit in units)
        self.claims.append(Claim(self.stage.request_cancellation(order.id)["cancel_id"], "CANCELLATION", order, units))

    def sends_parcel(self, which: Which = ANY, *, only: Which | None = None, cost: Sum | None = None) -> None:
        """Hand over the parcel of a return: with `only` some of the goods in it, or at a `cost` of their own."""
        claim = self.asked(which, noun="return")
        units = None if only is None else claim.some(only, self.name)
        self.stage.ship_return(claim.id, line_item_ids=units, **as_said("shipping_cost", cost))

    def withdraws(self, which: Which = ANY) -> None:
        """Take a request back, or the wish to cancel."""
        claim = self.asked(which)
        (self.stage.withdraw_cancellation if claim.kind == "CANCELLATION" else self.stage.withdraw)(claim.id)

    def appeals(self, which: Which = ANY, evidence: Sequence[str] | None = None) -> None:
        """Appeal against a rejection, and show something with it."""
        self.stage.dispute(self.asked(which).id, evidence=evidence)

    def accepts_offer(self, which: Which = ANY) -> None:
        """Accept the seller's offer of a part."""
        self.stage.accept_offer(self.asked(which).id)

    def declines_offer(self, which: Which = ANY) -> None:
        """Decline the seller's offer of a part."""
        self.stage.decline_offer(self.asked(which).id)

    def request(self, which: Which = ANY) -> Json:
        """Return what the marketplace shows of a request."""
        return seen_of(self.stage, self.asked(which))

    def asks_over(self, which: Which = ANY) -> Sum:
        """Return the sum that a request is over."""
        return shown(self.request(which), "refund_total")

    def shown_as(self, which: Which = ANY) -> str:
        """Return what a request is shown as."""
        return shown_as(self.stage, self.asked(which))

    def appeal(self, which: Which = ANY) -> str:
        """Return where an appeal stands: "in progress", "never made"; a cancellation has none."""
        if self.asked(which).kind == "CANCELLATION":
            raise Miswritten(f"a cancellation has no appeal; {self.name} has asked for {self.asked(which)}")
        return str(self.request(which)["arbitration_status"] or "never made").replace("_", " ").lower()

    def deadline(self, which: Which = ANY, *, was: bool = False) -> datetime:
        """Return the moment before which the seller has to answer, as the marketplace says.

        With `was`, where nothing waits any more, it is the one that held when the buyer asked.
        """
        claim = self.asked(which)
        due = self.request(which)["seller_deadline"] or (claim.due if was else None)
        if due is None:
            fault = Miswritten if self.stage.past(claim.order, claim).untouched else Unseen
            raise fault(f"no answer to {self.name} is due: nothing waits for the seller")
        return datetime.fromisoformat(due)

    @property
    def order_id(self) -> str:
        """The id of the order, where there is one."""
        return self.ordered().id

    @property
    def return_id(self) -> str:
        """The id of the request, where there is one."""
        return self.asked().id

    @property
    def paid(self) -> Sum:
        """The sum of all orders."""
        currency = one_currency(self.name, orders := self.all_orders())
        return Sum(sum((order.paid.amount for order in orders), Decimal(0)), currency)

    def everything(self, which: Which = ANY) -> Sum:
        """Return all that can be paid back: on a request, for goods, on one order, or on all."""
        if which.nth or which.noun:
            return self.asks_over(which)
        if not which.order and not which.goods:
            return self.paid
        order = self.ordered(which)
        if which.whole or not which.goods:
            return order.paid
        return Sum(sum((order.totals[unit] for unit in order.called(which.goods)), Decimal(0)), order.paid.currency)

    @property
    def mails(self) -> list[Json]:
        """The mails about all orders, oldest first."""
        mails = [mail for order in self.all_orders() for mail in self.stage.mailbox(order_id=order.id)["mails"]]
        return sorted(mails, key=lambda mail: datetime.fromisoformat(mail["sent_at"]))
