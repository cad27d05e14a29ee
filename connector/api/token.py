"""`POST /oauth2/token`: a refresh token is exchanged for an access token.

The form is parsed whatever the body's label says, because clients in use label it `text/plain` or `application/json`.
Credentials come by HTTP Basic or as form fields. Every mistake is 400, as at ChannelAdvisor.
"""

import base64
import binascii
from dataclasses import asdict
from typing import Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from connector.api.responses import json_response
from connector.errors import BadCredentials
from connector.usecases.commands import Commands

LARGEST: Final = 16_384
WRONG: Final = {
    "invalid_client": "The application id or the shared secret is wrong.",
    "invalid_grant": "The refresh token is wrong, or has lapsed after three months without use.",
}
NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class _Refused(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def token_routes(commands: Commands) -> Blueprint:
    routes = Blueprint("token", __name__)

    @routes.post("/oauth2/token")
    def token() -> Response:
        try:
            form = _form(request.get_data(cache=False))
            grant = form.get("grant_type", "")
            if grant != "refresh_token":
                error = "unsupported_grant_type" if grant else "invalid_request"
                raise _Refused(error, "grant_type must be refresh_token.")
            application_id, secret = _credentials(request.headers.get("Authorization"), form)
            if not form.get("refresh_token"):
                raise _Refused("invalid_request", "refresh_token is missing.")
            granted = commands.oauth.grant(application_id, secret, form["refresh_token"])
        except BadCredentials as wrong:
            error = "invalid_client" if str(wrong) == "invalid_client" else "invalid_grant"
            return _refusal(error, WRONG[error])
        except _Refused as refused:
            return _refusal(refused.error, refused.description)
        return json_response(asdict(granted), headers=NO_STORE)

    return routes


def _refusal(error: str, description: str) -> Response:
    return json_response({"error": error, "error_description": description}, status=400, headers=NO_STORE)


def _form(raw: bytes) -> dict[str, str]:
    if len(raw) > LARGEST:
        raise _Refused("invalid_request", "The form is too large.")
    try:
        pairs = parse_qsl(raw.decode("utf-8").strip(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise _Refused("invalid_request", "The body is not a form.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _Refused("invalid_request", "A field of the form is given twice.")
    return form


def _credentials(header: str | None, form: dict[str, str]) -> tuple[str, str]:
    """Take Basic credentials, else those of the form."""
    scheme, _, encoded = (header or "").strip().partition(" ")
    if scheme.lower() == "basic":
        try:
            user, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            raise _Refused("invalid_client", "The Basic credentials cannot be read.") from None
        if not colon:
            raise _Refused("invalid_client", "The Basic credentials have no colon.")
        return user, secret
    if form.get("client_id") and form.get("client_secret"):
        return form["client_id"], form["client_secret"]
    raise _Refused("invalid_client", "Application id and shared secret are missing.")
