"""The process dies at every place where something is written, before and after: nothing is lost, nothing done twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.adapters.sql.store import SqlStore, SqlUnitOfWork
from tests.responses import Call
from tests.unit.connector.conftest import Bench
from tests.unit.connector.stub_tiktok import COMPLETE, Json, ok

writing = SqlStore.writing


class Death(BaseException):
    """Nobody catches this."""


class Executioner:
    """Kills at the n-th transaction, before its commit or right after it."""

    def __init__(self, nth: int, *, after_commit: bool) -> None:
        self.left = nth
        self.after_commit = after_commit

    @contextmanager
    def writing(self, store: SqlStore) -> Iterator[SqlUnitOfWork]:
        self.left -= 1
        with writing(store) as work:
            yield work
            if self.left == 0 and not self.after_commit:
                raise Death
        if self.left == 0:
            raise Death


class Marketplace:
    """Pays for each idempotency key once; a cancellation, which has no key, as often as it is asked for."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.paid: list[str] = []
        self.responses: dict[str, Json] = {}

    def __call__(self, call: Call) -> Json:
        key = call.query.get("idempotency_key", f"call {len(self.paid)}")
        if key not in self.responses:
            self.paid.append(key)
            self.responses[key] = ok(self._act(call))
        return dict(self.responses[key])

    def _act(self, call: Call) -> Json:
        if call.path.endswith("/approve"):
            self.bench.tiktok.put_return("900", "500", COMPLETE)
            return {}
        if call.path.endswith("/returns"):
            self.bench.tiktok.put_return("901", "500", COMPLETE, role="SELLER")
            return {"return_id": "901"}
        refund = {"refund_total": "39.98"}
        self.bench.tiktok.put_cancellation("801", "500", "COMPLETE", refund_amount=refund)
        return {"cancel_id": "801"}


def a_request(bench: Bench) -> None:
    bench.claim("39.98")
    bench.approve()


def a_blind_refund(bench: Bench) -> None:
    bench.order("39.98")
    bench.refund(seller_adjustment_id="A-1")


def a_cancellation(bench: Bench) -> None:
    bench.order("39.98", status="AWAITING_SHIPMENT")
    bench.refund(seller_adjustment_id="A-1")


@pytest.mark.parametrize("after_commit", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", range(1, 8))
@pytest.mark.parametrize("asked", [a_request, a_blind_refund, a_cancellation])
def test_a_refund_survives_a_death_at_any_commit(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, asked: Callable[[Bench], None], nth: int, after_commit: bool
) -> None:
    marketplace = Marketplace(bench)
    bench.tiktok.decide = marketplace
    asked(bench)
    executioner = Executioner(nth, after_commit=after_commit)
    monkeypatch.setattr(SqlStore, "writing", lambda store: executioner.writing(store))
    end = bench.clock.at + timedelta(hours=2)
    while bench.clock.at < end:
        try:
            bench.wait(minutes=5)
        except Death:
            bench.restarted()
    assert len(marketplace.paid) == 1
    assert bench.connector.ledger() == {"500": Decimal("39.98")}
    assert bench.connector.waiting() == 0
    assert len(bench.adjustments()) == 1
    assert bench.adjustment().decided_by == "oms"
