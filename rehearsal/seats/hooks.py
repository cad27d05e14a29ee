"""An OMS behind hooks: a few endpoints that a team writes for the stage.

Which of them there are is said beforehand; one that is missing is a capability that is missing. What the staff are told
to decide is noted as the stage meant it, and what it is worth as the marketplace has it: verdicts do not rest on the
seat's word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from mock_oms import Event
from rehearsal.seats.abroad import PATIENCE
from rehearsal.seats.description import Hooks
from rehearsal.seats.endpoints import Case, Endpoints, Json, NoAnswer
from rehearsal.seats.port import (
    Capability,
    CommandResult,
    NotCapable,
    OmsSeat,
    Place,
    SeatDown,
    SeatEvent,
    SeatFailed,
    SeatRefuses,
    Sight,
    Standing,
)
from rehearsal.simulation.player import Act

LOOK_EVERY: Final = timedelta(minutes=15)  # as often as our OMS pulls
look: Final = partial(Act, who="oms", rank=6)  # a look at the cases that is due, or has been taken (D3)
STAFF: Final = frozenset({"approve", "reject"})  # without either, the staff cannot answer


@dataclass(frozen=True, slots=True)
class Done:
    """A case after the staff's decision on it: the seat has taken it, or it would have refused."""

    row: Case
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision to which no answer came: it is given once more at the next look, if it is still asked for."""

    path: str
    body: Json
    meant: Json
    since: datetime
    words: str

    @property
    def told(self) -> str:
        """Return in words that it is kept."""
        return f"kept since {self.since:%Y-%m-%d %H:%M} UTC, to be tried again at the next look: {self.words}"


class HooksOms(OmsSeat):
    """The seller's staff, reached by hooks. They look every quarter of an hour, as our OMS pulls."""

    def __init__(self, place: Place, hooks: Hooks, *, patience: float = PATIENCE) -> None:
        self._place = place
        self._hooks = Endpoints(place, hooks, patience=patience)
        self._listeners: list[Callable[[SeatEvent], None]] = []
        self._seen: dict[str, Case] = {}
        self._parcels: list[Json] = []
        self._untold: list[Json] = []  # parcels that nobody would hear of
        self._kept: dict[str, Kept] = {}  # by case
        self._lost = 0  # refunds of which nobody knows what they have become
        self._refused: dict[str, str] = {}  # in what words, by case
        self._look_at = place.clock.now()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what the endpoints that there are let be asked and judged."""
        has = {Capability.DRIVEN}
        if "cases" in self._hooks:
            has.add(Capability.STAFF_SEES)
            if all(answer in self._hooks for answer in STAFF):
                has.add(Capability.STAFF_DECIDES)
        if "book" in self._hooks:
            has.add(Capability.LEDGER)
        return frozenset(has)

    @property
    def unheard(self) -> frozenset[Sight]:
        """Return for what the staff have no endpoint: orders never have one."""
        ways = {Sight.GOODS: "inspect", Sight.REFUNDS: "refund"}
        return frozenset({Sight.ORDERS, *(sight for sight, way in ways.items() if way not in self._hooks)})

    # in its own time
    def next_due(self) -> Act | None:
        """Return the next look, or that parcels wait to be told of."""
        if self._parcels:
            return look(self._place.clock.now(), "tell of parcels")
        return look(self._look_at, "pull") if "cases" in self._hooks else None

    def agenda(self) -> Sequence[Act]:
        due = self.next_due()
        return [] if due is None else [due]

    def run_due(self, now: datetime) -> Act:
        """Tell of parcels, or look at the cases and say which are new or have changed; raise SeatFailed."""
        if self._parcels:
            parcel = self._tell_parcel()
            return look(now, "is told of a parcel", return_id=parcel["return_id"], order_id=parcel["order_id"])
        self._look_at = now + LOOK_EVERY
        self._parcels, self._untold = self._untold, []
        cases = self._cases()
        again = self._give_again({case.id: case for case in cases})
        news = [case for case in cases if self._seen.get(case.id) != case]
        for case in news:
            self._seen[case.id] = case
            self._tell("case_seen", case, can=list(case.can))
        only = news[0] if len(news) == 1 else None
        what = f"sees {len(news)} cases" if len(news) != 1 else f"sees case {news[0].id}"
        return_id, order_id = (only.return_id, only.order_id) if only else (None, None)
        words, changed = ", ".join([what, *again]), bool(news or again)
        return look(now, words, changed=changed, return_id=return_id, order_id=order_id)

    def _give_again(self, cases: Mapping[str, Case]) -> list[str]:
        """Give what is kept once more where it is still asked for; return in words what came of it."""
        told = []
        for number, kept in list(self._kept.items()):
            case = cases.get(number)
            standing = self._place.books.claim(case.claim) if case is not None and case.claim else None
            if case is None or not case.can or standing is None or standing.question != kept.meant["question"]:
                del self._kept[number]  # it has arrived after all, or somebody else was faster
                continue
            try:
                self._hooks.ask("POST", kept.path, kept.body)
            except (NoAnswer, SeatDown) as silence:
                self._kept[number] = replace(kept, words=str(silence))
                continue
            except SeatRefuses as refusal:
                self._refused[number] = str(refusal)
            else:
                self._tell("decision_given", case, **kept.meant, accepted=True)
            del self._kept[number]
            told.append(f"gives what was kept of case {number}")
        return told

    # what the staff see
    def adjustments(self) -> Sequence[Case]:
        if "cases" not in self._hooks:
            raise NotCapable(Capability.STAFF_SEES)
        return [self._as_shown(case) for case in self._cases()]

    def _as_shown(self, case: Case) -> Case:
        """Return a case with what has become of a decision to which no answer came."""
        kept, refused = self._kept.get(case.id), self._refused.get(case.id)
        if kept is not None:
            return replace(case, can=(), error=kept.told)
        return case if refused is None or case.error else replace(case, error=refused)

    @property
    def unanswered(self) -> str | None:
        return "; ".join(f"the decision on case {number} is {kept.told}" for number, kept in self._kept.items()) or None

    def ledger(self) -> Mapping[str, Decimal]:
        return self._hooks.book()

    # what they do
    def subscribe(self, listener: Callable[[SeatEvent], None]) -> None:
        self._listeners.append(listener)

    def approve(
        self, adjustment_id: str, *, amount: Decimal | None = None, refund_instead: bool = False
    ) -> CommandResult:
        """Have them say yes, offer a part of the money, or pay for what is to be replaced."""
        return self._answer(adjustment_id, "approve", amount=amount, instead=refund_instead)

    def reject(self, adjustment_id: str, *, reason: str | None = None, comment: str | None = None) -> CommandResult:
        return self._answer(adjustment_id, "reject", reason=reason, comment=comment)

    def inspect(
        self, return_id: str, *, grade: str, accept: bool, units: Sequence[Mapping[str, str]] = ()
    ) -> CommandResult:
        self._demand("inspect")
        while self._parcels:
            self._tell_parcel()
        case = next((case for case in self._cases() if case.return_id == return_id), None)
        standing = self._place.books.claim(return_id)
        if case is None:
            case = Case(return_id, standing.order_id if standing else "", (), return_id=return_id)
        meant = {"decision": "approve" if accept else "reject", "question": "goods", "grade": grade}
        body = _given(grade=grade, accept=accept, units=list(units) or None)
        return self._decide(case, standing, f"/inspections/{quote(return_id, safe='')}", body, meant)

    def refund(
        self,
        *,
        order_id: str,
        line_item_ids: Sequence[str] | None = None,
        amount: Decimal | None = None,
        part: str | None = None,
        reason: str | None = None,
        record_only: bool = False,
        restock: bool = False,
    ) -> CommandResult:
        """Have them pay back of their own accord; what it is worth is what the marketplace has left of it."""
        self._demand("refund")
        left = self._place.books.left(order_id, line_item_ids, part)
        if left is None:
            raise SeatRefuses(404, "No such order", f"The marketplace has no order {order_id}.", "order_id")
        worth, currency = left
        units = None if line_item_ids is None else list(line_item_ids)
        body = _given(
            order_id=order_id,
            line_item_ids=units,
            amount=None if amount is None else f"{amount:f}",
            currency=currency if amount is not None else None,
            part=part,
            reason=reason,
            record_only=record_only or None,
            restock=restock or None,
        )
        sums = {"amount": worth if amount is None else amount, "currency": currency}
        about = {"line_item_ids": units, "reason": reason, "restock": restock, **sums}
        try:
            case = self._hooks.case("/refunds", self._hooks.ask("POST", "/refunds", body))
        except SeatFailed:  # it may have been made all the same
            self._lost += 1
            self._tell_refund(Case(f"unanswered-{self._lost}", order_id, ()), about, record_only, accepted=False)
            raise
        self._tell_refund(case, about, record_only, accepted=True)
        return Done(case)

    def _tell_refund(self, case: Case, about: Json, recorded: bool, *, accepted: bool) -> None:
        if recorded:
            self._tell("refund_recorded", case, **about)
        else:
            self._tell("refund_requested", case, **about, accepted=accepted)

    def receive_parcel(
        self,
        *,
        return_id: str,
        order_id: str,
        line_item_ids: Sequence[str],
        tracking_number: str | None = None,
        damaged: Sequence[str] = (),
    ) -> None:
        """Put a parcel on the dock: told at the same instant, once what brought it is over."""
        about = {"return_id": return_id, "order_id": order_id, "line_item_ids": list(line_item_ids)}
        self._happened("parcel_received", **about, tracking_number=tracking_number)
        if "parcels" in self._hooks:
            told = {"damaged_line_item_ids": list(damaged) or None, "tracking_number": tracking_number}
            self._parcels.append(_given(**about, **told))

    def _tell_parcel(self) -> Json:
        parcel = self._parcels.pop(0)
        try:
            self._hooks.ask("POST", "/parcels", parcel)
        except SeatFailed:
            self._untold.append(parcel)
            raise
        return parcel

    def _cases(self) -> list[Case]:
        cases: dict[str, Case] = {}
        for number, row in enumerate(self._hooks.ask("GET", "/cases")["cases"]):
            case = self._hooks.case("/cases", row, f"cases.{number}.")
            if case.id in cases:
                where = f"{self._hooks.url}/cases: cases.{number}.id"
                raise SeatFailed(f"{where} is {case.id}, as of another case; each has its own")
            cases[case.id] = case
        return list(cases.values())

    def _demand(self, endpoint: str) -> None:
        if endpoint not in self._hooks:
            raise NotCapable(Capability.STAFF_DECIDES, endpoint)

    def _answer(
        self, case_id: str, answer: str, amount: Decimal | None = None, *, instead: bool = False, **words: str | None
    ) -> Done:
        self._demand(answer)
        case = next((case for case in self._cases() if case.id == case_id), None)
        if case is None:
            raise SeatRefuses(404, "Unknown adjustment", f"The connector shows no case {case_id}.", "adjustment_id")
        if case_id in self._kept:
            raise SeatRefuses(409, "Decided already", f"The decision on {case_id} is {self._kept[case_id].told}")
        self._refused.pop(case_id, None)
        standing = self._place.books.claim(case.claim) if case.claim else None
        question = standing.question if standing else "request"
        decision = "instead" if instead else answer
        meant: Json = {"decision": decision, "question": question, "grade": None, "reason": words.get("reason")}
        meant["words_to_buyer"] = words.get("comment")
        body: Json = _given(**words, refund_instead=instead or None)
        if amount is not None:
            meant |= {"decision": "partial", "amount": amount}
            body |= _given(amount=f"{amount:f}", currency=standing.currency if standing else case.currency or None)
        return self._decide(case, standing, f"/cases/{quote(case_id, safe='')}/{answer}", body, meant)

    def _decide(self, case: Case, standing: Standing | None, path: str, body: Json, meant: Json) -> Done:
        """Have a decision taken, and say so; where no answer comes, it may have been taken nevertheless."""
        amount, currency = (standing.total, standing.currency) if standing else (case.amount, case.currency)
        about = {"amount": amount, "currency": currency, "reason": None, "words_to_buyer": None, **meant}
        try:
            answer = self._hooks.ask("POST", path, body)
        except SeatFailed as failure:
            self._tell("decision_given", case, **about, accepted=False)
            if not isinstance(failure, NoAnswer | SeatDown):
                raise
            self._kept[case.id] = Kept(path, body, about, self._place.clock.now(), str(failure))
            return Done(self._as_shown(case), kept=True)
        self._tell("decision_given", case, **about, accepted=True)
        if answer:
            case = self._hooks.case(path, answer)
        else:
            case = next((now for now in self._cases() if now.id == case.id), case)
        return Done(case)

    def _tell(self, name: str, case: Case, **data: Any) -> None:
        numbers = {"return_id": case.return_id, "cancel_id": case.cancel_id, "order_id": case.order_id}
        self._happened(name, adjustment_id=case.id, **numbers, **data)

    def _happened(self, name: str, **data: Any) -> None:
        event = Event(self._place.clock.now(), name, data)
        for listener in self._listeners:
            listener(event)


def _given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
