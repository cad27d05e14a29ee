"""The doors of a served world: where outsiders meet its players, and how one learns that somebody serves there.

A door looks the current world up at each call, so that its address outlives a reset. Every door answers a knock, at a
path of its own, without touching the world. Before it stands the gate.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from werkzeug import Request, Response
from werkzeug.utils import redirect

from mock_tiktok.pages.app import PREFIXES
from rehearsal.control.local import InProcessStage
from rehearsal.control.places import named
from rehearsal.control.stage import Problem
from rehearsal.server.access import COOKIE, Gate, called_by
from rehearsal.server.front import Wsgi
from rehearsal.server.machine_time import marketplace_by_machine, pages_by_machine
from rehearsal.world.doors import API_ALONE, HOSTS, outside_app

KNOCK: Final = "/.well-known/rehearsal"
# Where the players' machines meet, by service; all else are pages for people.
APIS: Final = {
    "tiktok": ("/api/", "/authorization/", "/order/", "/return_refund/"),
    "tiktok_auth": ("/api/",),
    "connector": ("/v1/", "/oauth2/"),
    "oms": (),
}
# Who asks somebody outside when they act: not while one of those waits for the answer to a call of their own.
ASK_OUTSIDE: Final = ("connector", "oms")
# By which name a service's own clients call it, who know no other; and what they do not find there.
PAGES: Final = {"tiktok": PREFIXES, "tiktok_auth": PREFIXES}


class Door:
    """Where outsiders meet one service of whatever world stands behind the address now."""

    def __init__(self, stage: InProcessStage, name: str) -> None:
        self._stage = stage
        self._name = name
        self._open: tuple[object, Wsgi] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._stage.holding(waiting=ASK_OUTSIDE) as world:
            opened = self._open
            if opened is None or opened[0] is not world:
                app = outside_app(world, self._name)
                if world.compression is not None:
                    led = marketplace_by_machine if self._name in ("tiktok", "tiktok_auth") else pages_by_machine
                    app = led(app, world.compression)
                opened = self._open = (world, app)
            try:
                return list(opened[1](environ, start_response))
            except Exception as fault:
                world.note_own_failure(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}: {named(fault)}")
                raise


def guarded(app: Wsgi, gate: Gate, name: str) -> Wsgi:
    """Return a service's app behind the gate: no call by a stranger's name, no page without the token that it needs."""
    apis, host = APIS[name], HOSTS.get(name)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked, path = Request(environ), environ["PATH_INFO"].lower()
        try:
            if called_by(asked) == host and (path.startswith(apis) or not path.startswith(PAGES.get(name, "/"))):
                environ["wsgi.url_scheme"] = "https"  # as it is called there, so that links lead back
                environ[API_ALONE] = True
            elif path.startswith(apis):
                gate.check_name(asked)
            elif entered := _enters(gate, asked):
                return entered(environ, start_response)
        except Problem as problem:
            words = f"{problem.title}: {problem.detail}\n"
            return Response(words, problem.status, content_type="text/plain; charset=utf-8")(environ, start_response)
        return app(environ, start_response)

    return serve


def _enters(gate: Gate, asked: Request) -> Response | None:
    """Check who wants to see a page; a browser that brings the token in the address gets it as a cookie."""
    entering = asked.method == "GET" and "token" in asked.args
    gate.check(asked, enters=entering)
    if not entering:
        return None
    entered = redirect(asked.root_path + asked.path, Response=Response)
    entered.set_cookie(COOKIE, asked.args["token"], httponly=True, samesite="Strict")
    return entered


def knockable(app: Wsgi) -> Wsgi:
    """Return `app` with an answer to a knock."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != KNOCK:
            return app(environ, start_response)
        start_response("204 No Content", [])
        return []

    return serve
