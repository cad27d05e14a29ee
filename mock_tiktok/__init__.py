"""A fake TikTok Shop: orders, returns, refunds and cancellations under the platform's own clocks and rules."""

from mock_tiktok.agenda import AgendaEntry, Due, Fired
from mock_tiktok.events import Event
from mock_tiktok.mail import Mail
from mock_tiktok.marketplace import Marketplace, ShopCredentials
from mock_tiktok.orders import OrderLine
from mock_tiktok.tokens import Tokens
from mock_tiktok.views import (
    CancellationView,
    LedgerLine,
    LineItemView,
    OrderView,
    ReturnView,
    TimelineEntry,
)

__all__ = [
    "AgendaEntry",
    "CancellationView",
    "Due",
    "Event",
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
