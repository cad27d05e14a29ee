"""The deaths of a connector: its process ends when somebody says so, or at a boundary, and starts on what it left."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import requests

from rehearsal.seats.port import Capability, ConnectorSeat, NotCapable, Untold
from rehearsal.simulation.clock import SimulatedClock
from rehearsal.simulation.player import Act, Player
from rehearsal.wire.delivery import DELIVERY
from rehearsal.wire.recorder import Call, Endpoint
from rehearsal.wire.transport import Wire, WsgiApp
from rehearsal.world.boundaries import COMMIT, CrashPoints, Due, Killed, Restart
from rehearsal.world.errors import Busy
from rehearsal.world.lock import WorldLock
from rehearsal.world.state import StageEvent, WorldState


class Deaths:
    """Ends the connector's process and starts it again; `note` hears of both."""

    def __init__(
        self,
        connector: ConnectorSeat,
        wire: Wire,
        clock: SimulatedClock,
        lock: WorldLock,
        state: WorldState,
        players: dict[str, Player],
        note: Callable[[StageEvent], None],
    ) -> None:
        self._connector, self._wire, self._clock, self._lock = connector, wire, clock, lock
        self._state, self._players, self._note = state, players, note
        self._restart: Restart | None = None  # that is planned, or was

    def kill(self, *, after: str | None = None, nth: int = 1, times: int = 1) -> bool:
        """End the connector's process without a farewell; return whether it runs. Raise Busy if it is down.

        With `after` it is due to die after each `nth` commit or call that changes something, so many `times`.
        """
        with self._lock:
            self._demand_mortal()
            if not self._connector.ready():
                raise Busy("The connector is down", "it has to run before it can be killed")
            if after is not None:
                self._is_due(Due(after, nth, times))
                return True
            self._connector.kill()
            self._state.down_since = self._clock.now()
            self._note(StageEvent(self._clock.now(), "connector_killed"))
            return False

    def _is_due(self, due: Due) -> None:
        points = self._state.points
        if points is None:
            points = CrashPoints(keeps=False)
            self.kill_at(points)
        if due.after == COMMIT and not points.says_commits:
            raise Untold("this connector does not say when it commits; it can be killed after a call")
        points.due = due

    def start(self) -> bool:
        """Start the connector on what it left; return that it runs. Raise Busy if it runs already."""
        with self._lock:
            self._demand_mortal()
            if self._connector.ready():
                raise Busy("The connector runs", "only one that was killed can be started")
            self._connector.start()
            if self._restart is not None:
                self._restart.call_off()
            down, self._state.down_since = self._clock.now() - (self._state.down_since or self._clock.now()), None
            self._note(StageEvent(self._clock.now(), "connector_started", {"down": down.total_seconds()}))
            return True

    def _demand_mortal(self) -> None:
        if Capability.KILL not in self._connector.capabilities:
            raise NotCapable(Capability.KILL)

    def kill_at(self, points: CrashPoints) -> None:
        """Have the connector's boundaries counted from now on, and its process end at the one that `points` names."""
        self._state.points = points

        def calls(when: str, call: Call, endpoint: Endpoint) -> None:
            found = endpoint.contract.find(call.method, unquote(call.path))
            name, safe = (found[0].id.partition("_")[0], found[0].safe) if found else (call.path, False)
            points.passes(f"{when} {name}", self._clock.now(), moves=when == "after" and not safe)

        def commits(when: str) -> None:
            points.passes(f"{when} a {COMMIT}", self._clock.now(), moves=when == "after")

        self._wire.boundaries["connector"] = calls
        points.says_commits = self._connector.on_commit(commits)

    def spare(self) -> None:
        """Let the connector live from now on: its boundaries are not counted any more."""
        self._wire.boundaries.clear()
        self._connector.on_commit(lambda when: None)

    def revive(self) -> None:
        """Start the connector again when it is time, if it has died at a door."""
        if self._state.points is not None and self._state.points.dying:
            self.died()

    def died(self) -> Act:
        """Have the connector's process end, and start it again when it is time; return that as an act."""
        points = self._state.points
        assert points is not None
        if self._connector.ready():
            self.kill()
        points.dying = False
        if points.away:
            self._players["restart"] = self._restart = Restart(self._clock.now() + points.away, self.start)
        else:
            self.start()
        return Act(self._clock.now(), "is killed")

    def mortal(self, app: WsgiApp) -> WsgiApp:
        """Return the connector's app; when its process ends in the midst of a call, the caller's connection is cut."""

        def serve(environ: dict[str, Any], start_response: Any) -> Any:
            points = self._state.points
            if points is not None:
                points.call_met()
            try:
                return app(environ, start_response)
            except Killed:
                self.died()
                raise requests.ConnectionError("the connection was closed without a response") from None
            finally:
                if points is not None:
                    points.call_met()

        return serve

    def deadly(self, app: WsgiApp) -> WsgiApp:
        """Return a door at which a connector from outside may die: its process is ended, and its connection is cut."""

        def serve(environ: dict[str, Any], start_response: Any) -> Any:
            try:
                return app(environ, start_response)
            except Killed:
                if self._connector.ready():
                    self.kill()
                if (delivery := environ.get(DELIVERY)) is not None:
                    delivery.reset = True
                start_response("502 Bad Gateway", [])
                return []

        return serve
