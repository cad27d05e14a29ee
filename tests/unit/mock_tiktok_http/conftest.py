"""One marketplace with one shop and a client that is authorized for it."""

import pytest

from mock_tiktok import Marketplace
from tests.clock import HandClock
from tests.unit.mock_tiktok_http.client import Client


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def market(clock: HandClock) -> Marketplace:
    return Marketplace(clock=clock, seed=1)


@pytest.fixture
def client(market: Marketplace, clock: HandClock) -> Client:
    return Client(market, market.add_shop(name="Harbour Goods"), clock)
