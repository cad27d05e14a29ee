"""Many buyers at once: what all of them do, and what is seen of all of them. Nobody in a crowd asks twice."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from rehearsal.control.stage import Json, Stage
from rehearsal.gherkin.buyer import Buyer, Goods, Unseen
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.staff import BOOKS, NEWS, waits
from rehearsal.gherkin.which import Order
from rehearsal.sums import Sum

T = TypeVar("T")


class Crowd:
    """The buyers who have no name of their own. Where only some of them act, it is the first so many; None is all."""

    def __init__(self, stage: Stage, buyer: Callable[[str], Buyer]) -> None:
        self.stage = stage
        self._buyer = buyer
        self._buyers: list[Buyer] = []

    @property
    def buyers(self) -> Sequence[Buyer]:
        """Everybody in the crowd, in the order in which they came."""
        if not self._buyers:
            raise Miswritten('nobody is many so far; "110 buyers have each received a lamp for 9.99 USD" comes first')
        return self._buyers

    def buys(self, count: int, goods: Sequence[Goods], status: str, shop_id: str | None) -> None:
        """Have so many more buyers buy the same."""
        if not count:
            raise Miswritten("0 buyers are no crowd; one is of 1 or more")
        for _ in range(count):
            self._buyers.append(self._buyer(f"Buyer {len(self._buyers) + 1}"))
            self._buyers[-1].buys(goods, status=status, shop_id=shop_id)

    def asks(self, count: int | None, act: Callable[[Buyer], None]) -> None:
        """Have those who have not asked for anything yet do so."""
        for buyer in _first(count, [buyer for buyer in self.buyers if not buyer.claims], "have asked for nothing"):
            act(buyer)

    def is_answered(self, count: int | None, answer: Callable[[str], object]) -> None:
        """Have the seller answer what waits for them; the answer takes the id of a case."""
        asked = _first(count, [buyer for buyer in self.buyers if buyer.claims], "have asked for something")
        waiting = self.waiting()[:count]
        if len(waiting) < (count or 1):
            who = f"of {len(asked)} who have asked {len(waiting) or 'nobody'}"
            raise Unseen(f"{who} waits for the seller's answer; {NEWS}")
        for case in waiting:
            answer(case["id"])

    def heard_of(self) -> int:
        """Return of how many requests the seller has heard, whether they wait for an answer or not."""
        cases = self.stage.oms_adjustments()["adjustments"]
        known = {case["return_id"] or case["cancel_id"] for case in cases}
        return sum(claim.id in known for buyer in self.buyers for claim in buyer.claims)

    def waiting(self) -> list[Json]:
        """Return the cases that wait for the seller's answer, in the order in which the buyers came."""
        cases: dict[str, list[Json]] = {}
        for case in self.stage.oms_adjustments()["adjustments"]:
            if waits(case):
                cases.setdefault(case["return_id"] or case["cancel_id"], []).append(case)
        return [case for buyer in self.buyers for claim in buyer.claims for case in cases.get(claim.id, ())]

    def paid_back(self, due: Callable[[Order], Sum]) -> dict[str, int]:
        """Return for how many orders each book that is shown says that just what is due was paid back."""
        rows = {row["order_id"]: row for row in self.stage.ledgers()["orders"]}
        pairs = [(rows[order.id], due(order)) for buyer in self.buyers for order in buyer.orders]
        return {
            name: sum(Sum(Decimal(row[book]["refunded"]), row["currency"]) == sum_ for row, sum_ in pairs)
            for book, name in BOOKS.items()
            if all(row[book] for row, _ in pairs)
        }


def _first(count: int | None, those: Sequence[T], who: str) -> Sequence[T]:
    if not those or (count is not None and not 0 < count <= len(those)):
        raise Miswritten(f"{len(those) or 'none'} of them {who}, not {count or 'one'}")
    return those[:count]
