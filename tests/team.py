"""A team's own connector and OMS in one small program, with the hooks of `contracts/seat.yaml`, on a socket.

It decides nothing by itself and keeps nothing: what its staff see it reads from the marketplace, and what they decide
it sends there before it answers. `broken` has endpoints answer otherwise.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask, jsonify, request

from rehearsal.control.local import InProcessStage
from rehearsal.seats.description import USUAL, Hooks
from rehearsal.seats.endpoints import Endpoints
from rehearsal.seats.foreign import ROUND
from rehearsal.seats.hooks import HooksOms
from rehearsal.seats.port import Activity, Capability, Client, Conduct, EmptyConnectorSeat, Place, Seats
from rehearsal.server.served import Ports, ServedStage
from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.simulation.clock import SystemClock
from rehearsal.simulation.compression import Pace
from rehearsal.simulation.player import Act
from rehearsal.world.world import World
from tests.outsider import signed_query

Json = dict[str, Any]
RETURNS = "/return_refund/202309/returns"
CANCELLATIONS = "/return_refund/202309/cancellations"
ORDERS = "/order/202309/orders"
CALCULATE = "/return_refund/202309/refunds/calculate"
PARTS = {"item": "refund_subtotal", "tax": "refund_tax", "shipping": "refund_shipping_fee"}
GOODS = "BUYER_SHIPPED_ITEM"
PARCEL_REASONS = {
    None: "request",
    "WRONG_ITEM": "_1",
    "USED": "_2",
    "AS_SOLD": "_2",
    "MISSING_PARTS": "_3",
    "DAMAGED": "_5",
}
PATIENCE = 20.0


class Team:
    """The program; `world` is the stage's World document, told to it once the stage is there."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.world: Json = {}
        self.broken: dict[str, Callable[[], Any]] = {}
        self.parcels: list[Json] = []
        self.history: dict[str, list[Json]] = {}  # by order
        self.books: tuple[str, ...] = ("_COMPLETE",)  # the ends of states in which a refund stands in its book
        self.asked_at: dict[str, str] = {}  # as the last call of each endpoint says
        self._told: dict[str, str] = {}  # what each claim was last seen to be
        self._now = ""
        self._key = 0
        self.app = Flask("team")
        rules: dict[str, Callable[..., Any]] = {
            "GET /cases": lambda: {"cases": [row for row, _ in self.cases()]},
            "POST /cases/<case_id>/<answer>": self.answer,
            "POST /inspections/<return_id>": lambda return_id: self.answer(return_id, self._verdict()),
            "POST /refunds": self.refund,
            "POST /parcels": self.parcel,
            "GET /book": self.book,
            "GET /activity/<order_id>": lambda order_id: {"activity": self.history.get(order_id, [])},
        }
        for rule, view in rules.items():
            method, path = rule.split(" ")
            self.app.add_url_rule(path, rule, self._view(rule, view), methods=[method])

    @property
    def asked(self) -> Json:
        return dict(request.get_json())

    def _view(self, rule: str, view: Callable[..., Any]) -> Callable[..., Any]:
        def serve(**named: str) -> Any:
            self.asked_at[rule.split(" ")[1].split("/")[1]] = request.headers["Rehearsal-Now"]
            return self.broken.get(rule, lambda: view(**named))()

        return serve

    def _verdict(self) -> str:
        return "approve" if self.asked["accept"] else "reject"

    # the marketplace
    def call(self, method: str, path: str, body: Any = None, **query: str) -> Json:
        tiktok = self.world["tiktok"]
        raw = b"" if body is None else json.dumps(body).encode()
        query = signed_query(tiktok, path, raw, self.clock(), query)
        headers = {"x-tts-access-token": tiktok["access_token"], "content-type": "application/json"}
        url = f"{self.world['urls']['tiktok']}{path}?{urlencode(query)}"
        response = requests.request(method, url, data=raw, headers=headers, timeout=PATIENCE)
        self._now, answer = response.headers["Rehearsal-Now"], response.json()
        if answer["code"]:
            raise Refused(answer["message"])
        return dict(answer["data"] or {})

    def claims(self) -> Iterator[tuple[str, Json]]:
        for kind, path, name in (("return", RETURNS, "return_orders"), ("cancel", CANCELLATIONS, "cancellations")):
            for claim in self.call("POST", f"{path}/search", {}, page_size="50").get(name, ()):
                status = claim[f"{kind}_status"]
                if self._told.get(claim[f"{kind}_id"]) != status:
                    self._told[claim[f"{kind}_id"]] = status
                    self.note(claim["order_id"], f"The marketplace says {status}.")
                yield kind, claim

    def note(self, order_id: str, *lines: str) -> None:
        self.history.setdefault(order_id, []).extend({"at": self._now, "text": line} for line in lines)

    # the staff
    def cases(self) -> Iterator[tuple[Json, Json]]:
        for kind, claim in self.claims():
            status, paid = claim[f"{kind}_status"], claim["refund_amount"]
            asks = status.endswith("_PENDING") or status == GOODS
            number = claim[f"{kind}_id"]
            row = {"id": number, "order_id": claim["order_id"], f"{kind}_id": number}
            row |= {"can": ["approve", "reject"] if asks else []}
            row |= {"amount": paid["refund_total"], "currency": paid["currency"], "deadline": None}
            for due in claim.get("seller_next_action_response", ())[:1]:
                row["deadline"] = datetime.fromtimestamp(due["deadline"], UTC).isoformat()
            yield row, claim

    def answer(self, case_id: str, answer: str) -> Any:
        row, claim = next(((row, claim) for row, claim in self.cases() if row["id"] == case_id), ({}, {}))
        if not row:
            return {"title": "Unknown return", "detail": f"There is no case {case_id}."}, 404
        if not row["can"]:
            return {"title": "No decision waits", "detail": "It has been answered.", "field": "case_id"}, 409
        self._key += 1
        key = {"idempotency_key": str(self._key)}
        if "cancel_id" in row:
            why = {} if answer == "approve" else {"reject_reason": self._reason(case_id)}
            self.call("POST", f"{CANCELLATIONS}/{case_id}/{answer}", why or None, **key)
        else:
            body: Json = {"decision": f"{answer}_{self._step(claim)}".upper()}
            if "amount" in self.asked:
                part = {"currency": self.asked["currency"], "amount": self.asked["amount"]}
                body = {"decision": "OFFER_PARTIAL_REFUND", "partial_refund": part}
            elif answer == "reject":
                body |= {"reject_reason": self.asked.get("reason") or self._reason(case_id)}
                body |= {"comment": self.asked["comment"]} if "comment" in self.asked else {}
            self.call("POST", f"{RETURNS}/{case_id}/{answer}", body, **key)
        self.note(row["order_id"], f"The staff {answer}.", f"The marketplace was told to {answer} the refund.")
        return next(row for row, _ in self.cases() if row["id"] == case_id)

    def _step(self, claim: Json) -> str:
        if claim["return_status"] == GOODS:
            return "received_package"
        return "refund" if claim["return_type"] == "REFUND" else "return"

    def _reason(self, claim_id: str) -> str:
        listed = self.call("GET", "/return_refund/202309/reject_reasons", return_or_cancel_id=claim_id)
        names = [str(reason["name"]) for reason in listed["reasons"]]
        return next((name for name in names if PARCEL_REASONS[self.asked.get("grade")] in name), names[0])

    def refund(self) -> Any:
        return self.pay_back(self.asked)

    def pay_back(self, asked: Json) -> Any:
        self._key += 1
        (order,) = self.call("GET", ORDERS, ids=asked["order_id"])["orders"]
        units = asked.get("line_item_ids") or [line["id"] for line in order["line_items"]]
        body = {"order_id": order["id"], "return_type": "REFUND", "order_line_item_ids": units}
        body |= {"return_reason": "ecom_order_delivered_refund_reason_not_match_description_seller"}
        if "amount" in asked:
            body |= {"refund_total": asked["amount"], "currency": asked["currency"]}
        if "part" in asked:
            about = {"order_id": order["id"], "request_type": "REFUND", "order_line_item_ids": units}
            left = self.call("POST", CALCULATE, about)["order_refund_amount"]
            body |= {"refund_total": left[PARTS[asked["part"]]], "currency": left["currency"]}
        made = self.call("POST", RETURNS, body, idempotency_key=str(self._key))["return_id"]
        self.note(order["id"], "The staff refund.", "The marketplace was told of the refund.")
        return next(row for row, _ in self.cases() if row["id"] == made)

    def parcel(self) -> Any:
        self.parcels.append(self.asked)
        return "", 204

    def book(self) -> Json:
        sums: dict[str, Decimal] = {}
        for kind, claim in self.claims():
            if claim[f"{kind}_status"].endswith(self.books):
                order_id = claim["order_id"]
                sums[order_id] = sums.get(order_id, Decimal(0)) + Decimal(claim["refund_amount"]["refund_total"])
        return {"orders": [{"order_id": order_id, "refunded": str(sum_)} for order_id, sum_ in sums.items()]}


class Refused(Exception):
    """The marketplace's no."""


@contextmanager
def serving(team: Team) -> Iterator[str]:
    """Serve the program; yield its address."""
    team.app.register_error_handler(Refused, lambda no: (jsonify(title="The marketplace refuses", detail=str(no)), 409))
    listening = take("127.0.0.1", 0)
    served = Served([Service(team.app, listening)])
    served.start()
    try:
        yield origin("127.0.0.1", listening.getsockname()[1])
    finally:
        served.stop()


class Outside(EmptyConnectorSeat):
    """The team's connector on its seat: it acts when its staff do, and shows its book and its histories by hooks.

    In its rounds there is nothing left to do; one that is not `driven` is not seen to make any.
    """

    def __init__(self, place: Place, hooks: Hooks, *, driven: bool) -> None:
        self._endpoints = Endpoints(place, hooks)
        self._driven = {Capability.DRIVEN} if driven else set()
        self._round_at = place.clock.now()

    @property
    def capabilities(self) -> frozenset[Capability]:
        ways = {Capability.LEDGER: "book", Capability.ACTIVITY: "activity"}
        return frozenset({*self._driven, *(can for can, way in ways.items() if way in self._endpoints)})

    def settled(self) -> bool:
        return True

    def next_due(self) -> Act:
        return Act(self._round_at, "round")

    def run_due(self, now: datetime) -> Act:
        self._round_at += ROUND
        return Act(now, "round", changed=False)

    def agenda(self) -> Sequence[Act]:
        return [self.next_due()]

    def ledger(self) -> dict[str, Decimal]:
        return self._endpoints.book()

    def activity(self, order_id: str) -> Sequence[Activity]:
        return self._endpoints.activity(order_id)


def seats(hooks: Hooks, patience: float = PATIENCE, *, driven: bool = True) -> Seats:
    """Return the team on both seats."""

    def oms(place: Place, client: Client, conduct: Conduct) -> HooksOms:
        conduct.demand_none()
        return HooksOms(place, hooks, patience=patience)

    return Seats(connector=lambda place, app: Outside(place, hooks, driven=driven), oms=oms)


@contextmanager
def seated(
    *endpoints: str, patience: float = PATIENCE, pace: Pace | None = None, driven: bool = True
) -> Iterator[tuple[InProcessStage, Team]]:
    """Yield a served stage with the team on both seats, and the team's program."""
    team = Team(pace.machine.now if pace else SystemClock().now)
    with serving(team) as url, ExitStack() as until_the_end:
        hooks, ports = Hooks(url, endpoints or (*USUAL, "parcels")), Ports()
        begun: Json = {"pace": pace} if pace else {"strict_time": False}
        stage = InProcessStage(World, addresses=ports.addresses(), seats=seats(hooks, patience, driven=driven), **begun)
        until_the_end.enter_context(ServedStage(stage, ports))
        team.world = stage.world()
        yield stage, team
