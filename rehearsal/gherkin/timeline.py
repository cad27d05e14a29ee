"""What happened in one world, as it was asked for and as it fired: the raw material of timelines and reports.

A `Timeline` stands between the people of a scenario and their stage. It passes every call on and notes the acts and
what fired when the clock moved, with the simulated time. It needs nothing of a stage but its interface, so it shows
the same in process and over the control API.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rehearsal.control.calls import Call
from rehearsal.control.formats import instant, later
from rehearsal.control.stage import Json, Problem, Stage
from rehearsal.gherkin.errors import NotJudged
from rehearsal.gherkin.plan_file import plan_all, trouble
from rehearsal.simulation.duration import spoken_duration
from rehearsal.world.quiescence import HEARING

LONGEST_WAIT: Final = timedelta(hours=48)
UNLIMITED: Final = timedelta.max
_SUM: Final = re.compile(r"\d+(?:\.\d+)? [A-Z]{3}\b")


@dataclass(frozen=True)
class Entry:
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
        return paid[0] if paid else ""


Words = Callable[[Json, Json], str]


def low(code: str) -> str:
    """Return a code of the marketplace's as a word."""
    return code.replace("_", " ").lower()


def _dies(after: str = "", nth: int = 1, times: int = 1) -> str:
    """Return when a connector dies: at once, or after so many commits or calls, again and again."""
    if not after:
        return "is killed"
    what = after if nth == 1 else f"{nth} {after}s"
    return f"is to die {'once' if times == 1 else f'{times} times'}, after every {what}"


def _plus(words: str, sent: Json, shown: Json, name: str = "amount") -> str:
    """Return the words with the sum that was sent, if one was; its currency came back or, if not, was sent with it."""
    currency = shown.get("currency") or sent.get("currency") or ""
    return f"{words}, {sent[name]} {currency}".rstrip() if sent.get(name) else words


def _bought(order: Json) -> str:
    goods = Counter(unit["sku"] for unit in order["line_items"])
    bought = ", ".join(f"{count} × {sku}" if count > 1 else sku for sku, count in goods.items())
    return bought_for(order, f" {bought}")


def bought_for(order: Json, goods: str = "") -> str:
    """Return that somebody has bought and when, which lies back where the order was brought on its way at once."""
    at = datetime.fromisoformat(order["created_at"])
    when = f"{at.day} {at:%b, %H:%M}"
    return f"has bought{goods} for {order['total']} {order['currency']} on {when} ({low(order['status'])} now)"


def _is_part(sent: Json, case: Json) -> bool:
    return bool(sent.get("amount") and case.get("amount")) and float(sent["amount"]) < float(case["amount"])


ASKS: Final = {
    "REFUND": "asks for the money back",
    "RETURN_AND_REFUND": "asks to send it back",
    "REPLACEMENT": "asks for a replacement",
}
DECIDES: Final = {
    "SUPPORT_BUYER": "decides for the buyer",
    "SUPPORT_SELLER": "decides for the seller",
    "HAND_BACK": "hands the request back to the seller",
}

# fmt: off
# Each call that acts: who did it, whom it reached, and how it reads, from what was sent and what came back.
ACTS: Final[Mapping[str, tuple[str, str, str | Words]]] = {
    "add_shop":               ("seller", "connector", lambda sent, shop:
                               f"opens {shop['name']} ({shop['region']}) and lets the connector in"),
    "authorize_shop":         ("seller", "connector", lambda sent, shop:
                               f"lets the connector into {shop['name']} again"),
    "place_order":            ("buyer", "marketplace", lambda sent, order: _bought(order)),
    "pay_order":              ("buyer", "marketplace", "pays for the order"),
    "change_address":         ("buyer", "marketplace", "has the order sent to another address"),
    "ship_order":             ("seller", "marketplace", lambda sent, order:
                               f"hands {'a part of ' * ('line_item_ids' in sent)}the order to the carrier"),
    "deliver_order":          ("courier", "marketplace", "delivers the order"),
    "mark_order":             ("marketplace", "marketplace", lambda sent, order:
                               f"marks the order: {low(', '.join(sent['marks'])) or 'nothing'}"),
    "request_cancellation":   ("buyer", "marketplace", "asks to cancel the order"),
    "set_deadline":           ("marketplace", "marketplace", lambda sent, item: f"gives {sent['within']} from now"),
    "set_cancellation_deadline": ("marketplace", "marketplace", lambda sent, item: f"gives {sent['within']} from now"),
    "withdraw_cancellation":  ("buyer", "marketplace", "wants the order after all"),
    "request_return":         ("buyer", "marketplace", lambda sent, item:
                               f"{ASKS[item['return_type']]}, {item['refund_total']} {item['currency']}"),
    "change_return":          ("buyer", "marketplace", lambda sent, item:
                               f"changes the request: {ASKS[item['return_type']]}, "
                               f"{item['refund_total']} {item['currency']}"),
    "ship_return":            ("buyer", "courier", "hands over the parcel"),
    "label_return":           ("seller center", "marketplace", "brings a label"),
    "arrive_return":          ("courier", "oms", "brings the parcel to the warehouse"),
    "withdraw":               ("buyer", "marketplace", "withdraws the request"),
    "accept_offer":           ("buyer", "marketplace", "accepts the offer"),
    "decline_offer":          ("buyer", "marketplace", "declines the offer"),
    "dispute":                ("buyer", "operator", "appeals"),
    "arbitrate":              ("operator", "marketplace", lambda sent, item:
                               _plus(DECIDES[sent["outcome"]], sent, item, "refund_total")),
    "seller_center_decision": ("seller center", "marketplace", lambda sent, item: low(sent["decision"])),
    "seller_center_refund":   ("seller center", "marketplace", lambda sent, item:
                               _plus("starts a refund", sent, item)),
    "seller_center_cancel":   ("seller center", "marketplace", lambda sent, item:
                               f"calls off {'a part of ' * ('line_item_ids' in sent)}the order"),
    "seller_center_answer":   ("seller center", "marketplace", lambda sent, item: f"{low(sent['decision'])}s"),
    "oms_approve":            ("seller", "oms", lambda sent, case:
                               _plus("offers" if _is_part(sent, case) else "approves", sent, case)),
    "oms_reject":             ("seller", "oms", "rejects"),
    "oms_inspect":            ("seller", "oms", lambda sent, case:
                               f"inspects the goods: {low(sent['grade'])}, "
                               f"{'accepts' if sent['accept'] else 'refuses'} them"),
    "plan_fault":             ("stage", "", lambda sent, fault: f"plans trouble: {trouble(fault)}"),
    "lift_fault":             ("stage", "", lambda sent, fault: f"ends trouble: {trouble(fault)}"),
    "lift_faults":            ("stage", "", "ends all trouble"),
    "kill_connector":         ("connector", "connector", lambda sent, state: _dies(**sent)),
    "start_connector":        ("connector", "connector", "starts again on its database"),
    "oms_refund":             ("seller", "oms", lambda sent, case: _plus("starts a refund", sent, case)),
}
# fmt: on


class Timeline(Stage):
    """A stage that remembers what was asked of the stage behind it, and what came of it.

    Whenever its world begins, the faults of its `plan` are planned. Findings say that the command `again` shows them
    again; without one, they say what the stage does. Where time passes by itself (D35), a scenario that sets a date, or
    waits for more than `longest_wait` in all, is not judged.
    """

    def __init__(
        self, stage: Stage, again: str = "", plan: Sequence[Json] = (), longest_wait: timedelta = LONGEST_WAIT
    ) -> None:
        self._stage = stage
        self._longest_wait = longest_wait
        self._again = {"reproduce": again} if again else {}
        self.entries: list[Entry] = []
        self.orders: dict[str, str] = {}  # by the number of an order, a return or a cancellation
        world = stage.world()
        self.now = str(world["now"])
        self._begun = datetime.fromisoformat(self.now)
        self._factor = world["speed"] if "business_now" in world else 0  # where time passes by itself: how fast
        self._plan = plan
        plan_all(self, plan)

    def record(self, name: str) -> bytes:
        return self._stage.record(name)

    def ends(self) -> None:
        """Let news arrive that is under way when all is done; for that there is always time."""
        self._longest_wait = UNLIMITED
        self.advance(until="heard")

    def demand_time_for(self, whole: timedelta) -> None:
        """Raise NotJudged where time passes by itself and so much of it takes too long."""
        if self._factor and whole > self._longest_wait:
            takes = f"{spoken_duration(whole)}, which take {spoken_duration(whole / self._factor)} of real time here"
            longest = spoken_duration(self._longest_wait)
            raise NotJudged(f"it waits for {takes}; --longest-wait is {longest}")

    def request(self, call: Call, path: Mapping[str, str], body: Json) -> Json:
        if self._factor:
            self.now = str(self._stage.clock()["now"])
            self._demand_playable(call, body)
        try:
            document = self._stage.request(call, path, body)
        except Problem as refusal:
            if call.name in ACTS:
                self._refused(call, path, refusal)
            raise
        if call.name == "findings":
            return document | {
                kind: [{**one, **self._again} for one in document[kind]] for kind in ("findings", "verdicts")
            }
        if call.name in ACTS:
            self._acted(call, body, document)
        elif call.body is not None:  # the clock has moved
            self._moved(call, document)
        if call.name == "reset":
            plan_all(self, self._plan)
        return document

    def _demand_playable(self, call: Call, body: Json) -> None:
        """Raise NotJudged for what cannot be played, or takes too long, where time passes by itself."""
        if call.name == "reset" and "start" in body:
            raise NotJudged("it sets a date, and the connector lives by the machine's clock, which nobody sets")
        if call.name != "advance" or body.get("until") == "next":
            return
        if "to" in body:
            target = instant(body["to"], "to")
        else:
            now = datetime.fromisoformat(self.now)
            target = later(now, body["by"], "by") if "by" in body else now + HEARING
        self.demand_time_for(target - self._begun)

    def _moved(self, call: Call, document: Json) -> None:
        self.now = str(document["now"])
        if call.name == "reset":
            self.entries.clear()
            self._begun = datetime.fromisoformat(self.now)
        for fired in document.get("fired", ()):
            at, who, what = str(fired["at"]), str(fired["who"]), str(fired["what"])
            self.entries.append(Entry(at, who, what, return_id=fired.get("return_id"), order_id=fired.get("order_id")))
        if self._factor:  # something may have been done since it fired
            self.entries.sort(key=lambda entry: datetime.fromisoformat(entry.at))

    def _acted(self, call: Call, body: Json, document: Json) -> None:
        who, to, words = ACTS[call.name]
        order_id, return_id = document.get("order_id"), document.get("return_id")
        for about in (order_id, return_id, document.get("cancel_id")):
            if about and order_id:
                self.orders[about] = order_id
        what = words if isinstance(words, str) else words(body, document)
        self.entries.append(Entry(self.now, who, what, to, return_id=return_id, order_id=order_id))

    def _refused(self, call: Call, path: Mapping[str, str], refusal: Problem) -> None:
        who, to, _ = ACTS[call.name]
        about = next((self.orders.get(about) for about in path.values()), None)
        what = f"{low(call.name)}: refused, {refusal.detail or refusal.title}"
        self.entries.append(Entry(self.now, who, what, to, refused=True, order_id=about))
