"""Somebody's program: started in a process group of its own, heard line by line, and never left behind.

It is killed with everything that it has started. A watcher, which is a process of its own, does that even when the
stage itself dies without a farewell: it reads from a pipe which group there is, until nobody is there to write.
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

STOP_PATIENCE: Final = 5.0  # seconds of real time for a program to end when it is asked to
LAST_LINES: Final = 20
LONGEST_LINE: Final = 10_000  # bytes; a longer one is heard in parts
SHELL: Final = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"})  # words that only a shell knows
_WATCHES: Final = 'while read -r told; do group=$told; done; [ -z "$group" ] || kill -s KILL -- "-$group"'


class NotStarted(Exception):
    """A command that starts nothing, and why."""


class Program:
    """One command, started and ended any number of times.

    `heard` is told each line that it writes, and `died` in words how it has ended of its own accord, on another thread.
    """

    def __init__(self, heard: Callable[[str], None], died: Callable[[str], None] = lambda how: None) -> None:
        self.last_lines: Final[deque[str]] = deque(maxlen=LAST_LINES)
        self._heard, self._died = heard, died
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Return whether its process is there."""
        return self._process is not None and self._process.poll() is None

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
        self.last_lines.clear()
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
        self._reader = threading.Thread(target=self._read, args=(self._process,), name="output", daemon=True)
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

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as output:
            while line := output.readline(LONGEST_LINE):
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                self.last_lines.append(text)
                self._heard(text)
        code = process.wait()
        if self._process is process:
            self._died(_how(code))


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


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
