"""Shops: the seller opens more of them, in this market or another, and lets the connector in."""

from typing import Final

from pytest_bdd import given

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.steps.phrases import act, phrase
from rehearsal.gherkin.which import ORDINALS

_NTH: Final = f"(?P<nth>{'|'.join(ORDINALS)})"
_SHARED: Final = "(?P<shared>, under the same authorization)?"


@act(
    f"<(?:there is )?/>a {_NTH}(?P<sandbox> sandbox)? shop<(?: has opened)?/ opens>"
    f"(?: in (?:the )?(?P<place>.+?))?{_SHARED}"
)
def _(people: Cast, nth: str, sandbox: str | None, place: str | None, shared: str | None) -> None:
    people.shops.opens(nth, place, shared=shared is not None, sandbox=sandbox is not None)


@given(phrase("the shop has opened, without the connector"))
def _(people: Cast) -> None:
    people.begin_anew()
    people.clock.starts_without_the_connector()


@act(f"a {_NTH} shop< has opened/ opens>, without the connector")
def _(people: Cast, nth: str) -> None:
    people.shops.opens(nth, None, authorized=False)


@act(f"the seller <has let/lets> the connector into the (?:{_NTH} )?shop(?: again)?")
def _(people: Cast, nth: str | None) -> None:
    people.shops.lets_in_again(nth or "first")
