"""A seat as a file describes it: whose connector sits there, how it is started, reached and told the time (D34).

The keys are those of `Seat` in `contracts/seat.yaml`; every one is optional. `read_seat` refuses by name what cannot be
meant. Texts may hold names in braces (`FILL_INS`), which stay as they are until the connector is started.
"""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from mock_tiktok.policy.yaml_file import Unreadable, read_yaml
from rehearsal.contract.demand import Judge, near
from rehearsal.seats.port import Client

# What each stands for is said in the contract.
FILL_INS: Final = (
    "tiktok", "tiktok_auth", "control", "proxy", "ca_file", "app_key", "app_secret", "auth_code", "auth_codes",
    "shop_id", "shop_cipher", "data", "port",
)  # fmt: skip
NAMED: Final = re.compile(r"(?<![${])\{(\w+)\}(?!\})")
SCHEMA: Final = Judge("seat")
ADDRESSES: Final = ("ready", "round", "authorize", "webhooks", "connector")
OF_A_COMMAND: Final = ("env", "working_directory")
MOST_OF_AN_EMPTY_SEAT: Final = ("name", "connector", "regime", "factor")
FACTOR: Final = 60
# Every endpoint that need not be named; of parcels only those are told who ask for it.
USUAL: Final = ("cases", "approve", "reject", "inspect", "refund", "book", "activity")
OF_CASES: Final = ("approve", "reject", "inspect", "refund")  # what is done with what `cases` shows


class NotASeat(Exception):
    """A file that describes no seat, or one that cannot be meant: which key of which file, and what would be right."""


class Regime(StrEnum):
    """How a connector lives in time (D35)."""

    DRIVEN = "driven"  # it takes the time from the stage
    COMPRESSED = "compressed"  # it keeps the machine's clock; the world's runs a number of times as fast
    REAL = "real"  # both clocks run alike


@dataclass(frozen=True, slots=True)
class Hooks:
    """A few endpoints for the stage, of whoever wrote the connector."""

    url: str
    endpoints: tuple[str, ...] = USUAL


@dataclass(frozen=True, slots=True)
class ChannelAdvisor:
    """ChannelAdvisor's API, as the connector speaks it; credentials may be names of environment variables."""

    url: str
    application_id: str
    shared_secret: str
    refresh_token: str

    def client(self) -> Client:
        """Return the credentials themselves; raise NotASeat where the environment has none of that name."""
        return Client(*map(_credential, (self.application_id, self.shared_secret, self.refresh_token)))


@dataclass(frozen=True, slots=True)
class SeatDescription:
    """What a file says of a seat. What may be None is a capability that is missing."""

    name: str
    file: Path
    working_directory: Path
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    ready: str | None = None
    connector: str | None = None  # where it runs already
    empty: bool = False  # nobody sits there
    oms: Hooks | ChannelAdvisor | None = None
    regime: Regime = Regime.COMPRESSED
    factor: int = FACTOR  # that the world's clock runs as fast as the machine's, where that one counts
    round: str | None = None
    authorize: str | None = None
    webhooks: str | None = None
    between_scenarios: str = "keep"


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with what stands in braces filled in."""
    return NAMED.sub(lambda found: values[found[1]], text)


def read_seat(path: Path) -> SeatDescription:
    """Read what a file says of a seat; raise NotASeat, naming the key and the file."""
    try:
        return _seat(path, read_yaml(path) or {})
    except Unreadable as error:
        raise NotASeat(str(error)) from None
    except NotASeat as error:
        raise NotASeat(f"{path.name}: {error}") from None


def _seat(path: Path, said: Any) -> SeatDescription:
    known = SCHEMA.document["components"]["schemas"]["Seat"]["properties"]
    if not isinstance(said, dict):  # any file at all: nothing of it is shown
        raise NotASeat(f"is no description of a seat, which is a mapping of {', '.join(known)}")
    if said.get("regime") == "preloaded":
        raise NotASeat("regime is preloaded, which is not built yet; there are driven, compressed and real")
    if mistake := SCHEMA.mistake("Seat", said):
        raise NotASeat(mistake.words)
    _check_together(said)
    for where, text in _texts(said):
        if "\0" in text:
            raise NotASeat(f"{where} has the character NUL in it, which no program can be given")
        _check_names(where, text, said)
    folder = path.absolute().parent
    directory = folder / said.get("working_directory", "")
    if not os.path.isdir(directory):  # pathlib raises where a name is too long for any folder
        raise NotASeat(f"working_directory is {said['working_directory']}; there is no folder {directory}")
    regime = _regime(said)
    return SeatDescription(
        name=said.get("name", folder.name),
        file=path,
        working_directory=directory.resolve(),
        command=_words(said.get("command", ())),
        env={name: str(value) for name, value in said.get("env", {}).items()},
        connector=None if said.get("connector") == "none" else said.get("connector"),
        empty=said.get("connector") == "none",
        oms=_oms(said.get("oms", "none")),
        regime=regime,
        factor=1 if regime is Regime.REAL else said.get("factor", FACTOR),
        between_scenarios=said.get("between_scenarios", "restart" if "command" in said else "keep"),
        **{key: said.get(key) for key in ("ready", "round", "authorize", "webhooks")},
    )


def _oms(said: Any) -> Hooks | ChannelAdvisor | None:
    if said == "none":
        return None
    if "channeladvisor" in said:
        return ChannelAdvisor(**said["channeladvisor"])
    hooks = said["hooks"]
    if isinstance(hooks, str):
        return Hooks(hooks)
    endpoints = tuple(hooks.get("endpoints", USUAL))
    if "cases" not in endpoints and (blind := [one for one in endpoints if one in OF_CASES]):
        raise NotASeat(f"oms.hooks.endpoints has {blind[0]} and no cases, where the staff see what they decide")
    return Hooks(hooks["url"], endpoints)


def _regime(said: Mapping[str, Any]) -> Regime:
    takes_ours = "round" in said or said.get("connector") == "none"
    return Regime(said.get("regime", "driven" if takes_ours else "compressed"))


def _check_together(said: Mapping[str, Any]) -> None:
    """Refuse keys that do not go together."""
    if said.get("connector") == "none":
        for key in said:
            if key not in MOST_OF_AN_EMPTY_SEAT and said[key] != "none":
                raise NotASeat(f"{key} says something of a connector, and connector is none; leave one of them out")
    elif "connector" in said and "command" in said:
        raise NotASeat("command starts a connector, and connector says that one runs already; leave one of them out")
    for key in OF_A_COMMAND:
        if key in said and "command" not in said:
            raise NotASeat(f"{key} is of a connector that is started; give its command, too")
    if said.get("between_scenarios") == "keep" and "command" in said and "authorize" not in said:
        raise NotASeat("between_scenarios is keep; give authorize, where it is handed the code of each new shop")
    if said.get("between_scenarios") == "restart" and "command" not in said:
        raise NotASeat("between_scenarios is restart; give the command with which the connector is started, or keep it")
    regime = _regime(said)
    if "factor" in said and regime is not Regime.COMPRESSED and said["factor"] != 1:
        raise NotASeat(f"factor is of the regime compressed, and the regime is {regime}; leave one of them out")


def _texts(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each text in which something may stand in braces, and where it is."""
    command, oms = said.get("command", ()), said.get("oms", "none")
    if isinstance(command, str):
        yield "command", command
    else:
        yield from ((f"command.{number}", word) for number, word in enumerate(command))
    yield from ((f"env.{name}", str(value)) for name, value in said.get("env", {}).items())
    yield from ((key, said[key]) for key in ADDRESSES if key in said)
    if "hooks" in oms:
        hooks = oms["hooks"]
        yield ("oms.hooks", hooks) if isinstance(hooks, str) else ("oms.hooks.url", hooks["url"])
    elif oms != "none":
        yield "oms.channeladvisor.url", oms["channeladvisor"]["url"]


def _check_names(where: str, text: str, said: Mapping[str, Any]) -> None:
    address = where.partition(".")[0] not in ("command", "env")
    for name in NAMED.findall(text):
        if name not in FILL_INS:
            raise NotASeat(f"{where} has {{{name}}}, which is not filled in here; {near(name, FILL_INS)}")
        if address and name != "port":
            raise NotASeat(f"{where} has {{{name}}}; of an address only {{port}} is filled in")
        if name == "port" and "command" not in said:
            raise NotASeat(f"{where} has {{port}}, which is for a connector that is started; give its command, too")


def _words(command: Any) -> tuple[str, ...]:
    if not isinstance(command, str):
        return tuple(command)
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise NotASeat(f"command cannot be split into words: {error}") from None
    if not words:
        raise NotASeat("command is blank; give a command such as node connector.js, or leave it out")
    return tuple(words)


def _credential(said: str) -> str:
    if not said.startswith("$"):
        return said
    if (found := os.environ.get(said[1:])) is None:
        raise NotASeat(f"oms.channeladvisor names {said}; the environment has no {said[1:]}")
    return found
