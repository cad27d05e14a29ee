"""What goes wrong at the marketplace itself: searches, claims, quotas, rights, tokens, and what stands against orders.

Each sentence is one fault of `rehearsal/wire/faults/marketplace.py`, until the trouble is over or for the span that is
said. Tokens end once, and have to be met once.
"""

from typing import Any, Final

from pytest_bdd import given, when

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.steps.phrases import PIECES, number, phrase, spelled
from rehearsal.gherkin.which import ORDINALS, Which

RIGHTS: Final = {
    # in people's words    the scope
    "returns": "seller.return_refund.basic",
    "orders": "seller.order.info",
}
MARKS: Final = {
    # in people's words                        what stands against the order
    "is under risk control":                   ["risk_control"],
    "is fulfilled by the marketplace":         ["fulfilled_by_platform"],
    "has an authenticity guarantee":           ["authenticity"],
    "has nothing against it any more":         [],
}  # fmt: skip
_SHOP: Final = (
    rf"(?: (?:of|for|in) the (?P<shop>{'|'.join(nth for nth, place in ORDINALS.items() if place >= 0)}) shop)?"
)
_FOR: Final = rf"(?: for {PIECES['SPAN'].replace('<span>', '<until>')})?"
PAGES: Final = {
    # in people's words            the kind
    "move while they are read":     "pages_move",
    "go on by place":               "pages_by_place",
    "hold half of what they could": "pages_short",
}  # fmt: skip
_HOW: Final = f"(?:{'|'.join(PAGES)})"
ENDS: Final = {
    # in people's words                                             the kind
    f"the connector's access token{_SHOP} has been revoked": "token_revoked",
    f"the connector's access token{_SHOP} has expired": "token_expired",
    f"the connector's refresh token{_SHOP} has ended": "refresh_ended",
    f"the seller has taken back the connector's authorization{_SHOP}": "deauthorised",
}


def _comes(people: Cast, kind: str, shop: str | None, until: str | None, **having: Any) -> None:
    until = spelled(until) if until else None
    people.trouble.comes(kind, shop_id=people.shops.id_of(shop), until=until, with_=having)


@given(phrase(f"the marketplace's searches{_SHOP} lag by {{SPAN}}{_FOR}"))
def _(people: Cast, span: str, shop: str | None, until: str | None) -> None:
    _comes(people, "search_lag", shop, until, by=spelled(span))


@given(phrase(f"the marketplace's pages{_SHOP} (?P<how>{_HOW}(?: and {_HOW})*){_FOR}"))
def _(people: Cast, how: str, shop: str | None, until: str | None) -> None:
    for each in how.split(" and "):
        _comes(people, PAGES[each], shop, until)


@given(phrase(f"the marketplace's pages{_SHOP} hold no more than {{COUNT}} entr(?:y|ies){_FOR}"))
def _(people: Cast, count: str, shop: str | None, until: str | None) -> None:
    _comes(people, "pages_short", shop, until, entries=number(count))


@given(phrase(f"the marketplace has locked {{BUYER}}'s {{REQUEST}}{_FOR}"))
def _(people: Cast, which: Which, until: str | None) -> None:
    _comes(people, "locked", None, until, return_id=people.buyer(which.name).asked(which).id)


@given(phrase(f"the marketplace has locked {{BUYER}}'s {{ORDER}}{_FOR}"))
def _(people: Cast, which: Which, until: str | None) -> None:
    _comes(people, "locked", None, until, return_id=people.buyer(which.name).ordered(which).id)


@given(phrase(f"the marketplace takes no more than {{COUNT}} calls{_SHOP} in {{SPAN}}{_FOR}"))
def _(people: Cast, count: str, span: str, shop: str | None, until: str | None) -> None:
    _comes(people, "quota", shop, until, calls=number(count), per=spelled(span))


@given(phrase(f"the connector has lost its right to (?P<right>{'|'.join(RIGHTS)}){_SHOP}{_FOR}"))
def _(people: Cast, right: str, shop: str | None, until: str | None) -> None:
    _comes(people, "scope_removed", shop, until, scope=RIGHTS[right])


@given(phrase(f"{{BUYER}}'s {{ORDER}} (?P<mark>{'|'.join(MARKS)})"))
@when(phrase(f"{{BUYER}}'s {{ORDER}} (?P<mark>{'|'.join(MARKS)})"))
def _(people: Cast, which: Which, mark: str) -> None:
    people.stage.mark_order(people.buyer(which.name).ordered(which).id, marks=MARKS[mark])


for _words, _kind in ENDS.items():

    @given(phrase(_words))
    def _(people: Cast, shop: str | None, kind: str = _kind) -> None:
        people.trouble.comes(kind, shop_id=people.shops.id_of(shop), times=1)
