"""What a search asks for and what it finds. Times are aware UTC; `ge` is inclusive, `lt` exclusive."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
SortField = Literal["create_time", "update_time"]


@dataclass(frozen=True, slots=True)
class Sort:
    """By which time, and in which direction. Orders default to descending, returns to ascending: the caller says."""

    field: SortField = "create_time"
    ascending: bool = True


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many, and from where: `token` is what the page before gave, empty for the first."""

    size: int = 10
    token: str = ""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page. `next_token` is empty on the last."""

    items: tuple[T, ...]
    total: int
    next_token: str


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open stretch of time, open-ended where None."""

    ge: datetime | None = None
    lt: datetime | None = None

    @property
    def is_all(self) -> bool:
        """Say whether it leaves nothing out."""
        return self.ge is None and self.lt is None

    def holds(self, at: datetime) -> bool:
        """Say whether the instant lies in it."""
        return (self.ge is None or at >= self.ge) and (self.lt is None or at < self.lt)


ALWAYS = TimeRange()


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """Search Returns: an empty tuple means that any value will do."""

    return_ids: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    buyer_user_ids: tuple[str, ...] = ()
    return_types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    arbitration_statuses: tuple[str, ...] = ()
    seller_proposed_return_types: tuple[str, ...] = ()
    created: TimeRange = ALWAYS
    updated: TimeRange = ALWAYS


@dataclass(frozen=True, slots=True)
class CancellationFilter:
    """Search Cancellations; both spellings of the withdrawn status are understood."""

    cancel_ids: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    buyer_user_ids: tuple[str, ...] = ()
    cancel_types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    created: TimeRange = ALWAYS
    updated: TimeRange = ALWAYS


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Get Order List."""

    status: str | None = None
    buyer_user_id: str | None = None
    is_buyer_request_cancel: bool | None = None
    warehouse_ids: tuple[str, ...] = ()
    created: TimeRange = ALWAYS
    updated: TimeRange = ALWAYS


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: its key, which is the contract, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether some units of one SKU can be claimed in one way; `code` and `reason` say why not."""

    sku_id: str
    request_type: str
    line_item_ids: tuple[str, ...]
    eligible: bool
    code: int | None = None
    reason: str | None = None
    reason_names: tuple[str, ...] = ()
