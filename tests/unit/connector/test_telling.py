"""What an OMS is told: each refund and cancellation that begins or ends, signed, at least once, and nothing else."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests

from connector.errors import BadSettings
from connector.settings import Settings
from tests.responses import Answering, Call, response_of
from tests.unit.connector.conftest import SETTINGS, Bench
from tests.unit.connector.stub_tiktok import PENDING

ADDRESS = "https://oms.example/webhooks"
TELLS = replace(SETTINGS, oms_webhook_url=ADDRESS, oms_webhook_secret="shared")


class Oms(Answering):
    """Whoever listens at the address; `says` is what it answers, None that it cannot be reached."""

    def __init__(self) -> None:
        super().__init__()
        self.says: int | None = 204
        self.heard: list[tuple[str, Any]] = []

    def answer(self, call: Call, request: requests.PreparedRequest) -> requests.Response:
        assert call.headers["Authorization"] == hmac.digest(b"shared", call.raw, "sha256").hex()
        self.heard.append((call.headers["X-Event-Type"], call.body))
        if self.says is None:
            raise requests.ConnectionError
        return response_of(self.says)

    def events(self) -> list[str]:
        """Return what it has heard since it was asked last."""
        heard, self.heard = [event for event, _ in self.heard], []
        return heard


@pytest.fixture
def bench(make_bench: Callable[[Settings], Bench]) -> Bench:
    return make_bench(TELLS)


@pytest.fixture
def oms(bench: Bench) -> Oms:
    oms = Oms()
    bench.sessions[0].mount(ADDRESS, oms)
    return oms


def test_it_is_told_what_begins_and_what_ends_and_each_once(bench: Bench, oms: Oms) -> None:
    bench.claim("10.00")
    order = {"ID": bench.order_id("500"), "ProfileID": 1, "SiteOrderID": "500"}
    assert oms.heard == [("RefundStarted", order)]
    bench.round()
    bench.becomes("RETURN_OR_REFUND_REQUEST_COMPLETE")
    bench.round()
    assert oms.events() == ["RefundStarted", "RefundFinalized"]


@pytest.mark.parametrize("says", [None, 500, 401, 302])
def test_what_was_not_taken_comes_again_with_each_round_for_twelve_hours(
    bench: Bench, oms: Oms, says: int | None
) -> None:
    oms.says = says
    bench.claim("10.00")
    bench.round()
    assert oms.events() == ["RefundStarted"] * 2
    bench.wait(hours=13)
    oms.events()
    oms.says = 204
    bench.round()
    assert oms.events() == []
    bench.becomes("RETURN_OR_REFUND_REQUEST_COMPLETE")
    assert oms.events() == ["RefundFinalized"]


def test_after_a_new_start_what_is_new_is_told_again(bench: Bench, oms: Oms) -> None:
    bench.claim("10.00", status=PENDING)
    bench.restarted(TELLS)
    bench.round()
    bench.round()
    assert oms.events() == ["RefundStarted"] * 2


def test_nothing_goes_out_unsigned() -> None:
    with pytest.raises(BadSettings, match="CONNECTOR_OMS_WEBHOOK_SECRET"):
        replace(TELLS, oms_webhook_secret="")
