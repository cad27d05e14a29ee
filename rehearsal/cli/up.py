"""`rehearsal up`: the stage on real sockets, until somebody stops it.

The composition root of a served world: what was asked for becomes ports, a world, and a stage behind its doors
(`rehearsal.server.served`).
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import os
import re
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import click
from rich.console import Console
from rich.text import Text

from mock_tiktok.policy.profile import found_in
from rehearsal.cli.exit_codes import ExitCode
from rehearsal.cli.outputs import OUT_FILE, demand_room, make_room, refused
from rehearsal.cli.profiles import manners_option, profile_options
from rehearsal.cli.seat_option import SEAT, SEAT_FILE
from rehearsal.cli.whole_number import FiniteNumber, WholeNumber
from rehearsal.cli.words import host_name, visible
from rehearsal.control.addresses import Addresses
from rehearsal.control.formats import beginning, instant
from rehearsal.control.local import InProcessStage
from rehearsal.control.refusals import refusals
from rehearsal.control.stage import Json, Problem
from rehearsal.server.access import Gate
from rehearsal.server.authority import AuthorityRefused
from rehearsal.server.machine_time import shown_outside
from rehearsal.server.served import Ports, PortsRefused, ServedStage
from rehearsal.server.sockets import LAST_PORT
from rehearsal.world.world import NewShop, World

if TYPE_CHECKING:
    from rehearsal.cli.seat import Sitting
    from rehearsal.seats.description import SeatDescription

FIRST_PORT: Final = 8700
MOST_SHOPS: Final = 100
POLICIES: Final = ("person", "approve", "reject", "partial", "silent")

# fmt: off
# name in `urls`, its option, what it is called when its port is taken
SERVICES: Final = (
    ("control",     "--port",             "the control API and the console"),
    ("tiktok",      "--tiktok-port",      "TikTok Shop's API and pages"),
    ("tiktok_auth", "--tiktok-auth-port", "TikTok Shop's token server"),
    ("connector",   "--connector-port",   "the connector"),
    ("oms",         "--oms-port",         "the OMS"),
    ("proxy",       "--proxy-port",       "the proxy to the vendors' https hosts"),
)
# fmt: on


def _shops(ctx: click.Context, param: click.Parameter, text: str) -> int | list[NewShop]:
    """Read how many shops there are, or the market or the profile of each."""
    each, counted = [word.strip() for word in text.split(",")], re.fullmatch("[0-9]{1,9}", text)
    if not all(each) or not 1 <= (many := int(text) if counted else len(each)) <= MOST_SHOPS:
        raise click.BadParameter(f"{text!r} is neither 1 to {MOST_SHOPS} nor a list such as US,GB", ctx, param)
    if counted:
        return many
    return [NewShop(market=word) if re.fullmatch("[A-Z]{2}", word) else NewShop(profile=word) for word in each]


def _seat(ctx: click.Context, param: click.Parameter, file: Path | None) -> SeatDescription | None:
    """Read what a file says of a seat, if one is given."""
    if file is None:
        return None
    from rehearsal.cli.seat import described  # noqa: PLC0415 - a world starts fast: only a seat of somebody else's needs what it is met with

    return described(ctx, param, file)


_port: Final = partial(click.option, type=WholeNumber(0, LAST_PORT))


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on. Not loopback: needs a token.")
@click.option(
    "--public-host",
    callback=host_name,
    help="Host name that the printed addresses use, when it is not the one listened on.",
)
@_port(
    "--port",
    default=FIRST_PORT,
    help="Port of control API and console; the others follow it. 0 picks free ones for all.",
)
@_port("--tiktok-port", help="Port of TikTok Shop's API and pages.")
@_port("--tiktok-auth-port", help="Port of TikTok Shop's token server.")
@_port("--connector-port", help="Port of the connector.")
@_port("--oms-port", help="Port of the OMS.")
@_port("--proxy-port", help="Port of the proxy for clients with https hosts written in.")
@click.option("--seed", type=WholeNumber(min=0), default=1, help="What all chance comes from.")
@click.option(
    "--start", help="Simulated start, RFC 3339, or `now` for the machine's time. [default: 2031-03-03T09:00:00Z]"
)
@click.option("--market", help="Market of the shops. [default: the profile's, else US]")
@profile_options
@click.option(
    "--shops",
    metavar="N|WHERE,...",
    callback=_shops,
    default="1",
    help="How many shops, or the market or profile of each: US,GB,us-2026-03.",
)
@click.option("--oms-policy", type=click.Choice(POLICIES), default="person", help="Who decides at the OMS.")
@manners_option
@click.option("--seat", type=SEAT_FILE, callback=_seat, help=SEAT)
@click.option(
    "--speed",
    type=FiniteNumber(min=0, max=1_000_000),
    default=0.0,
    help="Simulated seconds per second: 0 stands still, 1 is real time.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help="Folder for what grows too long for memory, as a trace past 8 MB, and for the authority of the proxy. "
    "[default: a temporary one]",
)
@click.option("--strict-time", is_flag=True, help="Take only the world's time in signed calls, not the machine's.")
@click.option(
    "--webhooks", is_flag=True, help="Have TikTok Shop's webhooks tell the connector, and the connector's the OMS."
)
@click.option(
    "--token", envvar="REHEARSAL_TOKEN", callback=visible, help="Token of the control API. [default: a new one]"
)
@click.option("--json", "json_file", type=OUT_FILE, help="Write what GET /world answers here.")
def up(**options: Any) -> int:
    """Serve the fakes, the connector, the control API and the console, until Ctrl-C."""
    logging.getLogger("waitress").setLevel(logging.ERROR)  # a full queue is normal while the clock is advanced
    stop = threading.Event()
    set_by_signals(stop)
    return _serve(stop, **options)


def set_by_signals(stop: threading.Event) -> None:
    """Have INT and TERM set an event through another thread: whom they interrupt may hold the event's own lock."""
    asked: SimpleQueue[int] = SimpleQueue()

    def hear() -> None:
        asked.get()
        stop.set()

    def ask(signum: int, frame: FrameType | None) -> None:
        asked.put(signum)
        signal.signal(signum, signal.SIG_DFL)  # the second time is not asked politely

    threading.Thread(target=hear, name="signals", daemon=True).start()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, ask)


def _serve(
    stop: threading.Event,
    *,
    host: str,
    public_host: str | None,
    json_file: Path | None,
    seat: SeatDescription | None,
    **options: Any,
) -> int:
    if seat and seat.regime != "driven" and options["speed"]:
        raise click.UsageError(f"--speed is said by the seat, whose regime is {seat.regime}: leave it away.")
    if json_file is not None:
        _make_way(json_file)
    if options["data"] is not None:
        demand_room("--data", options["data"])
    ports = _take_ports(host, options)
    token = options["token"] or secrets.token_urlsafe(24)
    gate = Gate(bind=host, token=token, public_host=public_host)
    sitting = _sitting(seat, ports, options["data"], stop) if seat else None
    with ExitStack() as leaving:
        if sitting:
            leaving.callback(sitting.end)
        try:
            stage = _stage(ports.addresses(public_host), token, options, sitting.settings() if sitting else {})
        except Problem as problem:
            ports.close()
            raise click.UsageError(problem.detail) from None
        with sitting.until_ready() if sitting else nullcontext():
            served = leaving.enter_context(ServedStage(stage, ports, gate, stop))
        world = stage.world()
        if json_file is not None:
            _write(json_file, shown_outside(world, stage))
        _print(world, sitting.about(stage.current) if sitting else {}, needs_token=gate.needs_token)
        if world["speed"]:
            served.run_clock(world["speed"])
        stop.wait()
    click.echo("Stopped.", err=True)
    if not served.closed:  # a long advance ends with the process: its thread cannot be waited for, nor torn down
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ExitCode.CONTENT)
    return ExitCode.CONTENT


def _sitting(seat: SeatDescription, ports: Ports, data: Path | None, stop: threading.Event) -> Sitting:
    from rehearsal.cli.seat import Sitting  # noqa: PLC0415 - a world starts fast: only a seat of somebody else's needs what it is met with

    return Sitting(seat, ports.addresses(), data, stop)


def _stage(addresses: Addresses, token: str, options: dict[str, Any], seated: dict[str, Any]) -> InProcessStage:
    chosen = {name: options[name] for name in ("seed", "oms_policy", "shops", "strict_time", "webhooks")}
    chosen |= {name: options[name] for name in ("market", "profile") if options[name] is not None}
    chosen |= {"oms_manners": options["oms_manners"].split(",")} if options["oms_manners"] else {}
    start = options["start"]
    if start is not None:
        real = start == "now"
        chosen["start"] = datetime.now(UTC).replace(microsecond=0) if real else beginning(start, "--start")  # noqa: TID251 - a world may begin in the machine's present
    more = {"version": importlib.metadata.version("rehearsal"), "token": token}
    make_world = partial(World, data=options["data"], loopback_webhooks=True)
    profiles = found_in(options["profiles"]) if options["profiles"] else {}
    if not isinstance(chosen["shops"], int):
        chosen["shops"] = [replace(new, profile=profiles.get(new.profile, new.profile)) for new in chosen["shops"]]
    stage = InProcessStage(
        make_world,
        addresses=addresses,
        more=lambda: more,
        speed=options["speed"],
        profiles=profiles,
        **chosen,
        **seated,
    )
    with refusals():
        _ = stage.current  # made now, so that a bad profile is refused before anything is served
    return stage


def _take_ports(host: str, options: dict[str, Any]) -> Ports:
    base: int = options["port"]
    wanted: dict[str, int] = {}
    for step, (name, option, words) in enumerate(SERVICES):
        asked = options[option[2:].replace("-", "_")]
        wanted[name] = asked if asked is not None else base and base + step
        if wanted[name] > LAST_PORT:
            raise click.UsageError(f"--port {base} leaves no room for {words}: choose it with {option}.")
    try:
        return Ports(host, wanted, options["data"])
    except AuthorityRefused as refusal:
        raise click.UsageError(f"--data: {refusal}.") from None
    except PortsRefused as none:
        refused = []
        for name, option, words in SERVICES:
            if name in none.refused and not none.refused[name].taken:
                raise click.UsageError(f"{words}: {none.refused[name]}.") from None
            if name in none.refused:
                refused.append(f"Port {wanted[name]} for {words} is taken on {host}: choose another with {option}.")
        refused.append("Or stop what listens there, or let --port 0 pick free ports for all.")
        raise click.UsageError("\n       ".join(refused)) from None


def _make_way(file: Path) -> None:
    """Remove what an earlier run wrote, so that nobody takes its addresses for ours."""
    try:
        if _is_device(file):
            make_room("--json", file)
            return
        file = file.resolve()
        file.unlink(missing_ok=True)
        if not file.absolute().parent.is_dir():
            raise click.UsageError(f"--json {file}: there is no folder {file.absolute().parent}.")
        demand_room("--json", file.absolute().parent)
    except OSError as error:
        raise click.UsageError(f"--json {file}: {error.strerror}.") from None


def _is_device(file: Path) -> bool:
    """Return whether it is a device or a pipe, such as /dev/stdout, which is written and never replaced."""
    return file.absolute().is_relative_to("/dev") or (file.exists() and not file.is_file())


def _write(file: Path, world: Json) -> None:
    """Write the file at once and for its owner only."""
    try:
        _put(file if _is_device(file) else file.resolve(), f"{json.dumps(world, indent=2, ensure_ascii=False)}\n")
    except OSError as error:
        raise refused("--json", file, error) from None


def _put(file: Path, text: str) -> None:
    if _is_device(file):
        file.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, file)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise


def _credentials(world: Json) -> dict[str, Json]:
    """Return the credentials that are printed, by their title; while our connector sits, the tools' app is the only."""
    if world["tiktok"] == world["tools"]:
        return {"TikTok Shop app and shop": world["tiktok"], "Connector client": world["connector"]}
    seats = {"TikTok Shop app of the seat: calls with it are the connector's": world["tiktok"]}
    return seats | {"TikTok Shop app for tools and tests, never judged": world["tools"]}


def _print(world: Json, seat: Mapping[str, Json], *, needs_token: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    now = instant(world["now"], "now")
    pace = f"running at ×{world['speed']:g}" if world["speed"] else "its clock stands still"
    urls = world["urls"]
    about = f"{world['version']}: {world['market']}, seed {world['seed']}, {now:%a %d %b %Y %H:%M:%S} UTC, {pace}"
    console.print(Text.assemble(("Rehearsal ", "bold"), about))
    pages = {
        "console": (urls["console"], "/"),
        "Seller Center": (urls["tiktok"], "/seller-center/orders/returns"),
        "buyer": (urls["tiktok"], "/buyer/orders"),
        "OMS's work": (urls["oms"], "/"),
        "order pages": (urls["connector"], "/"),
    }
    entering = f"?token={quote(world['token'], safe='')}" if needs_token else ""
    token_needed = "" if needs_token else " (not needed on loopback)"
    groups = {
        **seat,
        "Look": {name: origin + path + entering for name, (origin, path) in pages.items() if origin},
        "Call": {name.replace("_", " "): urls[name] for name, *_ in SERVICES if urls[name]}
        | {"CA file": world["ca_file"]},
        **_credentials(world),
        f"Control API token{token_needed}": {"Authorization": f"Bearer {world['token']}"},
    }
    for title, entries in groups.items():
        console.print(Text(f"\n{title}", style="bold"))
        width = max(15, *map(len, entries))
        for name, value in entries.items():
            console.print(Text.assemble(f"  {name:<{width}} ", (str(value), "cyan")))
    console.print(Text("\nCtrl-C stops it.", style="dim"))
    console.file.flush()
