"""The yardstick: a call of `requests` to a Flask route in the same process, with nothing of ours around it.

Figures of different machines can be compared as so many bare calls. The adapter is the least that makes one possible.
"""

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import flask
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict


class _Bare(BaseAdapter):
    def __init__(self, app: flask.Flask) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        environ = {
            "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": url.path, "QUERY_STRING": url.query,
            "SERVER_NAME": url.netloc, "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": url.netloc,
            "CONTENT_LENGTH": "0", "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        response = requests.Response()
        response.request, response.url = request, str(request.url)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            response.status_code, response.headers = int(status[:3]), CaseInsensitiveDict(headers)

        response.raw = io.BytesIO(b"".join(self._app(environ, start)))
        return response

    def close(self) -> None:
        """Nothing is open."""


def calls(number: int) -> Callable[[], None]:
    """Return a function that makes so many bare calls."""
    app = flask.Flask("bare")
    app.add_url_rule("/list", "list", lambda: {"code": 0, "data": {"rows": [], "total_count": 0}})
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Bare(app))

    def make() -> None:
        for _ in range(number):
            if session.get("https://bare.example/list").json()["code"] != 0:
                raise RuntimeError("a bare call went wrong")

    return make
