"""Whether the connector can have had a part in it when an act cannot be done: by what was done, and by whom, before.

In doubt it can. What it cannot have had a part in is the scenario's own mistake, whoever plays it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rehearsal.control.stage import Json, Stage
from rehearsal.gherkin.timeline import Entry
from rehearsal.gherkin.which import Claim, Order

ROUND: Final = timedelta(minutes=15)  # within which no connector need have heard of anything
LOST_AFTER: Final = timedelta(days=10)  # U13: goods that have not come by then can be judged all the same
# What a buyer or a courier has to have done before, and nobody else can do: as the timeline has it.
NEEDS: Final = {
    "arbitrate": ("buyer", "appeals"),
    "arrive_return": ("buyer", "hands over the parcel"),
    "oms_inspect": ("courier", "brings the parcel to the warehouse"),
}
# What is done once, or once until the operator has spoken.
ONCE: Final = {
    "arrive_return": NEEDS["oms_inspect"],
    "ship_return": NEEDS["arrive_return"],
    "dispute": NEEDS["arbitrate"],
}
ASKING: Final = ("buyer", "courier", "operator")  # who brings something that the seller is to answer
OTHERS: Final = (*ASKING, "seller_center")
SENT: Final = ("IN_TRANSIT", "DELIVERED", "COMPLETED")  # to which no connector brings an order
_OF_THE_OMS: Final = ("oms_approve", "oms_reject", "oms_inspect")


@dataclass(frozen=True)
class Past:
    """What was done about one order, or about one request of it, so far. `claims` are all that the buyer has made."""

    stage: Stage
    entries: Sequence[Entry]
    order: Order
    claims: Sequence[Claim]
    claim: Claim | None = None
    answers_itself: bool = False  # the connector, where the seller is silent

    def rules_out(self, act: str) -> bool:
        """Return whether an act that was refused could not be done whatever the connector had done."""
        done = [(one.who, one.what) for one in self._done]
        if act in NEEDS and NEEDS[act] not in done:
            return True
        since = max((place for place, (who, _) in enumerate(done) if who == "operator"), default=0)
        if act in ONCE and ONCE[act] in done[since:]:
            return True
        if act == "oms_refund":
            return self.refundable_in is not None
        return self._nothing_to_answer(act) if act in _OF_THE_OMS else self.untouched

    @property
    def refundable_in(self) -> list[str] | None:
        """Return in which statuses its seller may refund an order that was sent, if it is in none of them."""
        order = self.stage.order(self.order.id)
        shop = next(one for one in self.stage.world()["shops"] if one["shop_id"] == order["shop_id"])
        may: list[str] = shop["seller_refunds"]
        return may if order["status"] in SENT and order["status"] not in may else None

    @property
    def untouched(self) -> bool:
        """Return whether nothing of it can have been up to the connector: it has sent nothing and had nothing to send.

        What the seller has just said need not have gone out, as long as the marketplace still waits for it.
        """
        requests = list(self._requests())
        said = [one for one in self._done if one.who == "seller" and one.to == "oms"]
        if self.answers_itself or not all(map(self._is_just_done, said)) or (said and not _wait(requests)):
            return False
        if self._is_called_off:
            return False
        return not any(step["by"] == "seller" for one in requests for step in one["timeline"])

    @property
    def carried_out(self) -> bool:
        """Return whether what the staff have said has been done in the seller's name, and nobody has come since."""
        if not any(one.who == "seller" and one.to == "oms" for one in self._done):
            return False
        people = ("seller", *OTHERS)
        done = [[step["by"] for step in one["timeline"] if step["by"] in people] for one in self._requests()]
        return self._is_called_off or any(by[-1:] == ["seller"] for by in done)

    @property
    def said_twice(self) -> bool:
        """Return whether the seller's last answer was given before, since anybody has brought something to answer."""
        done = self._done
        came = max((place for place, one in enumerate(done) if one.who in ASKING), default=-1)
        said = [one.what for one in done[came + 1 :] if one.who == "seller" and one.to == "oms"]
        return said[-1:] != [] and said[-1] in said[:-1]

    @property
    def goods_have_come(self) -> bool:
        """Return whether the goods have come back, as far as any have been sent."""
        return not self._did(NEEDS["arrive_return"]) or self._did(NEEDS["oms_inspect"])

    @property
    def is_fresh(self) -> bool:
        """Return whether what the seller is to answer came so lately that no connector need have told them."""
        last = next((one for one in reversed(self._done) if one.who in ASKING), None)
        return last is not None and self._is_just_done(last)

    @property
    def counts_as_lost(self) -> bool:
        """Return whether the goods travel for so long that the seller need not have seen them to judge them."""
        sent = next((one for one in reversed(self._done) if (one.who, one.what) == NEEDS["arrive_return"]), None)
        return sent is not None and self._age(sent) >= LOST_AFTER

    @property
    def under_way(self) -> bool:
        """Return whether the seller has just said something that the marketplace still waits for."""
        said = [one for one in self._done if one.who == "seller" and one.to == "oms"]
        return bool(said) and self._is_just_done(said[-1]) and _wait(self._requests())

    def has(self, who: str, what: str) -> bool:
        """Return whether somebody has done something that begins so."""
        return any(one.who == who and one.what.startswith(what) for one in self._done)

    def _nothing_to_answer(self, act: str) -> bool:
        done = self._done
        came = [place for place, one in enumerate(done) if one.who in ASKING]
        said = [place for place, one in enumerate(done) if one.who == "seller" and one.to == "oms"]
        if self.is_fresh or (came and said and said[-1] > came[-1]):  # a second answer to the same
            return True
        requests = list(self._requests())
        if act == "oms_inspect" or _wait(requests):
            return False
        return self.untouched or all(one["timeline"][-1]["by"] in OTHERS for one in requests)

    @property
    def _is_called_off(self) -> bool:
        """Return whether the order has been canceled without the buyer's asking for it."""
        cancelled = self.stage.order(self.order.id)["status"] == "CANCELLED"
        return cancelled and not any(claim.kind == "CANCELLATION" for claim in self.claims)

    def _did(self, act: tuple[str, str]) -> bool:
        return act in [(one.who, one.what) for one in self._done]

    @property
    def _done(self) -> list[Entry]:
        about = (None, self.claim.id) if self.claim else None
        return [
            one
            for one in self.entries
            if one.order_id == self.order.id and not one.refused and (about is None or one.return_id in about)
        ]

    def _is_just_done(self, entry: Entry) -> bool:
        age = self._age(entry)
        return age < ROUND and not (age and self.stage.world().get("webhooks"))

    def _age(self, entry: Entry) -> timedelta:
        return datetime.fromisoformat(self.stage.world()["now"]) - datetime.fromisoformat(entry.at)

    def _requests(self) -> Iterable[Json]:
        if self.claim:
            yield seen_of(self.stage, self.claim)
            return
        yield from (one for one in self.stage.returns()["returns"] if one["order_id"] == self.order.id)
        yield from (seen_of(self.stage, claim) for claim in self.claims if claim.kind == "CANCELLATION")


def seen_of(stage: Stage, claim: Claim) -> Json:
    """Return what the marketplace shows of a request."""
    return (stage.get_cancellation if claim.kind == "CANCELLATION" else stage.get_return)(claim.id)


def _wait(requests: Iterable[Json]) -> bool:
    return any(one["seller_deadline"] for one in requests)
