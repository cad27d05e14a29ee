"""The option that puts somebody else's connector on the seat of ours, and what there is to say of who sits there."""

import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.status import Status
from rich.text import Text

from rehearsal.audit.auditor import UNSEEN
from rehearsal.cli.exit_codes import ConnectorFailed
from rehearsal.control.addresses import Addresses
from rehearsal.control.places import CONNECTOR_FAILED
from rehearsal.control.stage import Problem
from rehearsal.seats.description import Hooks, NotASeat, Regime, SeatDescription, read_seat
from rehearsal.seats.foreign import ForeignSeat
from rehearsal.seats.port import Capability
from rehearsal.server.seated import begun_with, told
from rehearsal.world.world import World

BETWEEN: Final = {"restart": "begins anew with the world", "keep": "goes on running when the world begins anew"}
ON_THE_SEAT: Final = "On the seat of the connector"
LACKING: Final = "What it cannot be asked, and nobody judges (the key of its file that would change that)"
# fmt: off
# which key of its file gives a seat the capability
GIVEN_BY: Final = {
    Capability.DRIVEN:        "round",
    Capability.SHOPS:         "authorize, or command",
    Capability.STAFF_SEES:    "oms",
    Capability.STAFF_DECIDES: "oms",
    Capability.LEDGER:        "oms, with the hook book",
    Capability.ACTIVITY:      "oms, with the hook activity",
    Capability.KILL:          "command",
    Capability.OUTPUT:        "command",
}
LATER: Final = "how it takes up a shop that lets it in while it runs"  # whose code its start cannot say
# what a hook alone lets the staff do
BY_HOOK: Final = {
    "inspect": "what comes of goods that were sent back",
    "refund":  "what the seller pays back unasked",
}
# fmt: on


def described(ctx: click.Context, param: click.Parameter, file: Path | None) -> SeatDescription | None:
    """Read what a file says of a seat; what cannot be meant is refused as a mistake of the option's."""
    try:
        return None if file is None else read_seat(file)
    except NotASeat as error:
        raise click.BadParameter(str(error), ctx, param) from error


def playable(ctx: click.Context, param: click.Parameter, file: Path | None) -> Path | None:
    """Return the file, if it describes a seat with which a suite can be played."""
    seat = described(ctx, param, file)
    if seat and seat.regime is Regime.DRIVEN and not seat.round and not seat.empty:
        words = "is driven, and nobody can tell it that time passes; give its round, or another regime"
        raise click.BadParameter(f"{seat.name} {words}", ctx, param)
    return file


def fixed_address(seat: SeatDescription) -> str | None:
    """Return an address of the connector's own that is the same wherever it is started; None where there is none."""
    said = (seat.connector, seat.ready, seat.round, seat.authorize, seat.oms.url if seat.oms else None)
    return next((address for address in said if address and "{port}" not in address), None)


def one_each(file: Path, jobs: int | None) -> SeatDescription:
    """Return what a file says of a seat; refuse several processes where all would meet the one connector there is."""
    seat = read_seat(file)
    fixed = fixed_address(seat)
    if jobs != 1 and not (seat.empty or (seat.command and not fixed)):
        why = f"it has the one address {fixed}; write {{port}} in it" if seat.command else "the stage does not start it"
        words = f"several jobs need a connector each, and {seat.name} is but one: {why}, or leave --jobs away."
        raise click.UsageError(words)
    return seat


def introduce(seat: SeatDescription, console: Console) -> None:
    """Show who sits there and what cannot be asked of them; nobody is started for that."""
    nobody = ForeignSeat(seat, {})
    world = World(seats=nobody.seats())
    for title, rows in about(seat, world).items():
        console.print(Text(f"{title}", style="bold"))
        width = max(15, *map(len, rows))
        for name, words in rows.items():
            console.print(Text(f"  {name:<{width}} {words}"), soft_wrap=True)
    world.close()
    nobody.end()


def about(seat: SeatDescription, world: World) -> dict[str, dict[str, str]]:
    """Return by title who sits there and how, and what cannot be asked of them, each with what would give it."""
    if seat.empty:
        return {ON_THE_SEAT: {"nobody": "whoever calls with the seat's app is the connector"}}
    runs = {
        Regime.COMPRESSED: f"compressed, ×{seat.factor}: an hour takes {round(3600 / seat.factor)} s",
        Regime.REAL: "in real time",
    }.get(seat.regime, "driven")
    can = world.capabilities | ({Capability.DRIVEN} & world.connector.capabilities)
    lacks = {str(one): f"{UNSEEN[one]} ({GIVEN_BY[one]})" for one in Capability if one not in can}
    if Capability.SHOPS in can and not seat.authorize:
        lacks[str(Capability.SHOPS)] = f"{LATER} (authorize)"
    hooks = seat.oms.endpoints if isinstance(seat.oms, Hooks) and Capability.STAFF_DECIDES in can else ()
    lacks |= {
        name: f"{what} (oms, with the hook {name})" for name, what in BY_HOOK.items() if hooks and name not in hooks
    }
    sits = {seat.name: f"{runs}; {BETWEEN[seat.between_scenarios]}"}
    return {ON_THE_SEAT: sits} | ({LACKING: lacks} if lacks else {})


class Sitting:
    """Somebody else's connector on a served stage; what it writes and that it is waited for go to standard error.

    It is told the `addresses` of the stage; what it keeps lies below the folder `data`, if there is one.
    """

    def __init__(self, seat: SeatDescription, addresses: Addresses, data: Path | None, stop: threading.Event) -> None:
        self._described, self._stop = seat, stop
        self._ended = False  # while it was waited for
        shows = {"heard": self._heard, "fails": self._fails}
        self._seat = ForeignSeat(seat, told(addresses), waits=self._waits, data=data, **shows)
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self.end: Final = self._seat.end

    def settings(self) -> dict[str, Any]:
        """Return with what a world begins where it sits."""
        return begun_with(self._seat, self._stop)

    def about(self, world: World) -> dict[str, dict[str, str]]:
        """Return by title who sits there and how, and what cannot be asked of them."""
        return about(self._described, world)

    @contextmanager
    def until_ready(self) -> Iterator[None]:
        """Show that it is waited for, if it is, and that it is ready; raise where it fails.

        That is the connector's failure here as it is in the middle of a scenario.
        """
        seat = self._described
        try:
            if not (seat.command or seat.ready):
                yield
                return
            command = f" ({shlex.join(seat.command)})" if seat.command else ""
            self._console.print(Text(f"Waiting until {seat.name} is ready{command}"))
            with self._console.status(f"Waiting until {seat.name} is ready") as self._status:
                yield
            self._console.print(Text(f"{seat.name} is ready."))
        except Problem as problem:
            if problem.title != CONNECTOR_FAILED:
                raise
            raise click.Abort if self._ended else ConnectorFailed(problem.detail) from None

    def _heard(self, line: str) -> None:
        self._console.print(Text.assemble((f"{self._described.name} | ", "dim"), line))

    def _fails(self, how: str) -> None:
        self._console.print(Text(f"{self._described.name} {how}.", style="bold"))

    def _waits(self, seconds: float) -> bool:
        if self._status is not None:
            self._status.update(f"Waiting until {self._described.name} is ready, {seconds:.0f} s")
        self._ended = self._stop.is_set()
        return not self._ended
