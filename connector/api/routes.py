"""The addresses below `/v1`: sets, single entities, and the actions bound to them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter, ValidationError

from connector.adapters.sql.direct import Runs
from connector.api import bodies
from connector.api.entities import ORDER_ADJUSTMENTS, ORDER_ITEM_ADJUSTMENTS, ORDER_ITEMS, ORDERS, SITE
from connector.api.odata.entity import INT32, Entity, Nav
from connector.api.odata.query import TOKEN, Asked, demand_none, exists, read_one, read_options, read_page
from connector.api.responses import done, json_response
from connector.errors import NotAuthorized, UnknownId
from connector.records import AdjustItem, AdjustOrder, Client
from connector.usecases.commands import Commands

Identify = Callable[[], Client]
Reading = Callable[[], AbstractContextManager[Runs]]  # waits for no writer
LEVELS: Final = {"order": ORDER_ADJUSTMENTS, "item": ORDER_ITEM_ADJUSTMENTS}


class Key(BaseConverter):
    """An entity's key: a whole number of 32 bits. Anything else is an address of the wrong shape."""

    regex = "[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        if int(value) > INT32:
            raise ValidationError
        return int(value)


def asked() -> Asked:
    here = request._get_current_object()  # type: ignore[attr-defined]  # the proxy looks it up at every mention
    path = here.environ.get("connector.path", here.path)
    base = f"{here.scheme}://{here.host}{here.script_root}"
    return Asked(base, path, tuple(here.args.items(multi=True)))


def order_routes(commands: Commands, reading: Reading, identify: Identify) -> Blueprint:
    routes = Blueprint("orders", __name__)

    @routes.get("/v1/Orders")
    def orders() -> Response:
        caller, call = identify(), asked()
        query = read_options(ORDERS, call.options, exported=True)
        with reading() as connection:
            return json_response(read_page(connection, ORDERS, query, call, application_id=caller.application_id))

    @routes.get("/v1/Orders(<key:order_id>)")
    def order(order_id: int) -> Response:
        return _one(reading, identify, ORDERS, order_id)

    _child_routes(routes, reading, identify, ORDERS)

    @routes.post("/v1/Orders(<key:order_id>)/Export")
    def export(order_id: int) -> Response:
        caller = identify()
        _body(bodies.NOTHING)
        commands.mark_exported(order_id, caller.application_id)
        return done()

    @routes.delete("/v1/Orders(<key:order_id>)/Export")
    def unexport(order_id: int) -> Response:
        caller = identify()
        _body(bodies.NOTHING)
        commands.unmark_exported(order_id, caller.application_id)
        return done()

    @routes.post("/v1/Orders(<key:order_id>)/Adjust")
    def adjust(order_id: int) -> Response:
        identify()
        commands.adjust_order(order_id, AdjustOrder(**_body(bodies.ADJUST_ORDER)))
        return done()

    @routes.get("/v1/Orders(<key:order_id>)/ActivityHistory")
    def activity(order_id: int) -> Response:
        identify()
        demand_none(asked().options)
        entries = [
            {
                "CreatedDateUtc": entry.at,
                "Source": entry.by,
                "Event": entry.event,
                "Text": entry.text,
                "SiteText": entry.source_words,
            }
            for entry in commands.activity(order_id)
        ]
        return json_response({"@odata.context": f"{asked().base}/v1/$metadata#ActivityHistory", "value": entries})

    @routes.get("/v1/Sites")
    def sites() -> Response:
        identify()
        demand_none(asked().options)
        return json_response({"@odata.context": f"{asked().base}/v1/$metadata#Sites", "value": [SITE]})

    return routes


def item_routes(commands: Commands, reading: Reading, identify: Identify) -> Blueprint:
    routes = Blueprint("items", __name__)

    @routes.get("/v1/OrderItems(<key:item_id>)")
    def item(item_id: int) -> Response:
        return _one(reading, identify, ORDER_ITEMS, item_id)

    _child_routes(routes, reading, identify, ORDER_ITEMS)

    @routes.post("/v1/OrderItems(<key:item_id>)/Adjust")
    def adjust(item_id: int) -> Response:
        identify()
        commands.adjust_item(item_id, AdjustItem(**_body(bodies.ADJUST_ITEM)))
        return done()

    return routes


def adjustment_routes(commands: Commands, reading: Reading, identify: Identify, level: str) -> Blueprint:
    """The adjustments of one level, "order" or "item", and the seller's decisions on them."""
    entity = LEVELS[level]
    routes = Blueprint(f"{level}_adjustments", __name__)
    grades = level == "item"
    decisions: dict[str, tuple[Callable[..., None], bodies.Fields]] = {
        "ApproveBuyerRequest": (commands.approve_buyer_request, bodies.APPROVE_REQUEST),
        "RejectBuyerRequest": (commands.reject_buyer_request, bodies.REJECT_REQUEST),
        "ApproveReturn": (commands.approve_return, bodies.APPROVE_RETURN if grades else bodies.NOTHING),
        "RejectReturn": (commands.reject_return, bodies.REJECT_RETURN if grades else bodies.REJECT_REQUEST),
    }

    @routes.get(f"/v1/{entity.set_name}")
    def adjustments() -> Response:
        identify()
        call = asked()
        query = read_options(entity, call.options)
        with reading() as connection:
            return json_response(read_page(connection, entity, query, call))

    @routes.get(f"/v1/{entity.set_name}(<key:adjustment_id>)")
    def adjustment(adjustment_id: int) -> Response:
        return _one(reading, identify, entity, adjustment_id)

    def decide(action: str, adjustment_id: int) -> Response:
        identify()
        give, fields = decisions[action]
        give(level, adjustment_id, **_body(fields))
        return done()

    for action in decisions:
        routes.post(f"/v1/{entity.set_name}(<key:adjustment_id>)/{action}", endpoint=action)(partial(decide, action))
    return routes


def caller_of(commands: Commands) -> Identify:
    """Make the function that says who calls: a bearer token in the header, in any case, or in the query."""

    def identify() -> Client:
        scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else request.args.get(TOKEN, "")
        if not token:
            raise NotAuthorized
        return commands.oauth.holder(token)

    return identify


def _one(reading: Reading, identify: Identify, entity: Entity, key: int) -> Response:
    identify()
    call = asked()
    query = read_options(entity, call.options, one=True)
    with reading() as connection:
        found = read_one(connection, entity, query, call, key)
    if found is None:
        raise UnknownId(entity.set_name, key)
    return json_response(found)


def _child_routes(routes: Blueprint, reading: Reading, identify: Identify, owner: Entity) -> None:
    """Serve the lists of an entity that have an address of their own below it."""

    def children(nav: Nav, target: Entity, key: int) -> Response:
        identify()
        call = asked()
        query = read_options(target, call.options)
        with reading() as connection:
            page = read_page(connection, target, query, call, nav=nav, parent=key)
            if not page["value"] and not exists(connection, owner, key):
                raise UnknownId(owner.set_name, key)
        return json_response(page)

    for nav in owner.navs:
        if nav.address and nav.target:
            endpoint = f"{nav.name.lower()}_of_{owner.set_name.lower()}"
            view = partial(children, nav, nav.target())
            routes.get(f"/v1/{owner.set_name}(<key:key>)/{nav.address}", endpoint=endpoint)(view)


def _body(fields: bodies.Fields) -> dict[str, Any]:
    query = [(name, value) for name, value in request.args.items(multi=True) if name != TOKEN]
    return bodies.read_body(fields, request.get_data(cache=False), query)
