"""The people of the scenarios: what each of them can do, and what each of them sees.

Everybody speaks to one `Stage` and to nothing else, so the same people play in process and over the control API. A
buyer remembers every order and every request; nobody else remembers anything. What is about one of several takes a
`Which`, and is refused as long as it could be more than one of them. Somebody who *tries* keeps what they were told
when it was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.errors import Miswritten, NotJudged
from rehearsal.gherkin.refusals import Bought, Told, known_market, shown_as
from rehearsal.gherkin.which import ORDINALS, Claim, Order, Which, one_currency, the_claim, the_order
from rehearsal.sums import Sum

ANY: Final = Which()
NOTHING: Final[Mapping[str, Sum]] = {}
NEWS: Final = "it comes with the connector's next round and the OMS's pull, for which \"an hour has passed\" is enough"
UNDONE: Final = ("Canceled", "Rejected", "Refund Rejected", "Return Rejected")  # after which one may ask for it again
OPEN: Final = ("NewRma", "ReadyForReturn")  # what waits for the seller
LOST: Final = "is lost"
DISCOUNTS: Final = ("seller", "platform", "shipping_seller", "shipping_platform")
BOOKS: Final = {"marketplace": "marketplace", "connector": "connector", "oms": "OMS"}


@dataclass(frozen=True)
class Goods:
    """So many pieces of one thing, at a price each, or as a gift, in the parcel of that number."""

    name: str
    price: Sum | None
    pieces: int = 1
    parcel: int = 1

    @property
    def sku(self) -> str:
        return self.name.upper().replace(" ", "-")

    @property
    def line(self) -> Json:
        price = {"unit_price": str(self.price.amount)} if self.price else {"gift": True}
        return {"sku": self.sku, "quantity": self.pieces, "package": self.parcel, **price}


class Unseen(AssertionError):
    """Somebody does not see what they ought to see."""


def shown(document: Json, name: str) -> Sum:
    """Return a sum that the stage shows under that name, in the currency of what it shows."""
    return Sum(Decimal(told(document, name)), told(document, "currency"))


def told(case: Json, name: str) -> Any:
    """Return what a case of the seller's says under that name; raise NotJudged where the OMS does not tell it."""
    if name in case.get("untold", ()):
        raise NotJudged(f"the OMS on this stage does not tell the {name} of a case")
    return case[name]


def waits(case: Json) -> bool:
    """Return whether a case waits for the seller, as its status says, or, without one, as they can answer it."""
    return bool(case["can"]) if "status" in case.get("untold", ()) else case["status"] in OPEN


def _said(name: str, sum_: Sum | None) -> dict[str, str]:
    """Return a sum as calls say it: the amount under that name, and its currency."""
    return {} if sum_ is None else {name: str(sum_.amount), "currency": sum_.currency}


def demand_part(amount: Sum, most: Sum, what: str) -> None:
    """Refuse a sum that is more than what it is a part of; `what` says what that is, as in "Maya paid"."""
    if amount.currency == most.currency and amount.amount > most.amount:
        raise Miswritten(f"{what} {most}, and {amount} is more than that")


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
            if refusal.makes_no_sense or refusal.status >= 500:  # nobody has said no
                raise
            self.refusal = refusal


class Clock:
    """The world's time, and how to let it pass."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @property
    def now(self) -> datetime:
        """The world's present."""
        return datetime.fromisoformat(self.stage.world()["now"])

    def passes(self, time: timedelta) -> None:
        """Let a span of time pass."""
        self.stage.advance(by=f"PT{int(time.total_seconds())}S")

    def goes_to(self, moment: datetime) -> None:
        """Let time pass until a moment."""
        self.stage.advance(to=moment.isoformat().replace("+00:00", "Z"))

    def same(self, told: str | None, known: str | None) -> bool:
        """Return whether a time is told as exactly as it can be known: by the machine's clock in whole seconds."""
        if told is None or known is None:
            return told == known
        world = self.stage.world()
        grain = timedelta(seconds=world["speed"] if "business_now" in world else 0)
        return abs(datetime.fromisoformat(told) - datetime.fromisoformat(known)) <= grain

    def starts_at(self, moment: datetime) -> None:
        """Begin the world anew at a moment."""
        self.stage.reset(start=moment.isoformat().replace("+00:00", "Z"))

    def starts_where(self, place: str) -> None:
        """Begin anew in the market that people call so, or by the policy of that name."""
        with known_market(place):
            self.stage.reset(profile=place)

    def starts_with_default(self, answers: Mapping[str, str]) -> None:
        """Begin anew with a shop for which the connector answers when the seller is silent."""
        self.stage.reset(shops=[{"default_answers": answers}])

    def starts_with(self, manners: Sequence[str]) -> None:
        """Begin anew with an OMS that has these manners as well, or is careful again."""
        known = [] if "careful" in manners else self.stage.world().get("oms_manners", [])
        self.stage.reset(oms_manners=list(dict.fromkeys([*known, *manners])))

    def starts_with_webhooks(self) -> None:
        """Begin anew with a connector that asks to be told by webhooks."""
        self.stage.reset(webhooks=True)

    def news_goes_round(self) -> None:
        """Let an hour pass: a round, the payment, the next round and the OMS's pull fit in it."""
        self.passes(timedelta(hours=1))


class Buyer(Person):
    """Buys, asks, sends back, withdraws, appeals."""

    def __init__(self, stage: Stage, name: str, others: Callable[[], Sequence[str]] = tuple) -> None:
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
        """Buy goods; the status says how far the order has come at once. `sums`: shipping, tax, and discounts."""
        said = [*(g.price for g in goods if g.price), *sums.values()]
        if len({one.currency for one in said}) > 1:
            raise Miswritten(f"an order has one currency, not those of {' and '.join(map(str, said))}")
        discounts = {kind: str(sums[kind].amount) for kind in DISCOUNTS if kind in sums}
        order = self.stage.place_order(
            lines=[g.line for g in goods],
            status=status,
            buyer={"name": self.name},
            shop_id=shop_id,
            shipping_fee=_spelled(sums.get("shipping")),
            tax=_spelled(sums.get("tax")),
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

    def all_orders(self) -> list[Order]:
        """Return every order in its order; refuse somebody who has none."""
        if not self.orders:
            near = "".join(get_close_matches(self.name, self._others(), 1))
            first = f'a step such as "{self.name} has received a desk lamp for 39.98 USD" comes first'
            raise Miswritten(f"{self.name} has bought nothing so far; {f'did you mean {near}?' if near else first}")
        return self.orders

    def ordered(self, which: Which = ANY) -> Order:
        """Return the order that is meant: `id`, `paid`, `units`."""
        if said := " ".join(filter(None, (which.nth, which.noun))):
            raise Miswritten(f"this is about an order or its goods, and {self.name}'s {said} is neither")
        return the_order(self.name, self.all_orders(), which)

    def asked(self, which: Which = ANY, *, noun: str = "") -> Claim:
        """Return the request that is meant: `id`, `kind`, `order`, `units`."""
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
        self.claims += [Claim(one["return_id"], kind, order, frozenset(one["line_item_ids"])) for one in together]

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
        units = None
        if only is not None:
            mine = [unit for unit in claim.order.called(only.goods) if unit in claim.units]
            if not 0 < (pieces := only.pieces or len(mine)) <= len(mine):
                raise Miswritten(f"{self.name}'s return is about {len(mine)} {only.goods}, not {pieces}")
            units = mine[:pieces]
        self.stage.ship_return(claim.id, line_item_ids=units, **_said("shipping_cost", cost))

    def withdraws(self, which: Which = ANY) -> None:
        """Take a request back, or the wish to cancel."""
        claim = self.asked(which)
        (self.stage.withdraw_cancellation if claim.kind == "CANCELLATION" else self.stage.withdraw)(claim.id)

    def appeals(self, which: Which = ANY) -> None:
        """Appeal against a rejection."""
        self.stage.dispute(self.asked(which).id)

    def accepts_offer(self, which: Which = ANY) -> None:
        """Accept the seller's offer of a part."""
        self.stage.accept_offer(self.asked(which).id)

    def declines_offer(self, which: Which = ANY) -> None:
        """Decline the seller's offer of a part."""
        self.stage.decline_offer(self.asked(which).id)

    def request(self, which: Which = ANY) -> Json:
        """Return what the marketplace shows of a request."""
        claim = self.asked(which)
        see = self.stage.get_cancellation if claim.kind == "CANCELLATION" else self.stage.get_return
        return see(claim.id)

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

    def deadline(self, which: Which = ANY) -> datetime:
        """Return the moment before which the seller has to answer, as the marketplace says."""
        due = self.request(which)["seller_deadline"]
        if due is None:
            raise Miswritten(f"no answer to {self.name} is due: nothing waits for the seller")
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


class Courier(Person):
    """Carries parcels: the order to the buyer, the return to the warehouse; and loses some."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._over: dict[str, str] = {}  # what became of a return's parcel, by the return

    def delivers(self, buyer: Buyer, which: Which = ANY) -> None:
        """Bring the order to the buyer."""
        self.stage.deliver_order(buyer.ordered(which).id)

    def brings_back(self, buyer: Buyer, which: Which = ANY) -> None:
        """Bring the parcel of a return to the warehouse."""
        claim = buyer.asked(which, noun="return")
        if (ended := self._over.get(claim.id)) == LOST:
            raise Miswritten(f"{buyer.name}'s parcel {ended}: it arrives no more")
        self.stage.arrive_return(claim.id)
        self._over[claim.id] = "has arrived"

    def loses(self, buyer: Buyer, which: Which = ANY) -> None:
        """Lose the parcel of a return on its way: it will never arrive."""
        claim = buyer.asked(which, noun="return")
        ended = self._over.get(claim.id)
        if ended or (shown := shown_as(self.stage, claim)) != "Buyer Shipped":
            state = ended or f'is not on its way: the request is shown as "{shown}"'
            raise Miswritten(f"{buyer.name}'s parcel {state}; what gets lost has been handed over and has not arrived")
        self._over[claim.id] = LOST


class Operator(Person):
    """Decides appeals for the marketplace, and gives a request a deadline of its own."""

    def gives_time(self, buyer: Buyer, which: Which, within: str) -> None:
        """Give a request a deadline of its own, so long from now."""
        claim = buyer.asked(which)
        if claim.kind == "CANCELLATION":
            self.stage.set_cancellation_deadline(claim.id, within=within)
        else:
            self.stage.set_deadline(claim.id, within=within)

    def decides_for_buyer(self, buyer: Buyer, which: Which = ANY, *, amount: Sum | None = None) -> None:
        """Decide an appeal for the buyer, where need be for less than was asked."""
        claim, granted = buyer.asked(which), _said("refund_total", amount)
        if amount:
            demand_part(amount, buyer.asks_over(which), f"{buyer.name} asks for")
        self.stage.arbitrate(claim.id, outcome="SUPPORT_BUYER", **granted)

    def hands_back(self, buyer: Buyer, which: Which = ANY) -> None:
        """Hand an appeal back to the seller, who is to answer once more."""
        self.stage.arbitrate(buyer.asked(which).id, outcome="HAND_BACK")

    def decides_for_seller(self, buyer: Buyer, which: Which = ANY) -> None:
        """Decide an appeal for the seller."""
        self.stage.arbitrate(buyer.asked(which).id, outcome="SUPPORT_SELLER")


class Seller(Person):
    """The seller's staff, who work in the OMS: they see what it has imported, decide, inspect, refund."""

    def cases_of(self, buyer: Buyer) -> list[Json]:
        """Return every case about the buyer's orders: answers, and refunds of the seller's own."""
        ids = {order.id for order in buyer.all_orders()}
        return [case for case in self.stage.oms_adjustments()["adjustments"] if case["order_id"] in ids]

    def case_of(self, buyer: Buyer, which: Which = ANY) -> Json:
        """Return the case that answers the buyer's request; where nothing is asked, the seller's own refund."""
        if not buyer.claims:
            return self.own_refund_of(buyer)
        claim = buyer.asked(which)
        mine = [case for case in self.cases_of(buyer) if claim.id in (case["return_id"], case["cancel_id"])]
        if not mine:
            raise Unseen(f"the seller has not heard of {buyer.name}'s request, {claim}; {NEWS}")
        return mine[-1]

    def own_refund_of(self, buyer: Buyer, place: int | None = None) -> Json:
        """Return the refund that the seller has started; of several the one at that place, from 0."""
        asked = {claim.id for claim in buyer.claims}
        own = [case for case in self.cases_of(buyer) if not {case["return_id"], case["cancel_id"]} & asked]
        if place is None and len(own) > 1:
            sums = " and ".join(str(shown(case, "amount")) for case in own)
            raise Miswritten(
                f"the seller has started {len(own)} refunds of {buyer.name}, of {sums}; say which, as in "
                f'"the seller\'s first own refund of {buyer.name}"'
            )
        if not own[place or 0 :]:
            raise Unseen(f"the seller has started {len(own) or 'no'} refunds of {buyer.name}")
        return own[place or 0]

    def approves(self, buyer: Buyer, which: Which = ANY, *, amount: Sum | None = None) -> None:
        """Say yes; an amount below the total is an offer."""
        buyer.asked(which)
        case = self.case_of(buyer, which)
        self.stage.oms_approve(case["id"], amount=_spelled(amount), currency=amount.currency if amount else None)

    def rejects(self, buyer: Buyer, which: Which = ANY, *, words: str | None = None) -> None:
        """Say no, where need be with words to the buyer."""
        buyer.asked(which)
        self.stage.oms_reject(self.case_of(buyer, which)["id"], comment=words)

    def pays_instead(self, buyer: Buyer, which: Which = ANY) -> None:
        """Give the money back for what was to be replaced."""
        self.stage.oms_approve(self.case_of(buyer, replace(which, noun="replacement"))["id"], refund_instead=True)

    def knows(self, buyer: Buyer, which: Which = ANY) -> bool:
        """Return whether the order has reached the OMS, which knows better than to refund nothing of it."""
        try:
            self.stage.oms_refund(order_id=buyer.ordered(which).id, line_item_ids=["nothing of it"])
        except Problem as refusal:
            if refusal.status >= 500:
                raise
            return refusal.title != "Unknown order"
        raise Miswritten("an order has no such line item as nothing")

    def finds(
        self,
        buyer: Buyer,
        which: Which = ANY,
        *,
        grade: str,
        accept: bool,
        but: Sequence[tuple[Which, str]] = (),
    ) -> None:
        """Grade the goods that came back, `but` for some pieces that are of another grade, and take or refuse them."""
        claim = buyer.asked(which, noun="return")
        units: list[Json] = []
        for some, other in but:
            mine = [unit for unit in claim.order.called(some.goods) if unit in claim.units]
            pieces = some.pieces or len(mine)
            if pieces > len(mine):
                raise Miswritten(f"{buyer.name}'s return is about {len(mine)} {some.goods}, not {pieces}")
            units += [{"line_item_id": unit, "grade": other} for unit in mine[:pieces]]
        self.stage.oms_inspect(claim.id, grade=grade, accept=accept, units=units or None)

    def refunds(
        self,
        buyer: Buyer,
        which: Which = ANY,
        *,
        amount: Sum | None = None,
        reason: str | None = None,
        part: str | None = None,
        **how: bool,
    ) -> None:
        """Pay back what nobody asked for: an order, some goods, or a sum of either; or a `part` of the price alone.

        `record_only` says that it was given back elsewhere, `restock` that the goods go on the shelf again.
        """
        order_id, units = buyer.units_of(which)
        asked: Json = {**_said("amount", amount), **how}
        try:
            self.stage.oms_refund(order_id=order_id, line_item_ids=units, reason=reason, part=part, **asked)
        except Problem as refusal:
            if refusal.title != "Unknown order":
                raise
            raise Unseen(f"the seller has not heard of {buyer.name}'s order; {NEWS}") from refusal

    def ships(self, buyer: Buyer, which: Which = ANY) -> None:
        """Hand the order to the carrier."""
        self.stage.ship_order(buyer.ordered(which).id)

    def history_of(self, buyer: Buyer, which: Which = ANY) -> list[Json]:
        """Return what the connector's order page shows under Activity & History."""
        entries: list[Json] = self.stage.activity(buyer.ordered(which).id)["activity"]
        return entries


class SellerCenter(Person):
    """Somebody of the seller's who works in Seller Center, behind the connector's back."""

    def decides(self, buyer: Buyer, which: Which = ANY, *, yes: bool) -> None:
        """Answer a request as its kind is answered."""
        claim = buyer.asked(which)
        if claim.kind == "CANCELLATION":
            does = "approves" if yes else "rejects"
            raise Miswritten(f"a cancellation is answered in the OMS: the seller {does} {buyer.name}'s cancellation")
        what = "RETURN" if claim.kind == "RETURN_AND_REFUND" else claim.kind
        self.stage.seller_center_decision(claim.id, decision=f"{'APPROVE' if yes else 'REJECT'}_{what}")

    def pays_instead(self, buyer: Buyer, which: Which = ANY) -> None:
        """Give the money back for what was to be replaced."""
        self.stage.seller_center_decision(buyer.asked(which).id, decision="ISSUE_REPLACEMENT_REFUND")

    def finds(self, buyer: Buyer, which: Which = ANY, *, accept: bool) -> None:
        """Take the goods that came back, or refuse them."""
        claim = buyer.asked(which, noun="return")
        decision = f"{'APPROVE' if accept else 'REJECT'}_RECEIVED_PACKAGE"
        self.stage.seller_center_decision(claim.id, decision=decision)

    def refunds(self, buyer: Buyer, which: Which = ANY, *, amount: Sum | None = None) -> None:
        """Pay back an order, some goods, or a sum of either."""
        (order_id, units), sum_ = buyer.units_of(which), _said("amount", amount)
        self.stage.seller_center_refund(order_id, line_item_ids=units, **sum_)

    @property
    def listing(self) -> list[Json]:
        """What Manage Returns lists, newest first."""
        returns: list[Json] = self.stage.returns()["returns"]
        return returns


class Watcher(Person):
    """Watches the marketplace and the books; does nothing. Notes what a request was shown as, one after the other."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._seen: dict[str, list[str]] = {}

    def looks_at(self, buyer: Buyer, which: Which = ANY) -> None:
        """Note what the request is shown as now."""
        seen, shown = self.seen_of(buyer, which), buyer.shown_as(which)
        if seen[-1:] != [shown]:
            seen.append(shown)

    def watches(self, buyer: Buyer, which: Which = ANY, *, for_: timedelta, clock: Clock) -> None:
        """Look after each single thing that happens until the time is over."""
        end = clock.now + for_
        self.looks_at(buyer, which)
        while (agenda := self.stage.agenda()["agenda"]) and datetime.fromisoformat(agenda[0]["at"]) <= end:
            self.stage.advance(until="next")
            self.looks_at(buyer, which)
        clock.goes_to(end)

    def seen_of(self, buyer: Buyer, which: Which = ANY) -> list[str]:
        """Return what the request has been shown as while somebody watched."""
        return self._seen.setdefault(buyer.asked(which).id, [])

    def requests_of(self, buyer: Buyer) -> list[Json]:
        """Return the returns of all the buyer's orders, whoever asked for them."""
        ids = {order.id for order in buyer.all_orders()}
        return [r for r in self.stage.returns()["returns"] if r["order_id"] in ids]

    def paid_back(self, buyer: Buyer, which: Which = ANY) -> Sum:
        """Return what the marketplace has paid back: on a request, for goods, on one order, or on all."""
        if which.nth or which.noun:
            return shown(buyer.request(which), "refunded")
        if which.whole or not which.goods:
            return self.books_of(buyer, which)["marketplace"]
        if which.pieces:
            raise Miswritten(f"money is counted for goods, for a request or an order, not for {which.pieces} of them")
        order, whole = buyer.ordered(which), self.books_of(buyer, which)["marketplace"]
        units, every = {*order.called(which.goods)}, {unit for some in order.units.values() for unit in some}
        paid = [({*one["line_item_ids"]}, Decimal(one["refunded"])) for one in buyer.returns_of(order)]
        mine = [(about, amount) for about, amount in paid if amount and about & units]
        together = sum(amount for _, amount in paid) != whole.amount or any(about - units for about, _ in mine)
        if together and units != every:
            raise Miswritten(
                f"the {which.goods} and other goods were paid back in one sum; say that of the order, as in "
                f'"{buyer.name} has been paid back {whole}"'
            )
        return Sum(sum((amount for _, amount in mine), Decimal(0)), whole.currency) if units != every else whole

    def books_of(self, buyer: Buyer, which: Which = ANY) -> dict[str, Sum]:
        """Return what each book that is shown says was paid back: on one order, or on all."""
        orders = [buyer.ordered(which)] if which.order or which.goods else buyer.all_orders()
        currency, ids = one_currency(buyer.name, orders), {order.id for order in orders}
        rows = [row for row in self.stage.ledgers()["orders"] if row["order_id"] in ids]
        shown = {name: [row[book] for row in rows] for book, name in BOOKS.items() if all(row[book] for row in rows)}
        sums = {name: sum((Decimal(one["refunded"]) for one in said), Decimal(0)) for name, said in shown.items()}
        return {name: Sum(amount, currency) for name, amount in sums.items()}


class Shops:
    """The seller's shops, in the order in which they opened. One is there from the beginning."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def opens(self, nth: str, place: str | None, *, sandbox: bool) -> None:
        """Open the next shop, in a market of its own or in that of the first, and let the connector in."""
        if ORDINALS[nth] != (many := len(self.stage.world()["shops"])):
            raise Miswritten(f"there are {many} shops so far: the {nth} cannot be the next")
        with known_market(place):
            self.stage.add_shop(profile=place, sandbox=sandbox or None)

    def id_of(self, nth: str | None) -> str | None:
        """Return the id of the shop that is meant; of none, nothing."""
        if nth is None:
            return None
        shops = self.stage.world()["shops"]
        if ORDINALS[nth] >= len(shops):
            raise Miswritten(f'there is no {nth} shop so far; "there is a {nth} shop" comes first')
        return str(shops[ORDINALS[nth]]["shop_id"])

    def lets_in_again(self, nth: str) -> None:
        """Let the connector into a shop again."""
        self.stage.authorize_shop(str(self.id_of(nth)))


class ConnectorProcess:
    """The connector as a process that can die."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def dies(self) -> None:
        """End it without a farewell."""
        self.stage.kill_connector()

    def starts(self) -> None:
        """Start it again on the database that it left."""
        self.stage.start_connector()


class Trouble:
    """What goes wrong on purpose."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def comes(self, kind: str, **fault: Any) -> None:
        """Plan a fault: `to`, `operation`, `times`, `until` and the like, as `plan_fault` takes them."""
        self.stage.plan_fault(kind=kind, **fault)

    def is_over(self) -> None:
        """End all of it."""
        self.stage.lift_faults()

    @property
    def planned(self) -> list[Json]:
        """Every fault that was planned, in this order, with what it hit."""
        return list(self.stage.faults()["faults"])


class Cast:
    """Everybody on one stage. A buyer comes on when first called by name."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage = Told(stage, self._bought)
        self.clock = Clock(stage)
        self.courier = Courier(stage)
        self.operator = Operator(stage)
        self.seller = Seller(stage)
        self.seller_center = SellerCenter(stage)
        self.watcher = Watcher(stage)
        self.connector = ConnectorProcess(stage)
        self.trouble = Trouble(stage)
        self.shops = Shops(stage)
        self._buyers: dict[str, Buyer] = {}

    def buyer(self, name: str) -> Buyer:
        """Return the buyer of that name, who comes on when first called."""
        return self._buyers.setdefault(name, Buyer(self.stage, name, self._with_orders))

    def _bought(self) -> list[Bought]:
        return [
            Bought(buyer.name, order, [claim for claim in buyer.claims if claim.order is order])
            for buyer in self._buyers.values()
            for order in buyer.orders
        ]

    def _with_orders(self) -> list[str]:
        return [buyer.name for buyer in self._buyers.values() if buyer.orders]

    def begin_anew(self) -> None:
        """Refuse to begin the world anew once somebody has ordered: the order would be forgotten."""
        if self.names():
            raise Miswritten("this step begins the world anew; it stands before anybody orders something")

    def names(self) -> dict[str, str]:
        """Return whose each order is."""
        return {order.id: buyer.name for buyer in self._buyers.values() for order in buyer.orders}

    def told_no(self, who: str) -> Problem:
        """Return the refusal that a buyer, "the seller" or "Seller Center" got last."""
        person: Any = {"the seller": self.seller, "Seller Center": self.seller_center}.get(who) or self.buyer(who)
        refusal: Problem | None = person.refusal
        if refusal is None:
            raise Unseen(f"{who} was not refused anything")
        return refusal
