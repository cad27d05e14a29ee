"""What clients in use send to the token endpoint, and what they must get."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.unit.connector_api.oms_client import OmsClient


def form(oms: OmsClient, **more: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": oms.credentials.refresh_token, **more}


def test_basic_credentials_bring_a_token_for_an_hour(oms: OmsClient) -> None:
    answer = oms.ask_token(form(oms), basic=True)
    assert answer.status_code == 200
    assert answer.get_json() == {
        "access_token": answer.get_json()["access_token"],
        "token_type": "bearer",
        "expires_in": 3600,
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_credentials_may_stand_in_the_form(oms: OmsClient) -> None:
    given = form(oms, client_id=oms.credentials.application_id, client_secret=oms.credentials.shared_secret)
    assert oms.ask_token(given).status_code == 200


@pytest.mark.parametrize("label", ["text/plain", "application/json", "application/octet-stream"])
def test_the_form_is_read_whatever_its_label_says(oms: OmsClient, label: str) -> None:
    assert oms.ask_token(urlencode(form(oms)).encode(), basic=True, label=label).status_code == 200


def test_the_refresh_token_is_used_again_and_earlier_access_tokens_stay_valid(oms: OmsClient) -> None:
    first, second = oms.token, oms.new_token()
    assert first != second
    for token in (first, second):
        assert oms.call("get", "/v1/Orders", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"refresh_token": "wrong"}, "invalid_grant"),
        ({"refresh_token": ""}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
    ],
)
def test_a_wrong_form_is_400_and_says_what(oms: OmsClient, change: dict[str, str], error: str) -> None:
    answer = oms.ask_token({**form(oms), **change}, basic=True)
    assert answer.status_code == 400
    assert answer.get_json()["error"] == error


@pytest.mark.parametrize("header", ["Basic !!!", "Basic bm9jb2xvbg==", "Basic YTpi", ""])
def test_wrong_credentials_are_400_and_never_401(oms: OmsClient, header: str) -> None:
    answer = oms.web.post("/oauth2/token", data=form(oms), headers={"Authorization": header} if header else {})
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_client"


def test_a_known_application_with_a_wrong_secret_is_nobody(oms: OmsClient) -> None:
    given = form(oms, client_id=oms.credentials.application_id, client_secret="wrong")
    assert oms.ask_token(given).get_json()["error"] == "invalid_client"


def test_a_refresh_token_unused_for_three_months_has_lapsed(oms: OmsClient) -> None:
    for _ in range(2):  # it is used, and each time it has three months more
        oms.clock.at += timedelta(days=89)
        assert oms.ask_token(form(oms), basic=True).status_code == 200
    oms.clock.at += timedelta(days=90)
    assert oms.ask_token(form(oms), basic=True).get_json()["error"] == "invalid_grant"


def test_an_access_token_lives_exactly_one_hour(oms: OmsClient) -> None:
    oms.clock.at += timedelta(minutes=59, seconds=59)
    assert oms.call("get", "/v1/Orders").status_code == 200
    oms.clock.at += timedelta(seconds=1)
    answer = oms.call("get", "/v1/Orders")
    assert answer.status_code == 401
    assert answer.get_json() == {"Message": "Authorization has been denied for this request."}


def test_the_word_bearer_is_taken_in_any_case_and_the_token_in_the_query_too(oms: OmsClient) -> None:
    for scheme in ("bearer", "BEARER", "Bearer"):
        assert oms.call("get", "/v1/Orders", headers={"Authorization": f"{scheme} {oms.token}"}).status_code == 200
    in_query = {"access_token": oms.token}
    assert oms.call("get", "/v1/Orders", in_query, headers={"Authorization": ""}).status_code == 200
    assert oms.call("get", "/v1/Orders", headers={"Authorization": ""}).status_code == 401


def test_no_secret_is_kept_in_the_open(oms: OmsClient) -> None:
    kept = "\n".join(oms.connector.engine.raw_connection().driver_connection.iterdump())  # type: ignore[union-attr]
    for secret in (oms.token, oms.credentials.shared_secret, oms.credentials.refresh_token):
        assert secret not in kept
