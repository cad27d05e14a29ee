"""A script played again, with the connector dying at one boundary or at none, and what then stands in the world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from rehearsal.audit.decision_ledger import is_rejection
from rehearsal.audit.event import MOVES, EventName
from rehearsal.audit.limits import PULL, ROUND
from rehearsal.control.calls import CALLS
from rehearsal.control.formats import instant, later
from rehearsal.control.local import InProcessStage
from rehearsal.control.places import CONNECTOR_FAILED, CONNECTOR_REFUSES
from rehearsal.control.stage import Json, Problem
from rehearsal.crash.script import Asked, Script
from rehearsal.gherkin.results import Outcome
from rehearsal.gherkin.timeline import low
from rehearsal.moments import shown_time
from rehearsal.seats.description import read_seat
from rehearsal.server.seated import SeatedStage
from rehearsal.simulation.duration import iso_duration
from rehearsal.world.boundaries import STAMP, Boundary, CrashPoints
from rehearsal.world.world import World

# After the hour that every scenario has: a death costs a round, and the OMS a pull.
AFTERWARDS: Final = timedelta(hours=1)
CAUGHT_UP: Final = 3 * ROUND + 2 * PULL  # after the time that it was down: so much has whoever catches up
SOON: Final = ROUND + PULL  # by so much a death may have put off what the marketplace does by itself
SEEN_OUT: Final = 4  # so often, as one thing may follow from another
REFUSE: Final = "refuse"  # the fault that answers in the marketplace's place
ABOUT: Final = ("return_id", "cancel_id", "order_id")  # the fields of a row that say whom it is about
FAILED: Final = "Error"  # ChannelAdvisor's status of what was not carried out
TELLS: Final = ("searchReturns", "searchCancellations")  # by which it learns what has become of a decision
BEING_SENT: Final = ("ProcessingApproval", "ProcessingRejection", "ProcessingReturn", "ProcessingReturnRejection")
AGAIN: Final = ("oms_approve", "oms_reject", "oms_inspect", "advance")  # what asks for the same when asked twice
# What has to be the same at rest. Texts are not compared, for they may tell of the death.
_COMPARED: Final = {
    "ledgers": ("orders", ("order_id", "paid", "marketplace", "connector", "oms")),
    "returns": ("returns", ("return_id", "order_id", "return_status", "refund_total", "refunded")),
    "oms_adjustments": ("adjustments", ("return_id", "cancel_id", "order_id", "kind", "status", "currency", "amount")),
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a story ended: what stands at rest, what the auditor found, why each call was refused ("": it was not), when.

    Nothing stands there where a connector that is not ours is gone, and nobody can be asked any more. `failures` are
    such a connector's: it did not come back, or does not answer; `stage_failures` are the stage's own, with which
    nothing can be judged.
    """

    rest: Json
    findings: Sequence[Json]
    refused: Sequence[str]
    asked_at: Sequence[datetime]
    failures: tuple[str, ...] = ()
    stage_failures: tuple[str, ...] = ()
    lost: Asked | None = None  # what was asked of it when it died, and nobody can tell whether to ask again
    unheard: Unheard = field(default_factory=lambda: Unheard())
    lapsed: Mapping[str, Lapsed] = field(default_factory=dict)  # each deadline that was over, in words
    orders: Mapping[str, str] = field(default_factory=dict)  # of each claim, adjustment and order, by its id


@dataclass(frozen=True, slots=True)
class Lapsed:
    """When a deadline was over, and of which order."""

    at: datetime
    order_id: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """What was lost with the process beside its memory, and is not to be had again.

    What the staff said to a connector that died over it, and what the OMS kept for its next pull, by order; and which
    claims, or orders, it died over with the answer of a fault that does not strike twice.
    """

    died_at: datetime | None = None
    overtaken: frozenset[str] = frozenset()  # an answer whose hour was over by then, or that was given by default
    refunds: frozenset[str] = frozenset()  # of the seller's own
    refused: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()  # any answer that waits for the next pull

    def reads_again(self, *, after: datetime) -> bool:
        """Return whether the OMS, whose pull may have died with it, has its next one after a moment."""
        return self.died_at is not None and self.died_at <= after < self.died_at + PULL


@dataclass(frozen=True, slots=True)
class Story:
    """A script as it goes when nobody dies, and where the connector could."""

    script: Script
    ending: Ending
    boundaries: tuple[Boundary, ...]
    passed: int  # with those that are left out


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one death: nothing, when `why` is empty, or what is wrong afterwards."""

    place: str
    number: int
    what: str
    why: str = ""
    otherwise: int = 0  # so many calls of the story went otherwise than without the death
    failed: bool = False  # the stage could not play it
    not_judged: bool = False  # who sits there did not play it twice alike, or was away when something was to be done

    @property
    def outcome(self) -> Outcome:
        """Return how it ended; broken, if something is wrong afterwards."""
        if self.failed or self.not_judged:
            return Outcome.STAGE_FAILED if self.failed else Outcome.NOT_JUDGED
        return Outcome.BROKEN if self.why else Outcome.HELD


def told(script: Script, down: timedelta = timedelta(0)) -> Story:
    """Play a script as it was and note where the connector may die, to start again `down` later."""
    points = CrashPoints(down=down)
    ending = _play(script, points)
    return Story(script, ending, tuple(points.kept), points.number)


def trial(story: Story, boundary: Boundary, down: timedelta) -> Trial:
    """Have the connector die at a boundary and start again `down` later; return what is not as without that."""
    points = CrashPoints(lambda one: one.number == boundary.number, down)
    place, what = story.script.place, boundary.spoken
    ending = _play(story.script, points)
    if points.killed is None:
        why = "the connector never came by here again: the story does not play the same twice"
        ours = story.script.seat is None
        return Trial(place, boundary.number, what, why, failed=ours, not_judged=not ours)
    if ending.stage_failures:
        return Trial(place, boundary.number, what, "\n".join(ending.stage_failures), failed=True)
    if story.ending.failures:
        why = "\n".join(("it fails without a death, too", *story.ending.failures))
        return Trial(place, boundary.number, what, why, not_judged=True)
    otherwise = sum(one != other for one, other in zip(story.ending.refused, ending.refused, strict=True))
    undone, broken = _undone(story, ending, points), _broken(ending)
    if ending.rest:  # else why stands among the failures
        broken += _differences(story, ending, frozenset().union(*undone.values()))
    why = "\n".join(broken or undone)
    return Trial(place, boundary.number, what, why, otherwise, not_judged=bool(undone) and not broken)


def _undone(story: Story, ending: Ending, points: CrashPoints) -> dict[str, Collection[str]]:
    """Return what could not be done for the death, each in words, with the orders that may rest otherwise for it."""
    hindered = _hindered(story, ending, points)
    if (lost := ending.lost) is None:
        return hindered
    words = f"{lost.name} was asked when it died: nobody can tell whether to ask again"
    return {words: _about(lost, story.ending, ending), **hindered}


def _hindered(story: Story, ending: Ending, points: CrashPoints) -> dict[str, Collection[str]]:
    """Return what was asked while the connector was away, or had not caught up yet, and went otherwise for that.

    What waits for it to act may be refused until it has caught up. What it forbids by having acted may be done until
    its first round, or until that after the OMS's next pull where the answer was kept there. Until its first round a
    deadline may be over.
    """
    if not points.down or points.killed is None:
        return {}
    back, hindered = points.killed.at + points.down, dict[str, Collection[str]]()
    for name, over in ending.lapsed.items():
        if name not in story.ending.lapsed and points.killed.at <= over.at <= back + ROUND:
            hindered[f"{_when(over.at, back)}: {name} was over"] = {over.order_id}
    asked = zip(story.script.calls, ending.asked_at, story.ending.refused, ending.refused, strict=False)
    for one, at, before, refused in asked:
        about = _about(one, story.ending, ending)
        acted = ROUND if ending.unheard.kept.isdisjoint(about) else PULL + ROUND
        if bool(before) != bool(refused) and (at < back + CAUGHT_UP if refused else at <= back + acted):
            why = f"refused, {refused}" if refused else f"done, and without the death refused, {before}"
            what = " ".join((low(one.name), *one.path.values()))
            hindered[f"{_when(at, back)}: {what}: {why}"] = about
    return hindered


def _when(at: datetime, back: datetime) -> str:
    return f"{'while the connector was away' if at < back else 'before the connector had caught up'}, {at:{STAMP}}"


def _about(asked: Asked, *endings: Ending) -> Collection[str]:
    """Return the orders that a call is about; all, where it is about none of them alone."""
    ids = {*asked.path.values(), asked.body.get("order_id")}
    orders = {order for ended in endings for one, order in ended.orders.items() if one in ids}
    return orders or {order for ended in endings for order in ended.orders.values()}


def _broken(ending: Ending) -> list[str]:
    """Return how the connector failed, and which rules the auditor has found broken."""
    broken = list(dict.fromkeys(ending.failures))
    return broken + [f"{one['invariant']}: expected {one['expected']}; seen {one['seen']}" for one in ending.findings]


def _differences(story: Story, ending: Ending, undone: Collection[str]) -> list[str]:
    """Return what does not rest as it does without the death, but for the orders of what could not be done."""
    spared, told = {*undone, *_too_late(story, ending)}, list[str]()
    for name, rest in story.ending.rest.items():
        before, after = (
            Counter(tuple(_flat(row).items()) for row in rows if row["order_id"] not in spared)
            for rows in (rest, ending.rest[name])
        )
        new = [dict(row) for row in (after - before).elements()]
        for row in map(dict, (before - after).elements()):
            if other := next((one for one in new if _whose(one) == _whose(row)), None):
                new.remove(other)
                told.append(f"{low(name)}: {_shown(_whose(row))}, without the death -> with it: {_moved(row, other)}")
            else:
                told.append(f"{low(name)}: without the death, not with it: {_shown(row)}")
        told += [f"{low(name)}: with the death, not without it: {_shown(row)}" for row in new]
    return told


def _flat(row: Json) -> Json:
    """Return a row with what stands in a book as fields of its own: `marketplace refunded`."""
    books = {name: book if isinstance(book, dict) else {"": book} for name, book in row.items()}
    return {f"{name} {part}".strip(): value for name, book in books.items() for part, value in book.items()}


def _moved(row: Json, other: Json) -> str:
    pairs = ((name, row.get(name), other.get(name)) for name in row | other)
    return ", ".join(f"{name}: {one} -> {another}" for name, one, another in pairs if one != another)


def _whose(row: Json) -> Json:
    """Return the fields that say what a row is about."""
    return {name: value for name, value in row.items() if name == "kind" or name.endswith("_id")}


def _too_late(story: Story, ending: Ending) -> Collection[str]:
    """Return the orders that may rest otherwise, as the staff's word came a pull later, and what it was about was over.

    A refund of the seller's own may then fail, or not fail, in the staff's sight. Where nobody has the refusal any more
    that trouble gave, the decision is sent once again. And before its next pull the OMS itself may refuse its staff
    something, as it has not read yet what the death kept from it.
    """
    refused = ending.unheard.refused
    rows = (row for ended in (story.ending, ending) for every in ended.rest.values() for row in every)
    again = {row["order_id"] for row in rows if not refused.isdisjoint(map(row.get, ABOUT))}
    adjustments = (*story.ending.rest["oms_adjustments"], *ending.rest["oms_adjustments"])
    failed = {row["order_id"] for row in adjustments if row["status"] == FAILED}
    asked = zip(story.script.calls, ending.asked_at, story.ending.refused, ending.refused, strict=False)
    unread = (
        _about(one, story.ending, ending)
        for one, at, before, now in asked
        if not before and _by_the_oms(one, now) and ending.unheard.reads_again(after=at)
    )
    return (ending.unheard.overtaken | (ending.unheard.refunds & failed) | again).union(*unread)


def _by_the_oms(asked: Asked, refused: str) -> bool:
    """Return whether it was the OMS that refused something, and not the connector."""
    return asked.name.startswith("oms_") and bool(refused) and not refused.startswith(CONNECTOR_REFUSES)


def _shown(row: Json) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


@contextmanager
def _stage(script: Script) -> Iterator[InProcessStage]:
    """Return a stage for a script, with whoever sat there."""
    if script.seat is not None:
        with SeatedStage(read_seat(script.seat), profiles=script.profiles, **script.settings) as seated:
            yield seated.stage
        return
    stage = InProcessStage(World, profiles=script.profiles, **script.settings)
    try:
        yield stage
    finally:
        stage.close()


def _play(script: Script, points: CrashPoints) -> Ending:
    with _stage(script) as stage:
        telling = Telling(stage, points)
        stage.current.deaths.kill_at(points)
        refused = [telling.ask(asked) for asked in script.calls]
        telling.wait(AFTERWARDS)
        stage.current.deaths.spare()  # who looks at what has come of it is no part of the story
        if points.down:  # nor is the time after which it is back, and all have heard of it
            telling.wait(points.down + AFTERWARDS)
        telling.see_out()
        telling.hear(stage.findings)  # a connector that has ended of its own accord says so once
        unheard, said, rest = _unheard(stage, points), stage.findings(), telling.at_rest()
        own = (*telling.stage_failures, *(one["what"] for one in said["stage_failures"]))
        told = (refused, telling.asked_at, tuple(telling.failures), own, telling.lost)
        return Ending(rest, said["findings"], *told, unheard, _lapsed(stage), _orders(stage))


@dataclass(slots=True)
class Telling:
    """A story as it is told to a stage; a connector that fails, though it was not being killed, is noted."""

    stage: InProcessStage
    points: CrashPoints
    failures: list[str] = field(default_factory=list)
    stage_failures: list[str] = field(default_factory=list)
    lost: Asked | None = None
    asked_at: list[datetime] = field(default_factory=list)

    def ask(self, asked: Asked) -> str:
        """Make a call of the story; return why it was refused.

        Where the connector dies in the midst of it, time passes on, and staff who got no answer ask again.
        """
        asked = self._by_the_clock(asked)
        self.asked_at.append(self.stage.current.now)
        refused = self._make(asked)
        if self.points.dying:
            self.hear(self.stage.revive)
            if refused and asked.name in AGAIN and not (self.points.down and asked.name != "advance"):
                return self._make(asked)
            self.lost = asked if refused else None
        if asked.name == "reset" and not refused:  # the world that was there is gone, with all its connector came by
            self.points.begin_anew()
            self.stage.current.deaths.kill_at(self.points)
        return refused

    def wait(self, span: timedelta) -> None:
        """Let time pass after the story; where that is refused, and the connector has not failed, the stage has."""
        refused = self.ask(Asked("advance", {}, {"by": iso_duration(span)}))
        if refused and not self.failures:
            self.stage_failures.append(refused)

    def see_out(self) -> None:
        """Wait for what the marketplace is about to do: else a death decides whether the story ends before it."""
        for _ in range(SEEN_OUT):
            until = self.stage.current.now + SOON
            agenda = self.stage.agenda()["agenda"]
            if not any(one["who"] == "marketplace" and instant(one["at"], "at") <= until for one in agenda):
                return
            self.wait(SOON)

    def _make(self, asked: Asked) -> str:
        return self.hear(lambda: self.stage.request(CALLS[asked.name], asked.path, asked.body))

    def _by_the_clock(self, asked: Asked) -> Asked:
        """Return the same call, with a span of time as the moment at which it ends."""
        if asked.name != "advance" or "by" not in asked.body:
            return asked
        try:
            end = later(self.stage.current.now, asked.body["by"], "by")
        except Problem:  # the stage says so, too
            return asked
        return replace(asked, body={"to": shown_time(end)})

    def at_rest(self) -> Json:
        """Return what stands at rest; nothing where a connector that fails would have to be asked for it."""
        try:
            return _rest(self.stage)
        except Problem as refusal:
            if refusal.title != CONNECTOR_FAILED:
                raise
            self.failures.append(str(refusal))
            return {}

    def hear(self, act: Callable[[], object]) -> str:
        """Do something; return why it was refused."""
        try:
            act()
        except Problem as refusal:
            if refusal.title == CONNECTOR_FAILED and not self.points.dying:
                self.failures.append(str(refusal))
            return str(refusal)
        return ""


def _unheard(stage: InProcessStage, points: CrashPoints) -> Unheard:
    """Return what the OMS kept when the connector died, and what had then to wait too long."""
    if points.killed is None:
        return Unheard()
    died_at, kept, overtaken, refunds = shown_time(points.killed.at), dict[str, str](), set[str](), set[str]()
    refused, answers = set[str](), set[str]()
    for entry in stage.trace():
        if entry.get("kind") == "exchange" and entry["at"] == died_at and entry["fault"] == REFUSE and entry["writes"]:
            refused.add(entry["path"].split("/")[-2])
            if isinstance(body := entry["request"]["body"], dict):
                refused.add(body.get("order_id", ""))
        if entry.get("kind") != "event" or entry["at"] < died_at:
            continue
        name, data = entry["name"], entry["data"]
        claim = data.get("return_id") or data.get("cancel_id")
        if name == EventName.DECISION_GIVEN:
            kept.pop(claim, None)
            if not data["accepted"]:
                kept[claim] = data["decision"]
                answers.add(data["order_id"])
        elif name == EventName.REFUND_REQUESTED and not data["accepted"]:
            refunds.add(data["order_id"])
        elif claim in kept and (
            name == EventName.DEADLINE_LAPSED
            or (name in MOVES and is_rejection(data["action"]) != (kept[claim] == "reject"))
        ):
            overtaken.add(data["order_id"])
    overtaken |= _unsure(stage, died_at)
    found = (frozenset(one) for one in (overtaken, refunds, refused, answers))
    return Unheard(points.killed.at, *found)


def _unsure(stage: InProcessStage, died_at: str) -> set[str]:
    """Return the orders over which it died with a decision on its way, where trouble kept it from asking what of it."""
    sent = set[str]()
    for entry in stage.trace():
        if entry.get("name") == EventName.ADJUSTMENT_READ and entry["at"] == died_at:
            sent |= {entry["data"]["order_id"]} if entry["data"]["status"] in BEING_SENT else set()
        elif (
            (entry.get("operation") or "").startswith(TELLS) and entry["from"] == "connector" and entry["at"] > died_at
        ):
            return sent if entry["fault"] else set()  # the first time that it asks
    return set()


def _lapsed(stage: InProcessStage) -> Mapping[str, Lapsed]:
    """Return which deadlines were over, each in words, and when."""
    events = (one for one in _events(stage) if one["name"] == EventName.DEADLINE_LAPSED)
    return {_deadline(one["data"]): Lapsed(instant(one["at"], "at"), one["data"]["order_id"]) for one in events}


def _deadline(lapsed: Json) -> str:
    return f"the deadline {lapsed['what']} of {lapsed.get('return_id') or lapsed['cancel_id']}"


def _orders(stage: InProcessStage) -> Mapping[str, str]:
    """Return the order of each id by which a call may name what it is about."""
    told = [one["data"] for one in _events(stage) if one["data"].get("order_id")]
    return {data[name]: data["order_id"] for data in told for name in (*ABOUT, "adjustment_id") if data.get(name)}


def _events(stage: InProcessStage) -> Iterator[Json]:
    return (one for one in stage.trace() if one.get("kind") == "event")


def _rest(stage: InProcessStage) -> Json:
    documents = {name: _rows(stage, name, rows) for name, (rows, _) in _COMPARED.items()}
    # Which of several refunds of the seller's is begun first is the connector's affair.
    own = {row["return_id"] for row in documents["returns"] if row["timeline"][0]["by"] == "seller"}
    for row in (*documents["returns"], *documents["oms_adjustments"]):
        if row["return_id"] in own:
            row["return_id"] = "of the seller's own"
    return {
        name: sorted(({key: row[key] for key in keys} for row in documents[name]), key=str)
        for name, (_, keys) in _COMPARED.items()
    }


def _rows(stage: InProcessStage, name: str, rows: str) -> list[Json]:
    """Return what stands there; nothing where who sits on a seat does not show it."""
    try:
        shown: list[Json] = getattr(stage, name)()[rows]
    except Problem as refusal:
        if refusal.status != 501:
            raise
        return []
    return shown
