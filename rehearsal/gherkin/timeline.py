"""What happened in one world, as it was ordered and as it fired: the raw material of timelines and reports.

A `Chronicle` stands between the people of a scenario and their `Stage`. It passes every call on and notes the acts
and what fired when the clock moved, with the simulated time. It needs nothing of a stage but its interface, so it
tells the same story in process and over the control API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from rehearsal.control.stage import Json, Problem, Stage

_SUM: Final = re.compile(r"(\d+\.\d\d) ([A-Z]{3})\b")


@dataclass(frozen=True)
class Moment:
    """One thing that somebody did or that came due.

    `who` is a player's or a person's word (marketplace, operator, buyer, courier, connector, oms, seller,
    seller center); `to` is whom it concerned at once, where that is somebody else. `name` is what the scenario calls
    a buyer.
    """

    at: str
    who: str
    what: str
    to: str = ""
    refused: bool = False
    return_id: str | None = None
    order_id: str | None = None
    name: str = ""

    @property
    def money(self) -> str:
        """The sum that was paid back with it, if any: "39.98 USD"."""
        paid = _SUM.search(self.what) if "paid" in self.what else None
        return f"{paid[1]} {paid[2]}" if paid else ""


Call = Mapping[str, Any]


@dataclass(frozen=True)
class _Act:
    """How one call of the stage reads when it is told."""

    who: str
    to: str
    told: Callable[[Call, Json], str]


def _bought(call: Call, answer: Json) -> str:
    goods: dict[str, int] = {}
    for unit in answer["line_items"]:
        goods[unit["sku"]] = goods.get(unit["sku"], 0) + 1
    told = ", ".join(f"{count} × {sku}" if count > 1 else sku for sku, count in goods.items())
    return f"buys {told} for {answer['total']} {answer['currency']} ({answer['status'].replace('_', ' ').lower()})"


_ASKS: Final = {
    "REFUND": "asks for the money back",
    "RETURN_AND_REFUND": "asks to send it back",
    "REPLACEMENT": "asks for a replacement",
}
_DECIDES: Final = {"SUPPORT_BUYER": "decides for the buyer", "SUPPORT_SELLER": "decides for the seller"}


def _plain(words: str) -> Callable[[Call, Json], str]:
    return lambda call, answer: words


def _with_sum(words: str) -> Callable[[Call, Json], str]:
    return lambda call, answer: words + (f", {call['amount']}" if call.get("amount") else "")


# what was called: who did it, whom it reached, and how it is told
ACTS: Final[Mapping[str, _Act]] = {
    "place_order": _Act("buyer", "marketplace", _bought),
    "ship_order": _Act("seller", "marketplace", _plain("hands the order to the carrier")),
    "deliver_order": _Act("courier", "marketplace", _plain("delivers the order")),
    "request_cancellation": _Act("buyer", "marketplace", _plain("asks to cancel the order")),
    "withdraw_cancellation": _Act("buyer", "marketplace", _plain("wants the order after all")),
    "request_return": _Act(
        "buyer",
        "marketplace",
        lambda call, answer: f"{_ASKS[answer['return_type']]}, {answer['refund_total']} {answer['currency']}",
    ),
    "ship_return": _Act("buyer", "courier", _plain("hands over the parcel")),
    "arrive_return": _Act("courier", "oms", _plain("brings the parcel to the warehouse")),
    "withdraw": _Act("buyer", "marketplace", _plain("withdraws the request")),
    "accept_offer": _Act("buyer", "marketplace", _plain("accepts the offer")),
    "decline_offer": _Act("buyer", "marketplace", _plain("declines the offer")),
    "dispute": _Act("buyer", "operator", _plain("appeals")),
    "arbitrate": _Act(
        "operator",
        "marketplace",
        lambda call, answer: (
            str(_DECIDES.get(call["outcome"], call["outcome"]))
            + (f", {call['refund_total']}" if call.get("refund_total") else "")
        ),
    ),
    "seller_center_decision": _Act(
        "seller center", "marketplace", lambda call, answer: call["decision"].replace("_", " ").lower()
    ),
    "seller_center_refund": _Act("seller center", "marketplace", _with_sum("starts a refund")),
    "oms_approve": _Act("seller", "oms", _with_sum("approves")),
    "oms_reject": _Act("seller", "oms", _plain("rejects")),
    "oms_inspect": _Act(
        "seller",
        "oms",
        lambda call, answer: (
            f"inspects the goods: {call['grade'].replace('_', ' ').lower()}, "
            f"{'accepts' if call['accept'] else 'refuses'} them"
        ),
    ),
    "oms_refund": _Act("seller", "oms", _with_sum("starts a refund")),
}


class Chronicle:
    """A stage that remembers. `stage` is what people get to speak to."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.moments: list[Moment] = []
        self._orders: dict[str, str] = {}  # the order that a return or a cancellation is about
        self.now = str(stage.world()["now"])

    @property
    def stage(self) -> Stage:
        """Return the same stage, watched."""
        return cast(Stage, self)

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._stage, name)
        if name in ("advance", "reset"):
            return self._moving(name, call)
        return self._telling(name, call) if name in ACTS else call

    def _moving(self, name: str, call: Callable[..., Json]) -> Callable[..., Json]:
        def move(**arguments: Any) -> Json:
            answer = call(**arguments)
            self.now = str(answer["now"])
            if name == "reset":
                self.moments.clear()
            self.moments += [_fired(entry) for entry in answer.get("fired", ())]
            return answer

        return move

    def _telling(self, name: str, call: Callable[..., Json]) -> Callable[..., Json]:
        act = ACTS[name]

        def do(*ids: str, **arguments: Any) -> Json:
            try:
                answer = call(*ids, **arguments)
            except Problem as refusal:
                told = f"{name.replace('_', ' ')}: refused, {refusal.detail or refusal.title}"
                about = self._orders.get(ids[0]) if ids else None
                self.moments.append(Moment(self.now, act.who, told, act.to, refused=True, order_id=about))
                raise
            for kind in ("order_id", "return_id", "cancel_id"):
                if answer.get(kind) and answer.get("order_id"):
                    self._orders[answer[kind]] = answer["order_id"]
            self.moments.append(
                Moment(
                    self.now,
                    act.who,
                    act.told(arguments, answer),
                    act.to,
                    return_id=answer.get("return_id"),
                    order_id=answer.get("order_id"),
                )
            )
            return answer

        return do


def _fired(entry: Json) -> Moment:
    return Moment(
        str(entry["at"]),
        str(entry["who"]),
        str(entry["what"]),
        return_id=entry.get("return_id"),
        order_id=entry.get("order_id"),
    )


# The words of Seller Center for a return. What else stands in a return's history is told by whoever did it.
SHOWN: Final = frozenset(
    {
        "Request Pending",
        "Waiting for Buyer to Ship",
        "Return Label Generated",
        "Buyer Shipped",
        "Return Rejected",
        "Refund Rejected",
        "Offer Sent to Buyer",
        "Refund Processing",
        "Completed",
        "Canceled",
        "Replacement Requested",
        "Rejected",
        "Refunded",
    }
)


# who did it, as a return's history says: whose moment it follows
_CAUSE: Final = {
    "buyer": "buyer",
    "seller": "connector",
    "seller_center": "seller center",
    "operator": "operator",
    "courier": "courier",
    "system": "marketplace",
}


def whole(
    moments: Iterable[Moment], *, returns: Iterable[Json], mails: Iterable[Json], names: Mapping[str, str]
) -> tuple[Moment, ...]:
    """Return what was done and what fired, with what people then saw: the words of Seller Center, and the mail.

    `names` says who bought which order.
    """
    several = len(set(names.values())) > 1
    story = [_named(moment, names.get(moment.order_id or "", ""), several) for moment in moments]
    history = [(entry, item) for item in returns for entry in item["timeline"] if entry["event"] in SHOWN]
    for entry, item in sorted(history, key=lambda pair: datetime.fromisoformat(pair[0]["at"])):
        whose = f"{names.get(item['order_id'], 'a buyer')}'s request" if several else "the request"
        shown = Moment(entry["at"], "marketplace", f"shows {whose} as “{entry['event']}”")
        _put(story, shown, _CAUSE.get(entry["by"], "marketplace"))
    for mail in sorted(mails, key=lambda mail: datetime.fromisoformat(mail["sent_at"])):
        told = f"mails {names.get(mail['order_id'], 'the buyer')}: “{mail['kind']}”"
        _put(story, Moment(mail["sent_at"], "marketplace", told), "marketplace")
    return tuple(story)


def _named(moment: Moment, name: str, several: bool) -> Moment:
    """Return the moment with the buyer's name: as whose act it is or, among several buyers, as whom it is about."""
    if moment.who == "buyer":
        return replace(moment, name=name)
    if several and name and moment.who in ("seller", "seller center", "operator", "courier"):
        return replace(moment, what=f"{moment.what} ({name})")
    return moment


def _time(moment: Moment) -> datetime:
    return datetime.fromisoformat(moment.at)


def _put(story: list[Moment], moment: Moment, cause: str) -> None:
    """Put `moment` behind the last thing its cause did at that instant, else behind all that had happened by then."""
    at = _time(moment)
    before = [place for place, told in enumerate(story) if _time(told) <= at]
    caused = [place for place in before if _time(story[place]) == at and story[place].who == cause]
    story.insert((caused or before or [-1])[-1] + 1, moment)
