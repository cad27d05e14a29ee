"""`rehearsal up --seat`: what is printed fits who sits there, and a seat that cannot be taken is said in words."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.command import Rehearse
from tests.integration.test_foreign_seat import SEAT, gone
from tests.up import PATIENCE, Up

HAS_CHILDREN = SEAT | {"env": SEAT["env"] | {"MANNER": "has_children"}}
STAFF = """
import http.server, sys

class Staff(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"cases": []}')

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Staff).serve_forever()
"""
DIES = [sys.executable, "-c", "print('no shop'); exit(7)"]


def seat_file(folder: Path, said: dict[str, Any]) -> Path:
    file = folder / "seat.yaml"
    file.write_text(yaml.safe_dump(said))
    return file


def test_it_is_served_with_whoever_sits_there_and_leaves_nobody_behind(tmp_path: Path) -> None:
    file = seat_file(tmp_path, HAS_CHILDREN)
    with Up(tmp_path / "world.json", "--seat", str(file), "--data", str(tmp_path)) as up:
        world = up.world()
        control = world["urls"]["control"]
        advanced = requests.post(f"{control}/clock/advance", json={"by": "PT15M"}, timeout=PATIENCE)
        again = requests.post(f"{control}/reset", json={}, timeout=PATIENCE)
        code, out, err = up.end()
    assert (code, advanced.status_code, again.status_code) == (0, 200, 200)
    assert (world["connector"], world["urls"]["connector"], world["urls"]["oms"]) == (None, None, None)
    assert "order pages" not in out
    assert "  yes             driven; begins anew with the world\n" in out
    assert "  staff decides   what the seller's staff decide (oms)\n" in out
    assert f"Waiting until yes is ready ({sys.executable} {SEAT['command'][1]})\n" in err
    assert err.count("yes | took up Rehearsal Shop 1\n") == err.count("yes is ready.\n") + 1 == 2
    children = [int(line.split()[-1]) for line in err.splitlines() if line.startswith("yes | child ")]
    assert [gone(child) for child in children] == [True, True]
    assert not list(tmp_path.glob("seat-*")), "nor its folder"


def test_an_empty_seat_has_nobody_and_the_clock_stands_still(tmp_path: Path) -> None:
    with Up(tmp_path / "world.json", "--seat", str(seat_file(tmp_path, {"connector": "none"}))) as up:
        world = up.world()
        code, out, err = up.end()
    assert (code, err) == (0, "Stopped.\n")
    assert world["speed"] == 0
    assert {world["connector"], world["urls"]["connector"], world["urls"]["oms"]} == {None}
    assert "  nobody          whoever calls with the seat's app is the connector\n" in out


def test_one_that_lives_by_the_machines_clock_has_a_world_that_runs(tmp_path: Path) -> None:
    staff = {"hooks": {"url": "http://127.0.0.1:{port}", "endpoints": ["cases"]}}
    said = {"name": "poller", "command": [sys.executable, "-c", STAFF, "{port}"], "factor": 900, "oms": staff}
    file = seat_file(tmp_path, said | {"ready": "http://127.0.0.1:{port}/health"})
    with Up(tmp_path / "world.json", "--seat", str(file)) as up:
        world = up.world()
        assert (world["speed"], world["business_now"][:10]) == (900, "2031-03-03")
        assert world["start"] <= world["now"] < world["business_now"], "as the control API says them"
        record = requests.get(f"{world['urls']['control']}/trace", timeout=PATIENCE).text.splitlines()
        _, out, _ = up.end()
    acts = [line["what"] for line in map(json.loads, record) if line.get("kind") == "act"]
    assert set(acts) == {"sees 0 cases"}, "the staff look once they are there, and not before"
    assert "running at ×900" in out
    assert "  poller          compressed, ×900: an hour takes 4 s; begins anew with the world\n" in out


def test_ctrl_c_ends_it_while_a_connector_is_waited_for(tmp_path: Path) -> None:
    late = SEAT | {"env": SEAT["env"] | {"MANNER": "late"}}
    with Up(tmp_path / "world.json", "--seat", str(seat_file(tmp_path, late))) as up:
        assert up.process.stderr is not None
        while not (line := up.process.stderr.readline()).startswith("yes | knows"):
            assert line, "it writes on until it has begun"
        code, _, err = up.end()
    assert (code, err) == (130, "Stopped.\n")


@pytest.mark.parametrize(
    ("said", "more", "words"),
    [
        ({"comand": "node"}, (), "'--seat': seat.yaml: comand is not known here; did you mean command?"),
        ({"command": "no-such-program"}, (), "no-such-program cannot be started: No such file or directory"),
        (
            {"command": DIES, "ready": SEAT["ready"]},
            (),
            "has ended with exit code 7 before it was ready; its last lines:\n  | no shop\n",
        ),
        ({}, ("--speed", "2"), "--speed is said by the seat, whose regime is compressed: leave it away."),
    ],
)
def test_a_seat_that_cannot_be_taken_is_named(
    rehearse: Rehearse, said: dict[str, Any], more: tuple[str, ...], words: str
) -> None:
    file = seat_file(rehearse.folder, said)
    shown = rehearse("up", "--port", "0", "--seat", file, *more, code=1 if "command" in said else 2)
    assert (shown.out, words in shown.err) == ("", True), shown.err
    assert os.listdir(rehearse.folder) == ["seat.yaml"]
