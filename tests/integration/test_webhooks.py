"""Webhooks over real sockets: whoever has asked to be told is told at an address of theirs, and may call back then."""

import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from mock_tiktok import AppName
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json
from rehearsal.seats.description import read_seat
from rehearsal.seats.foreign import ForeignSeat
from rehearsal.seats.port import SeatRefuses, Seats
from rehearsal.server.served import Ports, ServedStage
from rehearsal.wire.faults.kinds import KINDS
from rehearsal.world.world import World
from tests.clock import START
from tests.outsider import signed_query

PATH = "/event/202309/webhooks"


class Receiver(BaseHTTPRequestHandler):
    """Somebody outside who is told, looks at the stage while the marketplace waits, and answers."""

    got: list[tuple[str, bytes]]
    seen: list[Json]
    stage_url: str
    answer = 200
    look = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["Authorization"], body))
        if self.look:
            self.seen.append(requests.get(f"{self.stage_url}/clock", timeout=10).json())
        self.send_response(self.answer)
        self.end_headers()
        self.wfile.write(b"whatever")

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, type[Receiver]]]:
    kind = type("OneReceiver", (Receiver,), {"got": [], "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/my/hooks", kind
    server.shutdown()
    server.server_close()


@pytest.fixture
def served() -> Iterator[tuple[InProcessStage, Json]]:
    ports = Ports()
    stage = InProcessStage(lambda **told: World(loopback_webhooks=True, **told), addresses=ports.addresses(), seed=3)
    with ServedStage(stage, ports):
        yield stage, stage.world()


def put(world: Json, address: str) -> Json:
    tools, body = world["tools"], json.dumps({"address": address, "event_type": "RETURN_STATUS_CHANGE"}).encode()
    query = signed_query(tools, PATH, body, START)
    headers = {"x-tts-access-token": tools["access_token"], "content-type": "application/json"}
    url = f"{world['urls']['tiktok']}{PATH}?{urlencode(query)}"
    return dict(requests.put(url, data=body, headers=headers, timeout=10).json())


def test_a_client_of_somebody_else_s_is_told_and_tried_again(
    served: tuple[InProcessStage, Json], receiver: tuple[str, type[Receiver]]
) -> None:
    (stage, world), (address, told) = served, receiver
    told.stage_url = world["urls"]["control"]
    assert put(world, address)["code"] == 0
    entry = stage.request_return(stage.place_order()["order_id"], type="REFUND")
    told.answer = 503
    stage.advance(by="PT0S")
    told.answer = 200
    stage.advance(by="PT10M")
    (first, body), second = told.got
    assert second == (first, body)
    key, secret = world["tools"]["app_key"].encode(), world["tools"]["app_secret"].encode()
    assert first == hmac.digest(secret, key + body, "sha256").hex()
    assert json.loads(body)["data"]["return_id"] == entry["return_id"]
    assert [clock["now"] for clock in told.seen] == ["2031-03-03T09:00:00Z", "2031-03-03T09:02:00Z"]
    (delivery,) = stage.webhooks()["deliveries"]
    assert [(one["status"], one["number"]) for one in delivery["attempts"]] == [(503, 1), (200, 2)]
    sent = [line for line in stage.trace() if line.get("operation") == "webhook"]
    assert [(line["to"], line["status"], line["attempt"]) for line in sent] == [
        ("outside", 503, 1),
        ("outside", 200, 2),
    ]
    assert stage.findings()["findings"] == []


@pytest.mark.usefixtures("messages_stay")
@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.webhooks_to])
def test_trouble_of_webhooks_reaches_who_is_told(kind: str, receiver: tuple[str, type[Receiver]]) -> None:
    address, told = receiver
    told.look = False
    worlds: list[World] = []

    def build(**asked: Any) -> World:
        worlds.append(World(loopback_webhooks=True, **asked))
        return worlds[-1]

    ports = Ports()
    stage = InProcessStage(build, addresses=ports.addresses(), seed=3)
    with ServedStage(stage, ports):
        marketplace = worlds[-1].marketplace
        app = marketplace.developer_apps[AppName.CONNECTOR]
        marketplace.webhooks.subscribe(
            AppName.CONNECTOR, worlds[-1].shops.opened()[0].shop_id, "RETURN_STATUS_CHANGE", address
        )
        stage.plan_fault(kind=kind, to="connector", times=1)
        for _ in range(2):
            stage.request_return(stage.place_order()["order_id"], type="REFUND")
            stage.advance(by="PT0S")
        (planned,) = stage.faults()["faults"]
        assert planned["hit"] == 1
    fits = [
        signed == hmac.digest(app.secret.encode(), app.key.encode() + body, "sha256").hex() for signed, body in told.got
    ]
    assert fits == [kind != "forge", True]
    assert [json.loads(body)["type"] for _, body in told.got] == [4 if kind == "other_topic" else 12, 12]
    assert ["tts_notification_id" in json.loads(body) for _, body in told.got] == [kind != "unnumbered", True]


def test_who_cannot_be_told_is_not_told(served: tuple[InProcessStage, Json]) -> None:
    stage, world = served
    assert put(world, "https://nobody.example/hooks")["code"] == 0
    stage.request_return(stage.place_order()["order_id"], type="REFUND")
    stage.advance(by="PT0S")
    (delivery,) = stage.webhooks()["deliveries"]
    assert delivery["attempts"][0]["failure"] == "no such host: nobody.example"


def test_a_seat_says_where_its_connector_is_to_be_told(tmp_path: Path, receiver: tuple[str, type[Receiver]]) -> None:
    address, told = receiver
    (tmp_path / "seat.yaml").write_text(
        f"{{connector: 'http://127.0.0.1:9', round: 'http://127.0.0.1:9', webhooks: '{address}'}}"
    )
    seat = ForeignSeat(read_seat(tmp_path / "seat.yaml"), {})
    world = World(seats=seat.seats(), webhooks=True, loopback_webhooks=True)
    told.look = False
    order = world.marketplace.place_order()
    assert world.marketplace.run_due(world.now).what == "webhook ORDER_STATUS_CHANGE delivered to the connector"
    assert json.loads(told.got[0][1])["data"]["order_id"] == order.order_id
    (line,) = [line for line in world.trace.entries() if line.get("operation") == "webhook"]
    assert (line["from"], line["to"], line["shop"]) == ("marketplace", "connector", world.marketplace.shops[0].shop_id)
    world.close()
    seat.end()


def test_a_connector_that_nobody_can_tell_is_no_connector_that_is_told() -> None:
    with pytest.raises(SeatRefuses, match="with the key webhooks of its seat"):
        World(seats=Seats(), webhooks=True)
