"""The trouble of one world: what is planned, what was hit, and the link on which it bites.

A fault that is planned stands on the link until it was hit as often as planned, its time is over, or it is lifted; what
it hit can be asked for ever after. Faults meet a call in the order in which they were planned: each lets the next one
have it, or ends it. What begins or ends at an hour of its own is an act of the stage, on the world's agenda (D32).
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from rehearsal.contract.demand import near
from rehearsal.contract.message import query_pairs
from rehearsal.contract.operation import Operation
from rehearsal.simulation.player import Act
from rehearsal.trace.diagram import title
from rehearsal.wire.faults.fault import Fault, Kind, Meeting, Planned, Scene, Stage
from rehearsal.wire.faults.kinds import KINDS
from rehearsal.wire.faults.reading import TOOLS, Mistake, UnknownFault, read_fault
from rehearsal.wire.recorder import Call, Endpoint, Handler, Response, undisturbed

stage_act: Final = partial(Act, who="stage", rank=-1)  # before all that happens at the same instant


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault met a call; or it begins and will last until an hour that is known, and there is no call."""

    at: datetime
    planned: Planned
    call: Call | None
    shop_ids: Sequence[str | None]  # whom it concerns: what ends tokens concerns all under one authorization
    what: str = ""  # in words
    needs_consent: bool = False  # nothing works again before the seller has let the app in anew


@dataclass(slots=True)
class TroubleState:
    """All that a world's trouble remembers, as plain data."""

    planned: list[Planned] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # those who wait for an answer at this moment
    held: list[tuple[Call, Endpoint]] = field(default_factory=list)  # calls that come late


class Trouble:
    """Plans and lifts the faults of one world; `told` hears of what was hit."""

    def __init__(
        self, scene: Scene, *, told: Callable[[Hit], None] = lambda hit: None, kinds: Mapping[str, Kind] = KINDS
    ) -> None:
        self._scene = scene
        self._told = told
        self._kinds = kinds
        self.state: Final = TroubleState()

    # what is ordered
    def plan(self, **given: Any) -> Planned:
        """Plan a fault, by the names of `contracts/control.yaml`; raise the Mistake of one that makes no sense."""
        return self.plan_fault(read_fault(given, self._kinds, self._scene.now))

    def plan_fault(self, fault: Fault) -> Planned:
        """Plan a fault; it takes effect at once, unless it says from when on.

        Raise the Mistake of a shop that is not there, or of something else that would have to be there now.
        """
        self._demand_there(fault)
        planned = self.state.planned
        one = Planned(id=f"fault-{len(planned) + 1}", fault=fault, begun=fault.at or self._scene.now)
        planned.append(one)
        if one.begun <= self._scene.now:
            self._begin(one)
        return one

    def _demand_there(self, fault: Fault) -> None:
        shops = self._scene.recorder.state.shops.values()
        if fault.shop_id is not None and fault.shop_id not in shops:
            raise Mistake("shop_id", f"names no shop; {near(fault.shop_id, list(shops))}")
        for name, value in self._kinds[fault.kind].takes.items() if fault.at is None else ():
            if not value.exists(self._scene, fault.having[name]):
                raise Mistake(f"with.{name}", f"is {fault.having[name]!r}, which is not there; it is {value.words}")

    def faults(self) -> Sequence[Planned]:
        """Return every fault that was ever planned, in this order."""
        return tuple(self.state.planned)

    def lift(self, fault_id: str | None = None) -> Sequence[Planned]:
        """End one fault, or all; raise the Mistake of an id that names none. What they hit is still known."""
        if fault_id is not None and fault_id not in (one.id for one in self.state.planned):
            raise UnknownFault("fault_id", f"is {fault_id!r}; {near(fault_id, [one.id for one in self.state.planned])}")
        lifted = [one for one in self.state.planned if fault_id in (None, one.id)]
        for one in lifted:
            self._end(one)
        return lifted

    # what follows of itself
    def next_due(self) -> Act | None:
        """Return when the next fault begins or ends by itself."""
        if not self.state.planned:  # an idle world asks this all the time
            return None
        return min(self.agenda(), key=lambda act: act.at, default=None)

    def run_due(self, now: datetime) -> Act:
        """Let the first of them begin or end; of several at one instant the one that was planned first."""
        act, do = min(self._ahead(), key=lambda ahead: ahead[0].at)
        do()
        return act

    def agenda(self) -> list[Act]:
        """Return what begins and ends by itself."""
        return [act for act, _ in self._ahead()]

    def _ahead(self) -> Iterator[tuple[Act, Callable[[], None]]]:
        for one in self.state.planned:
            until, words = one.fault.until, f"{one.id}, {self._kinds[one.fault.kind].told(one.fault)}"
            words += _of_shop(one.fault.shop_id)
            if one.stage is Stage.AHEAD:
                yield stage_act(one.begun, f"trouble begins: {words}"), partial(self._begin, one)
            elif one.active and until is not None:
                yield stage_act(until, f"trouble is over: {words}"), partial(self._end, one)

    def _begin(self, one: Planned) -> None:
        one.stage = Stage.ACTIVE
        self._scene.recorder.link = self._link
        self._kinds[one.fault.kind].begins(self._scene, one)
        if one.fault.until is not None:
            self._told(Hit(self._scene.now, one, None, [one.fault.shop_id]))

    def _end(self, one: Planned) -> None:
        was, one.stage = one.stage, Stage.OVER
        if was is Stage.ACTIVE:
            self._kinds[one.fault.kind].ends(self._scene, one)
        self._clear()

    def _clear(self) -> None:
        """Leave the link as it is where nothing is wrong, once nothing is."""
        if not self.state.held and not any(map(self._stands, self.state.planned)):
            self._scene.recorder.link = undisturbed

    # where it bites
    def _link(self, call: Call, endpoint: Endpoint, handler: Handler) -> Response:
        """Carry a call through every fault that it meets, and say in `Call.fault` what it met."""
        if call.fault is not None:  # one that a fault let through late
            return handler(call)
        late = [held for held in self.state.held if held[1].name == endpoint.name]
        found = endpoint.contract.find(call.method, unquote(call.path))
        on_the_way = _OnTheWay(call, endpoint, handler, found[0] if found else None, self._shop(call, endpoint))
        try:
            fits = [one for one in self.state.planned if self._stands(one) and self._fits(one.fault, on_the_way)]
            return self._through(on_the_way, [one for one in fits if self._meets(one)])
        finally:
            for held in late:
                if held in self.state.held:  # nobody has called there while this call was waited for
                    self.state.held.remove(held)
                    self._scene.recorder.exchange(*held)
            self._clear()

    def _stands(self, one: Planned) -> bool:
        """Return whether calls can meet it: tokens that it has ended stay so, also when it is over itself."""
        ended_tokens = one.stage is Stage.OVER and self._kinds[one.fault.kind].ends_tokens
        return one.active or (ended_tokens and (one.fault.times is None or one.missed > 0))

    def _through(self, way: _OnTheWay, ahead: Sequence[Planned]) -> Response:
        for number, one in enumerate(ahead):
            if self._stands(one):
                return self._met(way, one, partial(self._through, way, ahead[number + 1 :]))
        return way.handler(way.call)

    def _meets(self, one: Planned) -> bool:
        """Return whether a fault meets the call that it fits; each is counted, also one that another fault will end."""
        return self._kinds[one.fault.kind].says_hits or self._strikes(one)

    def _strikes(self, one: Planned) -> bool:
        one.calls += 1
        if one.calls <= one.fault.skip:
            return False
        return one.fault.probability is None or self._drawn(one) < one.fault.probability

    def _fits(self, fault: Fault, way: _OnTheWay) -> bool:
        if way.call.outside:
            from_there = fault.caller == TOOLS
        else:
            from_there = fault.caller is None or fault.caller == way.call.caller
        if not from_there or fault.callee != way.endpoint.name:
            return False
        found_later = way.shop_id is None and self._kinds[fault.kind].finds_shop
        elsewhere = fault.shop_id is not None and way.shop_id not in self._concerned(fault.kind, fault.shop_id)
        if elsewhere and not found_later:
            return False
        return fault.fits(way.operation)

    def _concerned(self, kind: str, shop_id: str | None) -> Sequence[str | None]:
        """Return the shops that a fault in one of them concerns; None is every shop."""
        if shop_id is None or not self._kinds[kind].ends_tokens:
            return [shop_id]
        return [shop.shop_id for shop in self._scene.marketplace.sharing(shop_id)]

    def _drawn(self, one: Planned) -> float:
        """Return a number from a stream of this fault and this call of it: what else is called does not change it."""
        return random.Random(f"{self._scene.seed}|fault|{one.id}|{one.calls}").random()

    def _met(self, way: _OnTheWay, one: Planned, onward: Callable[[], Response]) -> Response:
        kind, call = self._kinds[one.fault.kind], way.call

        def hit(shop_id: str | None = way.shop_id) -> bool:
            if kind.says_hits and not (self._stands(one) and self._strikes(one)):
                return False
            one.hit += 1
            call.fault = f"{call.fault}, {one.fault.kind}" if call.fault else one.fault.kind
            asked = title(way.operation.id) if way.operation else "call"
            what = f"{one.id} hits the {call.caller}'s {asked}{_of_shop(shop_id)}: {kind.told(one.fault)}"
            concerned = self._concerned(one.fault.kind, shop_id)
            self._told(Hit(self._scene.now, one, call, concerned, what, kind.needs_consent))
            if one.fault.times is not None and one.hit >= one.fault.times:
                self._end(one)
            return True

        if kind.needs_answer(one.fault):
            answer = onward()
            if not self._stands(one):  # another call has used it up while this one was waited for
                return answer
            onward = partial(_given, answer)
        if not kind.says_hits:
            hit()
        return kind.meets(
            Meeting(
                scene=self._scene,
                planned=one,
                call=call,
                endpoint=way.endpoint,
                operation=way.operation,
                shop_id=way.shop_id,
                onward=onward,
                again=partial(way.handler, call),
                hit=hit,
                hold=partial(self._hold, replace(call, fault=one.fault.kind), way.endpoint),
                waiting=self.state.waiting,
            )
        )

    def _hold(self, call: Call, endpoint: Endpoint) -> None:
        """Keep a call until another one has come; by then its fault, and every other, may be over."""
        self.state.held.append((call, endpoint))
        self._scene.recorder.link = self._link

    def _shop(self, call: Call, endpoint: Endpoint) -> str | None:
        if call.caller == "marketplace":  # its webhooks name the shop itself
            return str(json.loads(call.body)["shop_id"])
        return self._scene.recorder.state.shops.get(endpoint.contract.shop_of(query_pairs(call.query)) or "")


def _given(answer: Response) -> Response:
    return answer


def _of_shop(shop_id: str | None) -> str:
    return f" of the shop {shop_id}" if shop_id else ""


@dataclass(frozen=True, slots=True)
class _OnTheWay:
    call: Call
    endpoint: Endpoint
    handler: Handler
    operation: Operation | None
    shop_id: str | None
