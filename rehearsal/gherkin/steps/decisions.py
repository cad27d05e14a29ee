"""Decisions: what the seller's staff, Seller Center and the operator say to a request."""

from __future__ import annotations

from collections.abc import Callable

from pytest_bdd import then, when

from rehearsal.gherkin.cast import Buyer, Cast, shown
from rehearsal.gherkin.steps.phrases import GRADES, act, money, number, phrase

# What can be said of a request in one sentence: the words, and who does what.
SAYINGS: dict[str, Callable[[Cast, Buyer], None]] = {
    "approve the request of": lambda people, buyer: people.seller.approves(buyer),
    "reject the request of": lambda people, buyer: people.seller.rejects(buyer),
    "refund the whole order of": lambda people, buyer: people.seller.refunds(buyer),
}

OPEN = ("NewRma", "ReadyForReturn")


@act(done="the seller has approved {BUYER}'s request", happens="the seller approves {BUYER}'s request")
def _(people: Cast, buyer: str) -> None:
    people.seller.approves(people.buyer(buyer))


@act(done="the seller has rejected {BUYER}'s request", happens="the seller rejects {BUYER}'s request")
def _(people: Cast, buyer: str) -> None:
    people.seller.rejects(people.buyer(buyer))


@act(done="the seller has offered {BUYER} {SUM}", happens="the seller offers {BUYER} {SUM}", done_with_news=True)
def _(people: Cast, buyer: str, sum: str) -> None:
    people.seller.approves(people.buyer(buyer), amount=money(sum))


@act(
    done="the seller has found {BUYER}'s goods {GRADE} and refused them",
    happens="the seller finds {BUYER}'s goods {GRADE} and refuses them",
    done_with_news=True,
)
def _(people: Cast, buyer: str, grade: str) -> None:
    people.seller.refuses_parcel(people.buyer(buyer), grade=GRADES[grade])


@act(happens="the seller finds {BUYER}'s goods {GRADE} and accepts them")
def _(people: Cast, buyer: str, grade: str) -> None:
    people.seller.accepts_parcel(people.buyer(buyer), grade=GRADES[grade])


@when(phrase("the seller tries to inspect {BUYER}'s goods"))
def _(people: Cast, buyer: str) -> None:
    people.seller.tries(lambda: people.seller.accepts_parcel(people.buyer(buyer), grade="AS_SOLD"))


@when(phrase(rf"the seller tries to (?P<saying>{'|'.join(SAYINGS)}) {{BUYER}}"))
def _(people: Cast, saying: str, buyer: str) -> None:
    people.seller.tries(lambda: SAYINGS[saying](people, people.buyer(buyer)))


# refunds the seller starts


@act(done="the seller has refunded {BUYER}'s whole order", happens="the seller refunds {BUYER}'s whole order")
def _(people: Cast, buyer: str) -> None:
    people.seller.refunds(people.buyer(buyer))


@act(
    done="the seller has refunded {BUYER} {SUM} of the order",
    happens="the seller refunds {BUYER} {SUM} of the order",
    done_with_news=True,
)
def _(people: Cast, buyer: str, sum: str) -> None:
    people.seller.refunds(people.buyer(buyer), amount=money(sum))


@act(happens="the seller refunds {BUYER} (?:{SUM} on )?(?:{COUNT} of )?the {GOODS}")
def _(people: Cast, buyer: str, goods: str, sum: str | None, pieces: str | None) -> None:
    amount = money(sum) if sum else None
    people.seller.refunds(people.buyer(buyer), goods=goods, pieces=number(pieces), amount=amount)


@act(done="the seller has called off what {BUYER} ordered, as it is not available")
def _(people: Cast, buyer: str) -> None:
    people.seller.refunds(people.buyer(buyer), reason="ItemNotAvailable")


@when(phrase("the seller tries to refund {BUYER} {SUM} of the order"))
def _(people: Cast, buyer: str, sum: str) -> None:
    people.seller.tries(lambda: people.seller.refunds(people.buyer(buyer), amount=money(sum)))


# Seller Center, behind the connector's back


@act(
    done=r"{BUYER}'s request has been (?P<decided>approved|rejected) in Seller Center",
    happens=r"{BUYER}'s request is (?P<decided>approved|rejected) in Seller Center",
)
def _(people: Cast, buyer: str, decided: str) -> None:
    people.seller_center.decides(people.buyer(buyer), _REFUND_DECISION[decided])


@act(happens=r"{BUYER}'s goods are (?P<decided>accepted|refused) in Seller Center")
def _(people: Cast, buyer: str, decided: str) -> None:
    people.seller_center.decides(people.buyer(buyer), _PARCEL_DECISION[decided])


@when(phrase("somebody tries to approve {BUYER}'s request in Seller Center"))
def _(people: Cast, buyer: str) -> None:
    people.seller_center.tries(lambda: people.seller_center.decides(people.buyer(buyer), "APPROVE_REFUND"))


@act(
    done="{BUYER}'s whole order has been refunded in Seller Center",
    happens="{BUYER}'s whole order is refunded in Seller Center",
)
def _(people: Cast, buyer: str) -> None:
    people.seller_center.refunds(people.buyer(buyer))


@act(done="{SUM} of {BUYER}'s order have been refunded in Seller Center")
def _(people: Cast, buyer: str, sum: str) -> None:
    people.seller_center.refunds(people.buyer(buyer), amount=money(sum))


_REFUND_DECISION = {"approved": "APPROVE_REFUND", "rejected": "REJECT_REFUND"}
_PARCEL_DECISION = {"accepted": "APPROVE_RECEIVED_PACKAGE", "refused": "REJECT_RECEIVED_PACKAGE"}


# the operator


@act(happens="the operator decides for {BUYER}")
def _(people: Cast, buyer: str) -> None:
    people.operator.decides_for_buyer(people.buyer(buyer))


@act(happens="the operator grants {BUYER} {SUM}")
def _(people: Cast, buyer: str, sum: str) -> None:
    people.operator.decides_for_buyer(people.buyer(buyer), amount=money(sum))


@act(happens="the operator decides for the seller against {BUYER}")
def _(people: Cast, buyer: str) -> None:
    people.operator.decides_for_seller(people.buyer(buyer))


# what the seller's staff see


@then(phrase("the seller has {BUYER}'s case before them"))
def _(people: Cast, buyer: str) -> None:
    assert people.seller.case_of(people.buyer(buyer))["status"] in OPEN


@then(phrase("the seller has nothing to answer for {BUYER}"))
def _(people: Cast, buyer: str) -> None:
    assert [c for c in people.seller.cases_of(people.buyer(buyer)) if c["status"] in OPEN] == []


@then(phrase("the seller has not heard of {BUYER}"))
def _(people: Cast, buyer: str) -> None:
    assert people.seller.cases_of(people.buyer(buyer)) == []


@then(phrase("the seller's case of {BUYER} is over {SUM}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    case = people.seller.case_of(people.buyer(buyer))
    seen, expected = shown(case, "amount"), money(sum)
    assert seen == expected, f"the seller's case of {buyer} is over {seen}, not {expected}"


@then(phrase("the seller sees the same deadline for {BUYER} as the marketplace"))
def _(people: Cast, buyer: str) -> None:
    person = people.buyer(buyer)
    assert people.seller.case_of(person)["deadline"] == person.request["seller_deadline"]


@then(phrase("the seller can (?P<answers>approve or reject|not answer) {BUYER}'s request"))
def _(people: Cast, answers: str, buyer: str) -> None:
    can = people.seller.case_of(people.buyer(buyer))["can"]
    assert can == (["approve", "reject"] if answers == "approve or reject" else [])


@then(phrase("the seller's own refund of {BUYER} waits for {POSSESSIVE} request"))
def _(people: Cast, buyer: str) -> None:
    _own_refund(people, buyer, "SubmittedNotProcessed")


@then(phrase("the seller's own refund of {BUYER} has given way to {POSSESSIVE} request"))
def _(people: Cast, buyer: str) -> None:
    _own_refund(people, buyer, "InformationOnly")


@then(phrase("the seller's own refund of {BUYER} has been carried out over {SUM}"))
def _(people: Cast, buyer: str, sum: str) -> None:
    own = people.seller.own_refund_of(people.buyer(buyer))
    assert (own["status"], own["error"], shown(own, "amount")) == ("PostProcessingComplete", None, money(sum))


def _own_refund(people: Cast, buyer: str, status: str) -> None:
    """See where the seller's own refund stands, without an error, and that it names what the buyer has asked."""
    own, person = people.seller.own_refund_of(people.buyer(buyer)), people.buyer(buyer)
    assert (own["status"], own["error"]) == (status, None)
    assert (person.return_id if person.has("return_id") else person.cancel_id) in own["note"], f"it says: {own['note']}"


@then(phrase("the seller sees that the refund of {BUYER} failed, and why"))
def _(people: Cast, buyer: str) -> None:
    failed = [case for case in people.seller.cases_of(people.buyer(buyer)) if case["status"] == "Error"]
    assert len(failed) == 1
    assert failed[0]["error"]


@then(phrase("the seller sees no failure for {BUYER}"))
def _(people: Cast, buyer: str) -> None:
    assert [case for case in people.seller.cases_of(people.buyer(buyer)) if case["status"] == "Error"] == []
