"""What players show, as the JSON documents of `contracts/control.yaml`. The only place that spells their names."""

from __future__ import annotations

from collections.abc import Iterable

from mock_tiktok import CancellationView, Mail, OrderView, ReturnView, TimelineEntry
from rehearsal.audit.invariant import LedgerRow
from rehearsal.control.addresses import Addresses
from rehearsal.control.formats import shown_money, shown_time, shown_time_if
from rehearsal.control.stage import Json
from rehearsal.seats.port import Activity, AdjustmentRow, CommandResult
from rehearsal.simulation.player import AgendaLike, FiredLike
from rehearsal.simulation.scheduler import Advanced
from rehearsal.world.world import World


def world(world: World, addresses: Addresses) -> Json:
    """Return the world: its addresses, its credentials, its time."""
    marketplace, begun, client = world.marketplace, world.origin, world.client
    profile_ids = {shop.shop_id: shop.profile_id for shop in world.shops}
    shops: list[Json] = []
    for shop in marketplace.shops:
        tokens = marketplace.credentials(shop.shop_id)
        shops.append(
            {
                "shop_id": shop.shop_id,
                "shop_cipher": shop.shop_cipher,
                "name": shop.name,
                "region": shop.region,
                "access_token": tokens.access_token,
                "refresh_token": tokens.refresh_token,
                "auth_code": tokens.auth_code,
                "profile_id": profile_ids.get(shop.shop_id),
            }
        )
    first = shops[0]
    secrets = ("access_token", "refresh_token", "auth_code", "shop_id", "shop_cipher")
    return {
        "name": world.name,
        "seed": world.seed,
        "start": shown_time(begun.start),
        "now": shown_time(world.now),
        "market": first["region"],
        "profile": marketplace.shop(first["shop_id"]).profile.name,
        "oms_policy": begun.oms_policy,
        "urls": addresses.document(),
        "tiktok": {
            "app_key": marketplace.app_key,
            "app_secret": marketplace.app_secret,
            **{name: first[name] for name in secrets},
        },
        "connector": {
            "application_id": client.application_id,
            "shared_secret": client.shared_secret,
            "refresh_token": client.refresh_token,
            "profile_id": first["profile_id"],
        },
        "shops": shops,
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


def advanced(outcome: Advanced) -> Json:
    """Return what fired while time passed."""
    return {
        "now": shown_time(outcome.now),
        "fired": [happening(fired) for fired in outcome.fired],
        "idle": outcome.idle,
    }


def order(view: OrderView) -> Json:
    """Return an order, one line item per unit."""
    return {
        "order_id": view.order_id,
        "shop_id": view.shop_id,
        "status": str(view.status),
        "currency": view.currency,
        "total": shown_money(view.total),
        "paid": shown_money(view.paid),
        "refunded": shown_money(view.refunded),
        "line_items": [{"id": item.id, "sku": item.sku, "price": shown_money(item.price)} for item in view.line_items],
    }


def return_(view: ReturnView) -> Json:
    """Return everything about a return."""
    return {
        "return_id": view.return_id,
        "shop_id": view.shop_id,
        "order_id": view.order_id,
        "return_type": str(view.return_type),
        "return_status": str(view.return_status),
        "shown_status": view.shown_status,
        "arbitration_status": str(view.arbitration_status) if view.arbitration_status else None,
        "seller_deadline": shown_time_if(view.seller_deadline),
        "currency": view.currency,
        "refund_total": shown_money(view.refund_total),
        "refunded": shown_money(view.refunded),
        "line_item_ids": list(view.line_item_ids),
        "reason": view.reason,
        "timeline": _timeline(view.timeline),
    }


def cancellation(view: CancellationView) -> Json:
    """Return everything about a cancellation."""
    return {
        "cancel_id": view.cancel_id,
        "order_id": view.order_id,
        "cancel_status": str(view.cancel_status),
        "seller_deadline": shown_time_if(view.seller_deadline),
        "refund_total": shown_money(view.refund_total),
        "refunded": shown_money(view.refunded),
        "timeline": _timeline(view.timeline),
    }


def _timeline(entries: Iterable[TimelineEntry]) -> list[Json]:
    return [{"at": shown_time(entry.at), "event": entry.event, "by": str(entry.by)} for entry in entries]


def adjustment(row: AdjustmentRow) -> Json:
    """Return one case of the OMS."""
    return {
        "id": row.id,
        "kind": str(row.kind),
        "return_id": row.return_id,
        "cancel_id": row.cancel_id,
        "order_id": row.order_id,
        "status": str(row.status),
        "amount": shown_money(row.amount),
        "deadline": shown_time_if(row.deadline),
        "error": row.error,
        "can": list(row.can),
    }


def decided(result: CommandResult) -> Json:
    """Return a case after the staff's word on it."""
    return {**adjustment(result.row), "kept": result.kept}


def activity(order_id: str, entries: Iterable[Activity]) -> Json:
    """Return the connector's Activity & History of an order."""
    return {
        "order_id": order_id,
        "activity": [
            {
                "at": shown_time(entry.at),
                "by": entry.by,
                "event": entry.event,
                "text": entry.text,
                "source_words": entry.source_words,
            }
            for entry in entries
        ],
    }


def mail(mail: Mail) -> Json:
    """Return one mail as its reader sees it."""
    return {
        "kind": str(mail.kind),
        "subject": mail.subject,
        "sent_at": shown_time(mail.sent_at),
        "text": mail.text,
        "order_id": mail.order_id,
        "return_id": mail.return_id,
    }


def ledger(book: LedgerRow) -> Json:
    """Return the three books of one order."""
    return {
        "order_id": book.order_id,
        "paid": shown_money(book.paid),
        "marketplace": {"refunded": shown_money(book.marketplace)},
        "connector": {"refunded": shown_money(book.connector)},
        "oms": {"refunded": shown_money(book.oms)},
        "agree": book.agree,
    }
