"""How a request to the Open API is signed, and how a signature is checked: over what was received, byte for byte.

HMAC-SHA256 with the app secret over secret + path + every query pair in the order of its name + raw body + secret.
`sign` and the access token are left out, values are taken decoded, a multipart body does not count.
"""

import hmac
import json
from collections.abc import Iterable
from itertools import groupby
from typing import Final

UNSIGNED: Final = frozenset({"sign", "access_token", "x-tts-access-token"})

Pairs = Iterable[tuple[str, str]]


def signature(secret: str, path: str, query: Pairs, body: bytes = b"") -> str:
    """Return the `sign` of a request. `query` holds decoded pairs in any order."""
    signed = sorted((pair for pair in query if pair[0] not in UNSIGNED), key=lambda pair: pair[0])
    text = f"{secret}{path}{''.join(name + value for name, value in signed)}".encode()
    return hmac.digest(secret.encode(), text + body + secret.encode(), "sha256").hex()


def verifies(sign: str, secret: str, path: str, query: Pairs, body: bytes) -> bool:
    """Say whether `sign` fits the request as it was received, in any of the forms that real clients use."""
    if not sign.isascii():
        return False
    pairs = list(query)
    if hmac.compare_digest(signature(secret, path, pairs, body), sign):
        return True
    # TikTok's own Node SDK sends `{}` and signs as if there were no body.
    bodies = [b""] if body and _is_empty(body) else []
    # One client repeats `ids=a&ids=b` on the wire, which it may have signed as the comma list it stands for.
    joined = _joined(pairs)
    others = [(pairs, one) for one in bodies]
    others += [(joined, one) for one in (body, *bodies)] if len(joined) < len(pairs) else []
    return any(hmac.compare_digest(signature(secret, path, query, one), sign) for query, one in others)


def _is_empty(body: bytes) -> bool:
    if len(body) > 16:
        return False
    try:
        return json.loads(body) in ({}, [])
    except ValueError:
        return False


def _joined(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    ordered = sorted(pairs, key=lambda pair: pair[0])
    return [(name, ",".join(value for _, value in same)) for name, same in groupby(ordered, key=lambda pair: pair[0])]
