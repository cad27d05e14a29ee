"""The connector's pages for people: the orders, and one order with Items, Adjustments and Activity & History."""

from connector.pages.routes import page_routes

__all__ = ["page_routes"]
