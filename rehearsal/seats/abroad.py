"""Calls of this world that leave it: to an address of somebody outside, who may call back before they answer.

What passes is recorded and judged like any other exchange; while it is waited for, the world is let go. The patience is
real time, and for the call as a whole; what the stage itself keeps them waiting meanwhile does not count. Whatever goes
wrong is raised as what requests raises in life.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from mock_oms.adapters.patience import patient
from rehearsal.wire.recorder import Call, Handler, Response

PATIENCE: Final = 30.0  # seconds of real time, for whoever does not say how long they wait
MOST: Final = 4 * 2**20  # bytes of an answer
NOT_PASSED_ON: Final = frozenset({"transfer-encoding", "content-encoding", "content-length", "connection"})
ALONE: Final = {"Connection": "close"}  # so a call says that no other will come on its connection


def abroad(
    url: str, letting_go: Callable[[], AbstractContextManager[None]], stalled: Callable[[], float] = float
) -> Handler:
    """Return a handler that takes each call to `url`, to which its path is appended; redirects are not followed.

    For as many seconds as the stage itself has `stalled` whoever is asked they are not waited for.
    """
    base = url.rstrip("/")

    def clock() -> float:
        return time.monotonic() - stalled()  # noqa: TID251 - somebody else is waited for, with a bound

    def handler(call: Call) -> Response:
        request = requests.PreparedRequest()  # in its final form already: there is nothing to prepare
        request.method, request.body = call.method, call.body or None
        request.url = base + call.path + (f"?{call.query}" if call.query else "")
        request.headers = CaseInsensitiveDict({**call.headers, **ALONE})
        patience = PATIENCE if call.patience is None else call.patience.total_seconds()
        with letting_go(), calling(clock) as http:
            try:
                with http.get_adapter(request.url).send(request, stream=True, timeout=patience) as response:
                    body = _body(response)
            except (HTTPError, OSError, ValueError) as error:
                if isinstance(error, requests.RequestException):
                    raise
                raise requests.ConnectionError(str(error)) from error
        headers = [(name, value) for name, value in response.headers.items() if name.lower() not in NOT_PASSED_ON]
        headers.append(("Content-Length", str(len(body))))
        return Response(response.status_code, response.reason or "", headers, body)

    return handler


def calling(clock: Callable[[], float]) -> requests.Session:
    """Return a session for one call, patient by a clock: its connection is nobody else's, and ends with it.

    Whoever is outside may close a connection whenever they please, also just before the next call comes on it.
    """
    http = patient(requests.Session(), clock)
    http.trust_env = False
    http.headers.update(ALONE)
    return http


def nobody(call: Call) -> Response:
    """Take a call to a host that there is not."""
    raise requests.ConnectionError(f"no such host: {call.host}")


def is_late(error: requests.RequestException) -> bool:
    """Return whether a call came to nothing because its time was over, also in the midst of the answer."""
    return isinstance(error, requests.Timeout) or "timed out" in str(error) or "too long" in str(error)


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(2**16):
        body += chunk
        if len(body) > MOST:
            raise requests.ConnectionError(f"the answer is longer than {MOST} bytes")
    return bytes(body)
