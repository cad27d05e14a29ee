"""Telling an OMS, at the address of its webhook: one attempt, signed, and whether it was taken.

How ChannelAdvisor signs, and how it names the event, was not found: both are assumed to be as the marketplace does it.
"""

import hmac
import logging
from collections.abc import Callable
from datetime import timedelta

import requests

log = logging.getLogger(__name__)


def webhook(http: requests.Session, url: str, secret: str, timeout: timedelta) -> Callable[[str, bytes], bool]:
    """Return what sends an event, by its type and the order, to `url`, and returns whether it was taken."""

    def send(event: str, body: bytes) -> bool:
        signature = hmac.digest(secret.encode(), body, "sha256").hex()
        headers = {"Content-Type": "application/json", "Authorization": signature, "X-Event-Type": event}
        try:
            answer = http.post(url, data=body, headers=headers, timeout=timeout.total_seconds(), allow_redirects=False)
        except (requests.RequestException, OSError) as error:
            log.warning("the OMS has not taken %s: %s", event, type(error).__name__)
            return False
        return answer.status_code // 100 == 2

    return send
