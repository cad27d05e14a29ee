"""Where the connector's webhooks arrive: signed ones are a hint to look at once, whatever they say; 401 else."""

import hmac
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

Json = dict[str, Any]


def webhook_app(secret: str, told: Callable[[str, Json], None]) -> Callable[..., Iterable[bytes]]:
    """Return the WSGI app of the address; `told` hears of each that is signed: event, order."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        expected = hmac.digest(secret.encode(), body, "sha256").hex()
        signed = hmac.compare_digest(expected.encode(), environ.get("HTTP_AUTHORIZATION", "").encode())
        if signed:
            told(environ.get("HTTP_X_EVENT_TYPE", ""), _read(body))
        start_response("204 No Content" if signed else "401 Unauthorized", [])
        return ()

    return app


def _read(body: bytes) -> Json:
    with suppress(ValueError):
        said = json.loads(body)
        return said if isinstance(said, dict) else {}
    return {}
