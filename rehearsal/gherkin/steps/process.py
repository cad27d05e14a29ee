"""The connector's process: it dies without a farewell and comes back on its database."""

from pytest_bdd import given, when

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.steps.phrases import phrase, time


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
