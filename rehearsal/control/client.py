"""The Stage over HTTP: every call is one request to an address."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import requests

from rehearsal.control.calls import RECORDS, Call
from rehearsal.control.stage import Json, Problem, Stage

PATIENCE: Final = 900.0  # seconds of real time; a long advance over a busy world takes a while

# The titles of problems that no stage has answered.
SILENT: Final = "The stage does not answer"
FOREIGN: Final = "This is not the control API"


class HttpStage(Stage):
    """The Stage at `url`, which ends in `/control/v1` or in a world's own path."""

    def __init__(self, url: str, *, token: str | None = None, patience: float = PATIENCE) -> None:
        self.url = url.rstrip("/")
        self._patience = patience
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy has no business between a test and its stage
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def close(self) -> bool:
        """Let go of the connections."""
        self._http.close()
        return True

    def request(self, call: Call, path: Mapping[str, str], body: Json) -> Json:
        address = call.path.format_map({name: quote(value, safe="") for name, value in path.items()})
        sent = {"params": body} if call.body is None else {"json": body}
        return _document(self._send(call.method, address, **sent))

    def record(self, name: str) -> bytes:
        return self._send("GET", RECORDS[name][0]).content

    def _send(self, method: str, path: str, **sent: Any) -> requests.Response:
        url = self.url + path
        try:
            response = self._http.request(
                method, url, headers=self._headers, timeout=self._patience, allow_redirects=False, **sent
            )
        except (requests.RequestException, ValueError) as error:  # or it is no address, or no token
            raise Problem(503, SILENT, f"{method} {url}: {error}") from error
        if response.ok and response.status_code < 300:
            return response
        raise _problem(response)


def _document(response: requests.Response) -> Json:
    try:
        document = response.json()
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    raise Problem(502, FOREIGN, f"{response.url} answered {response.headers.get('Content-Type')}")


def _problem(response: requests.Response) -> Problem:
    try:
        document = response.json()
        return Problem(
            response.status_code,
            document["title"],
            document.get("detail", ""),
            field=document.get("field"),
            code=document.get("code"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Problem(502, FOREIGN, f"{response.url} answered HTTP {response.status_code}")
