"""`rehearsal up` as a process of its own, for tests that meet it from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60.0  # seconds of real time for a process to come up or to end


def rehearsal(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `rehearsal` to its end."""
    command = [sys.executable, "-m", "rehearsal", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=5 * PATIENCE, check=False)


class Up:
    """A running `rehearsal up`."""

    def __init__(self, file: Path, *options: str) -> None:
        self.file = file
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal", "up", "--port", "0", "--json", str(file), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self._out = self.process.stdout
        self._said: list[str] = []

    def world(self) -> dict[str, Any]:
        """Return what the file says, once the process says that it serves."""
        if not self._said:
            with self._bounded():
                for line in self._out:
                    self._said.append(line)
                    if line.startswith("Ctrl-C"):
                        break
                else:
                    raise AssertionError(f"it never served: {self.process.communicate()}")
        world: dict[str, Any] = json.loads(self.file.read_text())
        return world

    def end(self, signum: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Tell it to stop; return its exit code and what it printed."""
        self.process.send_signal(signum)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, "".join(self._said) + out, err

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """End the process when patience does, so that nobody reads for ever."""
        end = threading.Timer(PATIENCE, self.process.kill)
        end.start()
        try:
            yield
        finally:
            end.cancel()

    def __enter__(self) -> Up:
        return self

    def __exit__(self, *_: object) -> None:
        """Make sure that nothing is left of it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
