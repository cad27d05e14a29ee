"""Our connector as somebody else's: a process of its own that takes its time and its rounds from the stage.

Only what drives it is written here; what is driven is the connector as it is deployed. What an OMS needs to be let in
is printed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import requests
from waitress import serve
from werkzeug import Request, Response

from connector import Connector, Settings

HTTP = requests.Session()
HTTP.trust_env = False


class StageClock:
    """The stage's time, as it was when the call began that is being answered: it stands still meanwhile."""

    def __init__(self) -> None:
        self.look()

    def look(self) -> None:
        self._now = datetime.fromisoformat(HTTP.get(os.environ["CONTROL"] + "/clock", timeout=20).json()["now"])

    def now(self) -> datetime:
        return self._now


class Driven:
    """The connector's own API and pages, and beside them what the stage tells it."""

    def __init__(self) -> None:
        self.clock = StageClock()
        self.connector = Connector(Settings.from_env(), clock=self.clock, http=HTTP)
        self.connector.migrate()
        client = self.connector.add_client("oms")
        print(f"client {client.application_id} {client.shared_secret} {client.refresh_token}")
        self._one = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._one:
            self.clock.look()
            asked = Request(environ)
            if asked.path == "/authorize":
                self.connector.add_shop(asked.args["code"])
            elif asked.path not in ("/ready", "/round"):
                answer = list(self.connector.app(environ, start_response))
                self.act()  # a decision that would come too late with the next round goes out at once
                return answer
            else:
                self.act()
            return Response(status=204)(environ, start_response)

    def act(self) -> None:
        while (due := self.connector.next_due()) is not None and due.at <= self.clock.now():
            self.connector.run_due(self.clock.now())


if __name__ == "__main__":
    serve(Driven(), host="127.0.0.1", port=int(os.environ["CONNECTOR_PORT"]), threads=4, _quiet=True)
