"""The connector's process: it dies without a farewell and comes back on its database."""

from typing import Final

from pytest_bdd import given, then

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.phrases import act, number, phrase, time, times

_RHYTHM: Final = "after every (?:{COUNT} )?(?P<what>commits?|calls? that changes? something)"


@act("the connector <has been/is> killed", heard=())
def _(people: Cast) -> None:
    people.connector.dies()


@act("the connector <has started/starts> again", heard=())
def _(people: Cast) -> None:
    people.connector.starts()


@act("the connector <has been/is> killed and <started/starts> again", heard=())
def _(people: Cast) -> None:
    people.connector.dies()
    people.connector.starts()


@act("the connector <has been/is> down for {SPAN}", heard=())
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
