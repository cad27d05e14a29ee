"""Who else is on stage: couriers, the operator, the seller's staff in the OMS and in Seller Center, and who watches.

None of them remembers anything but the watcher; the clock says what time it is to all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from rehearsal.audit.limits import REAL_PATIENCE
from rehearsal.control.places import CONNECTOR_REFUSES
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.buyer import ANY, UNDONE, Buyer, Person, Unseen, as_said, demand_part, shown
from rehearsal.gherkin.errors import Miswritten, NotJudged
from rehearsal.gherkin.plan_file import trouble
from rehearsal.gherkin.refusals import OVER, Told, known_market, shown_as
from rehearsal.gherkin.which import Which, one_currency
from rehearsal.moments import shown_time
from rehearsal.simulation.duration import iso_duration, spoken_duration
from rehearsal.sums import Sum

NEWS: Final = "it comes with the connector's round and the OMS's pull, for which \"everybody has heard of it\" waits"
PATIENCE: Final = timedelta(seconds=30)  # of real time, with a connector that lives by the machine's clock (D35)
LOOK_EVERY: Final = timedelta(minutes=15)
OPEN: Final = ("NewRma", "ReadyForReturn")  # what waits for the seller
LOST: Final = "is lost"
EARLY: Final = "whoever sits here lets the staff answer for goods that have not come, as the marketplace does (D51)"
BOOKS: Final = {"marketplace": "marketplace", "connector": "connector", "oms": "OMS"}


def waits(case: Json) -> bool:
    """Return whether a case waits for the seller, as its status says, or, without one, as they can answer it."""
    return bool(case["can"]) if "status" in case.get("untold", ()) else case["status"] in OPEN


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
        self.stage.advance(by=iso_duration(time))

    def goes_to(self, moment: datetime) -> None:
        """Let time pass until a moment."""
        self.stage.advance(to=shown_time(moment))

    def goes_before(self, moment: datetime, span: timedelta) -> None:
        """Let time pass until so long before a moment; raise NotJudged where that is too little to act in (D35)."""
        world = self.stage.world()
        if "business_now" in world and span < (least := REAL_PATIENCE * world["speed"]):
            here = f"{span.total_seconds() / world['speed']:.1f} s here"
            takes = f"{spoken_duration(span)} before it is due, which is {here}"
            raise NotJudged(f"it acts {takes}; give at least {spoken_duration(least)}, or drive the connector")
        self.goes_to(moment - span)

    def same(self, told: str | None, known: str | None) -> bool:
        """Return whether a time is told as exactly as it can be known: by the machine's clock in whole seconds."""
        if told is None or known is None:
            return told == known
        world = self.stage.world()
        grain = timedelta(seconds=world["speed"] if "business_now" in world else 0)
        return abs(datetime.fromisoformat(told) - datetime.fromisoformat(known)) <= grain

    def starts_at(self, moment: datetime) -> None:
        """Begin the world anew at a moment."""
        self.stage.reset(start=shown_time(moment))

    def starts_where(self, place: str) -> None:
        """Begin anew in the market that people call so, or by the policy of that name."""
        with known_market(place):
            self.stage.reset(profile=place)

    def starts_with_default(self, answers: Mapping[str, str]) -> None:
        """Begin anew with a shop for which the connector answers when the seller is silent."""
        self.stage.reset(shops=[{"default_answers": answers}])

    def starts_with_general_answers(self, answers: Mapping[str, str]) -> None:
        """Begin anew with a connector that answers so where the seller is silent and the shop has no answer."""
        self.stage.reset(default_answers=answers)

    def starts_without_the_connector(self) -> None:
        """Begin anew with a shop whose seller has not let the connector in yet."""
        self.stage.reset(shops=[{"authorized": False}])

    def starts_with(self, manners: Sequence[str]) -> None:
        """Begin anew with an OMS that has these manners as well, or is careful again."""
        known = [] if "careful" in manners else self.stage.world().get("oms_manners", [])
        self.stage.reset(oms_manners=list(dict.fromkeys([*(one for one in known if one != "careful"), *manners])))

    def starts_with_webhooks(self) -> None:
        """Begin anew with a connector, and an OMS, that are told by webhooks."""
        self.stage.reset(webhooks=True)

    def news_goes_round(self) -> None:
        """Let an hour pass: a round, the payment, the next round and the OMS's pull fit in it.

        Where all have heard before, the rest of it is left out.
        """
        self.stage.advance(until="heard")

    def all_have_heard(self) -> None:
        """Let news go round; raise Unseen where trouble has kept it from getting there in that time.

        Of a connector that is let in nowhere nobody hears, and nothing it does can be judged.
        """
        self.news_goes_round()
        refused = self.stage.findings()["refused"] if self.stage.world()["connector"] is None else None
        if refused and refused["shut_out"]:
            raise NotJudged("nobody has heard of it: the connector's calls are refused")
        active = [trouble(fault) for fault in self.stage.faults()["faults"] if fault["stage"] == "active"]
        if active and self.stage.findings()["news_under_way"]:
            raise Unseen(f"an hour has passed, and not everybody has heard of it: {'; '.join(active)}")


class Courier(Person):
    """Carries parcels: the order to the buyer, the return to the warehouse; and loses some."""

    def __init__(self, stage: Told) -> None:
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
        self.stage.note("courier", "loses the parcel", claim)


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
        claim, granted = buyer.asked(which), as_said("refund_total", amount)
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

    def __init__(self, stage: Told) -> None:
        super().__init__(stage)
        self.not_judged = ""  # why, where they tried what a connector may take or refuse

    def tries(self, act: Callable[[], object]) -> None:
        """Try something; a connector that is not ours says no by an error of the case, too, or by doing nothing."""
        tried: list[Any] = []
        self.not_judged = ""
        super().tries(lambda: tried.append(act()))
        case: Json = next((one for one in tried if isinstance(one, dict)), {})
        if case.get("kept", True) or not self.stage.from_outside:
            return
        past = self.stage.past_of(case)
        if case["error"]:
            refuses = CONNECTOR_REFUSES if self.stage.by_hooks else "The OMS refuses"
            self.refusal = Problem(409, refuses, case["error"])
        elif past and past.said_twice:
            self.refusal = Problem(409, "Answered already", "The same answer once more does nothing.")
        elif past and not past.goods_have_come:
            self.not_judged = EARLY

    def cases_of(self, buyer: Buyer) -> list[Json]:
        """Return every case about the buyer's orders: answers, and refunds of the seller's own."""
        ids = {order.id for order in buyer.all_orders()}
        return [case for case in self.stage.oms_adjustments()["adjustments"] if case["order_id"] in ids]

    def case_of(self, buyer: Buyer, which: Which = ANY) -> Json:
        """Return the case that answers the buyer's request; where nothing is asked, the seller's own refund."""
        if not buyer.claims:
            return self.own_refund_of(buyer)
        claim = buyer.asked(which)
        for _ in self._looks():
            mine = [case for case in self.cases_of(buyer) if claim.id in (case["return_id"], case["cancel_id"])]
            if mine:
                return mine[-1]
        raise Unseen(f"the seller has not heard of {buyer.name}'s request, {claim}; {NEWS}")

    def _case_to_answer(self, buyer: Buyer, which: Which) -> str:
        """Return the id of the case that the seller answers; nobody can be to blame that it is not there at once."""
        claim = buyer.asked(which)
        try:
            return str(self.case_of(buyer, which)["id"])
        except Unseen as unseen:
            if self.stage.past(claim.order, claim).is_fresh:
                raise Miswritten(str(unseen)) from unseen
            raise

    def _looks(self) -> Iterator[None]:
        """Look once; and where time passes by itself, every quarter of an hour for half a minute of real time.

        How soon a connector polls there is a matter of the machine, and whether in time for the auditor to say.
        """
        yield
        world = self.stage.world()
        for _ in range(PATIENCE * world["speed"] // LOOK_EVERY if "business_now" in world else 0):
            self.stage.advance(by="PT15M")
            yield

    def own_refund_of(self, buyer: Buyer, place: int | None = None) -> Json:
        """Return the refund that the seller has started; of several the one at that place, from 0."""
        asked = {claim.id for claim in buyer.claims}
        own = [case for case in self.cases_of(buyer) if not {case["return_id"], case["cancel_id"]} & asked]
        if place is None and len(own) > 1:
            sums = " and ".join(str(shown(case, "amount")) for case in own)
            several = f"{len(own)} refunds of {buyer.name}, of {sums}"
            hint = f'"the seller\'s first own refund of {buyer.name}"'
            raise Miswritten(f"the seller has started {several}; say which, as in {hint}")
        if not own[place or 0 :]:
            started = any(self.stage.past(order).has("seller", "starts a refund") for order in buyer.all_orders())
            refunds = f"{len(own) or 'no'} refund{'s' * (len(own) != 1)}"
            raise (Unseen if started else Miswritten)(f"the seller has started {refunds} of {buyer.name}")
        return own[place or 0]

    def standing(self, buyer: Buyer, own: Json) -> str | None:
        """Return where a refund of the seller's own stands: where that is not told, by its error and by its claim."""
        if "status" not in own.get("untold", ()):
            return str(own["status"])
        if own["error"]:
            return "Error"
        if own["return_id"] or own["cancel_id"]:
            return "PostProcessingComplete" if self.paid_by(own).amount else "ProcessingApproval"
        claims = [claim for claim in buyer.claims if claim.order.id == own["order_id"]]
        ended = all(shown_as(self.stage, claim) in (*UNDONE, *OVER) for claim in claims)
        return "InformationOnly" if ended else "SubmittedNotProcessed"

    def paid_by(self, own: Json) -> Sum:
        """Return what a refund of the seller's own has come to: as its case says, or as the marketplace does."""
        if "status" not in own.get("untold", ()):
            return shown(own, "amount")
        if own["cancel_id"]:
            return shown(self.stage.get_cancellation(own["cancel_id"]), "refunded")
        return shown(self.stage.get_return(own["return_id"]), "refunded")

    def recorded_of(self, buyer: Buyer) -> list[Json]:
        """Return the cases by which a refund is only recorded: they say so, or are about nothing that could be paid."""
        cases = self.cases_of(buyer)
        noted = [case for case in cases if "recorded only" in (case["note"] or "").lower()]
        if noted or not self.stage.from_outside:
            return noted
        return [case for case in cases if not (case["return_id"] or case["cancel_id"] or case["can"] or case["error"])]

    def approves(self, buyer: Buyer, which: Which = ANY, *, amount: Sum | None = None) -> Json:
        """Say yes; an amount below the total is an offer."""
        return self.stage.oms_approve(self._case_to_answer(buyer, which), **as_said("amount", amount))

    def rejects(self, buyer: Buyer, which: Which = ANY, *, reason: str | None = None, words: str | None = None) -> Json:
        """Say no, where need be for a reason by the marketplace's key of it, and with words to the buyer."""
        return self.stage.oms_reject(self._case_to_answer(buyer, which), reason=reason, comment=words)

    def pays_instead(self, buyer: Buyer, which: Which = ANY) -> None:
        """Give the money back for what was to be replaced."""
        self.stage.oms_approve(self._case_to_answer(buyer, replace(which, noun="replacement")), refund_instead=True)

    def knows(self, buyer: Buyer, which: Which = ANY) -> bool:
        """Return whether the order has reached the OMS, which knows better than to refund nothing of it."""
        try:
            with self.stage.unnoted():
                self.stage.oms_refund(order_id=buyer.ordered(which).id, line_item_ids=["nothing of it"])
        except Problem as refusal:
            if refusal.status >= 500:
                raise
            return refusal.title != "Unknown order"
        raise Miswritten("an order has no such line item as nothing")

    def finds(
        self, buyer: Buyer, which: Which = ANY, *, grade: str, accept: bool, but: Sequence[tuple[Which, str]] = ()
    ) -> Json:
        """Grade the goods that came back, `but` for some pieces that are of another grade, and take or refuse them."""
        claim = buyer.asked(which, noun="return")
        units: list[Json] = []
        for some, other in but:
            units += [{"line_item_id": unit, "grade": other} for unit in claim.some(some, buyer.name)]
        return self.stage.oms_inspect(claim.id, grade=grade, accept=accept, units=units or None)

    def refunds(
        self,
        buyer: Buyer,
        which: Which = ANY,
        *,
        amount: Sum | None = None,
        reason: str | None = None,
        part: str | None = None,
        **how: bool,
    ) -> Json:
        """Pay back what nobody asked for: an order, some goods, or a sum of either; or a `part` of the price alone.

        `record_only` says that it was given back elsewhere, `restock` that the goods go on the shelf again.
        """
        order_id, units = buyer.units_of(which)
        asked: Json = {**as_said("amount", amount), **how}
        try:
            return self.stage.oms_refund(order_id=order_id, line_item_ids=units, reason=reason, part=part, **asked)
        except Problem as refusal:
            if refusal.title != "Unknown order":
                raise
            fault = Miswritten if self.stage.past(buyer.ordered(which)).is_fresh else Unseen
            raise fault(f"the seller has not heard of {buyer.name}'s order; {NEWS}") from refusal

    def ships(self, buyer: Buyer, which: Which = ANY, only: str | None = None) -> None:
        """Hand the order to the carrier, or the parcel with some goods only."""
        order = buyer.ordered(which)
        self.stage.ship_order(order.id, line_item_ids=list(order.called(only)) if only else None)

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
            self.stage.seller_center_answer(claim.id, decision="APPROVE" if yes else "REJECT")
            return
        what = "RETURN" if claim.kind == "RETURN_AND_REFUND" else claim.kind
        self.stage.seller_center_decision(claim.id, decision=f"{'APPROVE' if yes else 'REJECT'}_{what}")

    def offers(self, buyer: Buyer, which: Which = ANY, *, amount: Sum) -> None:
        """Offer a buyer a part of what they ask for, and the goods to keep."""
        said = as_said("amount", amount)
        self.stage.seller_center_decision(buyer.asked(which).id, decision="OFFER_PARTIAL_REFUND", **said)

    def pays_instead(self, buyer: Buyer, which: Which = ANY) -> None:
        """Give the money back for what was to be replaced."""
        self.stage.seller_center_decision(buyer.asked(which).id, decision="ISSUE_REPLACEMENT_REFUND")

    def finds(
        self, buyer: Buyer, which: Which = ANY, *, accept: bool, amount: Sum | None = None, pictures: int | None = None
    ) -> None:
        """Take the goods that came back, for less where they have come back worse, or refuse them, with pictures."""
        claim = buyer.asked(which, noun="return")
        decision = f"{'APPROVE' if accept else 'REJECT'}_RECEIVED_PACKAGE"
        said = as_said("amount", amount)
        self.stage.seller_center_decision(claim.id, decision=decision, pictures=pictures, **said)

    def labels(self, buyer: Buyer, which: Which = ANY, number: str | None = None) -> None:
        """Bring a label for a parcel, with a number of its own, in the place of the marketplace's."""
        self.stage.label_return(buyer.asked(which, noun="return").id, tracking_number=number)

    def refunds(self, buyer: Buyer, which: Which = ANY, *, amount: Sum | None = None) -> None:
        """Pay back an order, some goods, or a sum of either."""
        (order_id, units), sum_ = buyer.units_of(which), as_said("amount", amount)
        self.stage.seller_center_refund(order_id, line_item_ids=units, **sum_)

    def calls_off(self, buyer: Buyer, which: Which = ANY) -> None:
        """Call off an order, or some goods of it, that nobody has asked to cancel."""
        order_id, units = buyer.units_of(which)
        self.stage.seller_center_cancel(order_id, line_item_ids=units)

    @property
    def listing(self) -> list[Json]:
        """What Manage Returns lists, newest first."""
        returns: list[Json] = self.stage.returns()["returns"]
        return returns


class Watcher(Person):
    """Watches the marketplace and the books; does nothing. Notes what a request was shown as, one after the other."""

    def __init__(self, stage: Told) -> None:
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
            goods, hint = f"the {which.goods} and other goods", f'"{buyer.name} has been paid back {whole}"'
            raise Miswritten(f"{goods} were paid back in one sum; say that of the order, as in {hint}")
        return Sum(sum((amount for _, amount in mine), Decimal(0)), whole.currency) if units != every else whole

    def books_of(self, buyer: Buyer, which: Which = ANY) -> dict[str, Sum]:
        """Return what each book that is shown says was paid back: on one order, or on all."""
        orders = [buyer.ordered(which)] if which.order or which.goods else buyer.all_orders()
        currency, ids = one_currency(buyer.name, orders), {order.id for order in orders}
        rows = [row for row in self.stage.ledgers()["orders"] if row["order_id"] in ids]
        shown = {name: [row[book] for row in rows] for book, name in BOOKS.items() if all(row[book] for row in rows)}
        sums = {name: sum((Decimal(one["refunded"]) for one in said), Decimal(0)) for name, said in shown.items()}
        return {name: Sum(amount, currency) for name, amount in sums.items()}
