"""`POST /webhooks/tiktok`: where the marketplace's notifications arrive; they are answered at once, without a body."""

from typing import Final

from flask import Blueprint, Response, request

from connector.usecases.notifications import Notifications, Receipt

STATUS: Final = {Receipt.TAKEN: 200, Receipt.FORGED: 401, Receipt.UNREADABLE: 400}


def webhook_routes(notifications: Notifications) -> Blueprint:
    routes = Blueprint("webhooks", __name__)

    @routes.post("/webhooks/tiktok")
    def tiktok() -> Response:
        receipt = notifications.take(request.get_data(cache=False), request.headers.get("Authorization", ""))
        return Response(status=STATUS[receipt])

    return routes
