"""What players show, as the JSON documents of `contracts/control.yaml`. The only place that spells their names."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from mock_tiktok import (
    AppName,
    CancellationView,
    EvidenceView,
    LineItemView,
    Mail,
    OrderView,
    ReturnView,
    TimelineEntry,
)
from mock_tiktok.state.webhooks import Delivery
from mock_tiktok.usecases.webhooks import Webhooks
from rehearsal.audit.invariant import LedgerRow
from rehearsal.audit.refusals import Refusals
from rehearsal.control.addresses import Addresses
from rehearsal.control.stage import Json
from rehearsal.moments import shown_time
from rehearsal.seats.port import Activity, AdjustmentRow, CommandResult
from rehearsal.simulation.player import AgendaLike, FiredLike
from rehearsal.simulation.scheduler import Advanced
from rehearsal.sums import written
from rehearsal.wire.faults.fault import Planned
from rehearsal.world.quiescence import Stillness
from rehearsal.world.state import Failure
from rehearsal.world.world import NO_CLIENT, World

CLIENT: Final = "application_id shared_secret refresh_token"
TOKENS: Final = "access_token refresh_token auth_code"


def world(world: World, addresses: Addresses) -> Json:
    """Return the world: its addresses, its credentials, its time."""
    begun = world.origin
    shops = [shop(world, credentials.shop_id) for credentials in world.marketplace.shops]
    first = shops[0]
    seats = {"connector": world.connector, "oms": world.oms}
    client = None if world.client is NO_CLIENT else {**_shown(world.client, CLIENT), "profile_id": first["profile_id"]}
    elsewhere = {name: seat.address for name, seat in seats.items() if seat.app is None}
    return {
        "name": world.name,
        "seed": world.seed,
        "start": shown_time(begun.start),
        "now": shown_time(world.now),
        **({"business_now": shown_time(world.now)} if world.compression else {}),
        "market": first["region"],
        "currency": first["currency"],
        "profile": first["profile"],
        **({} if world.oms.app is None else {"oms_policy": begun.oms_policy, "oms_manners": list(begun.oms_manners)}),
        "webhooks": begun.webhooks,
        "urls": addresses.document() | elsewhere,
        "ca_file": addresses.ca_file,
        "tiktok": _app(world, _shown_app(world), first),
        "tools": _app(world, AppName.TOOLS, first),
        "connector": client,
        "shops": shops,
    }


def _shown_app(world: World) -> AppName:
    """Return whose app is shown first: that of a connector from outside; our own keeps its app to itself (D40)."""
    return AppName.CONNECTOR if world.connector.from_outside else AppName.TOOLS


def _app(world: World, name: AppName, first: Json) -> Json:
    """Return an app's credentials, with those that the first shop has given it."""
    app = world.marketplace.developer_apps[name]
    given = _given(world, first["shop_id"], name)
    return {"app_key": app.key, "app_secret": app.secret, **given, "shop_id": first["shop_id"]}


def _given(world: World, shop_id: str, app: AppName) -> Json:
    """Return what a shop has given an app."""
    tokens = _shown(world.marketplace.credentials(shop_id, app), TOKENS)
    return {**tokens, "shop_cipher": world.marketplace.shop(shop_id).cipher_for(app)}


def shop(world: World, shop_id: str) -> Json:
    """Return one shop: where it stands, its credentials, and how the connector knows it."""
    known = world.marketplace.shop(shop_id)
    return {
        **_shown(known, "shop_id name seller region"),
        **_given(world, shop_id, _shown_app(world)),
        "tools": _given(world, shop_id, AppName.TOOLS),
        "profile_id": next((shop.profile_id for shop in world.shops.known if shop.shop_id == shop_id), None),
        **_shown(known.profile, "currency"),
        "profile": known.profile.name,
        "seller_refunds": list(known.profile.eligible["SELLER"]["REFUND"]),
    }


def happening(entry: FiredLike | AgendaLike) -> Json:
    """Return one thing that fired or is due."""
    about = {"return_id": entry.return_id, "order_id": getattr(entry, "order_id", None)}
    return {
        "at": shown_time(entry.at),
        "who": str(entry.who),
        "what": entry.what,
        **{name: value for name, value in about.items() if value is not None},
    }


def clock(now: datetime, speed: float) -> Json:
    """Return what time it is, and how fast it passes by itself."""
    return {"now": shown_time(now), "running": speed > 0, "factor": speed}


def advanced(outcome: Advanced) -> Json:
    """Return what fired while time passed."""
    return {
        "now": shown_time(outcome.now),
        "fired": [happening(fired) for fired in outcome.fired],
        "idle": outcome.idle,
    }


def _shown(thing: object, names: str) -> Json:
    """Return what `thing` says under these names, spelled as JSON has it; sums as the thing's currency is written."""
    currency = getattr(thing, "currency", "")
    return {name: _spelled(getattr(thing, name), currency) for name in names.split()}


def _spelled(value: object, currency: str) -> object:
    match value:
        case datetime():
            return shown_time(value)
        case Decimal():
            return written(value, currency)
        case tuple() | list():
            return [_spelled(one, currency) for one in value]
        case TimelineEntry():
            return _shown(value, "at event by text")
        case EvidenceView():
            return _shown(value, "by pictures videos")
        case LineItemView():
            sums = {"price": written(value.price, currency), "total": written(value.total, currency)}
            return {"id": value.id, "sku": value.sku, **sums}
        case Enum():
            return str(value)
        case _:
            return value


def order(view: OrderView) -> Json:
    """Return an order, one line item per unit."""
    return _shown(view, "order_id shop_id status currency total paid refunded line_items marks created_at can")


def return_(view: ReturnView) -> Json:
    """Return everything about a return."""
    return _shown(
        view,
        "return_id shop_id order_id return_type return_status shown_status arbitration_status seller_deadline currency "
        "refund_total refunded line_item_ids reason previous_return_id next_return_id combined_id is_quick_refund "
        "evidence tracking_number shipping_cost shipping_payer can timeline",
    )


def cancellation(view: CancellationView) -> Json:
    """Return everything about a cancellation."""
    return _shown(view, "cancel_id order_id cancel_status seller_deadline currency refund_total refunded timeline")


def adjustment(row: AdjustmentRow) -> Json:
    """Return one case of the OMS; what a foreign one does not tell is null, and named."""
    shown = _shown(
        row, "id kind return_id cancel_id order_id status currency amount deadline error note pictures videos can"
    )
    untold = sorted(getattr(row, "untold", ()))
    return shown | dict.fromkeys(untold) | ({"untold": untold} if untold else {})


def decided(result: CommandResult) -> Json:
    """Return a case after the staff's word on it."""
    return {**adjustment(result.row), "kept": result.kept}


def activity(order_id: str, entries: Iterable[Activity]) -> Json:
    """Return the connector's Activity & History of an order."""
    return {"order_id": order_id, "activity": [_shown(entry, "at by event text source_words") for entry in entries]}


def connector(running: bool) -> Json:
    """Return the state of the connector's process."""
    return {"running": running}


def faults(planned: Iterable[Planned]) -> Json:
    """Return faults with what they have hit."""
    return {"faults": [one.document() for one in planned]}


def webhooks(webhooks: Webhooks) -> Json:
    """Return who is told what, and what was sent to them."""
    fields = "app shop_id event_type address created_at"
    subscriptions = [_shown(one, fields) for one in webhooks.all_subscriptions()]
    return {"subscriptions": subscriptions, "deliveries": [_delivery(one) for one in webhooks.deliveries()]}


def _delivery(delivery: Delivery) -> Json:
    """Return a notification and what came of it."""
    ids = _shown(delivery, "order_id return_id cancel_id")
    return {
        **_shown(delivery, "notification_id app shop_id event_type type address state created_at next_attempt_at"),
        **{name: value for name, value in ids.items() if value is not None},
        "attempts": [_shown(attempt, "at number status failure") for attempt in delivery.attempts],
    }


def mail(mail: Mail) -> Json:
    """Return one mail as its reader sees it."""
    return _shown(mail, "kind subject sent_at text order_id return_id")


def stillness(known: Stillness) -> Json:
    """Return how still a world is."""
    quiet_for = f"PT{int(known.quiet_for.total_seconds())}S"
    return {"at_rest": known.at_rest, "news_under_way": known.news_under_way, "quiet_for": quiet_for}


def failure(one: Failure) -> Json:
    """Return how the connector, or the stage itself, has failed."""
    return _shown(one, "at what")


def refused(refusals: Refusals, now: datetime) -> Json | None:
    """Return which calls of a connector that is not ours were refused; null where none was."""
    what = refusals.told(now)
    shut_out = refusals.shut_out(now) is not None
    return {"calls": refusals.calls, "refused": refusals.times, "shut_out": shut_out, "what": what} if what else None


def ledger(row: LedgerRow) -> Json:
    """Return the three ledgers of one order; null where a seat shows none."""
    sums = _shown(row, "marketplace connector oms")
    refunded = {name: None if sum_ is None else {"refunded": sum_} for name, sum_ in sums.items()}
    return _shown(row, "order_id currency paid") | refunded | {"agree": row.agree}
