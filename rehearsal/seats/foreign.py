"""Somebody else's connector on the seat: a program that is started, or one that runs already, met at its addresses.

`ForeignSeat` is the seat itself and outlives worlds: it has the program, its port and its folder. `ForeignConnector` is
who sits there in one world. Whatever is asked of the outside is asked with the world let go, so that it can call back,
and is waited for in real time with a bound; what fails there is the seat's, told with its last lines of output.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import requests

from mock_oms.adapters.channeladvisor import Application
from mock_oms.domain.manners import Manner, manners_named
from rehearsal.moments import shown_time
from rehearsal.seats.abroad import calling, is_late
from rehearsal.seats.builtin import OurOms
from rehearsal.seats.description import ChannelAdvisor, Hooks, NotASeat, Regime, SeatDescription, filled
from rehearsal.seats.endpoints import Endpoints
from rehearsal.seats.hooks import HooksOms
from rehearsal.seats.port import (
    CONNECTOR_HOST,
    OURS_ALONE,
    Activity,
    AppCredentials,
    Capability,
    Client,
    Conduct,
    ConnectorSeat,
    EmptyOmsSeat,
    NotCapable,
    OmsSeat,
    Place,
    SeatFailed,
    SeatRefuses,
    Seats,
    ShopAtConnector,
)
from rehearsal.seats.process import NotStarted, Program, ReservedPort, folded
from rehearsal.simulation.player import Act

ROUND: Final = timedelta(minutes=15)
READY_PATIENCE: Final = 60.0  # seconds of real time until a connector must be ready
ANSWER_PATIENCE: Final = 30.0  # seconds of real time that an answer of its own may take
LOOKS: Final = 0.1  # seconds of real time between two looks
OUTLIVES: Final = 0.5  # seconds of real time that a program without `ready` must run to count as started
STATE: Final = "rehearsal"  # what comes back with an authorization code


class ForeignSeat:
    """A seat as it is described, for one world after the other.

    `around` are the addresses that are filled in. `heard` is told each line of output, and `fails` how an answer has
    failed or that it has ended of its own accord, on any thread. `waits` is told for how many seconds the connector has
    been waited for, and says whether it is to be waited for any longer.
    """

    def __init__(
        self,
        described: SeatDescription,
        around: Mapping[str, str],
        *,
        heard: Callable[[str], None] = lambda line: None,
        fails: Callable[[str], None] = lambda how: None,
        waits: Callable[[float], bool] = lambda seconds: True,
        data: Path | None = None,
    ) -> None:
        self.described: Final = described
        self.program: Final = Program(self._hear, lambda how: fails(f"{how}, of its own accord"))
        self.lines: Final[SimpleQueue[str]] = SimpleQueue()  # that no world has heard yet
        self.stalled: Callable[[], float] = float  # in the world in which it sits
        self._around = dict(around)
        self._heard, self._fails, self._waits = heard, fails, waits
        self._parent = data
        self._data: Path | None = None
        self._reserved: Final[dict[int, ReservedPort]] = {}
        self._port = 0  # of the program that runs
        self._next_port = 0  # of the world that is being made

    def _patience_clock(self) -> float:
        """Return the machine's time less that for which the stage itself has kept it waiting."""
        return time.monotonic() - self.stalled()  # noqa: TID251 - somebody else is waited for, with a bound

    def seats(self) -> Seats:
        """Return who sits down in a world: on the connector's seat, and on that of the OMS."""
        options = ("--seat", str(self.described.file))
        if self.described.empty:
            return Seats(options=options)
        return Seats(connector=self._connector, oms=self._oms, options=options)

    def _connector(self, place: Place, app: AppCredentials) -> ConnectorSeat:
        if self.kept and self.program.running:
            self._next_port = self._port
        elif self.described.command:
            self._next_port = self._reserve_port()
        return ForeignConnector(place, app, self, self._next_port)

    def _oms(self, place: Place, client: Client, conduct: Conduct) -> OmsSeat:
        described = self.described.oms
        if isinstance(described, ChannelAdvisor):
            return OmsOutside(place, at_port(described.url, self._next_port), described, conduct)
        conduct.demand_none()
        hooks = self.hooks(self._next_port)
        return EmptyOmsSeat() if hooks is None else HooksOms(place, hooks)

    @property
    def kept(self) -> bool:
        """Return whether the connector goes on running from one world to the next."""
        return self.described.between_scenarios == "keep"

    def hooks(self, port: int) -> Hooks | None:
        """Return where the seller's staff are reached by hooks in the world whose connector has that port."""
        oms = self.described.oms
        return replace(oms, url=at_port(oms.url, port)) if isinstance(oms, Hooks) else None

    def address(self, said: str) -> str:
        """Return an address of the connector's own."""
        return at_port(said, self._port)

    def start(self, given: Mapping[str, str], port: int, *, anew: bool) -> None:
        """Start the program, with an empty folder where it begins `anew`; raise SeatFailed where it does not start."""
        if anew:
            self._remove_data()
        self._data = self._data or Path(tempfile.mkdtemp(prefix="seat-", dir=self._parent))
        self._port = port
        self._release_ports(but=port)
        values = {**self._around, **given, "data": str(self._data), "port": str(port)}
        seat = self.described
        try:
            self.program.start(
                [filled(word, values) for word in seat.command],
                folder=seat.working_directory,
                env={name: filled(value, values) for name, value in seat.env.items()},
            )
        except NotStarted as error:
            raise SeatFailed(f"{seat.name}: {error}") from None

    def await_ready(self) -> None:
        """Wait until the connector can be called; raise SeatFailed when it ends meanwhile, or patience does."""
        began = self._patience_clock()
        while not self._is_ready(waited := self._patience_clock() - began):
            if self.described.command and not self.program.running:
                raise self.failed(f"{self.program.ended()} before it was ready")
            if waited > READY_PATIENCE:
                where = self.address(self.described.ready or "")
                raise self.failed(f"was not ready within {READY_PATIENCE:g} seconds: {where} does not answer")
            if not self._waits(waited):
                raise self.failed("is not waited for any longer")
            time.sleep(LOOKS)  # noqa: TID251 - somebody else's process is waited for, with a bound
        self.program.catch_up()

    def _is_ready(self, waited: float) -> bool:
        if self.described.ready is None:
            return not self.described.command or (waited >= OUTLIVES and self.program.running)
        try:
            with calling(self._patience_clock) as http:
                answer = http.get(self.address(self.described.ready), timeout=1, allow_redirects=False)
        except requests.RequestException:
            return False
        return answer.status_code < 500

    def ask(self, what: str, method: str, address: str, **sent: object) -> requests.Response:
        """Call the connector and return its answer from 200 to 399; raise SeatFailed where there is none, or another.

        `what` says in words what is asked.
        """
        where = self.address(address)
        try:
            with calling(self._patience_clock) as http:
                answer = http.request(method, where, timeout=ANSWER_PATIENCE, allow_redirects=False, **sent)  # type: ignore[arg-type]
        except requests.RequestException as error:
            if is_late(error):
                raise self._fault(f"did not answer {what} within {ANSWER_PATIENCE:g} seconds ({where})") from None
            ended = self.program.ended(OUTLIVES)  # whoever hangs up may be about to end
            words = f"{ended or 'cannot be reached'}: {what} got no answer at {where} ({type(error).__name__})"
            raise self._fault(words) from None
        self.program.catch_up()
        if not 200 <= answer.status_code < 400:
            raise self._fault(f"answered {what} with {answer.status_code} ({where})")
        return answer

    def _fault(self, what: str) -> SeatFailed:
        self._fails(what)
        return self.failed(what)

    def failed(self, what: str) -> SeatFailed:
        """Return what has gone wrong with the connector, in words, with its last lines."""
        lines = "".join(f"\n  | {line}" for line in folded(self.program.last_lines))
        if self.described.command:
            lines = f"; its last lines:{lines}" if lines else "; it has written nothing"
        return SeatFailed(f"{self.described.name} {what}{lines}")

    def end(self) -> None:
        """Leave the seat: no process and no folder stays behind."""
        self.program.close()
        self._release_ports()
        self._remove_data()

    def _hear(self, line: str) -> None:
        self.lines.put(line)
        self._heard(line)

    def _reserve_port(self) -> int:
        self._release_ports(but=self._port)  # a world that was refused has no use for its own
        try:
            port = ReservedPort()
        except NotStarted as error:
            raise SeatFailed(f"{self.described.name}: {error}") from None
        self._reserved[port.number] = port
        return port.number

    def _release_ports(self, but: int | None = None) -> None:
        """Give back the ports of worlds that are over."""
        for number in self._reserved.keys() - {but}:
            self._reserved.pop(number).release()

    def _remove_data(self) -> None:
        if self._data is not None:
            shutil.rmtree(self._data, ignore_errors=True)
            self._data = None


def at_port(address: str, port: int) -> str:
    """Return an address of the connector's own, when it has that port."""
    return filled(address, {"port": str(port)})


class OmsOutside(OurOms):
    """Our OMS with its warehouse, working with the ChannelAdvisor API of a connector of somebody else's."""

    def __init__(self, place: Place, url: str, described: ChannelAdvisor, conduct: Conduct) -> None:
        if Manner.SECOND_APPLICATION in manners_named(conduct.manners):
            words = f"oms_manners has {Manner.SECOND_APPLICATION}, and the seat says credentials of one alone"
            raise SeatRefuses(501, "Not on this stage", words, "oms_manners")
        self._described = described
        place.outward(CONNECTOR_HOST, to="connector", contract="channeladvisor", url=url)
        super().__init__(place, Client("", "", ""), replace(conduct, second=None))

    def application(self) -> Application:
        """Return its credentials, as they are now; raise SeatFailed where the environment lacks one."""
        try:
            return Application(**asdict(self._described.client()))
        except NotASeat as error:
            raise SeatFailed(str(error)) from None


class ForeignConnector(ConnectorSeat):
    """Somebody else's connector in one world."""

    from_outside = True

    def __init__(self, place: Place, app: AppCredentials, seat: ForeignSeat, port: int) -> None:
        self._place, self._app, self._seat, self._port = place, app, seat, port
        self._described: Final = seat.described
        hooks = seat.hooks(port)
        self._hooks: Final = Endpoints(place, hooks) if hooks else ()
        self._round_at = place.clock.now()
        self._down = True  # not started yet, or killed
        self._deaths = 0
        self._anew = True
        self._handed: set[str] = set()  # the shops whose codes it was given
        self._listener: Callable[[str], None] | None = None
        self._rounds = 0
        self.webhooks = self._described.webhooks and at_port(self._described.webhooks, port)
        self.goes_on = seat.kept

    @property
    def last_lines(self) -> Sequence[str]:
        return self._seat.program.last_lines

    @property
    def capabilities(self) -> frozenset[Capability]:
        of_a_command = {Capability.KILL, Capability.OUTPUT, Capability.SHOPS} if self._described.command else set()
        driven = {Capability.DRIVEN} if self._described.round and self._described.regime is Regime.DRIVEN else set()
        shown = {Capability.LEDGER: "book", Capability.ACTIVITY: "activity"}
        hooks = {capability for capability, endpoint in shown.items() if endpoint in self._hooks}
        return frozenset(of_a_command | driven | hooks | ({Capability.SHOPS} if self._described.authorize else set()))

    @property
    def address(self) -> str | None:
        said = self._described.connector
        return None if said is None else self._seat.address(said).rstrip("/")

    def ready(self) -> bool:
        return not self._down and (not self._described.command or self._seat.program.running)

    def start(self) -> None:
        """Have it start, wait until it is ready, and give it the codes of the shops that it has not been given."""
        seat = self._described
        shops = self._place.shops()
        self._seat.stalled = self._place.stalled
        if seat.command and not (self._anew and self._seat.kept and self._seat.program.running):
            codes = ",".join(dict.fromkeys(shop.auth_code for shop in shops))
            given = asdict(self._app) | asdict(shops[0]) | {"auth_codes": codes}
            self._seat.start(given, self._port, anew=self._anew)
        self._anew = self._down = False
        self._round_at += max(0, -((self._round_at - self._place.clock.now()) // ROUND)) * ROUND
        self.doing = f"waiting for {seat.name}"
        try:
            with self._place.letting_go():
                self._seat.await_ready()
            waiting = [shop for shop in self._place.shops() if seat.authorize and shop.shop_id not in self._handed]
            for code in dict.fromkeys(shop.auth_code for shop in waiting):
                self._hand_over(code)
                self._handed.update(shop.shop_id for shop in waiting if shop.auth_code == code)
        except SeatFailed:
            self._end()
            raise
        finally:
            self.doing = ""

    def add_shop(
        self, auth_code: str, *, name: str | None = None, default_answers: Mapping[str, str] | None = None
    ) -> Sequence[ShopAtConnector]:
        """Give it a shop's code, where it runs; before that, its start will. What it calls the shop nobody is told."""
        if default_answers is not None:
            raise SeatRefuses(501, "Not on this stage", OURS_ALONE, "default_answers")
        if not self._down:
            if self._described.authorize is None:
                raise NotCapable(Capability.SHOPS, key="authorize")  # codes come with its start alone
            self._hand_over(auth_code)
            self._handed.update(shop.shop_id for shop in self._place.shops())
        return []

    def _hand_over(self, auth_code: str) -> None:
        """Have the seller who has consented come back, as the marketplace redirects."""
        assert self._described.authorize is not None
        with self._place.letting_go():
            given = {"code": auth_code, "state": STATE}
            self._seat.ask("the seller's consent", "GET", self._described.authorize, params=given)

    # DRIVEN
    def next_due(self) -> Act | None:
        return None if self._down else Act(self._round_at, "round")

    def agenda(self) -> Sequence[Act]:
        due = self.next_due()
        return [due] if due else []

    def run_due(self, now: datetime) -> Act:
        """Tell it that a round is due, and wait until it is over; it changed something if a call of its own did."""
        assert self._described.round is not None
        self._round_at += ROUND
        self._rounds += 1
        self.doing = f"round {self._rounds}"
        before, deaths = self._place.written(), self._deaths
        try:
            with self._place.letting_go():
                told = {"now": shown_time(now)}
                self._seat.ask("the round", "POST", self._described.round, json=told)
        except SeatFailed:
            if self._deaths == deaths:  # else somebody has killed it in the midst of its round
                self.hear()
                raise
        self.hear()
        return Act(now, "round", changed=self._place.written() > before)

    # LEDGER, ACTIVITY
    def ledger(self) -> Mapping[str, Decimal]:
        if isinstance(self._hooks, Endpoints):
            return self._hooks.book()
        raise NotCapable(Capability.LEDGER)

    def activity(self, order_id: str) -> Sequence[Activity]:
        if isinstance(self._hooks, Endpoints):
            return self._hooks.activity(order_id)
        raise NotCapable(Capability.ACTIVITY)

    # KILL
    def kill(self) -> None:
        """End its process, and all that it has started, without a farewell; its folder stays as it is."""
        if Capability.KILL not in self.capabilities:
            raise NotCapable(Capability.KILL)
        self._end()
        self.hear()

    def stop(self) -> None:
        """Let it go: it ends, or goes on running for the next world where it is to be kept."""
        if not self._seat.kept:
            with self._place.letting_go():
                self._seat.program.end()
        self._down = True
        self.hear()

    def _end(self) -> None:
        self._down = True
        self._deaths += 1
        if self._described.command:
            self._seat.program.end(patience=0)

    # OUTPUT
    def on_output(self, listener: Callable[[str], None]) -> None:
        self._listener = listener

    def hear(self) -> None:
        """Have the listener hear what it has written since; raise SeatFailed if it has ended of its own accord."""
        self._seat.program.catch_up()
        while not self._seat.lines.empty():
            line = self._seat.lines.get()
            if self._listener is not None:
                self._listener(line)
        if self._described.command and not self._down and not self._seat.program.running:
            self._down = True
            raise self._seat.failed(f"{self._seat.program.ended()}, of its own accord")
