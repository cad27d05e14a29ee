"""The connector as it is deployed: its own processes, sockets, a database file and the machine's clock."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.unit.connector.test_cli import KEY, environment
from tests.up import Up

PATIENCE = 30.0  # seconds of real time for anything to happen


class Process:
    """A command of the connector that runs until it is told to stop."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        self._process = subprocess.Popen(_command(*arguments), env=env, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._written = threading.Condition()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._written:
                self.lines.append(line.rstrip())
                self._written.notify_all()

    def line(self, words: str) -> str:
        """Return the first line with these words in it, once it is there."""
        with self._written:
            found = self._written.wait_for(lambda: [line for line in self.lines if words in line], timeout=PATIENCE)
        assert found, self.lines
        return found[0]

    def end(self) -> int:
        """Tell it to stop; return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        return code

    def stop(self) -> None:
        """Make sure that nothing is left of it."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        assert self._process.stderr is not None
        self._process.stderr.close()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "connector", *arguments]


def run(env: dict[str, str], *arguments: str) -> str:
    """Run a command to its end; return what it printed."""
    done = subprocess.run(_command(*arguments), env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def world(tmp_path: Path) -> Iterator[dict[str, Any]]:
    with Up(tmp_path / "world.json", "--start", "now", "--speed", "1") as up:
        yield up.world()
        assert up.end()[0] == 0


@pytest.fixture
def env(world: dict[str, Any], tmp_path: Path) -> dict[str, str]:
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'connector.sqlite'}",
        "APP_KEY": world["tiktok"]["app_key"],
        "APP_SECRET": world["tiktok"]["app_secret"],
        "TIKTOK_URL": world["urls"]["tiktok"],
        "TIKTOK_AUTH_URL": world["urls"]["tiktok_auth"],
        "SECRET_KEYS": KEY,
        "POLL_INTERVAL": "1",
        "PORT": "0",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CONNECTOR_")}
    return {**inherited, **{f"CONNECTOR_{name}": value for name, value in settings.items()}}


def test_the_deployed_connector_collects_an_order_and_serves_it(world: dict[str, Any], env: dict[str, str]) -> None:
    assert run(env, "migrate") == "The database is up to date.\n"
    auth_code = world["tiktok"]["auth_code"]
    added = run(env, "shops", "add", "--auth-code", auth_code, "--default-answers", "REFUND=reject").split("\t")
    client = dict(line.split(": ") for line in run(env, "clients", "add").splitlines())
    processes = [Process(env, "serve"), Process(env, "worker")]
    serve, worker = processes
    try:
        order = requests.post(world["urls"]["control"] + "/orders", json={}, timeout=10).json()
        assert run(env, "shops", "list").rstrip("\n").split("\t") == [*_stripped(added), "US", "REFUND=reject"]
        url = serve.line("Serving on ").removeprefix("Serving on ")
        with requests.Session() as http:
            token = http.post(
                url + "/oauth2/token",
                data={"grant_type": "refresh_token", "refresh_token": client["refresh token"].strip()},
                auth=(client["application id"].strip(), client["shared secret"].strip()),
                timeout=10,
            ).json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            worker.line("collected")
            found = http.get(url + "/v1/Orders", timeout=10).json()["value"]
        assert [row["SiteOrderID"] for row in found] == [order["order_id"]]
        assert [process.end() for process in processes] == [0, 0]
        assert worker.line("Stopped.")
        for name in ("connector", "tiktok", "oms"):  # of the served world, too
            lines_that_say_nothing(world["urls"][name], 150)
        output = "\n".join(serve.lines + worker.lines)
        assert not [secret for secret in (world["tiktok"]["app_secret"], auth_code, token) if secret in output]
    finally:
        for process in processes:
            process.stop()


def test_idle_connections_make_room_for_whoever_comes(tmp_path: Path) -> None:
    env = {**os.environ, **environment(tmp_path, CONNECTOR_PORT="0")}
    run(env, "migrate")
    serve = Process(env, "serve")
    try:
        url = serve.line("Serving on ").removeprefix("Serving on ")
        for idle in (110, 400):
            lines_that_say_nothing(url, idle)
        assert serve.end() == 0
    finally:
        serve.stop()


def lines_that_say_nothing(url: str, many: int) -> None:
    """Open connections that ask for nothing, or for half of something; one that asks is answered all the same."""
    port = int(url.rpartition(":")[2])
    with ExitStack() as lines:
        for number in range(many):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            line.sendall(b"GET /v1/Sites HTTP/1.1\r\nHo" if number % 2 else b"")
        assert requests.get(f"{url}/v1/Sites", timeout=5).status_code < 500


def _stripped(values: list[str]) -> list[str]:
    return [value.strip() for value in values]
