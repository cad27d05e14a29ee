"""The connector's process: it dies without a farewell and comes back on its database."""

from typing import Final

from pytest_bdd import given, then, when

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.phrases import number, phrase, time, times

_RHYTHM: Final = "after every (?:{COUNT} )?(?P<what>commits?|calls? that changes? something)"


@given(phrase("the connector has been killed"))
@when(phrase("the connector is killed"))
def _(people: Cast) -> None:
    people.connector.dies()


@given(phrase("the connector has started again"))
@when(phrase("the connector starts again"))
def _(people: Cast) -> None:
    people.connector.starts()


@given(phrase("the connector has been killed and started again"))
@when(phrase("the connector is killed and starts again"))
def _(people: Cast) -> None:
    people.connector.dies()
    people.connector.starts()


@given(phrase("the connector has been down for {SPAN}"))
@when(phrase("the connector is down for {SPAN}"))
def _(people: Cast, span: str) -> None:
    people.connector.dies()
    people.clock.passes(time(span))
    people.connector.starts()


@given(phrase(f"the connector is to die {{TIMES}}, {_RHYTHM}"))
def _(people: Cast, often: str, count: str | None, what: str) -> None:
    after = "commit" if what.startswith("commit") else "call"
    people.connector.is_due(after, number(count) if count else 1, times(often))


@then(phrase("the connector has died {TIMES}"))
def _(people: Cast, often: str) -> None:
    deaths = [entry for entry in people.stage.trace() if entry.get("name") == "connector_killed"]
    expect("how often the connector has died", times(often), len(deaths))
