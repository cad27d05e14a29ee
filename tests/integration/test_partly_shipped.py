"""An order of which one parcel is on its way and one is not, refunded by the OMS through the connector.

The fake marketplace takes neither refund nor cancellation then, so its wire is a stub here, which takes both; OMS and
connector are the real ones.
"""

from collections.abc import Iterator
from decimal import Decimal

import pytest
import requests
from werkzeug.test import Client

from connector import Connector
from mock_oms import Oms
from mock_oms.errors import Refused
from tests.clock import HandClock
from tests.refused import refused
from tests.responses import Answering, Call, response_of
from tests.unit.connector.conftest import SETTINGS, Bench
from tests.unit.connector.stub_tiktok import COMPLETE, Json, StubTikTok, ok


class Counter(Answering):
    """Leads to the connector's app."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._web = Client(connector.app)

    def answer(self, call: Call, request: requests.PreparedRequest) -> requests.Response:
        got = self._web.open(request.path_url, method=call.method, headers=call.headers, data=call.raw)
        return response_of(got.status_code, got.data, request)


class Shop:
    """One order of two parcels, its marketplace, the connector and the OMS."""

    def __init__(self) -> None:
        clock = HandClock()
        self.tiktok = StubTikTok(clock)
        self.tiktok.decide = self.decide
        to_tiktok, to_connector = requests.Session(), requests.Session()
        to_tiktok.mount("https://", self.tiktok)
        connector = Connector(SETTINGS, clock=clock, http=to_tiktok)
        connector.migrate()
        connector.add_shop("code")
        client = connector.add_client()
        self.bench = Bench(clock, self.tiktok, connector, [to_tiktok, to_connector])
        to_connector.mount("https://", Counter(connector))
        self.oms = Oms(
            clock=clock,
            seed=1,
            http=to_connector,
            application_id=client.application_id,
            shared_secret=client.shared_secret,
            refresh_token=client.refresh_token,
        )
        document = self.tiktok.put_order("500", "20.00", "10.00", shipping="3.00")
        document["line_items"][1] |= {"display_status": "AWAITING_SHIPMENT", "package_id": ""}
        self.quarter()

    def decide(self, call: Call) -> Json:
        """Take up what the seller starts and pay it at once."""
        if call.path.endswith("/returns"):
            made = self.tiktok.put_return(
                "901",
                "500",
                COMPLETE,
                role="SELLER",
                lines=call.body["order_line_item_ids"],
                refund_amount={"refund_total": call.body["refund_total"]},
            )
            return ok({"return_id": made["return_id"]})
        lines, refund = call.body["order_line_item_ids"], {"refund_total": "11.00"}
        self.tiktok.put_cancellation("801", "500", "COMPLETE", *lines, refund_amount=refund)
        return ok({"cancel_id": "801"})

    def quarter(self) -> None:
        """Let the next round and the next pull happen."""
        self.bench.round()
        due = self.oms.next_due()
        assert due is not None
        self.bench.clock.at = max(self.bench.clock.at, due.at)
        self.oms.run_due(self.bench.clock.at)

    def close(self) -> None:
        self.bench.connector.engine.dispose()
        for session in self.bench.sessions:
            session.close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()


def test_a_refund_of_the_whole_order_pays_back_the_one_parcel_and_cancels_the_other(shop: Shop) -> None:
    case = shop.oms.refund(order_id="500").row
    assert case.amount == Decimal("33.00")
    for _ in range(3):
        shop.quarter()
    paths = [call.path.rsplit("/", 1)[1] for call in shop.tiktok.written()]
    assert sorted(paths) == ["cancellations", "returns"]
    (row,) = shop.oms.adjustments()
    assert (row.id, row.status, row.amount) == (case.id, "PostProcessingComplete", Decimal("33.00"))
    assert shop.oms.ledger() == shop.bench.connector.ledger() == {"500": Decimal("33.00")}
    assert shop.oms.refundable("500").order == 0


def test_a_part_is_paid_from_what_has_shipped_and_the_rest_can_still_be_given_back_whole(shop: Shop) -> None:
    shop.oms.refund(order_id="500", amount=Decimal("5.00"))
    shop.quarter()
    assert [call.body["order_line_item_ids"] for call in shop.tiktok.written()] == [["5001"]]
    shop.quarter()
    assert shop.oms.refund(order_id="500").row.amount == Decimal("28.00")


@pytest.mark.parametrize("amount", ["22.01", "32.99"])
def test_a_part_that_what_has_shipped_cannot_bear_is_refused_and_told_what_would_do(shop: Shop, amount: str) -> None:
    caught = refused(Refused, shop.oms.refund, order_id="500", amount=Decimal(amount))
    assert "22.00" in str(caught)
    assert "33.00" in str(caught)
    assert shop.oms.refund(order_id="500", amount=Decimal("22.00")).row.amount == Decimal("22.00")
