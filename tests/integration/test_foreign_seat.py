"""Somebody else's connector on the seat: a program of its own that is started, killed, started again, and judged."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Problem
from rehearsal.seats import foreign, process
from rehearsal.seats.description import read_seat
from rehearsal.seats.foreign import ForeignSeat
from rehearsal.seats.process import NotStarted, ReservedPort
from rehearsal.server.served import Ports, ServedStage
from rehearsal.world.world import API_HOST, AUTH_HOST, World

SCRIPT = Path(__file__).parent / "seats/connector.py"
ENV = {
    "API": "{tiktok}",
    "AUTH": "{tiktok_auth}",
    "APP_KEY": "{app_key}",
    "APP_SECRET": "{app_secret}",
    "PORT": "{port}",
    "CONTROL": "{control}",
    "DATA": "{data}",
}
ADDRESS = "http://127.0.0.1:{port}"
SEAT: dict[str, Any] = {
    "name": "yes",
    "command": [sys.executable, str(SCRIPT)],
    "env": ENV,
    "ready": f"{ADDRESS}/ready",
    "round": f"{ADDRESS}/round",
    "authorize": f"{ADDRESS}/authorize",
}
BY_CODES = {"authorize": None, "env": ENV | {"CODES": "{auth_codes}"}}
VENDORS = {"API": f"https://{API_HOST}", "AUTH": f"https://{AUTH_HOST}"}
BY_VENDORS = {"env": ENV | VENDORS | {"PROXY": "{proxy}", "SSL_CERT_FILE": "{ca_file}"}}


def manner(said: str) -> dict[str, Any]:
    return {"env": ENV | {"MANNER": said}}


def describe(file: Path, said: dict[str, Any]) -> Path:
    file.write_text(yaml.safe_dump({key: value for key, value in (SEAT | said).items() if value is not None}))
    return file


class Sat:
    """A served stage with a connector of somebody else's."""

    def __init__(self, folder: Path, said: dict[str, Any]) -> None:
        file = describe(folder / "seat.yaml", said)
        self.lines: list[str] = []
        self.ports = Ports()
        around = {name: str(address) for name, address in asdict(self.ports.addresses()).items()}
        self.seat = ForeignSeat(read_seat(file), around, heard=self.lines.append, data=folder)
        self.stage = InProcessStage(World, seats=self.seat.seats())

    def pays_back(self, **told: Any) -> bool:
        """Have a buyer ask for their money back and let an hour pass; return whether they got it."""
        order = self.stage.place_order(**told)
        asked = self.stage.request_return(order["order_id"], type="REFUND")
        self.stage.advance(by="PT1H")
        refunded: str = self.stage.get_return(asked["return_id"])["refunded"]
        return refunded == str(order["total"])


@contextmanager
def sat(folder: Path, **said: Any) -> Iterator[Sat]:
    one = Sat(folder, said)
    try:
        with ServedStage(one.stage, one.ports):
            yield one
    finally:
        one.seat.end()


def gone(pid: int, patience: float = 20.0) -> bool:
    """Return whether a process ends in time."""
    try:
        there = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([there], [], [], patience)[0])
    finally:
        os.close(there)


@pytest.mark.parametrize(
    "said", [{}, BY_CODES, BY_VENDORS], ids=["by its address", "by its environment", "by the vendors' own hosts"]
)
def test_it_takes_up_its_shop_and_does_its_rounds(tmp_path: Path, said: dict[str, Any]) -> None:
    with sat(tmp_path, **said) as one:
        assert one.pays_back()
        findings = one.stage.findings()
        entries = list(one.stage.current.trace.entries())
    rounds = {entry["seq"] for entry in entries if entry["kind"] == "act" and entry["who"] == "connector"}
    searches = [entry["cause"] for entry in entries if str(entry.get("operation")).startswith("searchReturns")]
    assert searches
    assert rounds >= set(searches), "what comes in meanwhile is the doing of that round"
    assert findings["findings"] == []
    assert f"rehearsal up --seat {one.seat.described.file} " in findings["verdicts"][0]["reproduce"]
    assert "took up Rehearsal Shop 1" in one.lines


@pytest.mark.parametrize("said", [{}, BY_CODES], ids=["by its address", "by its environment"])
def test_of_a_seller_with_several_shops_it_is_given_one_code(tmp_path: Path, said: dict[str, Any]) -> None:
    with sat(tmp_path, **said) as one:
        of_acme = [{"seller": "Acme"}, {"seller": "Acme", "market": "GB"}]
        shops = one.stage.reset(shops=[of_acme[0], {}, of_acme[1]])["shops"]
        assert [one.pays_back(shop_id=shop["shop_id"]) for shop in shops] == [True] * 3
        assert one.stage.findings()["findings"] == []
        calls = [entry.get("path") for entry in one.stage.current.trace.entries()]
    assert calls.count("/api/v2/token/get") == 2
    assert [line for line in one.lines if line.startswith("took up")][1:] == [
        f"took up Rehearsal Shop {number}" for number in (1, 3, 2)
    ]


@pytest.mark.parametrize("runs_at", ["http://127.0.0.1:9", None])
def test_the_world_shows_the_seats_app_and_where_a_connector_runs_already(tmp_path: Path, runs_at: str | None) -> None:
    with sat(tmp_path, **dict.fromkeys(SEAT, None), connector=runs_at) as one:
        world = one.stage.world()
    assert world["tiktok"]["app_key"] != world["tools"]["app_key"]
    assert (world["urls"]["connector"], world["urls"]["oms"], world["connector"]) == (runs_at, None, None)
    assert not {"oms_policy", "oms_manners"} & world.keys()


def test_it_comes_back_with_what_it_kept_and_begins_anew_with_a_reset(tmp_path: Path) -> None:
    with sat(tmp_path) as one:
        assert one.pays_back()
        with pytest.raises(Problem, match="does not say when it commits") as refused:
            one.stage.kill_connector(after="commit")
        assert refused.value.status == 501
        one.stage.kill_connector()
        assert not one.pays_back(), "nobody is there"
        with pytest.raises(Problem, match="The connector is down"):
            one.stage.kill_connector()
        one.stage.start_connector()
        assert one.lines[-1] == "knows 1"
        assert one.pays_back()
        one.stage.reset()
        assert one.lines[-2:] == ["knows 0", "took up Rehearsal Shop 1"]
        assert one.pays_back()
        one.stage.add_shop(market="GB")
        assert one.lines[-1] == "took up Rehearsal Shop 2"
    assert not one.seat.program.running
    assert [path.name for path in tmp_path.iterdir()] == ["seat.yaml"], "nothing of it stays behind"


@pytest.mark.parametrize(
    ("manner_", "words"),
    [
        ("fails", r"yes answered the round with 500 \(.*/round\); its last lines:\n(.*\n)*  \| the shop's table"),
        ("dies", r"yes has ended with exit code 3.*; its last lines:\n(.*\n)*  \| ValueError: cannot go on"),
    ],
)
def test_a_round_that_fails_is_the_connectors_failure_with_its_last_lines(
    tmp_path: Path, manner_: str, words: str
) -> None:
    with sat(tmp_path, **manner(manner_)) as one:
        with pytest.raises(Problem, match=words) as failed:
            one.stage.advance(by="PT15M")
        assert (failed.value.status, failed.value.title) == (500, "The connector failed")
        assert one.stage.place_order()
        (told,) = one.stage.findings()["failures"]
        assert (told["what"], told["at"]) == (failed.value.detail, "2031-03-03T09:00:00Z")


def test_a_round_that_fails_does_not_stop_a_clock_that_runs_and_is_told_with_the_findings(tmp_path: Path) -> None:
    with sat(tmp_path, **manner("fails")) as one:
        assert one.stage.let_pass(timedelta(minutes=1))
        assert one.stage.let_pass(timedelta(minutes=15))
        assert [one["what"].partition(" (")[0] for one in one.stage.findings()["failures"]] == [
            "yes answered the round with 500",
            "yes answered the round with 500",
        ]


@pytest.mark.parametrize("how", ["hangs", "drips"])
def test_a_round_is_waited_for_in_bounds_and_others_are_served_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(foreign, "ANSWER_PATIENCE", 0.5)
    with sat(tmp_path, authorize=None, **manner(how)) as one:
        with pytest.raises(Problem, match=r"yes did not answer the round within 0.5 seconds \(.*/round\)"):
            one.stage.advance(by="PT15M")
        assert one.stage.place_order()


def test_a_round_that_the_stage_itself_holds_up_is_waited_for_as_much_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "ANSWER_PATIENCE", 3.0)
    with sat(tmp_path) as one:
        one.stage.plan_fault(kind="delay", operation="search", times=2, with_={"by": "PT2S", "of": "answer"})
        one.stage.plan_fault(kind="slow_drip", operation="approve", times=1, with_={"bytes_per_second": 45})
        assert one.pays_back()
        assert one.seat.stalled() == 6
        assert one.stage.findings()["failures"] == []


def test_no_call_comes_on_the_connection_of_another(tmp_path: Path) -> None:
    """Neither of a probe, nor of a round, nor of a hook: who hangs up after an answer has done nothing wrong."""
    hooks = {"hooks": {"url": f"{ADDRESS}/hooks", "endpoints": ["cases"]}}
    with sat(tmp_path, oms=hooks, **manner("takes one")) as one:
        assert one.pays_back()
        for _ in range(2):
            one.stage.oms_adjustments()
        assert one.stage.findings()["failures"] == []


def test_one_that_is_killed_in_the_midst_of_its_round_has_not_failed(tmp_path: Path) -> None:
    with sat(tmp_path, **manner("killed")) as one:
        one.stage.advance(by="PT1H")
        assert one.stage.world()["now"] == "2031-03-03T10:00:00Z"
        assert one.stage.start_connector() == {"running": True}


def test_one_that_is_never_ready_is_waited_for_in_bounds_and_left_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "READY_PATIENCE", 1.0)
    with (
        pytest.raises(Problem, match=r"was not ready within 1 seconds: .*/ready does not answer"),
        sat(tmp_path, **manner("late")),
    ):
        pass


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["no-such-program"], "yes: no-such-program cannot be started: No such file or directory"),
        (
            [sys.executable, "-c", "print('no\\n' * 4 + 'gone'); exit(7)"],
            r"yes has ended with exit code 7 before it was ready.*\n  \| no \(4 times\)\n  \| gone",
        ),
    ],
)
def test_one_that_does_not_start_is_named(tmp_path: Path, command: list[str], words: str) -> None:
    with pytest.raises(Problem, match=words), sat(tmp_path, command=command):
        pass


@pytest.mark.parametrize(
    "wanted",
    [
        {"oms_manners": ["careless"]},
        {"shops": [{"default_answers": {}}]},
        {"default_answers": {"REFUND": "reject"}},
    ],
)
def test_a_reset_that_is_refused_leaves_it_as_it_was(tmp_path: Path, wanted: dict[str, Any]) -> None:
    with sat(tmp_path) as one:
        with pytest.raises(Problem, match="Not on this stage") as refused:
            one.stage.reset(**wanted)
        assert (refused.value.status, refused.value.field) == (501, next(iter(wanted.get("shops", [wanted])[0])))
        assert one.pays_back()


def test_its_port_is_nobody_elses_while_it_is_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sat(tmp_path) as one:
        assert one.pays_back()
        port = int(one.seat.address("{port}"))
        assert port < 32_768, "the system gives it to nobody by itself"
        one.stage.kill_connector()
        monkeypatch.setattr(process, "_is_free", lambda port: True)  # as it is but for connections that linger
        monkeypatch.setattr(process, "FIRST_PORT", port)
        monkeypatch.setattr(process, "PORT_PAIRS", 1)
        with pytest.raises(NotStarted, match=f"no port of loopback from {port} up is free"):
            ReservedPort()
        with pytest.raises(Problem, match="yes: no port of loopback"):
            one.stage.reset()
        one.stage.start_connector()
        assert one.pays_back()
        monkeypatch.setattr(process, "PORT_PAIRS", 2)
        one.stage.reset()
        monkeypatch.setattr(process, "PORT_PAIRS", 1)
        ReservedPort().release()


def test_one_that_is_kept_is_met_at_its_own_port_after_a_reset_that_was_refused_while_it_was_dead(
    tmp_path: Path,
) -> None:
    with sat(tmp_path, between_scenarios="keep", webhooks=f"{ADDRESS}/webhooks") as one:
        assert one.pays_back()
        one.stage.kill_connector()
        for _ in range(3):
            with pytest.raises(Problem, match="Not on this stage"):
                one.stage.reset(oms_manners=["careless"])
        assert len(one.seat._reserved) <= 2, "what was refused gives its port back"
        one.stage.start_connector()
        one.stage.reset()
        assert one.stage.current.connector.webhooks == one.seat.address(f"{ADDRESS}/webhooks")


def test_it_is_ended_with_all_that_it_has_started(tmp_path: Path) -> None:
    with sat(tmp_path, **manner("has_children")) as one:
        children = [int(line.split()[1]) for line in one.lines if line.startswith("child ")]
        assert [gone(child, 0) for child in children] == [False]
        one.stage.kill_connector()
        assert [gone(child) for child in children] == [True]


def test_one_that_is_kept_gets_a_new_shop_of_the_same_app_and_the_clock_never_goes_back(tmp_path: Path) -> None:
    with sat(tmp_path, between_scenarios="keep") as one:
        assert one.pays_back()
        before = one.stage.world()
        one.stage.reset(seed=1, start=before["start"])
        after = one.stage.world()
        assert one.pays_back()
        assert after["tiktok"]["app_key"] == before["tiktok"]["app_key"]
        assert (after["now"], after["start"]) == (before["now"], before["now"])
        assert [shop["name"] for shop in after["shops"]] == ["Rehearsal Shop 2"]
        for again in (partial(one.stage.reset, seed=2), partial(one.stage.reset, start="2032-01-01T00:00:00Z")):
            with pytest.raises(Problem, match="the connector keeps running, and") as refused:
                again()
            assert refused.value.status == 501
        assert one.stage.findings()["findings"] == []
    assert [line for line in one.lines if line.startswith(("knows", "took"))] == [
        "knows 0",
        "took up Rehearsal Shop 1",
        "took up Rehearsal Shop 2",
    ]
    assert not one.seat.program.running
