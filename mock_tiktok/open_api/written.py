"""What the platform's responses are made of: amounts as text, times in seconds, pictures, pages."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any, Final, TypeVarTuple
from urllib.parse import quote

from mock_tiktok.domain.money import FEES
from mock_tiktok.domain.orders import LineItem
from mock_tiktok.domain.searches import Page

Json = dict[str, Any]

Things = TypeVarTuple("Things")

KEPT: Final = 1024  # documents that are not written anew
_SIZE: Final = (200, 200)  # of pictures, in pixels
IMAGES: Final = "https://p16-oec-va.ibyteimg.com/"


@lru_cache(maxsize=8192)
def money(amount: Decimal) -> str:
    """Return an amount as the platform writes it: no padding, zero is "0"."""
    return f"{amount.normalize():f}"


def seconds(at: datetime) -> int:
    """Return an instant in Unix seconds."""
    return int(at.timestamp())


def valued(fields: Json) -> Json:
    """Leave out what has no value."""
    return {name: value for name, value in fields.items() if value is not None}


def maybe_seconds(at: datetime | None) -> int | None:
    return None if at is None else seconds(at)


def market_fee(fee: Decimal, currency: str) -> Json:
    """Return what a market adds to an order, by its name there; nothing where there is none."""
    return {FEES[currency]: money(fee)} if fee else {}


def image(line: LineItem) -> Json:
    return picture(f"{line.product_id}.jpeg")


def picture(name: str, size: tuple[int, int] | None = None) -> Json:
    """Return a picture by its address, or by its name among the platform's own."""
    width, height = size or _SIZE
    return {"url": _address(name), "width": width, "height": height}


@lru_cache(maxsize=1024)  # each answer about a line shows the line's
def _address(name: str) -> str:
    return name if "://" in name else f"{IMAGES}{quote(name)}"


def video(url: str) -> Json:
    return {**picture(url), "cover": f"{url}.jpeg", "duration_millis": 10_000}


def once(write: Callable[[*Things], Json]) -> Callable[[*Things], Json]:
    """Have things be written once for as long as they are the same ones: who changes one puts another in its place.

    A list shows again most of what the last one has shown.
    """
    kept: dict[tuple[int, ...], tuple[object, Json]] = {}

    @wraps(write)
    def written(*things: *Things) -> Json:
        which = tuple(map(id, things))  # nothing else can be at the same place while these are kept
        if which in kept:
            return kept[which][1]
        document = write(*things)
        if len(kept) >= KEPT:
            kept.clear()
        kept[which] = things, document
        return document

    return written


def page_of(name: str, page: Page[Any], write: Callable[[Any], Json]) -> Json:
    """Return one page. An empty one leaves its list out, and the last one's token is empty."""
    written: Json = {"total_count": page.total, "next_page_token": page.next_token}
    if page.items:
        written[name] = [write(item) for item in page.items]
    return written
