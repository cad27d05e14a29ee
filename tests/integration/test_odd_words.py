"""Words that are no text, and texts that few expect, at every door: refused or kept, and all can still be looked at."""

import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from werkzeug.test import Client, TestResponse

from rehearsal.control.calls import CALLS, RECORDS
from rehearsal.control.local import InProcessStage
from rehearsal.report.checked import Checked
from rehearsal.server.access import Gate
from rehearsal.server.control_api import PREFIX, control_app
from rehearsal.server.doors import APIS, Door, guarded
from rehearsal.world.world import World
from tests.integration.test_redaction import connector_client
from tests.outsider import signed_query

WORDS = ("Sorry \ud83d", "\ude00", "a\0b", "\x1b[31m", "a\x85b\u2028c", "\ufffe\U0010ffff", "\u202eabc", "x" * 20_000)
RETURNS = "/return_refund/202309"
IMAGE = b'--B\r\nContent-Disposition: form-data; name="data"; filename="%s"\r\n\r\n\x89PNG\r\n'
TEXT = b'--B\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--B--\r\n'
Written = Callable[[Any], bytes]


def escaped(body: Any) -> bytes:
    return json.dumps(body).encode()


def raw(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


class Doors:
    """Every door of a served world, without the sockets; `answers` are those that it has given."""

    def __init__(self, stage: InProcessStage) -> None:
        self.stage, self.world = stage, stage.current
        self.order_id = stage.place_order()["order_id"]
        self.return_id = stage.request_return(self.order_id, type="REFUND")["return_id"]
        stage.advance(by="PT30M")
        self.tools = stage.world()["tools"]
        self._doors = {name: Client(guarded(Door(stage, name), Gate(), name)) for name in APIS}
        self._doors["control"] = Client(control_app(stage))
        self._bearer = connector_client(self.world)[1]

    def call(self, door: str, method: str, path: str, data: bytes = b"", **headers: str) -> TestResponse:
        sent = {
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        answer = self._doors[door].open(path, method=method, data=data, headers=sent)
        assert answer.status_code < 500, (door, method, path[:100], data[:100], answer.text)
        return answer

    def tiktok(self, method: str, path: str, data: bytes, content_type: str = "application/json", **more: str) -> Any:
        signed = b"" if content_type.startswith("multipart") else data
        query = signed_query(self.tools, path, signed, self.world.now, more)
        token = {"x_tts_access_token": self.tools["access_token"], "content_type": content_type}
        return self.call("tiktok", method, f"{path}?{urlencode(query)}", data, **token).json

    def connector(self, method: str, path: str, data: bytes = b"") -> TestResponse:
        return self.call("connector", method, path, data, **self._bearer)

    def look(self) -> None:
        """Look at all that is to be seen, and let time pass."""
        self.call("control", "POST", f"{PREFIX}/clock/advance", b'{"by": "PT15M"}')
        ids = {"order_id": self.order_id, "return_id": self.return_id, "cancel_id": "1"}
        paths = [call.path.format(**ids) for call in CALLS.values() if call.body is None]
        for path in (*paths, *(path for path, _ in RECORDS.values())):
            self.call("control", "GET", f"{PREFIX}{path}")
        pages = {
            "control": ["/"],
            "tiktok": [f"/seller-center/orders/returns/{self.return_id}", "/seller-center/webhooks", "/buyer/orders"],
            "oms": ["/", f"/orders/{self.order_id}"],
            "connector": ["/"],
        }
        for door, shown in pages.items():
            for path in shown:
                self.call(door, "GET", path, accept="text/html")
        assert len(self.stage.trace_ndjson().decode().splitlines()) == len(self.stage.trace())


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    stage = InProcessStage(World, webhooks=True)
    yield Doors(stage)
    stage.close()


def marketplace(doors: Doors, word: str, written: Written) -> None:
    claim = f"{RETURNS}/returns/1"
    for number, (method, path, body) in enumerate([
        ("POST", f"{claim}/reject", {"decision": "REJECT_REFUND", "reject_reason": word}),
        ("POST", f"{claim}/reject", {"decision": "REJECT_REFUND", "reject_reason": "x", "comment": word, "images": []}),
        ("POST", f"{RETURNS}/returns/search", {"locale": word}),
        ("POST", f"{RETURNS}/returns/search", {"return_ids": [word]}),
        ("POST", f"{RETURNS}/returns/search", {word: 1}),
        ("POST", f"{RETURNS}/cancellations/1/reject", {"reject_reason": word, "comment": word}),
        ("POST", f"{RETURNS}/cancellations", {"order_id": word, "cancel_reason": word}),
        ("POST", f"{RETURNS}/returns", {"order_id": "1", "return_type": "REFUND", "return_reason": word}),
        ("PUT", "/event/202309/webhooks", {"event_type": "RETURN_STATUS_CHANGE", "address": f"https://e{word}.com"}),
        ("PUT", "/event/202309/webhooks", {"event_type": "ORDER_STATUS_CHANGE", "address": f"https://e.com/{word}"}),
    ]):  # fmt: skip
        answer = doors.tiktok(method, path, written(body), locale=word.encode("utf-8", "replace").decode())
        assert answer["code"] != 0 or 1 < number < 4, (path, body)
        assert (answer["code"] == 36009022) is (word in WORDS[:2])
    for path, name in (
        ("product/202309/images/upload", b"use_case"),
        (f"{RETURNS[1:]}/x", word.encode("utf-8", "replace")),
    ):
        value = word.encode("utf-8", "surrogatepass")
        form = IMAGE % value.replace(b"\r", b"") + TEXT % (name, value)
        doors.tiktok("POST", f"/{path}", form, "multipart/form-data; boundary=B")
    for path in ("get", "refresh"):
        body = {"access_token": word * 16, "app_secret": word * 16, word: word}
        query = urlencode(body, errors="surrogatepass")
        doors.call("tiktok_auth", "POST", f"/api/v2/token/{path}?{query[:9000]}", written(body))


def connector(doors: Doors, word: str, written: Written) -> None:
    filters = urlencode({"$filter": f"SiteOrderID eq '{word}'", "$select": word}, errors="surrogatepass")
    doors.connector("GET", f"/v1/Orders?{filters[:9000]}")
    for path, body in (
        ("Orders(1)/Adjust", {"Reason": "GeneralAdjustment", "SellerAdjustmentID": word}),
        ("Orders(1)/Adjust", {word: 1}),
        ("OrderItemAdjustments(1)/RejectRequest", {"SiteRejectReason": word}),
        ("OrderItemAdjustments(1)/RejectRequest", {"SiteRejectReason": "x", "SiteRejectComment": word}),
        ("OrderItemAdjustments(1)/ApproveReturn", {"ConditionQuantityList": [{"Condition": word, "Quantity": 1}]}),
    ):
        doors.connector("POST", f"/v1/{path}", written(body))
    form = b"grant_type=refresh_token&refresh_token=" + quote(word, errors="surrogatepass").encode()
    doors.call("connector", "POST", "/oauth2/token", form, content_type="application/x-www-form-urlencoded")
    notification = written({"type": 12, "tts_notification_id": word, "shop_id": word[:64], "data": {"message": word}})
    app = doors.stage.world()["tiktok"]
    told = hmac.digest(app["app_secret"].encode(), app["app_key"].encode() + notification, "sha256").hex()
    for kind in (notification, notification.replace(b"12", b"6", 1)):
        doors.call("connector", "POST", "/webhooks/tiktok", kind, authorization=told)


def staff(doors: Doors, word: str, written: Written) -> None:
    form = urlencode({"reason": word, "comment": word, "amount": word, "decision": "REJECT_REFUND", "evidence": word,
                      "line_item_ids": word, "seen": "1", "grade": word, "return_type": "REFUND"},
                     errors="surrogatepass").encode()  # fmt: skip
    case, *_ = doors.stage.oms_adjustments()["adjustments"]
    for door, path in (
        ("oms", f"/cases/{case['id']}/reject"),
        ("oms", f"/orders/{doors.order_id}/refund"),
        ("oms", f"/returns/{doors.return_id}/inspect"),
        ("tiktok", f"/seller-center/orders/returns/{doors.return_id}"),
        ("tiktok", f"/buyer/orders/{doors.order_id}/returns/new"),
    ):
        asked = {"content_type": "application/x-www-form-urlencoded", "accept": "text/html"}
        assert doors.call(door, "POST", path, form, **asked).status_code >= 400, path
    for call in CALLS.values():
        if call.body is not None and call.name != "reset":
            path = f"{PREFIX}{call.path}".replace("{", "").replace("}", "")
            answer = doors.call("control", call.method, path, written({"comment": word, word: word}))
            assert answer.status_code in (400, 422), (path, answer.text)
    names = {"buyer": {"name": word}} if len(word) > 100 else {"buyer": {"name": word}, "lines": [{"sku": word}]}
    doors.call("control", "POST", f"{PREFIX}/orders", written(names))


@pytest.mark.parametrize("written", [escaped, raw])
@pytest.mark.parametrize("door", [marketplace, connector, staff])
def test_nothing_that_somebody_writes_hides_what_there_is_to_see(
    doors: Doors, door: Callable[[Doors, str, Written], None], written: Written
) -> None:
    for word in WORDS if written is escaped else WORDS[:2]:
        door(doors, word, written)
    doors.look()
    checked = Checked.of(doors.stage, "again")
    checked.junit()
    assert checked.broken == []
