"""What a marketplace remembers of its webhooks: who asked to be told what, what was sent, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mock_tiktok.state.tokens import AppName


@dataclass(frozen=True, slots=True)
class Subscription:
    """An app wants to be told of one topic in one shop; there is one address per topic."""

    app: AppName
    shop_id: str
    event_type: str
    address: str
    created_at: datetime
    updated_at: datetime


class DeliveryState(StrEnum):
    """How a notification stands."""

    WAITING = "WAITING"  # for its first attempt, or its next one
    DELIVERED = "DELIVERED"
    DROPPED = "DROPPED"  # after the last attempt
    WITHDRAWN = "WITHDRAWN"  # nobody asks for it any more


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver: what was answered, or why nothing was."""

    at: datetime
    number: int
    status: int | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification and its attempts. `about` are the ids of what it tells of; `body` is sent each time the same."""

    notification_id: str
    app: AppName
    shop_id: str
    event_type: str
    type: int
    address: str
    body: bytes
    created_at: datetime
    order_id: str | None = None
    return_id: str | None = None
    cancel_id: str | None = None
    state: DeliveryState = DeliveryState.WAITING
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: datetime | None = None


@dataclass(slots=True)
class WebhookState:
    """All of it, in the order in which it came about."""

    subscriptions: dict[tuple[AppName, str, str], Subscription] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
