"""A fake TikTok Shop: orders, returns, refunds and cancellations under the platform's own clocks and rules."""

from mock_tiktok.domain.mail import Mail
from mock_tiktok.domain.money import Discounts
from mock_tiktok.main import Marketplace
from mock_tiktok.state.agenda import AgendaEntry, Due, Fired
from mock_tiktok.state.events import Event
from mock_tiktok.state.tokens import AppName, Tokens
from mock_tiktok.usecases.market import DeveloperApp, ShopCredentials
from mock_tiktok.usecases.purchases import OrderLine
from mock_tiktok.usecases.views import (
    CancellationView,
    EvidenceView,
    LedgerLine,
    LineItemView,
    OrderView,
    ReturnView,
    TimelineEntry,
)

__all__ = [
    "AgendaEntry",
    "AppName",
    "CancellationView",
    "DeveloperApp",
    "Discounts",
    "Due",
    "Event",
    "EvidenceView",
    "Fired",
    "LedgerLine",
    "LineItemView",
    "Mail",
    "Marketplace",
    "OrderLine",
    "OrderView",
    "ReturnView",
    "ShopCredentials",
    "TimelineEntry",
    "Tokens",
]
