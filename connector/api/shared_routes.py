"""Routes that every connector in a process has alike: compiling them once saves most of making one."""

from __future__ import annotations

from threading import Lock
from typing import Any, Final

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import Map, MapAdapter, RuleFactory
from werkzeug.wsgi import get_host


class SharedRoutes(Map):
    """A map to which each app adds the same rules; what it has already it does not compile again."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._known: set[tuple[str, Any, frozenset[str]]] = set()

    def add(self, rulefactory: RuleFactory) -> None:
        """Add the rules that are new."""
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


class App(Flask):
    """A Flask app with these routes, whatever name it is called by; what they lead to is its own."""

    url_map_class = staticmethod(lambda host_matching: ROUTES)  # type: ignore[assignment]
    session_interface = NoSessions()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the routes to a call; Flask's own way costs thrice as much, for subdomains that nobody has here."""
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        request.host = get_host(environ)
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
