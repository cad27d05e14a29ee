"""The control API over HTTP: its form, its refusals, its manners. What the calls do is tested with the stages."""

import inspect
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from rehearsal.control.calls import CALLS, RECORDS, Call
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Stage
from rehearsal.control.validation import document
from rehearsal.resources import contract
from rehearsal.server.access import Gate
from rehearsal.server.control_api import PREFIX, control_app

TOKEN = "a-token-nobody-guesses"


def problem(response: Any) -> dict[str, Any]:
    assert response.mimetype == "application/problem+json", response.text
    body: dict[str, Any] = response.get_json(force=True)
    assert body["status"] == response.status_code
    return body


def test_the_contract_is_valid_openapi_and_promises_exactly_what_is_served() -> None:
    validate(contract("control"))
    described = {
        (method.upper(), path)
        for path, item in document()["paths"].items()
        for method in item
        if method != "parameters"
    }
    files = {("GET", path) for path, _ in RECORDS.values()} | {("GET", "/openapi.yaml")}
    assert described == {(call.method, call.path) for call in CALLS.values()} | files


def test_every_method_of_a_stage_is_a_call_and_every_call_a_method() -> None:
    methods = {name for name, member in vars(Stage).items() if inspect.isfunction(member) and name[0] != "_"}
    assert methods - {"request", "record", "close", "trace"} == {*CALLS, *RECORDS}


def test_the_documents_list_every_method_with_what_it_takes_and_its_call() -> None:
    text = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    taken = {name: [*inspect.signature(getattr(Stage, name)).parameters][1:] for name in CALLS}
    rows = [f"| `{c.name}({', '.join(taken[c.name])})` | `{c.method} {c.path}` |" for c in CALLS.values()]
    assert re.findall(r"^\| `\w+\(.*$", text, re.MULTILINE) == rows


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.name)
def test_a_method_takes_what_the_contract_lets_its_call_send(call: Call) -> None:
    operation = document()["paths"][call.path][call.method.lower()]
    body = operation.get("requestBody", {"content": {"application/json": {"schema": {"$ref": "/None"}}}})
    content = body.get("content", {"application/json": {"schema": {"$ref": "/Nothing"}}})
    assert content["application/json"]["schema"]["$ref"].rpartition("/")[2] == str(call.body)
    asked = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter.get("in") == "query"}
    assert asked == set(call.query)
    schema = document()["components"]["schemas"].get(str(call.body), {})
    parameters = inspect.signature(getattr(Stage, call.name)).parameters
    taken = {name.rstrip("_"): parameter for name, parameter in parameters.items()}
    assert set(taken) == {"self", *call.ids, *call.query, *schema.get("properties", {})}
    needed = {name for name, parameter in taken.items() if parameter.default is parameter.empty}
    assert needed == {"self", *call.ids, *schema.get("required", ())}


def test_the_world_default_is_met_with_and_without_its_name(api: FlaskClient) -> None:
    assert api.get(f"{PREFIX}/world").json == api.get(f"{PREFIX}/worlds/default/world").json


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/control/v1/nothing", 404),
        ("GET", "/control/v1/worlds/other/world", 404),
        ("GET", "/control/v2/world", 404),
        ("DELETE", "/control/v1/world", 405),
        ("OPTIONS", "/control/v1/world", 405),
        ("OPTIONS", "/control/v1/orders", 405),
        ("OPTIONS", "/control/v1/nothing", 404),
        ("GET", "/control/v1/clock/advance", 405),
        ("GET", "/control/v1/orders/nobody", 404),
        ("GET", "/control/v1/returns/nobody", 404),
        ("GET", "/control/v1/mailbox?order_id=nobody", 404),
        ("GET", "/control/v1/mailbox?orderid=1", 422),
        ("GET", "/control/v1/mailbox?order_id=%20", 422),
        ("GET", "/control/v1/orders/%20", 422),
        ("POST", "/control/v1/returns/%09/withdraw", 422),
        *(("GET", f"/control/v1/trace{form}?after=5", 422) for form in ("", ".har", ".mmd")),
        ("POST", "/control/v1/oms/adjustments/nobody/approve", 404),
    ],
)
def test_what_is_not_there_is_a_problem_document(api: FlaskClient, method: str, path: str, status: int) -> None:
    assert problem(api.open(path, method=method))["status"] == status


def test_an_unknown_address_learns_where_the_known_ones_are_listed(api: FlaskClient) -> None:
    assert f"GET {PREFIX}/openapi.yaml" in problem(api.get(f"{PREFIX}/nothing"))["detail"]


def test_a_method_that_is_not_taken_learns_which_are(api: FlaskClient) -> None:
    assert api.options(f"{PREFIX}/clock/advance").headers["Allow"] == "POST"
    assert api.options(f"{PREFIX}/world").headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("body", ["{", "[1", '{"by": "\\ud800"}', '{"by": NaN}', "by=PT1H", "\xff"])
def test_a_body_that_is_not_json_is_refused(api: FlaskClient, body: str) -> None:
    response = api.post(f"{PREFIX}/clock/advance", data=body.encode("latin-1"))
    assert problem(response)["field"] == "body"
    assert response.status_code == 400


def test_a_body_that_is_no_object_is_refused(api: FlaskClient) -> None:
    assert problem(api.post(f"{PREFIX}/orders", json=[]))["field"] == "body"
    assert problem(api.post(f"{PREFIX}/orders", data="null"))["status"] == 422


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("/shops", {"name": "  "}, "name"),
        ("/orders", {"buyer": {"name": "\u00a0"}}, "buyer.name"),
        ("/orders", {"lines": [{"sku": " ", "unit_price": "5.00"}]}, "lines.0.sku"),
        ("/oms/adjustments/C-1/reject", {"comment": "\n"}, "comment"),
        ("/orders/1/returns", {"reason": "   "}, "reason"),
    ],
)
def test_what_shows_nothing_is_no_name_and_no_text(api: FlaskClient, call: str, body: Any, field: str) -> None:
    refused = problem(api.post(f"{PREFIX}{call}", json=body))
    assert (refused["status"], refused["field"]) == (422, field)


def test_an_endless_body_is_refused(api: FlaskClient) -> None:
    assert problem(api.post(f"{PREFIX}/orders", data=b" " * 1_000_001))["status"] == 413


def test_the_same_key_gives_the_first_response_and_acts_once(api: FlaskClient) -> None:
    first = api.post(f"{PREFIX}/orders", headers={"Idempotency-Key": "k1"})
    second = api.post(f"{PREFIX}/orders", headers={"Idempotency-Key": "k1"})
    assert first.json == second.json
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (None, "true")
    assert len(api.get(f"{PREFIX}/ledgers").get_json()["orders"]) == 1


def test_a_key_belongs_to_one_call_and_one_body(api: FlaskClient) -> None:
    api.post(f"{PREFIX}/clock/advance", json={"by": "PT0S"}, headers={"Idempotency-Key": "k1"})
    response = api.post(f"{PREFIX}/clock/advance", json={"by": "PT1S"}, headers={"Idempotency-Key": "k1"})
    assert problem(response)["field"] == "Idempotency-Key"
    assert response.status_code == 422


def test_a_refusal_does_not_use_a_key_up(api: FlaskClient) -> None:
    path = f"{PREFIX}/clock/advance"
    problem(api.post(path, json={"to": "2030-01-01T00:00:00Z"}, headers={"Idempotency-Key": "k"}))
    assert api.post(path, json={"by": "PT1S"}, headers={"Idempotency-Key": "k"}).status_code == 200


def test_reset_forgets_the_keys_of_the_world_it_ends_but_not_its_own(api: FlaskClient) -> None:
    api.post(f"{PREFIX}/orders", headers={"Idempotency-Key": "k1"})
    api.post(f"{PREFIX}/reset", json={"seed": 9}, headers={"Idempotency-Key": "r"})
    api.post(f"{PREFIX}/orders", headers={"Idempotency-Key": "k1"})
    again = api.post(f"{PREFIX}/reset", json={"seed": 9}, headers={"Idempotency-Key": "r"})
    assert again.headers["Idempotency-Replayed"]
    assert len(api.get(f"{PREFIX}/ledgers").get_json()["orders"]) == 1


def test_a_second_advance_at_once_gets_409(stage: InProcessStage, api: FlaskClient) -> None:
    world = stage.current
    advance, inside, go_on = world.advance, threading.Event(), threading.Event()

    def slow(**target: Any) -> Any:
        inside.set()
        assert go_on.wait(10)
        return advance(**target)

    world.advance = slow  # type: ignore[method-assign]  # a world that takes its time, so that two meet
    first: list[int] = []
    thread = threading.Thread(
        target=lambda: first.append(api.post(f"{PREFIX}/clock/advance", json={"by": "PT1M"}).status_code)
    )
    thread.start()
    assert inside.wait(10)
    second = api.application.test_client().post(f"{PREFIX}/clock/advance", json={"by": "PT1M"})
    go_on.set()
    thread.join(10)
    assert problem(second)["status"] == 409
    assert first == [200]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8700", "", "[", "[::1", "..", "a b"]
)
def test_a_foreign_host_name_is_refused(api: FlaskClient, host: str) -> None:
    assert problem(api.get(f"{PREFIX}/world", headers={"Host": host}))["field"] == "Host"


@pytest.mark.parametrize("host", ["localhost:8700", "127.0.0.1:8700", "[::1]:8700", "LOCALHOST"])
def test_a_name_of_this_machine_is_served(api: FlaskClient, host: str) -> None:
    assert api.get(f"{PREFIX}/world", headers={"Host": host}).status_code == 200


def test_another_sites_form_is_refused_and_our_own_is_served(api: FlaskClient) -> None:
    foreign = ("https://evil.example", "null", "http://localhost:1", "http://[", "http://[::1", "", "[", "localhost")
    for origin in foreign:
        response = api.post(f"{PREFIX}/orders", headers={"Host": "localhost:8700", "Origin": origin})
        assert problem(response)["field"] == "Origin"
    own = {"Host": "localhost:8700", "Origin": "http://localhost:8700"}
    assert api.post(f"{PREFIX}/orders", headers=own).status_code == 200


def test_a_token_is_needed_off_loopback_and_accepted_on_it(stage: InProcessStage) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    wide = control_app(stage, Gate("0.0.0.0", TOKEN)).test_client()
    near = control_app(stage, Gate("127.0.0.1", TOKEN)).test_client()
    refused = wide.get(f"{PREFIX}/world")
    assert (problem(refused)["status"], refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert wide.get(f"{PREFIX}/world", headers=bearer | {"Host": "stage.example"}).status_code == 200
    assert near.get(f"{PREFIX}/world", headers=bearer).status_code == 200
    assert near.get(f"{PREFIX}/world").status_code == 200
    for client in (wide, near):
        assert problem(client.get(f"{PREFIX}/world", headers={"Authorization": "Bearer wrong"}))["status"] == 401


def test_the_trace_is_ndjson_a_har_file_and_a_diagram(api: FlaskClient) -> None:
    lines = [json.loads(line) for line in api.get(f"{PREFIX}/trace").data.splitlines()]
    assert lines[0]["format"] == "rehearsal-trace"
    assert api.get(f"{PREFIX}/trace.har").get_json(force=True)["log"]["version"] == "1.2"
    assert api.get(f"{PREFIX}/trace.mmd").text.startswith("sequenceDiagram")


def test_the_contract_itself_is_served(api: FlaskClient) -> None:
    assert yaml.safe_load(api.get(f"{PREFIX}/openapi.yaml").text) == document()


def test_a_decision_that_the_connector_did_not_hear_is_kept(stage: InProcessStage, api: FlaskClient) -> None:
    order = api.post(f"{PREFIX}/orders").get_json()
    asked = api.post(f"{PREFIX}/orders/{order['order_id']}/returns", json={"type": "REFUND"}).get_json()
    stage.advance(by="PT30M")
    (case,) = stage.oms_adjustments()["adjustments"]
    stage.current.connector.kill()
    response = api.post(f"{PREFIX}/oms/adjustments/{case['id']}/approve")
    assert (response.status_code, response.get_json()["kept"]) == (202, True)
    assert response.get_json()["error"].startswith("Kept since 2031-03-03 09:30 UTC")
    assert f"deliver what was kept of {case['id']} once more" in [entry["what"] for entry in stage.agenda()["agenda"]]
    stage.current.connector.start()
    stage.advance(by="PT1H")
    assert stage.get_return(asked["return_id"])["refunded"] == asked["refund_total"]


def test_a_failing_stage_is_a_problem(
    stage: InProcessStage, api: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise ZeroDivisionError

    stage.current.agenda = broken  # type: ignore[method-assign]  # a stage that is broken
    assert problem(api.get(f"{PREFIX}/agenda"))["title"] == "The stage itself failed"
    assert "ZeroDivisionError" in caplog.text


DEEP = [b"[" * depth + b"]" * depth for depth in (70, 500, 900, 100_000)]


@pytest.mark.parametrize("deep", DEEP, ids=lambda deep: str(len(deep) // 2))
@pytest.mark.parametrize("call", [call for call in CALLS.values() if call.body], ids=lambda call: call.name)
def test_json_of_any_depth_is_refused(api: FlaskClient, call: Call, deep: bytes) -> None:
    for body in (deep, b'{"lines": %s}' % deep):
        response = api.open(PREFIX + re.sub("[{}]", "", call.path), method=call.method, data=body)
        assert problem(response)["field"] == "body"
        assert response.status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("orders", {"lines": [{"quantity": 2.0}]}, "lines.0.quantity"),
        ("reset", {"shops": 2.0}, "shops"),
        ("reset", {"seed": 7.0}, "seed"),
    ],
)
def test_a_whole_number_is_written_without_a_point(api: FlaskClient, path: str, body: Any, field: str) -> None:
    response = api.post(f"{PREFIX}/{path}", json=body)
    assert (response.status_code, problem(response)["field"]) == (422, field)


def test_a_seed_that_is_beyond_any_number_is_refused_on_the_console(api: FlaskClient) -> None:
    response = api.post("/do/reset", data={"seed": "9" * 5000})
    assert 400 <= response.status_code < 500
