"""What people are told when something cannot be done: as what it is shown now, and what must come first.

The marketplace and the OMS refuse in words and codes of their own. Those stay, below what they mean for the scenario.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from rehearsal.control.calls import Call
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.closed_words import CANCELLATIONS
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.part import Past, seen_of
from rehearsal.gherkin.timeline import Entry
from rehearsal.gherkin.which import Claim, Order

_OPEN: Final = (25001011, 21011007)  # what the marketplace says that is of no state
_NOTHING_LEFT, _TOO_MUCH = 25001010, 25005005
_NOT_HERE: Final = "Not here yet"
_NOT_IN_MARKET: Final = "are not supported in this market"  # of what the marketplace knows elsewhere
_OF_THE_OMS: Final = ("No decision waits", "Decided already", _NOT_HERE, "Unknown return")  # that is of one
_APPEALED: Final = "an appeal"
CARRIED_OUT: Final = (
    "whoever sits here has carried out by now what the seller's staff said before, as a connector may at any time, and "
    "then this cannot follow"
)


@dataclass(frozen=True)
class Bought:
    """An order, who placed it, and what they have asked for of it."""

    buyer: str
    order: Order
    claims: Sequence[Claim]


@dataclass(frozen=True)
class Rule:
    """Who cannot do what, and what must come first: by what the request or the order is shown as, or anywhere else."""

    cannot: str
    first: str = ""
    where: Mapping[str, str] | None = None

    def said(self, name: str, state: str, shown: str, *, lost: bool = False) -> str:
        """Return the whole sentence; what comes first is looked up by `shown`; what is `lost` never comes."""
        first = (self.where or {}).get(shown, self.first)
        first = IS_LOST if lost and first is _ON_ITS_WAY else first
        return f"{self.cannot}: {state}{f'; {first}' if first else ''}".replace("{name}", name)


LATER: Final = '"everybody has heard of it" brings the answer to the marketplace'
_NOTHING: Final = "nothing is left to do about it"
OVER: Final = dict.fromkeys(("Completed", "Canceled", "Refunded", "Refund Processing"), _NOTHING)
_NO_FIRST: Final = f"the seller says no first, and {LATER}"
_ONLY_APPEAL: Final = "it is answered already; what can follow is that {name} appeals"
_ON_ITS_WAY: Final = (
    '"{name}\'s parcel has reached the warehouse" comes first, and "everybody has heard of it" tells the seller, '
    'who then "finds {name}\'s goods as sold and accepts them", or refuses them'
)
IS_LOST: Final = (
    'the parcel is lost; "10 days have passed" since it was handed over, and "everybody has heard of it", come before '
    "the seller approves or rejects {name}'s request"
)
_LABEL: Final = 'its label comes some minutes after the yes, for which "everybody has heard of it" waits'
_NO_OFFER: Final = "there is no offer to answer"
_OFFER: Final = OVER | {
    "Request Pending": '"the seller has offered {name} 10.00 USD" comes first, which takes its hour'
}
_ANSWER: Final = OVER | {
    "Request Pending": f"it is answered already, and {LATER}",
    "Offer Sent to Buyer": "{name} answers the offer first",
    **dict.fromkeys(("Refund Rejected", "Return Rejected", "Rejected"), _ONLY_APPEAL),
    **dict.fromkeys(("Waiting for Buyer to Ship", "Return Label Generated", "Buyer Shipped"), _ON_ITS_WAY),
    _APPEALED: "the operator decides the appeal first",
}
_YES_ALREADY: Final = dict.fromkeys(
    ("Waiting for Buyer to Ship", "Return Label Generated", "Buyer Shipped"),
    "the return is approved already; what follows is to accept or to refuse {name}'s goods",
)

# An order that may be refunded as it stands: why it is not, whoever refuses it says.
_NO_OBSTACLE: Final = dict.fromkeys(("has not been shipped", "is on its way", "has been delivered", "is completed"), "")

# fmt: off
RULES: Final[Mapping[str, Rule]] = {
    "dispute": Rule("{name} cannot appeal", "one appeals against a no", OVER | {
        "Request Pending": _NO_FIRST,
        "Replacement Requested": _NO_FIRST,
        "Buyer Shipped": f"the seller refuses the goods first, and {LATER}",
        _APPEALED: "the operator decides it first",
    }),
    "accept_offer":  Rule("{name} cannot accept an offer", _NO_OFFER, _OFFER),
    "decline_offer": Rule("{name} cannot decline an offer", _NO_OFFER, _OFFER),
    "withdraw": Rule("{name} cannot withdraw", "one withdraws before the goods are sent, or after a no", OVER),
    "set_deadline": Rule("{name} can be given no other hour", "of this request nothing is waited for"),
    "set_cancellation_deadline": Rule("{name} can be given no other hour", "of this request nothing is waited for"),
    "withdraw_cancellation": Rule("{name} cannot withdraw", _NOTHING),
    "mark_order": Rule("the order cannot be marked"),
    "change_return": Rule("{name} cannot change that", "one changes a request before the goods are sent", OVER),
    "ship_return": Rule("{name} cannot hand over the parcel", "a return is approved before it is sent", OVER | {
        "Request Pending": f"it is approved first, by the marketplace or by the seller, and {_LABEL}",
        "Waiting for Buyer to Ship": _LABEL,
        "Buyer Shipped": "it has been handed over already",
    }),
    "label_return": Rule("the seller can bring no label", '"{name} has asked to send it back" comes first', OVER),
    "arrive_return": Rule("{name}'s parcel cannot arrive", '"{name} has handed over the parcel" comes first', OVER | {
        "Buyer Shipped": "it has arrived already",
        "Return Rejected": "it has arrived already, or was never sent",
    }),
    "arbitrate": Rule("the operator cannot decide", '"{name} has appealed" comes first', OVER | {
        "Request Pending": f'{_NO_FIRST}, then "{{name}} has appealed"',
    }),
    "oms_approve": Rule("the seller cannot say yes", "", _ANSWER),
    "oms_reject":  Rule("the seller cannot say no", "", _ANSWER),
    "oms_inspect": Rule("the seller cannot judge the goods", _ON_ITS_WAY, _ANSWER | {"Request Pending": _ON_ITS_WAY}),
    "seller_center_decision": Rule("Seller Center does not take this answer", "", _ANSWER | _YES_ALREADY),
    "of goods": Rule("Seller Center does not take this answer", _ON_ITS_WAY, OVER | {
        "Return Rejected": _ONLY_APPEAL, _APPEALED: _ANSWER[_APPEALED],
    }),
    "oms_refund": Rule("the seller cannot refund that", "", _NO_OBSTACLE),
    "seller_center_answer": Rule("Seller Center does not take this answer", "", _ANSWER),
    "seller_center_cancel": Rule(
        "nobody can call that off in Seller Center", "one calls off what has not been shipped",
        {"is canceled": _NOTHING},
    ),
    "seller_center_refund": Rule(
        "nobody can refund that in Seller Center", "one refunds what has been delivered", {"has been delivered": ""},
    ),
    "request_return": Rule("{name} cannot ask for that", "one asks for it once the order has been delivered", {
        "has been delivered": "",
        "is completed": "the time in which one may ask is over",
        "is canceled": _NOTHING,
    }),
    "request_cancellation": Rule("{name} cannot ask to cancel", "one cancels before the order is shipped"),
    "pay_order": Rule("{name} cannot pay for that", "one pays once, before the time to pay is over"),
    "change_address": Rule("{name} cannot have it sent elsewhere", "one says so before there is a label"),
    "ship_order": Rule("the seller cannot ship", "one ships once, after the first hour"),
    "deliver_order": Rule("the order cannot be delivered", "the seller ships it first", {
        "has been delivered": "once is enough", "is completed": "once is enough", "is canceled": _NOTHING,
    }),
}
# fmt: on
# Where sums are in which currency.
PLACES: Final = {
    "GBP": "the United Kingdom",
    "IDR": "Indonesia",
    "THB": "Thailand",
    "USD": "the United States",
    "VND": "Vietnam",
}
ORDERS: Final = {
    "UNPAID": "has not been paid",
    "ON_HOLD": "is in its first hour",
    "AWAITING_SHIPMENT": "has not been shipped",
    "PARTIALLY_SHIPPING": "has been shipped in part",
    "AWAITING_COLLECTION": "waits for the carrier",
    "IN_TRANSIT": "is on its way",
    "DELIVERED": "has been delivered",
    "COMPLETED": "is completed",
    "CANCELLED": "is canceled",
}


class Refusal(Problem):
    """A refusal with what it means for the scenario in front of the refuser's own words."""

    def __init__(self, refusal: Problem, means: str, *, of_scenario: bool = False, carried_out: bool = False) -> None:
        self.of_scenario = of_scenario  # whatever the connector had done, it would have been refused
        self.carried_out = carried_out  # what the staff said, by another connector than ours: that is no fault
        super().__init__(refusal.status, refusal.title, refusal.detail, field=refusal.field, code=refusal.code)
        words = refusal.detail if refusal.title == "Invalid value" else refusal
        self.args = (f"{means}\n  {words}",) if means else refusal.args

    @property
    def of_open_request(self) -> bool:
        """Whether it was refused because another request is open."""
        return self.code in _OPEN

    def leads_to(self, hint: str) -> None:
        """Put what would do instead behind what it means."""
        means, *words = str(self).split("\n")
        self.args = ("\n".join((f"{means}; {hint}", *words)),)


def _elsewhere(currency: str) -> str:
    """Return where sums are in this currency."""
    if place := PLACES.get(currency):
        return f'a scenario with sums in {currency} begins with "the shop is in {place}"'
    known = ", ".join(f"{one} ({place})" for one, place in PLACES.items())
    return f"no shop here is paid in {currency}, unless a profile of your own has one; there are {known}"


def _allowed(statuses: Sequence[str], currency: str) -> str:
    """Return of what orders a seller may start a refund, in the market that has this currency."""
    where = f"in {PLACES[currency]}" if currency in PLACES else "in this market"
    if not statuses:
        return f"{where} no seller starts a refund, buyers ask for theirs"
    return f"{where} a seller refunds only what {' or '.join(ORDERS[status] for status in statuses)}"


@contextmanager
def known_market(place: str | None, *, beside_others: bool = False) -> Iterator[None]:
    """Tell of a market that the stage or the connector does not know as of a slip of the pen, with those known.

    One that the connector does not know is none where it stands `beside_others` under one authorization.
    """
    try:
        yield
    except Problem as refusal:
        if refusal.field != "profile" or (beside_others and refusal.status == 409):
            raise
        _, _, known = refusal.detail.partition("; ")  # what it is not, and what there is
        raise Miswritten(f'no shop can be in "{place}"; {known}') from refusal


class Told(Stage):
    """A stage whose refusals are told in the words of the scenario.

    `bought` says what its buyers have done, and `entries` what anybody has: those grow with what is done.
    """

    def __init__(self, stage: Stage, bought: Callable[[], Sequence[Bought]], entries: list[Entry]) -> None:
        self._stage = stage
        self._bought = bought
        self._entries = entries
        self._answers_itself = False  # the connector, where the seller is silent

    @property
    def from_outside(self) -> bool:
        """Return whether the connector is another one than ours: what no source says, it decides for itself."""
        return self._stage.world()["connector"] is None

    @property
    def by_hooks(self) -> bool:
        """Return whether the connector answers for the seller's staff, by its hooks: no OMS of ours sits."""
        return "oms_policy" not in self._stage.world()

    def past(self, order: Order, claim: Claim | None = None) -> Past:
        """Return what was done about an order, or a request of it."""
        claims = next((one.claims for one in self._bought() if one.order is order), ())
        return Past(self._stage, self._entries, order, claims, claim, self._answers_itself)

    def past_of(self, case: Json) -> Past | None:
        """Return what was done about the buyer's request that a case of the seller's answers, if it answers one."""
        ids = {case["return_id"], case["cancel_id"]}
        claims = (claim for one in self._bought() for claim in one.claims if claim.id in ids)
        return next((self.past(claim.order, claim) for claim in claims), None)

    def note(self, who: str, what: str, claim: Claim) -> None:
        """Have the timeline tell what was done about a request, where no call has done it."""
        at = str(self._stage.world()["now"])
        self._entries.append(Entry(at, who, what, return_id=claim.id, order_id=claim.order.id))

    @contextmanager
    def unnoted(self) -> Iterator[None]:
        """Have the timeline forget what is done here: it only asks what nothing else tells."""
        before = len(self._entries)
        try:
            yield
        finally:
            del self._entries[before:]

    def record(self, name: str) -> bytes:
        return self._stage.record(name)

    def request(self, call: Call, path: Mapping[str, str], body: Json) -> Json:
        if call.name == "reset":
            of_shops = [shop.get("default_answers") for shop in body.get("shops", ())]
            self._answers_itself = any([body.get("default_answers"), *of_shops])
        try:
            return self._stage.request(call, path, body)
        except Problem as refusal:
            if refusal.field == "currency":
                raise Refusal(refusal, _elsewhere(str(body.get("currency")))) from refusal
            of_goods = str(body.get("decision", "")).endswith("RECEIVED_PACKAGE")
            rule = RULES.get("of goods" if of_goods else call.name)
            if not rule or refusal.status not in (404, 409):
                raise
            means, past = self._means(rule, {**body, **path}, refusal)
            if past is None:
                raise
            if means and self._entries and self._entries[-1].refused:
                self._entries[-1] = replace(self._entries[-1], what=means)
            of_state = not call.name.startswith("oms_") or call.name == "oms_refund" or refusal.title in _OF_THE_OMS
            of_goods_that_came = refusal.title == _NOT_HERE and not past.counts_as_lost
            act = "oms_inspect" if of_goods_that_came else call.name  # whatever was said of the goods
            of_scenario = of_state and past.rules_out(act)
            if not of_scenario and call.name != "oms_refund" and self.from_outside and past.carried_out:
                told = "; ".join(filter(None, (means, CARRIED_OUT)))
                raise Refusal(refusal, told, carried_out=True) from refusal
            raise Refusal(refusal, means, of_scenario=of_scenario) from refusal

    def _means(self, rule: Rule, about: Json, refusal: Problem) -> tuple[str, Past | None]:
        """Return what a refusal means for the scenario, and what was done before; nothing where that is not known."""
        ids = {about.get("return_id"), about.get("cancel_id"), *self._of_case(about.get("adjustment_id"))} - {None}
        for one in self._bought():
            for claim in one.claims:
                if claim.id in ids:
                    return self._of_claim(rule, one, claim, refusal), self.past(one.order, claim)
            if one.order.id == about.get("order_id") and refusal.title != "Unknown order":
                return self._of_order(rule, one, refusal), self.past(one.order)
        return "", None

    def _of_case(self, adjustment_id: str | None) -> set[str | None]:
        cases = self._stage.oms_adjustments()["adjustments"] if adjustment_id else []
        return {id for case in cases if case["id"] == adjustment_id for id in (case["return_id"], case["cancel_id"])}

    def _of_claim(self, rule: Rule, one: Bought, claim: Claim, refusal: Problem) -> str:
        if claim.kind == "CANCELLATION" and refusal.status == 404:
            raise Miswritten(Rule(rule.cannot).said(one.buyer, f"it is no return, but {claim}", ""))
        shown, of_return = shown_as(self._stage, claim), claim.kind != "CANCELLATION"
        appealed = of_return and self._stage.get_return(claim.id)["arbitration_status"] == "IN_PROGRESS"
        name = f"{one.buyer}'s request" + (f", {claim}," if len(one.claims) > 1 else "")
        state = f'{name} is shown as "{shown}"' + (" and in an appeal" if appealed else "")
        of_state = refusal.title in _OF_THE_OMS or refusal.code not in (None, *_OPEN, _NOTHING_LEFT, _TOO_MUCH)
        if not of_state or refusal.detail.startswith("The time to"):
            return Rule(rule.cannot).said(one.buyer, state, "")
        shown = _APPEALED if appealed and _APPEALED in (rule.where or {}) else shown
        past = self.past(one.order, claim)
        if refusal.title == _NOT_HERE and past.counts_as_lost and rule is not RULES["oms_inspect"]:
            return Rule(rule.cannot).said(one.buyer, state, "")  # nothing more has to come first
        return rule.said(one.buyer, state, shown, lost=past.has("courier", "loses the parcel"))

    def _of_order(self, rule: Rule, one: Bought, refusal: Problem) -> str:
        order = self._stage.order(one.order.id)
        state, may = ORDERS.get(order["status"], ""), self.past(one.order).refundable_in
        if may is not None and rule in (RULES["oms_refund"], RULES["seller_center_refund"]):
            allowed = Rule(rule.cannot, _allowed(may, order["currency"]))
            return allowed.said(one.buyer, f"{one.buyer}'s order {state}", "")
        if refusal.detail.endswith(_NOT_IN_MARKET):
            return ""
        open_ = [str(claim) for claim in one.claims if shown_as(self._stage, claim) not in OVER]
        if refusal.code in _OPEN and open_:
            return Rule(rule.cannot).said(one.buyer, f"{one.buyer}'s request, {' and '.join(open_)}, is still open", "")
        if refusal.code == _NOTHING_LEFT or refusal.title == "More than is refundable":
            return Rule(rule.cannot).said(one.buyer, f"of {one.buyer}'s order not so much is left", "")
        its_state_is_why = (rule.where or {}).get(state) != ""
        return rule.said(one.buyer, f"{one.buyer}'s order {state}", state) if its_state_is_why else ""


def shown_as(stage: Stage, claim: Claim) -> str:
    seen = seen_of(stage, claim)
    if claim.kind != "CANCELLATION":
        return str(seen["shown_status"])
    return CANCELLATIONS.get(seen["cancel_status"], str(seen["cancel_status"]))
