"""Responses as they leave: JSON in one spelling, 204 without a body, and ChannelAdvisor's two shapes of an error."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from connector.adapters import json_text
from connector.api.entities import spell
from connector.api.shared_routes import Written


def json_response(document: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Written(json_text.written(document, spell), status, "application/json; charset=utf-8", headers)


def done() -> Response:
    """Accepted; nothing to say, and no id to say it with."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def business_error(status: int, code: str, message: str) -> Response:
    return json_response({"error": {"code": code, "message": message}}, status=status)


def routing_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_response({"Message": message}, status=status, headers=headers)
