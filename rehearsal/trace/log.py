"""The one record of a run: every exchange, every act and every event, in the order they began.

Append-only. Entries are documents of one shape per kind; as NDJSON they follow a first line that names the format and
its version. What may not be recorded was replaced before it came here. Simulated time only: how long anything took on
this machine never enters.

An exchange takes its number when it begins and is filled in when it ends, so what it caused comes after it and
names it in `cause`. Entries are kept as objects first and packed in blocks once they are no longer young: a quiet month
of polling is a megabyte, not some hundred. What goes beyond `KEPT` bytes lies in a file (D39).
"""

import json
import marshal
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

from rehearsal.contract import redaction
from rehearsal.moments import shown_time

FORMAT: Final = "rehearsal-trace"
VERSION: Final = 1
BLOCK: Final = 64
YOUNG: Final = 8 * BLOCK  # so many stay as objects: few scenarios have more
KEPT: Final = 8 * 1024 * 1024  # bytes of packed blocks in memory

Entry = dict[str, Any]
_written: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SPELT_OUT: Final = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}  # beside what JSON does

AS_IT_IS: Final = redaction.WORDLESS | {str}


def plain(value: Any) -> Any:
    """Return a value of the players as JSON has it, with every field of a sensitive name hidden."""
    if value.__class__ in AS_IT_IS:
        return value
    if value.__class__ is dict or isinstance(value, Mapping):
        return {
            str(name): redaction.REDACTED if inner and redaction.is_sensitive(name) else plain(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return shown_time(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if isinstance(value, int | float) else str(value)


@dataclass(slots=True)
class Slot:
    """A place in the trace that is taken and not yet filled."""

    seq: int
    cause: int | None
    entry: Entry | None = None


@dataclass(slots=True)
class TraceState:
    """All that a trace keeps: its blocks, its young entries, and what is going on, outermost first."""

    spooled: list[int] = field(default_factory=list)  # the oldest blocks, in a file: how long each is
    packed: list[bytes] = field(default_factory=list)
    young: list[Slot] = field(default_factory=list)
    secrets: redaction.Secrets = field(default_factory=redaction.Secrets)  # what is never recorded, by value
    causes: list[int] = field(default_factory=list)
    away: list[int] = field(default_factory=list)  # the causes of those who wait for somebody outside


class Trace:
    """The record of one world."""

    def __init__(self, *, world: str, seed: int, start: datetime, data: Path | None = None) -> None:
        self.header: Final[Entry] = {
            "format": FORMAT,
            "version": VERSION,
            "world": world,
            "seed": seed,
            "start": shown_time(start),
        }
        self._world = world
        self._new_file: Callable[[], IO[Any]] = partial(TemporaryFile, prefix="trace-", dir=data)
        self._files = ExitStack()
        self._spool: IO[Any] | None = None
        self.state: Final = TraceState()

    def __len__(self) -> int:
        return (len(self.state.spooled) + len(self.state.packed)) * BLOCK + len(self.state.young)

    def reserve(self) -> Slot:
        """Take the next place; its cause is whatever is going on."""
        causes = self.state.causes or self.state.away
        slot = Slot(len(self) + 1, causes[-1] if causes else None)
        self.state.young.append(slot)
        return slot

    def fill(self, slot: Slot, at: datetime, shop: str | None, kind: str, **fields: Any) -> Entry:
        """Fill a reserved place."""
        entry: Entry = {
            "seq": slot.seq,
            "at": shown_time(at),
            "world": self._world,
            "shop": shop,
            "kind": kind,
            "cause": slot.cause,
            **fields,
        }
        slot.entry = entry
        if len(self.state.young) >= YOUNG + BLOCK:
            self._pack()
        return entry

    def during(self, slot: Slot) -> AbstractContextManager[None]:
        """Name `slot` as the cause of whatever is recorded meanwhile."""
        return _During(self.state, slot.seq)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Have whatever is recorded meanwhile be nobody's doing: time passes while something else is still going on."""
        going_on, self.state.causes = self.state.causes, []
        try:
            yield
        finally:
            self.state.causes = going_on

    @contextmanager
    def away(self) -> Iterator[None]:
        """Have whatever others record meanwhile be the doing of what is going on here, which waits for them."""
        going_on = self.state.causes[-1:]
        self.state.away += going_on
        try:
            with self.apart():
                yield
        finally:
            for cause in going_on:
                self.state.away.remove(cause)

    def event(self, at: datetime, who: str, name: str, data: Mapping[str, Any], shop: str | None = None) -> Entry:
        """Record that something has happened inside a player."""
        shown = plain(data)
        text = repr(shown).encode()
        if b"\\" in text or self.state.secrets.stand_in(text):  # what Python has escaped is looked through word by word
            shown = self.state.secrets.hidden(shown)
        return self.fill(self.reserve(), at, shop, "event", who=who, name=name, data=shown)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield every entry whose number is above `after`, in order."""
        for block in self._blocks(after // BLOCK):
            yield from (entry for entry in _unpacked(block) if entry["seq"] > after)
        for slot in self.state.young:
            if slot.entry is not None and slot.seq > after:
                yield slot.entry

    def lines(self) -> Iterator[Entry]:
        """Yield the whole record: the header, and then every entry."""
        return chain([self.header], self.entries())

    def ndjson(self) -> bytes:
        """Return the whole record: the header and one line per entry."""
        return ndjson(self.lines())

    def close(self) -> None:
        """Let go of the file, if there is one."""
        self._files.close()

    def _pack(self) -> None:
        block = self.state.young[:BLOCK]
        if any(slot.entry is None for slot in block):
            return
        self.state.packed.append(zlib.compress(marshal.dumps([slot.entry for slot in block]), 1))
        del self.state.young[:BLOCK]
        if sum(map(len, self.state.packed)) > KEPT:
            self._spool_out()

    def _spool_out(self) -> None:
        """Move the packed blocks from memory to a file that ends with the trace."""
        spool = self._spool = self._spool or self._files.enter_context(self._new_file())
        spool.seek(sum(self.state.spooled))
        spool.write(b"".join(self.state.packed))
        self.state.spooled += map(len, self.state.packed)
        self.state.packed.clear()

    def _blocks(self, first: int = 0) -> Iterator[bytes]:
        """Yield the packed blocks from number `first` on."""
        spooled = self.state.spooled
        at = sum(spooled[:first])
        for length in spooled[first:]:
            assert self._spool is not None
            self._spool.seek(at)
            yield self._spool.read(length)
            at += length
        yield from self.state.packed[max(0, first - len(spooled)) :]


class _During:
    """What goes on for a while; of each exchange one, so it does without a generator."""

    __slots__ = ("_seq", "_state")

    def __init__(self, state: TraceState, seq: int) -> None:
        self._state = state
        self._seq = seq

    def __enter__(self) -> None:
        self._state.causes.append(self._seq)

    def __exit__(self, *raised: object) -> None:
        self._state.causes.pop()


def _unpacked(block: bytes) -> list[Entry]:
    """Return the entries of a block; nobody but this process ever reads one."""
    entries: list[Entry] = marshal.loads(zlib.decompress(block))
    return entries


def ndjson(lines: Iterable[Entry]) -> bytes:
    """Return a record as it is exported: its header, and one line per entry."""
    return b"".join(map(_line, lines))


def _line(entry: Entry) -> bytes:
    """Return an entry as one line, also to whoever takes more than a newline for the end of one."""
    text = _written(entry)
    if not text.isprintable():
        text = text.translate(_SPELT_OUT)
    return text.encode("utf-8", "replace") + b"\n"
