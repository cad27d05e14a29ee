"""The doors of a world: what its players are reached by from outside, over sockets.

Calls of an API are judged and recorded, and a connector from outside may die at them; pages are for people.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from mock_tiktok import AppName
from rehearsal.contract.openapi import Contract
from rehearsal.seats.port import CONNECTOR_HOST
from rehearsal.wire.recorder import Call, Endpoint
from rehearsal.wire.transport import WsgiApp, recorded, run_wsgi
from rehearsal.world.hearing import INTERNAL
from rehearsal.world.world import API_HOST, AUTH_HOST, World

API_ALONE: Final = "rehearsal.api_alone"  # in the environment of a call that no page may answer
HOSTS: Final = {"tiktok": API_HOST, "tiktok_auth": AUTH_HOST, "connector": CONNECTOR_HOST}
SEATS: Final = {"connector": "connector", "oms": "OMS"}  # as they are called, by the name of their door


def outside_app(world: World, name: str) -> WsgiApp:
    """Return what is reached over sockets: "tiktok", "tiktok_auth", "connector" or "oms"."""
    app = {"connector": world.connector.app, "oms": world.oms.app}.get(name, world.marketplace.app)
    if app is None:
        return _nobody(name)
    pages = _guarded(app, world, name)
    if name == "oms":
        return pages
    endpoint = world.wire.endpoint(HOSTS[name])
    assert endpoint is not None

    def passed(when: str, call: Call, endpoint: Endpoint) -> None:
        if call.from_afar and (boundary := world.wire.boundaries.get(call.caller)) is not None:
            boundary(when, call, endpoint)

    def seated(query: str, headers: Mapping[str, str]) -> str | None:
        at_ours = endpoint.name == "marketplace" and world.connector.from_outside
        return _seated(world, query, headers) if at_ours else None

    judged = recorded(
        app,
        recorder=world.recorder,
        name=endpoint.name,
        contract=endpoint.contract,
        guard=world.visited,
        seated=seated,
        boundary=passed,
    )
    return _api_or_pages(world.deaths.deadly(judged), pages, endpoint.contract)


def _seated(world: World, query: str, headers: Mapping[str, str]) -> str | None:
    """Return "connector" for a call to the marketplace that is made with the app of a connector from outside.

    Where a call names no app that there is, its access token says whose it is.
    """
    app_key = next((value for name, value in parse_qsl(query) if name == "app_key"), None)
    with world.lock:
        whose = world.marketplace.whose(app_key, headers.get("x-tts-access-token"))
    return "connector" if whose is AppName.CONNECTOR else None


def _nobody(name: str) -> WsgiApp:
    """Return what answers at the door of a player who is not there."""
    words = f"Nobody of this stage's sits on the seat of the {SEATS[name]}: there is nothing behind this door.\n"

    def serve(environ: dict[str, Any], start_response: Any) -> Sequence[bytes]:
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [words.encode()]

    return serve


def _guarded(app: WsgiApp, world: World, name: str) -> WsgiApp:
    """Return `app` with the world held during each call: pages are no part of a contract, and no part of the trace."""

    def serve(environ: dict[str, Any], start_response: Any) -> Sequence[bytes]:
        with world.visited():
            response = run_wsgi(app, environ)
            if response.status == INTERNAL:
                note = world.note_failure if name == "connector" else world.note_own_failure
                note(f"the {name} page {environ['REQUEST_METHOD']} {environ['PATH_INFO']} is a 500")
        start_response(f"{response.status} {response.reason}", response.headers)
        return [response.body]

    return serve


def _api_or_pages(api: WsgiApp, pages: WsgiApp, contract: Contract) -> WsgiApp:
    """Return an app that has API calls judged and lets people's pages through.

    What a contract names is the API; of the rest, what a browser asks for is a page or belongs to one, but where a door
    leads to the API alone. A client that asks for something else is recorded as the client it is.
    """
    roots = {operation.template.split("/")[1].partition("(")[0].lower() for operation in contract.operations}

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        first, _, rest = environ.get("PATH_INFO", "/").lstrip("/").partition("/")
        browsing = "text/html" in environ.get("HTTP_ACCEPT", "") or "." in (rest or first).rpartition("/")[2]
        page = browsing and API_ALONE not in environ and first.partition("(")[0].lower() not in roots
        return (pages if page else api)(environ, start_response)

    return serve
