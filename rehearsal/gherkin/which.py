"""Which of a buyer's orders or requests a step means. Where it may be several none is guessed: the step has to say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeVar

from rehearsal.gherkin.errors import Miswritten
from rehearsal.sums import Sum

ORDINALS: Final = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latest": -1}
# What a request may be called, and which kind is then meant; "" is any.
NOUNS: Final = {
    "request": "",
    "case": "",
    "return": "RETURN_AND_REFUND",
    "parcel": "RETURN_AND_REFUND",
    "replacement": "REPLACEMENT",
    "cancellation": "CANCELLATION",
}
_ASKED: Final = {
    "REFUND": "the money for",
    "RETURN_AND_REFUND": "sending back",
    "REPLACEMENT": "a replacement of",
    "CANCELLATION": "cancelling the order of",
}

_ASKS: Final = {
    "": "has asked for her money back",
    "RETURN_AND_REFUND": "has asked to send it back",
    "REPLACEMENT": "has asked for a replacement",
    "CANCELLATION": "has asked to cancel the order",
}


@dataclass(frozen=True)
class Which:
    """As much as was said: the second request, the one for the rug, the mugs of the first order.

    `nth` counts the buyer's requests and `order` the orders, in words; `noun` is one of NOUNS; `pieces` goes with
    `goods`; `name` is the buyer's; `whole` says that the order was named, and not only goods in it.
    """

    name: str = ""
    nth: str = ""
    noun: str = ""
    goods: str = ""
    pieces: int | None = None
    order: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Order:
    """What somebody bought in one go: its id, the sum, and the ids of the units of each of the goods.

    `totals` are the units' sums with their parts of shipping and tax; `shared` says them, where the order has several
    and any to share.
    """

    id: str
    paid: Sum
    units: Mapping[str, Sequence[str]]
    shared: str = ""
    totals: Mapping[str, Decimal] = field(default_factory=dict)

    def __str__(self) -> str:
        return _listed(self.units)

    def called(self, goods: str) -> Sequence[str]:
        """Return the units of those goods; "mug" and "mugs" mean the same."""
        return _called(self.units, goods)


@dataclass(frozen=True)
class Claim:
    """What a buyer has asked for: money, a return, a replacement, or that the order be canceled."""

    id: str
    kind: str
    order: Order
    units: frozenset[str]
    due: str | None = None  # the answer to it, when it was asked for

    def __str__(self) -> str:
        return f"{_ASKED[self.kind]} {_listed(self.about)}"

    @property
    def about(self) -> dict[str, list[str]]:
        """Return the goods it is about, with those of their units that it is about."""
        mine = {name: [unit for unit in units if unit in self.units] for name, units in self.order.units.items()}
        return {name: units for name, units in mine.items() if units}

    def some(self, which: Which, whose: str) -> list[str]:
        """Return the units of some of its goods; raise Miswritten where it is not about so many."""
        mine = [unit for unit in self.order.called(which.goods) if unit in self.units]
        pieces = len(mine) if which.pieces is None else which.pieces
        if not 0 < pieces <= len(mine):
            some = f"the {which.goods}" if which.pieces is None else f"{pieces} of the {which.goods}"
            raise Miswritten(f"{whose}'s return is about {_listed(self.about)}, not about {some}")
        return mine[:pieces]

    def fits(self, which: Which) -> bool:
        """Return whether it may be the one that is meant, as far as its kind and its goods go."""
        units = _called(self.about, which.goods) if which.goods else [*self.units]
        return NOUNS.get(which.noun, "") in ("", self.kind) and bool(units) and which.pieces in (None, len(units))


def the_order(name: str, orders: Sequence[Order], which: Which) -> Order:
    having = [order for order in orders if not which.goods or order.called(which.goods)]
    if not having:
        goods = ", ".join(dict.fromkeys(goods for order in orders for goods in order.units))
        extra = f'; shipping and tax go with the goods, and alone by "the seller refunds {name} the shipping"'
        hint = extra if re.search(r"\b(shipping|tax)\b", which.goods) else ""
        raise Miswritten(f"{name} has no {which.goods}; {name} has: {goods}{hint}")
    if which.order:
        having = [the_nth(orders, which.order, f"{name} has {len(orders)} order{'s' * (len(orders) > 1)}")]
    hints = [f'"{nth} order": {order}' for order, nth in zip(having, ORDINALS, strict=False)]
    return _only(having, f"{name} has {len(having)} orders", hints)


def the_claim(name: str, claims: Sequence[Claim], orders: Sequence[Order], which: Which) -> Claim:
    noun = which.noun or "request"
    if which.order:
        order = the_order(name, orders, Which(order=which.order))
        claims = [claim for claim in claims if claim.order is order]
    fitting = [claim for claim in claims if claim.fits(which)]
    count = f"{name} has made {len(fitting)} request{'s' if len(fitting) > 1 else ''}"
    if not fitting:
        about = f" for {which.pieces or 'the'} {which.goods}" if which.goods else ""
        made = f": {'; '.join(map(str, claims))}" if claims else " nothing so far"
        first = "" if claims and which.goods else f'; a step such as "{name} {_ASKS[NOUNS[noun]]}" comes first'
        none = f"there is no parcel of {name}'s{about}" if noun == "parcel" else f"{name} has made no {noun}{about}"
        raise Miswritten(f"{none}; {name} has asked for{made}{first}")
    if which.nth:
        return the_nth(fitting, which.nth, count)
    hints = []
    for claim, nth in zip(fitting, ORDINALS, strict=False):
        said = [(Which(goods=goods), f"the {goods}") for goods in claim.about]
        for goods, ids in claim.about.items():
            said.append((Which(goods=goods, pieces=len(ids)), f"{len(ids)} of the {goods}"))
        alone = [f' or "{noun} for {words}"' for one, words in said if sum(other.fits(one) for other in fitting) == 1]
        hints.append(f'"{nth} {noun}"{"".join(alone[:1])}: {claim}')
    return _only(fitting, count, hints)


def one_currency(name: str, orders: Sequence[Order]) -> str:
    """Return the currency of somebody's orders; of several, they cannot be summed up."""
    currencies = list(dict.fromkeys(order.paid.currency for order in orders))
    if len(currencies) > 1:
        raise Miswritten(f"{name} has orders in {' and '.join(currencies)}; say which is meant, as the first order")
    return currencies[0]


_T = TypeVar("_T", Order, Claim, str)


def the_nth(things: Sequence[_T], nth: str, count: str) -> _T:
    """Return the first, second or last of several; `count` says of how many, where there is no such one."""
    if ORDINALS[nth] >= len(things):
        raise Miswritten(f"{count}: there is no {nth}")
    return things[ORDINALS[nth]]


def _only(things: Sequence[_T], count: str, hints: Sequence[str]) -> _T:
    if len(things) > 1:
        raise Miswritten("\n".join([f"{count}; say which is meant:", *(f"  {hint}" for hint in hints)]))
    return things[0]


def _listed(units: Mapping[str, Sequence[str]]) -> str:
    return " and ".join(f"{len(ids)} {name}" if len(ids) > 1 else f"the {name}" for name, ids in units.items())


def _called(units: Mapping[str, Sequence[str]], goods: str) -> Sequence[str]:
    return next((ids for name, ids in units.items() if _alike(name.casefold(), goods.casefold())), ())


def _alike(one: str, other: str) -> bool:
    return one == other or one in _plurals(other) or other in _plurals(one)


def _plurals(name: str) -> set[str]:
    return {f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies"}
