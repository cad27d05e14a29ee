"""Responses as they leave: JSON in one spelling, 204 without a body, and ChannelAdvisor's two shapes of an error."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from connector.api.entities import spell
from connector.api.shared_routes import Written

_written: Final = json.JSONEncoder(default=spell, ensure_ascii=False, separators=(",", ":")).encode


def json_response(document: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Written(_written(document).encode(), status, "application/json; charset=utf-8", headers)


def done() -> Response:
    """Accepted; nothing to say, and no id to say it with."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def business_error(status: int, code: str, message: str) -> Response:
    return json_response({"error": {"code": code, "message": message}}, status=status)


def routing_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_response({"Message": message}, status=status, headers=headers)
