"""Our connector as somebody else's: a process of its own, driven by the stage, or by the machine's clock.

Only what drives it is written here; what is driven is the connector as it is deployed. Where it is told of no control
API it keeps the machine's clock. What an OMS needs to be let in is known.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import requests
from waitress import serve
from werkzeug import Request, Response

from connector import Connector, Settings, cli
from connector.errors import Duplicate

HTTP = requests.Session()
HTTP.trust_env = False
CLIENT: Final = {
    "application id": "an-application",
    "shared secret": "what-the-two-share",
    "refresh token": "what-it-comes-back-with",
}


def secret(purpose: str) -> str:
    return CLIENT.get(purpose) or secrets.token_urlsafe(24)


class StageClock:
    """The stage's time, as it was when the call began that is being answered: it stands still meanwhile."""

    def __init__(self) -> None:
        self.look()

    def look(self) -> None:
        self._now = datetime.fromisoformat(HTTP.get(os.environ["CONTROL"] + "/clock", timeout=20).json()["now"])

    def now(self) -> datetime:
        return self._now


class ByMachine:
    """The connector's own API and pages, and beside them what the stage asks; its rounds are made by a worker."""

    def __init__(self) -> None:
        self.clock: Any = self.a_clock()
        self.connector = Connector(Settings.from_env(), clock=self.clock, http=HTTP, secret=secret)
        self.connector.migrate()
        with suppress(Duplicate):  # it starts again
            self.connector.add_client("oms")
        self.begin()

    def a_clock(self) -> Any:
        return cli.SystemClock()

    def begin(self) -> None:
        cli.LOOK_EVERY = 0.1  # type: ignore[misc]  # a second is long in a world that runs fast
        threading.Thread(target=cli.work, args=(self.connector, threading.Event()), daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = Request(environ)
        if asked.path == "/authorize":
            self.connector.add_shop(asked.args["code"])
        elif asked.path not in ("/ready", "/round"):
            return list(self.connector.app(environ, start_response))
        return Response(status=204)(environ, start_response)


class Driven(ByMachine):
    """It takes its time and its rounds from the stage; one call at a time."""

    def a_clock(self) -> Any:
        return StageClock()

    def begin(self) -> None:
        self._one = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._one:
            self.clock.look()
            answer = super().__call__(environ, start_response)
            while (due := self.connector.next_due()) is not None and due.at <= self.clock.now():
                self.connector.run_due(self.clock.now())  # also a decision that would come too late with the next round
            return answer


if __name__ == "__main__":
    sits = Driven() if "CONTROL" in os.environ else ByMachine()
    serve(sits, host="127.0.0.1", port=int(os.environ["CONNECTOR_PORT"]), threads=4, _quiet=True)
