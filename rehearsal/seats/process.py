"""Somebody's program: started in a process group of its own, heard line by line, and never left behind.

It is killed with everything that it has started. A watcher, which is a process of its own, does that even when the
stage itself dies without a farewell: it reads from a pipe which group there is, until nobody is there to write.
"""

from __future__ import annotations

import os
import secrets
import select
import shlex
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import IO, Final

STOP_PATIENCE: Final = 5.0  # seconds of real time for a program to end when it is asked to
LAST_LINES: Final = 20
CHUNK: Final = 65_536  # bytes
FIRST_PORT: Final = 20_000
PORT_PAIRS: Final = 6_000
LONGEST_LINE: Final = 10_000  # bytes; a longer one is heard in parts
SHELL: Final = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"})  # words that only a shell knows
_WATCHES: Final = 'while read -r told; do group=$told; done; [ -z "$group" ] || kill -s KILL -- "-$group"'


def folded(lines: Iterable[str]) -> list[str]:
    """Return lines with those that come again and again once, and how often."""
    alike = ((line, len([*same])) for line, same in groupby(lines))
    return [line + (f" ({times} times)" if times > 1 else "") for line, times in alike]


class NotStarted(Exception):
    """A command that starts nothing, and why."""


class Program:
    """One command, started and ended any number of times.

    `heard` is told each line that it writes, and `died` in words how it has ended of its own accord, on another thread.
    """

    def __init__(self, heard: Callable[[str], None], died: Callable[[str], None] = lambda how: None) -> None:
        self._last_lines: Final[deque[str]] = deque(maxlen=LAST_LINES)
        self._heard, self._died = heard, died
        self._process: subprocess.Popen[bytes] | None = None
        self._output: _Output | None = None
        self._reader: threading.Thread | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Return whether its process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def last_lines(self) -> Sequence[str]:
        """Return the last lines of all that it has written until now."""
        self.catch_up()
        return tuple(self._last_lines)

    def catch_up(self) -> None:
        """Hear all that it has written until now."""
        if self._output is not None:
            self._output.hear()

    def ended(self, patience: float = 0) -> str:
        """Return in words how it has ended of its own accord; nothing if it still runs then, or was ended."""
        if self._process is None:
            return ""
        try:
            code = self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return ""
        self._hear_out()
        return _how(code)

    def start(self, command: Sequence[str], *, folder: Path, env: Mapping[str, str]) -> None:
        """Start it; raise NotStarted where there is no such command."""
        self.end(patience=0)
        self._last_lines.clear()
        try:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={"PYTHONUNBUFFERED": "1", **os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise NotStarted(f"{shlex.join(command)} cannot be started: {_why(error, command)}") from None
        self._watch(self._process.pid)
        assert self._process.stdout is not None
        self._output = _Output(self._process.stdout, self._hear)
        about = (self._process, self._output)
        self._reader = threading.Thread(target=self._read, args=about, name="output", daemon=True)
        self._reader.start()

    def end(self, patience: float = STOP_PATIENCE) -> None:
        """End it with all that it has started: at once, or after it was asked to and given some time."""
        process, self._process = self._process, None
        if process is None:
            return
        if patience and process.poll() is None:
            _signal(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        _signal(process.pid, signal.SIGKILL)
        process.wait()
        self._watch(None)
        self._hear_out()

    def _hear_out(self) -> None:
        """Wait until all has been heard that it has written, unless somebody it has started still holds its output."""
        assert self._reader is not None
        self._reader.join(1)

    def close(self) -> None:
        """End it for good."""
        self.end()
        if self._watcher is not None:
            assert self._watcher.stdin is not None
            self._watcher.stdin.close()
            self._watcher.wait()
            self._watcher = None

    def _watch(self, group: int | None) -> None:
        """Say which group must not outlive us."""
        if self._watcher is None:
            self._watcher = subprocess.Popen(["sh", "-c", _WATCHES], stdin=subprocess.PIPE, start_new_session=True)
        assert self._watcher.stdin is not None
        self._watcher.stdin.write(f"{group or ''}\n".encode())
        self._watcher.stdin.flush()

    def _hear(self, line: str) -> None:
        self._last_lines.append(line)
        self._heard(line)

    def _read(self, process: subprocess.Popen[bytes], output: _Output) -> None:
        while output.comes():
            output.hear()
        output.close()
        code = process.wait()
        if self._process is process:
            self._died(_how(code))


class _Output:
    """What a process writes, heard line by line on the thread that comes first."""

    def __init__(self, pipe: IO[bytes], heard: Callable[[str], None]) -> None:
        self._pipe, self._heard = pipe, heard
        self._lock = threading.Lock()
        self._begun = b""  # a line that has not ended
        self._ended = False

    def comes(self) -> bool:
        """Wait until there is more to hear; return False when nobody is left to write."""
        return not self._ended and self._waits(None)

    def hear(self) -> None:
        """Hear what is there, without waiting for more."""
        with self._lock:
            while not self._ended and self._waits(0):
                self._take(os.read(self._pipe.fileno(), CHUNK))

    def close(self) -> None:
        """Hear no more."""
        with self._lock:
            self._ended = True
            self._pipe.close()

    def _waits(self, milliseconds: int | None) -> bool:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        return bool(poll.poll(milliseconds))

    def _take(self, written: bytes) -> None:
        self._begun += written
        while (end := self._begun.find(b"\n", 0, LONGEST_LINE) + 1) or len(self._begun) >= LONGEST_LINE:
            line, self._begun = self._begun[: end or LONGEST_LINE], self._begun[end or LONGEST_LINE :]
            self._say(line)
        if not written:
            self._ended = True
            if self._begun:
                self._say(self._begun)

    def _say(self, line: bytes) -> None:
        self._heard(line.decode("utf-8", "replace").rstrip("\r\n"))


class ReservedPort:
    """A port of loopback for a program that is ended and started again: meanwhile no other stage is given it.

    Whatever asks for any port gets one of those that the system hands out by itself, from 32,768 upwards; this is one
    below. Its neighbour stays bound as long as it is reserved, which is how other stages on this machine see that.
    """

    def __init__(self) -> None:
        first = secrets.randbelow(PORT_PAIRS)
        for number in range(PORT_PAIRS):
            self.number = FIRST_PORT + 2 * ((first + number) % PORT_PAIRS)
            self._neighbour = socket.socket()
            if _binds(self._neighbour, self.number + 1) and _is_free(self.number):
                return
            self._neighbour.close()
        raise NotStarted(f"no port of loopback from {FIRST_PORT} up is free for it")

    def release(self) -> None:
        """Give it back."""
        self._neighbour.close()


def _binds(one: socket.socket, port: int) -> bool:
    try:
        one.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        return _binds(one, port)


def _why(error: OSError, command: Sequence[str]) -> str:
    """Return why a command starts nothing, and what is to be done where it was written for a shell."""
    wants_a_shell = "=" in command[0] or command[0] in ("cd", "export", "source", ".") or not SHELL.isdisjoint(command)
    hint = "; no shell reads it: variables go into env, a folder into working_directory, the rest into a script"
    return f"{error.strerror}{hint if wants_a_shell else ''}"


def _how(code: int) -> str:
    return f"has ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"


def _signal(group: int, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody of it is left
        os.killpg(group, signum)
