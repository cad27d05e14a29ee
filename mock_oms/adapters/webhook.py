"""Where the connector's webhooks arrive: signed ones are a hint to look at once, whatever they say; 401 else."""

import hmac
from collections.abc import Callable, Iterable
from typing import Any


def webhook_app(secret: str, told: Callable[[], None]) -> Callable[..., Iterable[bytes]]:
    """Return the WSGI app of the address; `told` hears of each that is signed."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        expected = hmac.digest(secret.encode(), body, "sha256").hex()
        signed = hmac.compare_digest(expected.encode(), environ.get("HTTP_AUTHORIZATION", "").encode())
        if signed:
            told()
        start_response("204 No Content" if signed else "401 Unauthorized", [])
        return ()

    return app
