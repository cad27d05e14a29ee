"""Decisions: what the seller's staff, Seller Center and the operator say to a request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from pytest_bdd import given, then, when

from rehearsal.control.stage import Json
from rehearsal.gherkin.buyer import Buyer, demand_part, shown, told
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.errors import Miswritten, NotJudged
from rehearsal.gherkin.expect import Differs, expect
from rehearsal.gherkin.refusals import CARRIED_OUT
from rehearsal.gherkin.staff import Seller, SellerCenter, waits
from rehearsal.gherkin.steps.phrases import (
    GRADES,
    NO_PART,
    act,
    as_grade,
    by,
    evidence,
    expect_sum,
    money,
    number,
    phrase,
)
from rehearsal.gherkin.steps.phrases import which as which_of
from rehearsal.gherkin.which import ORDINALS, Which
from rehearsal.sums import Sum

ANSWERS: Final[dict[str, Callable[..., Json]]] = {"approve": Seller.approves, "reject": Seller.rejects}
_PART: Final = r"(?P<part>tax|shipping)"
_REFUNDS: Final = "<has refunded/refunds> {BUYER}'s whole {ORDER}"
_CALLS_OFF: Final = "<has called/calls> off what {BUYER} ordered{ABOUT}"
# Why the seller pays back what nobody has asked for.
BECAUSE: Final = {
    f"{_REFUNDS}, as it arrived damaged": "ecom_order_delivered_refund_reason_damaged_seller",  # as it is in the US
    f"{_REFUNDS}, as it has not arrived": "MerchandiseNotReceived",
    f"{_CALLS_OFF}, as it is not available": "ItemNotAvailable",
    f"{_CALLS_OFF}, as the buyer wishes": "BuyerCancelled",
    f"{_CALLS_OFF}, as it cannot be delivered there": "ShippingAddressUndeliverable",
}


for _words, _does in {
    "the seller <has approved/approves> {BUYER}'s {REQUEST}": by(lambda people: people.seller.approves),
    "the seller <has rejected/rejects> {BUYER}'s {REQUEST}": by(lambda people: people.seller.rejects),
    "the seller <has refunded/refunds> {BUYER}'s whole {ORDER}": by(lambda people: people.seller.refunds),
    "the seller <has refunded/refunds> {BUYER}'s whole {ORDER} and <put/puts> the goods back on the shelf": by(
        lambda people: people.seller.refunds, restock=True
    ),
    "{BUYER} <has got/gets> money instead of the replacement{ABOUT} in Seller Center": by(
        lambda people: people.seller_center.pays_instead
    ),
    "{BUYER}'s whole {ORDER} <has been/is> refunded in Seller Center": by(lambda people: people.seller_center.refunds),
    "what {BUYER} ordered{ABOUT} <has been/is> called off in Seller Center": by(
        lambda people: people.seller_center.calls_off
    ),
    "the seller <has given/gives> {BUYER} money instead of the replacement{ABOUT}": by(
        lambda people: people.seller.pays_instead
    ),
    "the operator <has handed/hands> {BUYER}'s {REQUEST} back to the seller": by(
        lambda people: people.operator.hands_back
    ),
    "the operator <has decided/decides> for {BUYER}{ABOUT}": by(lambda people: people.operator.decides_for_buyer),
    "the operator <has decided/decides> for the seller against {BUYER}{ABOUT}": by(
        lambda people: people.operator.decides_for_seller
    ),
}.items():
    act(_words)(_does)
for _words, _reason in BECAUSE.items():
    act(f"the seller {_words}")(by(lambda people: people.seller.refunds, reason=_reason))
act(f"the seller <has refunded/refunds> {{BUYER}}{NO_PART}{{THE_GOODS}}", heard=(given, when))(
    by(lambda people: people.seller.refunds)
)
act(
    f"the seller <has refunded/refunds> {{BUYER}}{NO_PART}{{THE_GOODS}}, and <put/puts> (?:it|them) back on the shelf",
    heard=(given, when),
)(by(lambda people: people.seller.refunds, restock=True))


@act("the seller <has rejected/rejects> {BUYER}'s {REQUEST}, (?:giving (?P<key>[a-z][a-z0-9_]+) and )?saying {WORDS}")
def _(people: Cast, which: Which, key: str | None, words: str) -> None:
    people.seller.rejects(people.buyer(which.name), which, reason=key, words=words)


@act("the seller <has offered/offers> {BUYER} {SUM}{ABOUT}", heard=(given, when))
def _(people: Cast, which: Which, sum: str) -> None:
    buyer, offered = people.buyer(which.name), money(sum)
    demand_part(offered, buyer.asks_over(which), f"an offer is below what {buyer.name} asks for:")
    people.seller.approves(buyer, which, amount=offered)


@act("the seller <has found/finds> {BUYER}'s {FOUND} {GRADE} and <refused/refuses> (?:them|it)", heard=(given, when))
def _(people: Cast, which: Which, grade: str) -> None:
    people.seller.finds(people.buyer(which.name), which, grade=as_grade(grade), accept=False)


@act("the seller <has found/finds> {BUYER}'s {FOUND} {GRADE} and <accepted/accepts> (?:them|it)", heard=(given, when))
def _(people: Cast, which: Which, grade: str) -> None:
    people.seller.finds(people.buyer(which.name), which, grade=as_grade(grade), accept=True)


_BUT: Final = rf"but (?P<some>[^,]+?) (?P<other>{'|'.join(GRADES)}|\w+)"


@act(
    f"the seller <has found/finds> {{BUYER}}'s {{FOUND}} {{GRADE}}, {_BUT}, "
    "and (?P<end><accepted/accepts>|<refused/refuses>) (?:them|it)",
    heard=(given, when),
)
def _(people: Cast, which: Which, grade: str, some: str, other: str, end: str) -> None:
    but = [(which_of(about=some), as_grade(other))]
    buyer, accept = people.buyer(which.name), end.startswith("accept")
    people.seller.finds(buyer, which, grade=as_grade(grade), accept=accept, but=but)


@when(phrase("the seller tries to inspect {BUYER}'s {FOUND}(?P<refusing>, and to refuse (?:them|it))?"))
def _(people: Cast, which: Which, refusing: str | None) -> None:
    buyer, accept = people.buyer(which.name), refusing is None
    grade = "AS_SOLD" if accept else "DAMAGED"
    people.seller.tries(lambda: people.seller.finds(buyer, which, grade=grade, accept=accept))


@when(phrase("the seller tries to reject {BUYER}'s {REQUEST}, saying {WORDS}"))
def _(people: Cast, which: Which, words: str) -> None:
    people.seller.tries(lambda: people.seller.rejects(people.buyer(which.name), which, words=words))


@when(phrase("the seller tries to (?P<answer>approve|reject) {BUYER}'s {REQUEST}"))
@when(phrase("the seller tries to (?P<answer>approve|reject) the request of {BUYER}{ABOUT}"))
def _(people: Cast, which: Which, answer: str) -> None:
    people.seller.tries(lambda: ANSWERS[answer](people.seller, people.buyer(which.name), which))


# refunds the seller starts


@act("the seller <has refunded/refunds> {BUYER} {SUM}{ABOUT}", heard=(given, when))
def _(people: Cast, which: Which, sum: str) -> None:
    _refunds(people.seller, people.buyer(which.name), which, money(sum))


@act(f"the seller <has refunded/refunds> {{BUYER}} the {_PART}{{ABOUT}}")
def _(people: Cast, which: Which, part: str) -> None:
    people.seller.refunds(people.buyer(which.name), which, part=part)


def _refunds(who: Seller | SellerCenter, buyer: Buyer, which: Which, amount: Sum) -> None:
    """Have somebody refund a sum that is no more than what was paid; who only tries may try more."""
    demand_part(amount, buyer.ordered(which).paid, f"{buyer.name} has paid")
    who.refunds(buyer, which, amount=amount)


@when(phrase("the seller tries to offer {BUYER} {SUM}{ABOUT}"))
def _(people: Cast, which: Which, sum: str) -> None:
    buyer, offered = people.buyer(which.name), money(sum)
    people.seller.tries(lambda: people.seller.approves(buyer, which, amount=offered))


@when(phrase("the seller tries to refund {BUYER} {SUM}{ABOUT}"))
def _(people: Cast, which: Which, sum: str) -> None:
    people.seller.tries(lambda: people.seller.refunds(people.buyer(which.name), which, amount=money(sum)))


@when(phrase(f"the seller tries to refund {{BUYER}} the {_PART}{{ABOUT}}"))
def _(people: Cast, which: Which, part: str) -> None:
    people.seller.tries(lambda: people.seller.refunds(people.buyer(which.name), which, part=part))


@given(phrase("the seller has tried to refund {BUYER}'s whole {ORDER}"))
@when(phrase("the seller tries to refund {BUYER}'s whole {ORDER}"))
@when(phrase("the seller tries to refund the whole order of {BUYER}{ABOUT}"))
@when(phrase(f"the seller tries to refund {{BUYER}}{NO_PART}{{THE_GOODS}}"))
def _(people: Cast, which: Which) -> None:
    people.seller.tries(lambda: people.seller.refunds(people.buyer(which.name), which))


# Seller Center, behind the connector's back


@act(r"{BUYER}'s {REQUEST} <has been/is> (?P<decided>approved|rejected) in Seller Center")
def _(people: Cast, which: Which, decided: str) -> None:
    people.seller_center.decides(people.buyer(which.name), which, yes=decided == "approved")


@act(r"{BUYER}'s goods{ABOUT} <have been/are> (?P<decided>accepted|refused) in Seller Center")
def _(people: Cast, which: Which, decided: str) -> None:
    people.seller_center.finds(people.buyer(which.name), which, accept=decided == "accepted")


@act("{BUYER}'s goods{ABOUT} <have been/are> refused in Seller Center, with {COUNT} pictures?")
def _(people: Cast, which: Which, count: str) -> None:
    people.seller_center.finds(people.buyer(which.name), which, accept=False, pictures=number(count))


@act('a label with the number "(?P<label>[^"]+)" <has been/is> brought for {BUYER}\'s {PARCEL} in Seller Center')
def _(people: Cast, which: Which, label: str) -> None:
    people.seller_center.labels(people.buyer(which.name), which, label)


@act("{BUYER}'s goods{ABOUT} <have been/are> accepted for {SUM} in Seller Center")
def _(people: Cast, which: Which, sum: str) -> None:
    people.seller_center.finds(people.buyer(which.name), which, accept=True, amount=money(sum))


@act("{BUYER} <has been/is> offered {SUM}{ABOUT} in Seller Center")
def _(people: Cast, which: Which, sum: str) -> None:
    buyer, offered = people.buyer(which.name), money(sum)
    demand_part(offered, buyer.asks_over(which), f"an offer is below what {buyer.name} asks for:")
    people.seller_center.offers(buyer, which, amount=offered)


@when(phrase("somebody tries to (?P<answer>approve|reject) {BUYER}'s {REQUEST} in Seller Center"))
def _(people: Cast, which: Which, answer: str) -> None:
    center, buyer = people.seller_center, people.buyer(which.name)
    center.tries(lambda: center.decides(buyer, which, yes=answer == "approve"))


@when(phrase("somebody tries to accept {BUYER}'s goods{ABOUT} for {SUM} in Seller Center"))
def _(people: Cast, which: Which, sum: str) -> None:
    center, buyer = people.seller_center, people.buyer(which.name)
    center.tries(lambda: center.finds(buyer, which, accept=True, amount=money(sum)))


@act("{SUM} of {BUYER}'s {ORDER} (?:<has/is>|<have/are>)< been/> refunded in Seller Center")
def _(people: Cast, which: Which, sum: str) -> None:
    _refunds(people.seller_center, people.buyer(which.name), which, money(sum))


# the operator


@act("the operator <has granted/grants> {BUYER} {SUM}{ABOUT}")
def _(people: Cast, which: Which, sum: str) -> None:
    people.operator.decides_for_buyer(people.buyer(which.name), which, amount=money(sum))


# what the seller's staff see


@then(phrase("the seller has {BUYER}'s {REQUEST} before them"))
def _(people: Cast, which: Which) -> None:
    case = people.seller.case_of(people.buyer(which.name), which)
    past = people.stage.past_of(case)
    if not waits(case) and people.stage.from_outside and past and past.carried_out:
        raise NotJudged(CARRIED_OUT)
    expect(f"the seller's case of {which.name}", "open", "open" if waits(case) else _in_words(case["status"]))


@then(phrase("the seller sees {SHOWN} with {BUYER}'s {REQUEST}"))
def _(people: Cast, which: Which, shown: str) -> None:
    case, many = people.seller.case_of(people.buyer(which.name), which), evidence(shown)
    for what in ("picture", "video"):
        expect(f"{what}s with {which.name}'s request", many[what], case[f"{what}s"])


@then(phrase("the seller has every request of {BUYER}'s before them"))
def _(people: Cast, buyer: str) -> None:
    who = people.buyer(buyer)
    seen = {case["return_id"] or case["cancel_id"]: _case(case) for case in people.seller.cases_of(who)}
    waiting = sorted(claim.id for claim in who.claims)
    if not waiting:
        raise Miswritten(f"{buyer} has made no request; {buyer} has asked for nothing")
    expect(f"the requests of {buyer} that wait", waiting, sorted(one for one in seen if one))


@then(phrase("the seller (?P<knows>knows|does not know) of {BUYER}'s {ORDER}"))
def _(people: Cast, knows: str, which: Which) -> None:
    known = people.seller.knows(people.buyer(which.name), which)
    expect(f"whether the seller knows of {which.name}'s order", knows == "knows", known)


@then(phrase("the seller has nothing to answer for {BUYER}"))
def _(people: Cast, buyer: str) -> None:
    waiting = [_case(case) for case in people.seller.cases_of(people.buyer(buyer)) if waits(case)]
    expect(f"what the seller has to answer for {buyer}", [], waiting)


@then(phrase("the seller has not heard of {BUYER}"))
def _(people: Cast, buyer: str) -> None:
    known = [_case(case) for case in people.seller.cases_of(people.buyer(buyer))]
    expect(f"what the seller has heard of {buyer}", [], known)


@then(phrase("the seller's case of {BUYER}{ABOUT} is over {SUM}"))
def _(people: Cast, which: Which, sum: str) -> None:
    buyer = people.buyer(which.name)
    case = people.seller.case_of(buyer, which)
    expect_sum(buyer, f"the seller's case of {which.name}", money(sum), shown(case, "amount"))


@then(phrase("the seller sees the same deadline for {BUYER}{ABOUT} as the marketplace"))
def _(people: Cast, which: Which) -> None:
    buyer = people.buyer(which.name)
    due, seen = buyer.request(which)["seller_deadline"], told(people.seller.case_of(buyer, which), "deadline")
    expect(f"until when to answer {which.name}", due, OMS=due if people.clock.same(seen, due) else seen)


@then(phrase("the seller can (?P<answers>approve or reject|not answer) {BUYER}'s {REQUEST}"))
def _(people: Cast, answers: str, which: Which) -> None:
    can = people.seller.case_of(people.buyer(which.name), which)["can"]
    expected = ["approve", "reject"] if answers == "approve or reject" else []
    expect(f"how the seller can answer {which.name}", expected, can)


@then(phrase("the seller's (?:own )?{PLACE}(?:own )?refund of {BUYER} waits for {POSSESSIVE} {REQUEST}"))
def _(people: Cast, place: str | None, which: Which) -> None:
    _own_refund(people, which, place, "SubmittedNotProcessed")


@then(phrase("the seller's (?:own )?{PLACE}(?:own )?refund of {BUYER} has given way to {POSSESSIVE} {REQUEST}"))
def _(people: Cast, place: str | None, which: Which) -> None:
    _own_refund(people, which, place, "InformationOnly")


@then(phrase("the seller's (?:own )?{PLACE}(?:own )?refund of {BUYER} has been carried out over {SUM}"))
def _(people: Cast, place: str | None, buyer: str, sum: str) -> None:
    whose = people.buyer(buyer)
    own = people.seller.own_refund_of(whose, _place(place))
    what = f"the seller's own refund of {buyer}"
    with _as_ours_does(people):
        _stands(people, whose, own, "PostProcessingComplete")
        expect_sum(whose, what, money(sum), people.seller.paid_by(own))


def _own_refund(people: Cast, which: Which, place: str | None, status: str) -> None:
    """See where the seller's own refund stands, without an error, and that it names what the buyer has asked."""
    buyer = people.buyer(which.name)
    own = people.seller.own_refund_of(buyer, _place(place))
    with _as_ours_does(people):
        _stands(people, buyer, own, status)
    claim, note = buyer.asked(which).id, own["note"] or ""
    if note or not people.stage.from_outside:
        what = f"the request that the seller's own refund of {which.name} names"
        expect(what, claim, claim if claim in note else note)


def _stands(people: Cast, buyer: Buyer, own: Json, status: str) -> None:
    seen = _in_words(people.seller.standing(buyer, own)) + (f" ({own['error']})" if own["error"] else "")
    expect(f"the seller's own refund of {buyer.name}", _in_words(status), seen)


@contextmanager
def _as_ours_does(people: Cast) -> Iterator[None]:
    """Leave it not judged where another connector than ours does otherwise with a refund of the seller's."""
    try:
        yield
    except Differs as differs:
        if not people.stage.from_outside:
            raise
        raise NotJudged(f"{differs}; {_UP_TO_IT}") from differs


_UP_TO_IT: Final = (
    "what becomes of a refund of the seller's beside a buyer's request no source says, so it is for whoever sits here "
    "to decide (D31)"
)


@then(phrase("the seller sees that the refund of {BUYER} failed, and why"))
def _(people: Cast, buyer: str) -> None:
    errors = [case["error"] for case in _failures(people, buyer)]
    expect(f"failed refunds of {buyer}", 1, len(errors))
    expect("the reason is told", True, bool(errors[0]))


@then(phrase("the seller sees no failure for {BUYER}"))
def _(people: Cast, buyer: str) -> None:
    expect(f"what failed for {buyer}", [], [f"{_case(case)}: {case['error']}" for case in _failures(people, buyer)])


def _failures(people: Cast, buyer: str) -> list[Json]:
    cases = people.seller.cases_of(people.buyer(buyer))
    return [case for case in cases if case["status"] == "Error" or (case["status"] is None and case["error"])]


def _place(nth: str | None) -> int | None:
    return None if nth is None else ORDINALS[nth]


def _case(case: Json) -> str:
    """Return a case of the seller's as people name it."""
    amount = f"{case['amount'] or 'a sum'} {case['currency'] or ''}".rstrip()
    return f"{amount}, {_in_words(case['status'])}"


def _in_words(status: str | None) -> str:
    """Return one of the OMS's states as people say it; what stands in none of these rows stays as it is."""
    return "in a state that is not told" if status is None else _STATES.get(status, status)


_STATES: Final = {
    "NewRma": "a request to answer",
    "ReadyForReturn": "a parcel to judge",
    "SubmittedNotProcessed": "waiting",
    "InformationOnly": "given way, for information",
    "PostProcessingComplete": "carried out",
    "ProcessingApproval": "on its way",
    "Error": "failed",
}
