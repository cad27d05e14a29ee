"""Whoever is called over `requests` in a test: an adapter that is given each call, and answers it."""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter


@dataclass
class Call:
    """A call as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """Return the JSON in it; where there is nothing, an empty object."""
        return json.loads(self.raw) if self.raw else {}


class Answering(BaseAdapter, ABC):
    """Answers by `answer`; it is mounted on a session in the place of a network."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts, raw = urlsplit(request.url or ""), request.body or b""
        call = Call(
            method=request.method or "",
            path=str(parts.path),
            query=dict(parse_qsl(str(parts.query))),
            headers=dict(request.headers),
            raw=raw if isinstance(raw, bytes) else raw.encode(),
        )
        return self.answer(call, request)

    @abstractmethod
    def answer(self, call: Call, request: requests.PreparedRequest) -> requests.Response:
        """Answer a call."""

    def close(self) -> None:
        """Nothing is open."""


def response_of(
    status: int, content: bytes = b"", request: requests.PreparedRequest | None = None, **headers: str
) -> requests.Response:
    """Return a response as an adapter of `requests` gives it."""
    response = requests.Response()
    response.status_code, response._content = status, content
    response.headers.update(headers)
    if request is not None:
        response.request, response.url = request, request.url or ""
    return response
