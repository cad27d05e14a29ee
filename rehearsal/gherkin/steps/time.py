"""Time passes, and nothing but a step makes it pass."""

import re
from datetime import UTC
from typing import Final

from pytest_bdd import given, when

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.closed_words import one_of
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.steps.phrases import act, moment, phrase, spelled, time
from rehearsal.gherkin.which import Which

# What the connector may be told to answer for a seller who is silent, and to what.
SILENT: Final = {"yes": "approve", "no": "reject"}
ASKED: Final = {"refunds": "REFUND", "returns": "RETURN_AND_REFUND", "cancellations": "CANCEL"}


@given(phrase("it is (?P<said>.+) in universal time"))
def _(people: Cast, said: str) -> None:
    people.begin_anew()
    people.clock.starts_at(moment(said).replace(tzinfo=UTC))


@given(phrase("(?:the shop is|a shop) in (?:the )?(?P<place>.+)"))
def _(people: Cast, place: str) -> None:
    people.begin_anew()
    people.clock.starts_where(place)


_SILENCE: Final = "the connector answers (?P<answers>(?:yes|no) to .+) when the seller is silent"


@given(phrase(f"(?P<where>(?:in any other shop )?){_SILENCE}"))
def _(people: Cast, where: str, answers: str) -> None:
    people.begin_anew()
    said = [one.partition(" to ") for one in re.split(", and |, | and ", answers)]
    one_of("the connector answers", SILENT, *(answer for answer, _, _ in said))
    one_of("the connector answers yes or no to", ASKED, *(what for _, _, what in said))
    begins = people.clock.starts_with_general_answers if where else people.clock.starts_with_default
    begins({ASKED[what]: SILENT[answer] for answer, _, what in said})


@given(phrase("the marketplace is slow to make labels"))
def _(people: Cast) -> None:
    people.begin_anew()
    people.clock.starts_where("us-2025-08-late-label")


@act("the marketplace <has given/gives> the seller {SPAN} to answer {BUYER}{ABOUT}")
def _(people: Cast, which: Which, span: str) -> None:
    people.operator.gives_time(people.buyer(which.name), which, spelled(span))


@act("{SPAN} <(?:has|have) passed/pass(?:es)?>", heard=())
def _(people: Cast, span: str) -> None:
    people.clock.passes(time(span))


@act("everybody <has heard/hears> of it", heard=())
def _(people: Cast) -> None:
    if people.connector.down:
        raise Miswritten("the connector is down: nobody hears of anything before it has started again")
    people.clock.all_have_heard()


@act("<it is/the clock stands> {SPAN} before the answer to {BUYER}{ABOUT} is due", heard=())
def _(people: Cast, span: str, which: Which) -> None:
    people.clock.goes_before(people.buyer(which.name).deadline(which), time(span))


@when(phrase("the answer to {BUYER}{ABOUT} falls due"))
def _(people: Cast, which: Which) -> None:
    people.clock.goes_to(people.buyer(which.name).deadline(which))


@act("<it is {SPAN}/{SPAN} pass(?:es)?> after the answer to {BUYER}{ABOUT} was due", heard=())
def _(people: Cast, span: str, which: Which) -> None:
    people.clock.goes_to(people.buyer(which.name).deadline(which, was=True) + time(span))
