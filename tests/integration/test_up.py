"""`rehearsal up` as a process of its own: it serves, says where, and stops when it is told to."""

import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import requests

from mock_tiktok.open_api.signing import signature
from rehearsal.control.client import HttpStage
from rehearsal.server.sockets import take
from rehearsal.world.doors import HOSTS
from tests.command import Rehearse
from tests.up import PATIENCE, Up


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with Up(tmp_path / "world.json", "--seed", "5") as up:
        yield up


def test_it_serves_every_address_writes_them_down_and_stops_on_ctrl_c(up: Up) -> None:
    world = up.world()
    assert stat.S_IMODE(up.file.stat().st_mode) == 0o600
    assert requests.get(world["urls"]["control"] + "/world", timeout=10).json() == world
    pages = {"console": "/", "tiktok": "/seller-center/orders/returns", "connector": "/", "oms": "/"}
    for name, path in pages.items():
        response = requests.get(world["urls"][name] + path, timeout=10)
        assert (response.status_code, response.headers["Content-Type"].partition(";")[0]) == (200, "text/html"), name
    for name, path in {
        "tiktok": "/return_refund/202602/returns/search",
        "tiktok_auth": "/api/v2/no/such",
        "connector": "/v1/Nothing",
    }.items():
        refused = requests.get(world["urls"][name] + path, timeout=10)
        assert (refused.ok, refused.headers["Rehearsal-Now"]) == (False, world["now"]), name
    assert requests.get(world["urls"]["control"], headers={"Host": "elsewhere"}, timeout=10).headers["Rehearsal-Now"]
    code, out, err = up.end()
    assert (code, err) == (0, "Stopped.\n")
    for shown in (*world["urls"].values(), world["tiktok"]["app_secret"], world["connector"]["refresh_token"]):
        assert shown in out
    assert "\x1b" not in out


def test_an_outside_client_exchanges_the_shown_code_and_the_next_one_shown_is_unused(up: Up) -> None:
    world = up.world()
    app = world["tiktok"]
    query = {name: app[name] for name in ("app_key", "app_secret", "auth_code")} | {"grant_type": "authorized_code"}
    response = requests.get(world["urls"]["tiktok_auth"] + "/api/v2/token/get", params=query, timeout=10).json()
    assert response["code"] == 0
    shown = requests.get(world["urls"]["control"] + "/world", timeout=10).json()
    assert shown["tiktok"]["auth_code"] != app["auth_code"]


def test_addresses_outlive_a_reset_and_a_journey_plays_over_them(up: Up) -> None:
    world = up.world()
    stage = HttpStage(world["urls"]["control"])
    again = stage.reset(seed=6)
    assert again["urls"] == world["urls"]
    order_id = stage.place_order()["order_id"]
    entry = stage.request_return(order_id, type="REFUND")
    stage.advance(by="PT25H")
    assert stage.get_return(entry["return_id"])["refunded"] == entry["refund_total"]
    manage_returns = world["urls"]["tiktok"] + "/seller-center/orders/returns?tab=all"
    assert entry["return_id"] in requests.get(manage_returns, timeout=10).text
    assert stage.findings()["findings"] == []
    stage.close()
    assert up.end(signal.SIGTERM)[0] == 0


def test_a_running_clock_moves_by_itself(tmp_path: Path) -> None:
    with Up(tmp_path / "world.json", "--speed", "3600") as up:
        stage = HttpStage(up.world()["urls"]["control"])
        until = time.monotonic() + PATIENCE
        while stage.world()["now"] < "2031-03-03T09:15:00Z":
            assert time.monotonic() < until
            time.sleep(0.02)
        stage.close()
        assert up.end()[0] == 0


def test_off_loopback_every_call_needs_the_token(tmp_path: Path) -> None:
    token = "open-sesame&#+%"
    with Up(tmp_path / "world.json", "--host", "0.0.0.0", "--token", token) as up:
        world = up.world()
        assert requests.get(world["urls"]["control"] + "/world", timeout=10).status_code == 401
        stage = HttpStage(world["urls"]["control"], token=token)
        assert stage.world()["seed"] == 1
        stage.close()
        entered = f"{world['urls']['console']}/?token=open-sesame%26%23%2B%25"
        assert requests.get(entered, timeout=10).status_code == 200
        code, out, _ = up.end()
        assert code == 0
        assert entered in out


def test_a_long_advance_does_not_keep_it_from_stopping(up: Up) -> None:
    control = up.world()["urls"]["control"]
    with requests.Session() as http, pytest.raises(requests.ReadTimeout):
        http.post(f"{control}/clock/advance", json={"by": "P3660D"}, timeout=0.5)
    assert up.end()[0] == 0


@pytest.mark.parametrize("names", ["ours", "the vendors'"])
def test_an_outside_oms_and_an_outside_connector_are_served(up: Up, names: str) -> None:
    world, outside = up.world(), requests.Session()
    client, app = world["connector"], world["tiktok"]
    urls = world["urls"] if names == "ours" else {name: f"https://{host}" for name, host in HOSTS.items()}
    outside.trust_env, outside.verify = False, world["ca_file"]
    outside.proxies = {"https": world["urls"]["proxy"]}
    tokens = outside.post(
        urls["connector"] + "/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": client["refresh_token"]},
        auth=(client["application_id"], client["shared_secret"]),
        timeout=10,
    ).json()
    orders = urls["connector"] + "/v1/Orders"
    response = outside.get(orders, headers={"Authorization": f"Bearer {tokens['access_token']}"}, timeout=10)
    assert response.status_code == 200
    assert response.json()["value"] == []
    assert response.json()["@odata.context"].startswith(urls["connector"]), "links lead back by the same road"
    path = "/authorization/202309/shops"
    for stamp in (time.time(), datetime.fromisoformat(world["now"].replace("Z", "+00:00")).timestamp()):
        query = [("app_key", app["app_key"]), ("timestamp", str(int(stamp)))]
        signed = [*query, ("sign", signature(app["app_secret"], path, query))]
        headers = {"x-tts-access-token": app["access_token"], "Content-Type": "application/json"}
        found = outside.get(urls["tiktok"] + path, params=signed, headers=headers, timeout=10).json()
        assert (found["code"], found["message"]) == (0, "Success")
    assert outside.get(world["urls"]["control"] + "/findings", timeout=10).json()["findings"] == []
    outside.close()


def test_a_taken_port_is_named_with_what_to_do(rehearse: Rehearse) -> None:
    with take("127.0.0.1", 0) as mine:
        port = mine.getsockname()[1]
        said = rehearse("up", "--oms-port", port, "--json", rehearse.folder / "world.json", "--port", "0", code=2).err
    assert f"Port {port} for the OMS is taken on 127.0.0.1: choose another with --oms-port." in said
    assert "Traceback" not in said
    assert not [*rehearse.folder.iterdir()]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--profile no-such-profile", "no-such-profile"),
        ("--market UK --profile us-2026-03", "profile us-2026-03 is of market US"),
        ("--market XX", "XX is none of those that have a profile: "),
        ("--shops 0", "'0' is neither 1 to 100 nor a list such as US,GB"),
        ("--shops US,", "'US,' is neither"),
        ("--shops US,XX", "shops.1.market XX is none of those that have a profile: "),
        ("--start tomorrow", "--start"),
        ("--port 70000", "70000"),
        ("--port 65534", "leaves no room"),
        ("--json /no/such/folder/world.json", "no folder"),
        ("--host host.invalid", "host.invalid"),
        ("--oms-policy generous", "generous"),
        ("--oms-manners twice,rude", "'rude'; there are careful, careless"),
        ("--data /proc/self", "Invalid value for '--data': Directory '/proc/self' is not writable."),
        ("--data /proc/absent", "'/proc/absent' does not exist."),
        ("--sped 1", "--speed"),
        ("--speed nan", "Invalid value for '--speed': 'nan' is not a number."),
        ("--speed inf", "Invalid value for '--speed': inf is not in the range 0<=x<=1000000."),
        (
            "--token é",
            "'--token': a token is of visible ASCII characters, without blanks.",
        ),
        ("--token \u2003", "a token is of visible ASCII characters"),
        ("--token \udcff", "a token is of visible ASCII characters"),
        ("--public-host http://x", "'--public-host': 'http://x' is neither the name of a host nor an address"),
        ("--public-host x:80", "'x:80' is neither"),
        ("--public-host [::1", "is neither"),
        ("--public-host é.example", "is neither"),
    ],
)
def test_a_wrong_option_is_named(rehearse: Rehearse, options: str, words: str) -> None:
    said = rehearse("up", "--port", "0", *options.split(" "), code=2).err
    assert words in said
    assert "Traceback" not in said


def test_it_brings_nothing_along_that_only_suites_or_seats_or_other_databases_need() -> None:
    """Its first answer is waited for, and its memory is paid for as long as it runs."""
    others = ["pytest", "_pytest", "pytest_bdd", "xdist", "rehearsal.gherkin", "rehearsal.seats.foreign"]
    others += ["rehearsal.seats.endpoints", "rehearsal.seats.hooks", "jsonschema", "sqlalchemy.dialects.postgresql"]
    code = f"import sys, rehearsal.cli.up; print(set({others}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "set()\n"
