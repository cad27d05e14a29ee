"""What each call of the control API asks of a world, and the document that is made of what comes back."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final

from mock_tiktok import Discounts, OrderLine
from mock_tiktok.open_api.order_responses import price_detail
from rehearsal.control import serializers
from rehearsal.control.formats import later, money, refused
from rehearsal.control.serializers import adjustment, cancellation, decided, order, return_
from rehearsal.control.stage import Json, Problem
from rehearsal.trace.diagram import mermaid
from rehearsal.trace.har import har
from rehearsal.trace.log import Entry, ndjson
from rehearsal.world.world import NewShop, World

_SUMS: Final = ("amount", "refund_total", "shipping_fee", "shipping_cost", "tax", "shipping_fee_tax", "fee")


def act(world: World, name: str, given: Json) -> Json:
    """Have the world do what the call of that name asks for, with sums in the currency of the shop that it is about."""
    said, fields = given.pop("currency", None), [field for field in _SUMS if given.get(field) is not None]
    currency = _currency_of(world, given) if said is not None or fields else ""
    if said is not None:
        _demand_currency(said, currency)
    sums = {field: money(given[field], field, currency) for field in fields}
    return _OPERATIONS[name](world, given | sums)


def _line(line: Json, field: str, currency: str) -> OrderLine:
    price = line.get("unit_price")
    return OrderLine(**{**line, "unit_price": price and money(price, f"{field}.unit_price", currency)})


def _add_shop(world: World, given: Json) -> Json:
    return serializers.shop(world, world.add_shop(NewShop(**given)))


def _authorize_shop(world: World, given: Json) -> Json:
    shop_id = given["shop_id"]
    if shop_id not in {shop.shop_id for shop in world.marketplace.shops}:
        raise Problem(404, "No such shop", f"there is no shop {shop_id}", field="shop_id")
    world.authorize_shop(shop_id)
    return serializers.shop(world, shop_id)


def _place_order(world: World, given: Json) -> Json:
    lines, off = given.pop("lines", None), given.pop("discounts", None)
    currency = _currency_of(world, given) if lines or off else ""
    buyer = given.pop("buyer", {})
    bought = lines and [_line(line, f"lines[{at}]", currency) for at, line in enumerate(lines)]
    if off:
        given["discounts"] = Discounts(**{kind: money(off[kind], f"discounts.{kind}", currency) for kind in off})
    who = {"buyer_name": buyer.get("name"), "plan": buyer.get("plan"), "asks": buyer.get("asks")}
    return order(world.marketplace.place_order(lines=bought, **who, **given))


def _price_detail(world: World, given: Json) -> Json:
    shop = world.marketplace.shop_of_order(given["order_id"])
    return {"order_id": given["order_id"], **price_detail(shop.order(given["order_id"]))}


def _request_return(world: World, given: Json) -> Json:
    kind, evidence = given.pop("type", "RETURN_AND_REFUND"), tuple(given.pop("evidence", ()))
    view = world.marketplace.request_return(given.pop("order_id"), return_type=kind, evidence=evidence, **given)
    return return_(view)


def _set_deadline(world: World, given: Json) -> Json:
    due = later(world.now, given["within"], "within")
    if "return_id" in given:
        return return_(world.marketplace.set_deadline(given["return_id"], due))
    return cancellation(world.marketplace.set_cancellation_deadline(given["cancel_id"], due))


def _change_return(world: World, given: Json) -> Json:
    kind = given.pop("type", None)
    return return_(world.marketplace.change_return(given.pop("return_id"), return_type=kind, **given))


def _activity(world: World, given: Json) -> Json:
    world.marketplace.order_view(**given)
    return serializers.activity(given["order_id"], world.connector.activity(**given))


def _mailbox(world: World, given: Json) -> Json:
    if given:
        world.marketplace.order_view(**given)
    return {"mails": [serializers.mail(mail) for mail in world.marketplace.mailbox(**given)]}


def _findings(world: World, given: Json) -> Json:
    verdicts = list(world.findings())
    return {
        "findings": [finding.document() for finding in verdicts if finding.broken],
        "verdicts": [finding.document() for finding in verdicts],
        "failures": [serializers.failure(one) for one in world.state.failures],
        "stage_failures": [serializers.failure(one) for one in world.state.stage_failures],
        "refused": serializers.refused(world.auditor.memory.refusals, world.now),
        **serializers.stillness(world.stillness()),
    }


# fmt: off
# What each call asks of the world, and the document that is made of what comes back. `given` is what the call is about
# and its body, which the contract has judged, with its sums read.
_OPERATIONS: Final[Mapping[str, Callable[[World, Json], Json]]] = {
    "agenda":                 lambda world, given: {"agenda": [serializers.happening(due) for due in world.agenda()]},
    "add_shop":               _add_shop,
    "authorize_shop":         _authorize_shop,
    "place_order":            _place_order,
    "order":                  lambda world, given: order(world.marketplace.order_view(**given)),
    "price_detail":           _price_detail,
    "pay_order":              lambda world, given: order(world.marketplace.pay_order(**given)),
    "change_address":         lambda world, given: order(world.marketplace.change_address(**given)),
    "ship_order":             lambda world, given: order(world.marketplace.ship_order(**given)),
    "deliver_order":          lambda world, given: order(world.marketplace.deliver_order(**given)),
    "mark_order":             lambda world, given: order(world.marketplace.mark_order(**given)),
    "request_cancellation":   lambda world, given: cancellation(world.marketplace.request_cancellation(**given)),
    "request_return":         _request_return,
    "seller_center_refund":   lambda world, given: return_(
                              world.marketplace.seller_center_refund(given.pop("order_id"), **given)),
    "seller_center_cancel":   lambda world, given: cancellation(world.marketplace.seller_center_cancel(**given)),
    "activity":               _activity,
    "returns":                lambda world, given: {"returns": list(map(return_, world.marketplace.return_views()))},
    "get_return":             lambda world, given: return_(world.marketplace.return_view(**given)),
    "change_return":          _change_return,
    "ship_return":            lambda world, given: return_(world.marketplace.ship_return(**given)),
    "label_return":           lambda world, given: return_(world.marketplace.label_return(**given)),
    "arrive_return":          lambda world, given: return_(world.marketplace.arrive_return(**given)),
    "set_deadline":           _set_deadline,
    "withdraw":               lambda world, given: return_(world.marketplace.withdraw(**given)),
    "accept_offer":           lambda world, given: return_(world.marketplace.accept_offer(**given)),
    "decline_offer":          lambda world, given: return_(world.marketplace.decline_offer(**given)),
    "dispute":                lambda world, given: return_(world.marketplace.dispute(**given)),
    "arbitrate":              lambda world, given: return_(
                              world.marketplace.arbitrate(given.pop("return_id"), **given)),
    "seller_center_decision": lambda world, given: return_(
                              world.marketplace.seller_center_decision(given.pop("return_id"), **given)),
    "get_cancellation":       lambda world, given: cancellation(world.marketplace.cancellation_view(**given)),
    "set_cancellation_deadline": _set_deadline,
    "seller_center_answer":   lambda world, given: cancellation(world.marketplace.seller_center_answer(**given)),
    "withdraw_cancellation":  lambda world, given: cancellation(world.marketplace.withdraw_cancellation(**given)),
    "oms_adjustments":        lambda world, given: {"adjustments": list(map(adjustment, world.oms.adjustments()))},
    "oms_approve":            lambda world, given: decided(world.oms.approve(**given)),
    "oms_reject":             lambda world, given: decided(world.oms.reject(**given)),
    "oms_inspect":            lambda world, given: decided(world.oms.inspect(**given)),
    "oms_refund":             lambda world, given: decided(world.oms.refund(**given)),
    "kill_connector":         lambda world, given: serializers.connector(world.deaths.kill(**given)),
    "start_connector":        lambda world, given: serializers.connector(world.deaths.start()),
    "plan_fault":             lambda world, given: world.trouble.plan(**given).document(),
    "faults":                 lambda world, given: serializers.faults(world.trouble.faults()),
    "lift_fault":             lambda world, given: world.trouble.lift(**given)[0].document(),
    "lift_faults":            lambda world, given: serializers.faults(world.trouble.lift()),
    "mailbox":                _mailbox,
    "webhooks":               lambda world, given: serializers.webhooks(world.marketplace.webhooks),
    "ledgers":                lambda world, given: {"orders": list(map(serializers.ledger, world.books()))},
    "findings":               _findings,
}
RECORDS: Final[Mapping[str, Callable[[Iterator[Entry]], bytes]]] = {
    "trace_ndjson":  ndjson,
    "trace_har":     lambda lines: har(islice(lines, 1, None)),
    "trace_mermaid": lambda lines: mermaid(islice(lines, 1, None)),
}
# fmt: on


def _currency_of(world: World, given: Json) -> str:
    """Return the currency in which sums about that are said: the shop's, whatever the call names of it."""
    market = world.marketplace
    if "return_id" in given:
        return market.return_view(given["return_id"]).currency
    if "adjustment_id" in given:
        cases = world.oms.adjustments()
        return next((case.currency for case in cases if case.id == given["adjustment_id"]), "")
    if "order_id" in given:
        return market.order_view(given["order_id"]).currency
    return market.shop(given.get("shop_id") or market.shops[0].shop_id).profile.currency


def _demand_currency(said: str, currency: str) -> None:
    if currency and said != currency:
        raise refused("currency", f"is {said}; the shop's is {currency}")
