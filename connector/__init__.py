"""The connector between TikTok Shop and an Order Management System that speaks ChannelAdvisor's REST API."""

from __future__ import annotations

from connector.main import Connector
from connector.settings import Settings

__all__ = ["Connector", "Settings"]
