"""A connector with a few orders in its database and an OMS that calls it. Every response is held to the contract.

Rows are written straight into the tables: how they come there from a marketplace is other tests' subject.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import requests
import sqlalchemy as sa
from werkzeug.test import Client, TestResponse

from connector import Connector, Settings
from connector.adapters.sql import tables as t
from connector.adapters.sql.engines import engine_for
from rehearsal.contract.message import read
from rehearsal.contract.openapi import Contract
from tests.clock import START, HandClock

CONTRACT = Contract.load("channeladvisor")


def check(method: str, path: str, response: TestResponse) -> None:
    """Hold a response to the contract; an address that is not in it must say so in the Message shape."""
    found = CONTRACT.find(method.upper(), path)
    if found is None:
        assert response.status_code in (404, 405)
        assert set(response.get_json()) == {"Message"}
        return
    if response.data:
        assert response.content_type == "application/json; charset=utf-8"
    headers = {name.lower(): value for name, value in response.headers.items()}
    message = read(headers.get("content-type", ""), response.data)
    assert found[0].judge_response(response.status_code, headers, message) == []


@dataclass
class OmsClient:
    """One connector, one shop, one application with a valid token."""

    settings: dict[str, Any] = field(default_factory=dict)
    clock: HandClock = field(default_factory=HandClock)
    engine: sa.Engine | None = None

    def __post_init__(self) -> None:
        engine = self.engine or engine_for("sqlite://")
        names = iter(range(10_000))
        self.connector = Connector(
            Settings(database_url="sqlite://", app_key="key", app_secret="secret", **self.settings),
            clock=self.clock,
            http=requests.Session(),
            engine=engine,
            secret=lambda purpose: f"{purpose.replace(' ', '-')}-{next(names)}",
        )
        self.connector.migrate()
        self.web = Client(self.connector.app)
        self.credentials = self.connector.add_client()
        self.token = self.new_token()
        self.shop_id = self._add(
            t.shops, shop_id="7000", cipher="c", name="Maple & Oak", region="US", default_answers={}, added_at=START
        )
        self._add(t.watermarks, profile_id=self.shop_id, rounds_from=START, next_round_at=START + timedelta(minutes=15))

    def close(self) -> None:
        self.connector.engine.dispose()

    # --- what is in the database ---
    def _add(self, table: sa.Table, **values: Any) -> int:
        with self.connector.engine.begin() as connection:
            key = connection.execute(table.insert().values(**values)).inserted_primary_key
        return int(key[0]) if key else 0

    def order(self, *lines: tuple[str, int, str], shipping_status: str = "Shipped", **more: Any) -> int:
        """An order of lines (sku, quantity, unit price); return ChannelAdvisor's ID."""
        lines = lines or (("MUG-BLUE", 2, "19.99"),)
        number = more.pop("site_order_id", None) or f"57{1000 + self._count(t.orders)}"
        total = sum((Decimal(price) * quantity for _, quantity, price in lines), Decimal(0))
        delivered, now = shipping_status == "Shipped", self.clock.now()
        order_id = self._add(
            t.orders,
            **{
                "profile_id": self.shop_id,
                "site_order_id": number,
                "site_status": "DELIVERED" if delivered else "AWAITING_SHIPMENT",
                "offered": True,
                "currency": "USD",
                "total": total,
                "checkout_status": "Completed",
                "payment_status": "Cleared",
                "shipping_status": shipping_status,
                **dict.fromkeys(("created_at", "paid_at"), now - timedelta(days=5)),
                **dict.fromkeys(("imported_at", "updated_at"), now),
                "shipped_at": now - timedelta(days=4) if delivered else None,
                "delivered_at": now - timedelta(days=2) if delivered else None,
                "buyer_email": "buyer@example.test",
                "recipient": {
                    "first_name": "Maya",
                    "last_name": "Reed",
                    "address_line1": "12 Elm Street",
                    "postal_code": "04101",
                    "region_code": "US",
                    "district_info": [
                        {"address_level": "L1", "address_name": "Maine"},
                        {"address_level": "L3", "address_name": "Portland"},
                    ],
                },
                "site_updated": 1,
                "fingerprint": "read",
                **more,
            },
        )
        for at, (sku, quantity, price) in enumerate(lines):
            self._line(order_id, number, at, sku, quantity, Decimal(price), delivered=delivered)
        return order_id

    def _line(
        self, order_id: int, number: str, at: int, sku: str, quantity: int, price: Decimal, *, delivered: bool
    ) -> None:
        item_id = self._add(
            t.order_items,
            profile_id=self.shop_id,
            order_id=order_id,
            site_sku_id=f"s{at}",
            site_product_id=f"p{at}",
            sku=sku,
            title=f"A fine {sku.lower()}",
            quantity=quantity,
            unit_price=price,
        )
        for unit in range(quantity):
            self._add(
                t.line_units,
                order_id=order_id,
                site_line_id=f"{number}{at:02}{unit}",
                item_id=item_id,
                site_sku_id=f"s{at}",
                package_id="pk1",
                site_status="DELIVERED" if delivered else "AWAITING_SHIPMENT",
                shipped=delivered,
                price=price,
            )

    def _found(self, select: sa.Select[Any]) -> list[Any]:
        with self.connector.engine.connect() as connection:
            return list(connection.execute(select).scalars())

    def items(self, order_id: int) -> list[int]:
        items = t.order_items.c
        return self._found(sa.select(items.id).where(items.order_id == order_id).order_by(items.id))

    def adjustment(self, order_id: int, *, item_id: int | None = None, status: str = "NewRma", **more: Any) -> int:
        """A claim's adjustment of a line (or of the whole order)."""
        number = more.pop("return_id", None) or f"40{1000 + self._count(t.adjustments)}"
        sum_of = Decimal(more.pop("amount", "39.98"))
        kind = more.pop("request_type", "REFUND")
        units: list[str] = self._found(sa.select(t.line_units.c.site_line_id).where(t.line_units.c.item_id == item_id))
        self._case(number, order_id, kind)
        return self._add(
            t.adjustments,
            **{
                "level": "order" if item_id is None else "item",
                "profile_id": self.shop_id,
                "order_id": order_id,
                "item_id": item_id,
                "quantity": len(units) or None,
                "type": "Cancellation" if kind == "CANCEL" else "Refund",
                "status": status,
                "created_source": "Channel",
                "updated_source": "Channel",
                "is_restock": False,
                "reason": "CustomerReturnedItem",
                "total": sum_of,
                "item_amount": sum_of,
                "part": 0,
                "site_adjustment_id": number,
                "generation": 0,
                "rma_number": number,
                **dict.fromkeys(("created_at", "updated_at"), self.clock.now()),
                "request_type": kind,
                "site_line_ids": units,
                "site_status": "RETURN_OR_REFUND_REQUEST_PENDING",
                "site_reason_text": "Item arrived damaged",
                "deadline": self.clock.now() + timedelta(hours=24),
                **more,
            },
        )

    def _case(self, number: str, order_id: int, kind: str) -> None:
        if not self._found(sa.select(t.cases.c.site_id).where(t.cases.c.site_id == number)):
            self._add(
                t.cases,
                profile_id=self.shop_id,
                site_id=number,
                kind="CANCELLATION" if kind == "CANCEL" else "RETURN",
                order_id=order_id,
                request_type=kind,
                site_status="RETURN_OR_REFUND_REQUEST_PENDING",
                arbitration_status="",
                role="BUYER",
                site_updated=1,
                fingerprint="read",
            )

    def activity(self, order_id: int, by: str, event: str, text: str, words: str | None = None) -> None:
        self._add(
            t.activity,
            profile_id=self.shop_id,
            order_id=order_id,
            at=self.clock.now(),
            by=by,
            event=event,
            text=text,
            source_words=words,
        )

    def _count(self, table: sa.Table) -> int:
        return int(self._found(sa.select(sa.func.count()).select_from(table))[0])

    def counted(self) -> tuple[int, ...]:
        """How much there is, to tell that a refusal changed nothing."""
        return tuple(self._count(table) for table in (t.adjustments, t.outbox, t.activity, t.exports))

    # --- what the OMS does ---
    def new_token(self) -> str:
        response = self.ask_token(
            {"grant_type": "refresh_token", "refresh_token": self.credentials.refresh_token}, basic=True
        )
        assert response.status_code == 200
        return str(response.get_json()["access_token"])

    def ask_token(self, form: Any, *, basic: bool = False, label: str | None = None) -> TestResponse:
        headers = {}
        if basic:
            pair = f"{self.credentials.application_id}:{self.credentials.shared_secret}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        response = self.web.post("/oauth2/token", data=form, headers=headers, content_type=label)
        check("post", "/oauth2/token", response)
        return response

    def call(self, method: str, path: str, query: Any = None, *, raw: bytes | None = None, **more: Any) -> TestResponse:
        """One call with the token, its response held to the contract (for addresses in the contract's own spelling)."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        response = self.web.open(path, method=method.upper(), query_string=query, data=raw, headers=headers, **more)
        check(method, path, response)
        return response

    def get(self, path: str, query: dict[str, Any] | str | None = None, **more: Any) -> Any:
        response = self.call("get", path, query, **more)
        assert response.status_code == 200, response.text
        return response.get_json()

    def ids(self, path: str, query: dict[str, Any] | str | None = None) -> list[int]:
        return [row["ID"] for row in self.get(path, query)["value"]]

    def refused(self, method: str, path: str, query: Any = None, *, body: Any = None, raw: bytes | None = None) -> str:
        """A call that is refused with 400 and changes nothing; return the message."""
        before = self.counted()
        response = self.call(method, path, query, raw=raw if body is None else json.dumps(body).encode())
        assert response.status_code == 400, response.text
        assert self.counted() == before
        return str(response.get_json()["error"]["message"])

    def post(self, path: str, body: Any = None, query: Any = None) -> None:
        """An action that is accepted: 204, nothing in it."""
        response = self.call("post", path, query, raw=None if body is None else json.dumps(body).encode())
        assert response.status_code == 204, response.text

    def to_adjust(self, *lines: tuple[str, int, str], **more: Any) -> tuple[str, str]:
        """Make an order; return the addresses at which it, and its first line, are adjusted."""
        order = self.order(*lines, **more)
        return f"/v1/Orders({order})/Adjust", f"/v1/OrderItems({self.items(order)[0]})/Adjust"
