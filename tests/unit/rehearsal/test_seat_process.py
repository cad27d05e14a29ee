"""Somebody's program does not outlive whoever has started it, however that ends."""

import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from rehearsal.seats import process
from rehearsal.seats.process import NotStarted, Program, folded

PATIENCE = 20.0
CHILD = "import socket, sys, signal; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); signal.pause()"
PARENT = f"""
import subprocess, sys
child = [sys.executable, "-c", {CHILD!r}, sys.argv[1]]
subprocess.Popen(child)
subprocess.run(child)
"""
STAGE = """
import os, signal, sys
from pathlib import Path
from rehearsal.seats.process import Program
program = Program(print)
program.start([sys.executable, "-c", sys.argv[2], sys.argv[1]], folder=Path.cwd(), env={})
sys.stdin.readline()
if sys.argv[3] == "raises":
    raise RuntimeError
os.kill(os.getpid(), int(sys.argv[3]))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP, "raises"])
def test_nothing_is_left_of_it_when_the_stage_dies(how: signal.Signals | str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as meeting:
        meeting.settimeout(PATIENCE)
        words = [str(meeting.getsockname()[1]), PARENT, str(getattr(how, "value", how))]
        stage = subprocess.Popen(
            [sys.executable, "-c", STAGE, *words], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        living = [meeting.accept()[0] for _ in range(2)]
        stage.communicate(b"\n", timeout=PATIENCE)
        for one in living:
            with one:
                one.settimeout(PATIENCE)
                assert one.recv(1) == b"", "it has hung up, as those do that end"


def test_one_that_does_not_want_to_end_is_ended(tmp_path: Path) -> None:
    program = Program(lambda line: None)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); signal.pause()"
    program.start([sys.executable, "-c", deaf], folder=tmp_path, env={})
    program.end(patience=0.2)
    assert not program.running
    program.close()


def test_a_line_that_comes_again_and_again_is_told_once() -> None:
    assert folded(["no", "no", "no", "yes", "no"]) == ["no (3 times)", "yes", "no"]


def test_what_it_wrote_last_is_kept_whatever_it_wrote(tmp_path: Path) -> None:
    heard: list[str] = []
    program = Program(heard.append)
    writes = "print('x' * 25000, *range(30), sep='\\n', flush=True); import os; os.write(1, b'\\xff'); os._exit(4)"
    program.start([sys.executable, "-c", writes], folder=tmp_path, env={})
    assert program.ended(PATIENCE) == "has ended with exit code 4"
    assert list(program.last_lines) == [*map(str, range(11, 30)), "\ufffd"]
    assert [len(line) for line in heard[:3]] == [10_000, 10_000, 5_000]
    program.close()


def test_what_it_wrote_before_it_answered_is_there_with_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = threading.Event()
    monkeypatch.setattr(process._Output, "comes", lambda output: turn.wait() and False)  # who reads along is slow
    with socket.create_server(("127.0.0.1", 0)) as meeting, closing(Program(lambda line: None)) as program:
        meeting.settimeout(PATIENCE)
        answers = f"print('locked', flush=True); {CHILD}"
        program.start([sys.executable, "-c", answers, str(meeting.getsockname()[1])], folder=tmp_path, env={})
        with meeting.accept()[0]:
            assert program.last_lines == ("locked",)
        turn.set()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-thing --now", "no-such-thing --now cannot be started: No such file or directory$"),
        ("PORT=1 node x.js", "no shell reads it: variables go into env"),
        ("cd app && node x.js", "No such file or directory; no shell reads it: .* a folder into working_directory"),
    ],
)
def test_a_command_that_is_none_is_named(tmp_path: Path, command: str, words: str) -> None:
    with pytest.raises(NotStarted, match=words):
        Program(print).start(command.split(), folder=tmp_path, env={})
