"""What people look at is theirs alone: no frame, no stranger's name, and off loopback no page without the token."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from werkzeug.test import Client, TestResponse

from rehearsal.control.local import InProcessStage
from rehearsal.server.access import Gate
from rehearsal.server.control_api import control_app
from rehearsal.server.doors import APIS, Door, guarded
from rehearsal.server.front import Wsgi
from rehearsal.world.doors import HOSTS
from rehearsal.world.world import World

ENTRANCES = {
    "control": ["/", "/no-such-page"],
    "tiktok": ["/seller-center/orders/returns?tab=all", "/buyer/orders", "/no-such-page", "/buyer/no-such-page"],
    "connector": ["/", "/no-such-page", "/orders/999999"],
    "oms": ["/", "/no-such-page", "/orders/999999"],
}
API_CALLS = {
    "tiktok": "/order/202309/orders/search",
    "tiktok_auth": "/api/v2/token/get",
    "connector": "/V1/Orders",
    "control": "/control/v1/world",
}
TOKEN = "open-sesame"
ELSEWHERE = re.compile(r'(?:<link[^>]* href|\bsrc|\baction)="(?![/?#]|data:)')


@dataclass
class Street:
    """Every door of a served world, without the sockets."""

    stage: InProcessStage
    gate: Gate

    def door(self, name: str) -> Wsgi:
        if name == "control":
            return control_app(self.stage, self.gate)
        return guarded(Door(self.stage, name), self.gate, name)

    def get(self, name: str, path: str, host: str = "127.0.0.1:8700", **headers: str) -> TestResponse:
        return Client(self.door(name)).get(path, headers={"Host": host, **headers}, buffered=True)


@pytest.fixture
def street() -> Callable[..., Street]:
    stage = InProcessStage(World)
    for _ in range(2):
        order = stage.place_order()["order_id"]
    stage.request_return(order, type="REFUND")
    stage.advance(by="PT1H")
    return lambda **gate: Street(stage, Gate(token=TOKEN, **gate))


def crawled(get: Callable[[str], TestResponse], entrances: list[str]) -> dict[str, TestResponse]:
    """Follow every link of every page, styles included."""
    seen: dict[str, TestResponse] = {}
    ahead = list(entrances)
    while ahead and len(seen) < 60:
        path = ahead.pop()
        if path not in seen:
            seen[path] = response = get(path)
            if response.mimetype == "text/html":
                found = re.findall(r'(?:href|src)="(/[^"#]*)', response.text)
                ahead += [one.replace("&amp;", "&") for one in found]
    return seen


@pytest.mark.parametrize("name", ENTRANCES)
def test_no_page_can_be_framed_or_run_a_script_or_load_from_elsewhere(street: Callable[..., Street], name: str) -> None:
    pages = crawled(lambda path: street().get(name, path), ENTRANCES[name])
    assert len(pages) > len(ENTRANCES[name])
    for path, page in pages.items():
        policy = page.headers.get("Content-Security-Policy", "none")
        if page.mimetype == "text/css":
            assert "url(" not in page.text, path
        if not page.is_json:
            assert ELSEWHERE.findall(page.text) == [], path
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert "unsafe" not in policy, path
            if 'rel="icon" href="data:' in page.text:  # whatever a page asks for itself it may have
                assert re.search(r"img-src [^;]*data:", policy), path
            assert page.headers["X-Frame-Options"] == "DENY", path
            assert page.headers["X-Content-Type-Options"] == "nosniff", path
            assert "<script" not in page.text, path
            assert " style=" not in page.text, path


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8700", "localhost.evil.example", "[", "", "0.0.0.0"]
)
@pytest.mark.parametrize("name", ["control", *APIS])
def test_a_strangers_name_is_refused_at_every_door(street: Callable[..., Street], name: str, host: str) -> None:
    for path in (*ENTRANCES.get(name, []), API_CALLS.get(name, "/")):
        assert street().get(name, path, host=host).status_code in (400, 403), path


@pytest.mark.parametrize("host", ["localhost:8701", "127.0.0.1", "[::1]:8701", "LOCALHOST:1", "stage.example:8701"])
@pytest.mark.parametrize("name", ["control", *APIS])
def test_our_own_names_are_served(street: Callable[..., Street], name: str, host: str) -> None:
    for path in (*ENTRANCES.get(name, [])[:1], API_CALLS.get(name, "/")):
        response = street(public_host="stage.example").get(name, path, host=host)
        assert "Foreign host" not in response.text, path


@pytest.mark.parametrize(("name", "host"), HOSTS.items())
def test_a_vendor_s_own_name_leads_to_its_api_alone(street: Callable[..., Street], name: str, host: str) -> None:
    for door in APIS:
        api = street().get(door, API_CALLS.get(door, "/"), host=f"{host.upper()}:443")
        assert ("Foreign host" in api.text) is (door != name), door
        for page in set(ENTRANCES.get(door, [])) - {"/no-such-page"}:
            assert "Foreign host" in street().get(door, page, host=host).text, page


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0"])
def test_a_client_of_the_vendor_hears_from_the_api_what_it_has_not(street: Callable[..., Street], bind: str) -> None:
    for path in ("/product/202309/products/search", "/no/such.html", "/oauth/authorize", "/favicon.ico"):
        answer = street(bind=bind).get("tiktok", path, host=HOSTS["tiktok"], Accept="text/html, image/gif, *; q=.2")
        assert (answer.is_json, "Invalid path. The specified path" in answer.text) == (True, True)


@pytest.mark.parametrize("name", ENTRANCES)
def test_off_loopback_a_page_needs_the_token_and_an_api_has_credentials_of_its_own(
    street: Callable[..., Street], name: str
) -> None:
    away = street(bind="0.0.0.0")
    for path in crawled(lambda path: street().get(name, path), ENTRANCES[name]):
        assert away.get(name, path, host="stage.example").status_code == 401, path
        assert away.get(name, path, Authorization="Bearer wrong").status_code == 401, path
        assert away.get(name, path, Authorization=f"Bearer {TOKEN}").status_code in (200, 404), path
    api = away.get(name, API_CALLS.get(name, "/"), host="stage.example")
    assert "A token is needed" not in api.text or name in ("control", "oms")


@pytest.mark.parametrize("name", ENTRANCES)
def test_a_browser_brings_the_token_once(street: Callable[..., Street], name: str) -> None:
    browser = Client(street(bind="0.0.0.0").door(name))
    path = ENTRANCES[name][0]
    assert browser.get(f"{path.partition('?')[0]}?token=wrong").status_code == 401
    entered = browser.get(f"{path.partition('?')[0]}?token={TOKEN}")
    assert entered.status_code == 302
    assert TOKEN not in entered.headers["Location"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(entered.headers["Set-Cookie"].split("; "))
    assert browser.get(path).status_code == 200
