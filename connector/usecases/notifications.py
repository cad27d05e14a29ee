"""What the marketplace sends of its own accord: a hint that a round would find something, and nothing more.

A notification says that something has changed, and who it was that says so; what has changed the round reads for
itself. So one that is lost, late, doubled or out of order changes nothing but when a round is made: the rounds of the
grid go on as if there were none. One that is not signed by the marketplace changes nothing at all.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from connector.errors import Duplicate
from connector.ports import Clock, Store
from connector.records import Notification

log = logging.getLogger(__name__)

HINTS: Final = {1: "ORDER_STATUS_CHANGE", 11: "CANCELLATION_STATUS_CHANGE", 12: "RETURN_STATUS_CHANGE"}
# What a person has to do something about; the marketplace's own words are logged.
WARNINGS: Final = {6: "SELLER_DEAUTHORIZATION", 7: "UPCOMING_AUTHORIZATION_EXPIRATION"}
TOPICS: Final = (*HINTS.values(), *WARNINGS.values())
KNOWN_FOR: Final = timedelta(days=7)  # much longer than the marketplace tries again
LONGEST_WORDS: Final = 200


class Receipt(StrEnum):
    """What has become of a notification."""

    TAKEN = "taken"
    FORGED = "forged"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Notifications:
    """Takes notifications in; `changed` hears when one puts a round on the agenda."""

    store: Store
    clock: Clock
    app_key: str
    app_secret: str = field(repr=False)
    changed: Callable[[], None]

    def take(self, body: bytes, signature: str) -> Receipt:
        """Take a notification in, once, however often it comes; return at once."""
        expected = hmac.digest(self.app_secret.encode(), self.app_key.encode() + body, "sha256").hex()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            log.warning("a notification of %d bytes is not signed by the marketplace", len(body))
            return Receipt.FORGED
        try:
            kind, number, shop_id, words = _read(json.loads(body), hashlib.sha256(body).hexdigest())
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            log.error("a notification of %d bytes cannot be read", len(body))
            return Receipt.UNREADABLE
        if kind in WARNINGS:
            log.warning("shop %s: %s: %s", shop_id, WARNINGS[kind], words)
        elif kind in HINTS:
            self._hint(shop_id, number)
        return Receipt.TAKEN

    def _hint(self, shop_id: str, number: str) -> None:
        now = self.clock.now()
        try:
            with self.store.writing() as work:
                shop = work.shop_by_site(shop_id)
                if shop is None:
                    return
                work.added(Notification(number, shop.id, now))
                work.notifications_forgotten(now - KNOWN_FOR)
        except Duplicate:
            return
        self.changed()


def _read(document: Any, unnumbered: str) -> tuple[int, str, str, str]:
    """Return its type, its number, whose shop it is about, and its words; raise what a document that lacks one does.

    Notifications without a number have been seen: such a one is told from others by what it says.
    """
    kind, number, shop_id = document["type"], document.get("tts_notification_id", unnumbered), document["shop_id"]
    if type(kind) is not int or not all(
        isinstance(text, str) and 0 < len(text) <= 64 and text.isascii() and text.isprintable()
        for text in (number, shop_id)
    ):
        raise TypeError("type, tts_notification_id or shop_id is of another kind")
    words = str(document.get("data", {}).get("message", ""))[:LONGEST_WORDS]
    return kind, number, shop_id, words.encode(errors="replace").decode()
