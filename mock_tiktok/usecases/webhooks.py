"""Who is told what over webhooks: subscriptions, notifications, and the timetable on which they are tried.

What happens in a shop makes a notification for each app that has asked for it, and puts it on the agenda: at once, and
2 min, 30 min, 3 h and 12 h after attempts that came to nothing. It is sent only when its hour has come, never in the
midst of what it tells of. Where nobody has asked, nothing is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from mock_tiktok.domain import webhooks as rules
from mock_tiktok.domain.webhooks import Json, Topic
from mock_tiktok.domain.words import CancelStatus, CancelType
from mock_tiktok.state.agenda import MARKETPLACE, RANK_WEBHOOK, Entry
from mock_tiktok.state.events import Event
from mock_tiktok.state.marketplace import MarketplaceState
from mock_tiktok.state.platform import Platform
from mock_tiktok.state.store import Store
from mock_tiktok.state.tokens import AppName
from mock_tiktok.state.webhooks import Attempt, Delivery, DeliveryState, Subscription

ATTEMPT: Final = "webhook attempt"
EXPIRATION: Final = "webhook of an authorization's end"
KINDS: Final = frozenset({ATTEMPT, EXPIRATION})
_IDS: Final = ("order_id", "return_id", "cancel_id")


class Answer(NamedTuple):
    """What came back for a notification: a status, or in words why there is none."""

    status: int | None
    failure: str | None = None


Post = Callable[[Delivery], Answer]


def nobody(delivery: Delivery) -> Answer:
    """Deliver to nobody: a marketplace without a way out."""
    return Answer(None, "there is no way out of here")


class Webhooks:
    """The webhooks of one marketplace.

    `post` sends a notification and comes back with what was answered; `led_to` hears, before an address is kept, whose
    it is and what it is; `loopback` says whether addresses of this machine are taken.
    """

    def __init__(self, state: MarketplaceState, platform: Platform) -> None:
        self._market = state
        self._state = state.webhooks
        self._platform = platform
        self.post: Post = nobody
        self.led_to: Callable[[AppName, str], None] = lambda app, address: None
        self.loopback = False
        platform.news.subscribe(self._hear)

    # subscriptions

    def subscribe(self, app: AppName, shop_id: str, event_type: str, address: str) -> Subscription:
        """Have an app told of a topic, from now on at this address."""
        now, key = self._platform.now, (app, shop_id, event_type)
        known = self._state.subscriptions.get(key)
        self.led_to(app, address)
        created = known.created_at if known else now
        kept = self._state.subscriptions[key] = Subscription(app, shop_id, event_type, address, created, now)
        if event_type == rules.EXPIRATION.event_type:
            self.authorized(app, shop_id)
        return kept

    def unsubscribe(self, app: AppName, shop_id: str, event_type: str) -> None:
        """Have an app told no more; where it was not told (what is said then is not found), nothing changes."""
        self._state.subscriptions.pop((app, shop_id, event_type), None)

    def subscriptions(self, app: AppName, shop_id: str) -> list[Subscription]:
        """Return what an app is told of a shop, in the order in which it first asked."""
        return [one for one in self._state.subscriptions.values() if (one.app, one.shop_id) == (app, shop_id)]

    def all_subscriptions(self) -> list[Subscription]:
        """Return what all apps are told, in the order in which they first asked."""
        return list(self._state.subscriptions.values())

    def deliveries(self) -> list[Delivery]:
        """Return every notification with its attempts, oldest first."""
        return list(self._state.deliveries.values())

    # what is told

    def _hear(self, event: Event) -> None:
        """Make the notifications of what has happened."""
        if not self._state.subscriptions or (tells := _TELLS.get(event.name)) is None:
            return
        data = event.data
        store = self._store_of(str(data["order_id"]))
        if store is not None and (told := tells(store, event.at, data)) is not None:
            for app in AppName:
                self._tell(app, store.shop_id, *told)

    def deauthorized(self, app: AppName, shop_id: str) -> None:
        """The seller has taken back what the app could do."""
        self._tell(app, shop_id, rules.DEAUTHORIZATION, rules.deauthorization(shop_id))

    def authorized(self, app: AppName, shop_id: str) -> None:
        """An authorization is good until another hour, or somebody has asked to be told when it will end."""
        key = (app, shop_id, rules.EXPIRATION.event_type)
        until = self._market.tokens[app].authorized_until(shop_id)
        if key in self._state.subscriptions and until is not None:
            self._look_at_authorization(app, shop_id, until - rules.EXPIRATION_FROM)

    def _look_at_authorization(self, app: AppName, shop_id: str, at: datetime) -> None:
        what = f"webhook {rules.EXPIRATION.event_type} to be told"
        at, subject = max(at, self._platform.now), f"{app}|{shop_id}"
        self._platform.agenda.put(
            EXPIRATION, subject, at=at, rank=RANK_WEBHOOK, who=MARKETPLACE, what=what, shop_id=shop_id
        )

    def _tell(self, app: AppName, shop_id: str, topic: Topic, data: Json) -> None:
        subscription = self._state.subscriptions.get((app, shop_id, topic.event_type))
        if subscription is None:
            return
        now, number = self._platform.now, self._platform.new_id("notification")
        body = rules.written(topic, number, shop_id, now, data)
        order_id, return_id, cancel_id = (data.get(name) for name in _IDS)
        event_type, address = topic.event_type, subscription.address
        about = (order_id, return_id, cancel_id)
        self._put(Delivery(number, app, shop_id, event_type, topic.type, address, body, now, *about), now)

    def _put(self, delivery: Delivery, at: datetime) -> None:
        """Keep a notification, and have it tried."""
        self._state.deliveries[delivery.notification_id] = replace(delivery, next_attempt_at=at)
        again = f", attempt {len(delivery.attempts) + 1}" if delivery.attempts else ""
        self._platform.agenda.put(
            ATTEMPT,
            delivery.notification_id,
            at=at,
            rank=RANK_WEBHOOK,
            who=MARKETPLACE,
            what=f"webhook {delivery.event_type} to the {delivery.app}{again}",
            shop_id=delivery.shop_id,
            return_id=delivery.return_id,
        )

    # what is due

    def run(self, entry: Entry) -> tuple[str, bool]:
        """Do what was due; return the words for it and whether anything changed."""
        if entry.kind == ATTEMPT:
            return self._attempt(self._state.deliveries[entry.subject]), True
        name, _, shop_id = entry.subject.partition("|")
        return self._tell_of_expiration(AppName(name), shop_id)

    def order_of(self, entry: Entry) -> str | None:
        """Return the order that an entry of the agenda concerns, if one."""
        delivery = self._state.deliveries.get(entry.subject)
        return delivery.order_id if delivery else None

    def _attempt(self, delivery: Delivery) -> str:
        what, at = f"webhook {delivery.event_type}", self._platform.now
        subscription = self._state.subscriptions.get((delivery.app, delivery.shop_id, delivery.event_type))
        if subscription is None:
            withdrawn = replace(delivery, state=DeliveryState.WITHDRAWN, next_attempt_at=None)
            self._state.deliveries[delivery.notification_id] = withdrawn
            return f"{what} is wanted no more"
        delivery = replace(delivery, address=subscription.address, next_attempt_at=None)
        answer = self.post(delivery)
        number = len(delivery.attempts) + 1
        tried = replace(delivery, attempts=(*delivery.attempts, Attempt(at, number, *answer)))
        if answer.status == rules.TAKEN:
            self._state.deliveries[delivery.notification_id] = replace(tried, state=DeliveryState.DELIVERED)
            return f"{what} delivered to the {delivery.app}"
        came_back = answer.failure or f"answered with {answer.status}"
        if number > len(rules.RETRIES):
            self._state.deliveries[delivery.notification_id] = replace(tried, state=DeliveryState.DROPPED)
            return f"{what} dropped: {came_back}"
        self._put(tried, at + rules.RETRIES[number - 1])
        return f"{what} not delivered: {came_back}"

    def _tell_of_expiration(self, app: AppName, shop_id: str) -> tuple[str, bool]:
        until, now = self._market.tokens[app].authorized_until(shop_id), self._platform.now
        wanted = (app, shop_id, rules.EXPIRATION.event_type) in self._state.subscriptions
        if until is None or until <= now or not wanted:
            return "webhook of an authorization's end is wanted no more", False
        if until - now > rules.EXPIRATION_FROM:
            self._look_at_authorization(app, shop_id, until - rules.EXPIRATION_FROM)
            return "authorization was renewed", False
        self._tell(app, shop_id, rules.EXPIRATION, rules.expiration(shop_id, until, now))
        self._look_at_authorization(app, shop_id, now + rules.EXPIRATION_EVERY)
        return f"authorization ends {until:%Y-%m-%d %H:%M} UTC", True

    def _store_of(self, order_id: str) -> Store | None:
        return next((store for store in self._market.shops.values() if store.orders.get(order_id)), None)


def _order(store: Store, at: datetime, data: Mapping[str, Any]) -> tuple[Topic, Json] | None:
    if data["status"] in rules.UNTOLD:
        return None
    return rules.ORDER_STATUS, rules.order_change(store.order(data["order_id"]), data["status"], at)


def _cancellation(store: Store, at: datetime, data: Mapping[str, Any]) -> tuple[Topic, Json] | None:
    """Tell of what waits or has been decided; what needs no answer never waits, and is told as a success (S18)."""
    item, status = store.get_cancellation(data["cancel_id"]), data.get("status") or data["now"]
    if item.cancel_type is CancelType.CANCEL and status == CancelStatus.PENDING:
        return None
    return rules.CANCELLATION_STATUS, rules.cancellation_change(item, status)


def _return(store: Store, at: datetime, data: Mapping[str, Any]) -> tuple[Topic, Json] | None:
    status = data.get("status") or data["now"]
    if status == data.get("was") or status in rules.UNTOLD:
        return None
    return rules.RETURN_STATUS, rules.return_change(store.get_return(data["return_id"]), status, at)


_TELLS: Final[Mapping[str, Callable[[Store, datetime, Mapping[str, Any]], tuple[Topic, Json] | None]]] = {
    "order_placed": _order,
    "order_status_changed": _order,
    "cancellation_requested": _cancellation,
    "cancellation_status_changed": _cancellation,
    "return_requested": _return,
    "return_status_changed": _return,
}
