"""The two stages, in process and over the control API on a real socket; every result is held to the contract."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rehearsal.control.calls import CALLS
from rehearsal.control.client import HttpStage
from rehearsal.control.local import InProcessStage
from rehearsal.control.stage import Json, Stage
from rehearsal.control.validation import breaches, document
from rehearsal.server.control_api import PREFIX, control_app
from rehearsal.server.sockets import Served, Service, origin, take
from rehearsal.world.world import World


def schema_of(name: str) -> str:
    """Return the schema that the contract has for what a call returns."""
    call = CALLS[name]
    response = document()["paths"][call.path][call.method.lower()]["responses"]["200"]
    if "$ref" in response:
        response = document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return str(response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2])


class Held:
    """A stage whose every result is held to the contract."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._stage, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            result = method(*args, **kwargs)
            if name != "trace":
                assert breaches(schema_of(name), result) == [], name
            return result

        return call


@pytest.fixture(params=["in process", "over a socket"])
def stage(request: pytest.FixtureRequest) -> Iterator[Any]:
    inner = InProcessStage(World, seed=7)
    if request.param == "in process":
        yield Held(inner)
        inner.close()
        return
    listening = take("127.0.0.1", 0)
    served = Served([Service(control_app(inner), listening)])
    served.start()
    client = HttpStage(origin("127.0.0.1", listening.getsockname()[1]) + PREFIX)
    yield Held(client)
    client.close()
    served.stop()
    inner.close()


def asked(stage: Any) -> Json:
    """A buyer has asked for money back."""
    return dict(stage.request_return(stage.place_order()["order_id"], type="REFUND"))


def adjustment(stage: Any, **about: str) -> Json:
    """Let the connector and the OMS look, and return the OMS's one case of this return or cancellation."""
    stage.advance(by="PT30M")
    ((name, value),) = about.items()
    (row,) = [row for row in stage.oms_adjustments()["adjustments"] if row[name] == value]
    return dict(row)


def ledger_row(stage: Any, order_id: str) -> Json:
    (entry,) = [entry for entry in stage.ledgers()["orders"] if entry["order_id"] == order_id]
    return dict(entry)


def kinds(stage: Any, order_id: str) -> list[str]:
    return [mail["kind"] for mail in stage.mailbox(order_id=order_id)["mails"]]
