"""The doors of a served world: where outsiders meet its players, and how one learns that somebody serves there.

A door looks the current world up at each call, so that its address outlives a reset. Every door answers a knock, at a
path of its own, without touching the world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from rehearsal.control.local import InProcessStage
from rehearsal.server.sockets import Wsgi

KNOCK: Final = "/.well-known/rehearsal"


class Door:
    """Where outsiders meet one service of whatever world stands behind the address now."""

    def __init__(self, stage: InProcessStage, name: str) -> None:
        self._stage = stage
        self._name = name
        self._open: tuple[object, Wsgi] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._stage.holding() as world:
            opened = self._open
            if opened is None or opened[0] is not world:
                opened = self._open = (world, world.outside_app(self._name))
            return list(opened[1](environ, start_response))


def knockable(app: Wsgi) -> Wsgi:
    """Return `app` with an answer to a knock."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != KNOCK:
            return app(environ, start_response)
        start_response("204 No Content", [])
        return []

    return serve
