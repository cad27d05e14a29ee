"""Routes that every connector in a process has alike: compiling them once saves most of making one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import Map, MapAdapter, Rule, RuleFactory
from werkzeug.wsgi import get_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REMEMBERED: Final = 1024


class SharedRoutes(Map):
    """A map to which each app adds the same rules; what it has already it does not compile again."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._known: set[tuple[str, Any, frozenset[str]]] = set()
        # Where calls have led: by method and path, for the first so many of them.
        self.led: Final[dict[tuple[str, str], tuple[Rule, Mapping[str, Any]]]] = {}

    def add(self, rulefactory: RuleFactory) -> None:
        with self._lock:
            for rule in rulefactory.get_rules(self):
                known = rule.rule, rule.endpoint, frozenset(rule.methods or ())
                if known not in self._known:
                    self._known.add(known)
                    super().add(rule)


ROUTES: Final = SharedRoutes()


class NoSessions(SessionInterface):
    """Nobody is remembered from one call to the next."""

    _none: Final = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._none

    def is_null_session(self, obj: object) -> bool:
        return True


_OF_A_HOST: Final = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT")


@lru_cache(maxsize=64)
def _host(*said: str | None) -> str:
    """Return the host that a request is for, of what it says."""
    return get_host({name: value for name, value in zip(_OF_A_HOST, said, strict=True) if value is not None})


class Written(Response):
    """A response whose body is there as it will leave, with nothing to be made of it or of its headers any more."""

    def __init__(self, body: bytes, status: int, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body, status, headers, content_type=content_type)
        self._body = body

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Leave, as WSGI has it."""
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return [self._body]


class App(Flask):
    """A Flask app with these routes, whatever name it is called by; what they lead to is its own.

    The views of its `plain` endpoints return responses. What is hung around views in general is not for them: they are
    found and called on a short way. Nobody hears a signal of Flask's about them.
    """

    url_map_class = staticmethod(lambda host_matching: ROUTES)  # type: ignore[assignment]
    session_interface = NoSessions()

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.plain: Final[set[str]] = set()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the routes to a call; Flask's own way costs thrice as much, for subdomains that nobody has here.

        A call that leads where an earlier one has led to a plain endpoint is there already.
        """
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        request.host = _host(*map(environ.get, _OF_A_HOST))
        if (led := ROUTES.led.get((request.method, request.path))) is not None and led[0].endpoint in self.plain:
            request.url_rule, request.view_args = led[0], {**led[1]}
            return None
        return MapAdapter(
            self.url_map,
            request.host,
            request.root_path or "/",
            "",
            request.scheme,
            request.path,
            request.method,
            environ.get("QUERY_STRING", ""),
        )

    def full_dispatch_request(self) -> Response:
        """Answer a call."""
        here: Request = request._get_current_object()  # type: ignore[attr-defined]  # once, not at every mention
        rule = here.url_rule
        if rule is None or rule.endpoint not in self.plain:
            return super().full_dispatch_request()
        views: Mapping[str, Callable[..., Response]] = self.view_functions  # type: ignore[assignment]  # see above
        arguments = here.view_args or {}
        if len(ROUTES.led) < REMEMBERED:
            ROUTES.led.setdefault((here.method, here.path), (rule, arguments))
        try:
            return views[rule.endpoint](**arguments)
        except Exception as error:
            return self.finalize_request(self.handle_user_exception(error))

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """Call what is hung behind the responses, if anything is."""
        if self.teardown_request_funcs:
            super().do_teardown_request(exc)
