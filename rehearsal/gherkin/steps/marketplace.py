"""What goes wrong at the marketplace itself: searches, claims, quotas, rights and tokens.

Each sentence is one fault of `rehearsal/wire/faults/marketplace.py`, until the trouble is over or for the span that is
said. Tokens end once, and have to be met once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from pytest_bdd import given

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.steps.phrases import PIECES, number, phrase, time
from rehearsal.gherkin.which import Which

RIGHTS: Final = {
    # in people's words    the scope
    "returns": "seller.return_refund.basic",
    "orders": "seller.order.info",
}
ENDS: Final = {
    # in people's words                                          the kind
    "the connector's access token has been revoked": "token_revoked",
    "the connector's access token has expired": "token_expired",
    "the connector's refresh token has ended": "refresh_ended",
    "the seller has taken back the connector's authorization": "deauthorised",
}
_FOR: Final = rf"(?: for {PIECES['SPAN'].replace('<span>', '<until>')})?"


def spelled(span: str) -> str:
    """Return "20 minutes" as the control API has it."""
    return f"PT{time(span) // timedelta(seconds=1)}S"


def _comes(people: Cast, kind: str, until: str | None, **having: Any) -> None:
    people.trouble.comes(kind, until=spelled(until) if until else None, with_=having)


@given(phrase(f"the marketplace's searches lag by {{SPAN}}{_FOR}"))
def _(people: Cast, span: str, until: str | None) -> None:
    _comes(people, "search_lag", until, by=spelled(span))


@given(phrase(f"the marketplace has locked {{BUYER}}'s {{REQUEST}}{_FOR}"))
def _(people: Cast, which: Which, until: str | None) -> None:
    _comes(people, "locked", until, return_id=people.buyer(which.name).asked(which).id)


@given(phrase(f"the marketplace takes no more than {{COUNT}} calls in {{SPAN}}{_FOR}"))
def _(people: Cast, count: str, span: str, until: str | None) -> None:
    _comes(people, "quota", until, calls=number(count), per=spelled(span))


@given(phrase(f"the connector has lost its right to (?P<right>{'|'.join(RIGHTS)}){_FOR}"))
def _(people: Cast, right: str, until: str | None) -> None:
    _comes(people, "scope_removed", until, scope=RIGHTS[right])


@given(phrase(f"(?P<ends>{'|'.join(ENDS)})"))
def _(people: Cast, ends: str) -> None:
    people.trouble.comes(ENDS[ends], times=1)
