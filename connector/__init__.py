"""The connector between TikTok Shop and an Order Management System that speaks ChannelAdvisor's REST API."""

import logging

from connector.main import Connector
from connector.settings import Settings

__all__ = ["Connector", "Settings"]

logging.getLogger(__name__).addHandler(logging.NullHandler())  # whoever embeds it decides what is logged, and where
