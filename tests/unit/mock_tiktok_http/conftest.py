"""One marketplace with one shop and a client that is authorized for it."""

from __future__ import annotations

import pytest

from mock_tiktok import Marketplace
from tests.unit.mock_tiktok_http.client import Client, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def market(clock: Clock) -> Marketplace:
    return Marketplace(clock=clock, seed=1)


@pytest.fixture
def client(market: Marketplace, clock: Clock) -> Client:
    return Client(market, market.add_shop(name="Harbour Goods"), clock)
