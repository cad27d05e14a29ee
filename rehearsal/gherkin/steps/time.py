"""Time passes, and nothing but a step makes it pass."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pytest_bdd import given, when

from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.steps.phrases import phrase, time
from rehearsal.gherkin.which import Which

# Where the seller's shop can stand, and by which policy it is then run.
PLACES: Final = {"the United States": "us-2025-08", "the United Kingdom": "uk-2026-04", "Indonesia": "id-2025-11"}


@given(phrase("it is (?P<moment>.+) in universal time"))
def _(people: Cast, moment: str) -> None:
    people.begin_anew()
    try:
        meant = datetime.strptime(f"{moment} +0000", "%A %d %B %Y, %H:%M %z")
    except ValueError as mistake:
        raise Miswritten(f'"{moment}" is no moment; one is "Monday 03 March 2031, 09:00"') from mistake
    if not moment.startswith(f"{meant:%A}"):  # strptime takes any day's name
        raise Miswritten(f"{meant.day} {meant:%B %Y} is a {meant:%A}, not a {moment.split()[0]}")
    people.clock.starts_at(meant)


@given(phrase("the shop is in (?P<place>.+)"))
def _(people: Cast, place: str) -> None:
    people.begin_anew()
    if place not in PLACES:
        raise Miswritten(f"a shop can be in {', '.join(PLACES)}; not in {place}")
    people.clock.starts_where(PLACES[place])


@given(phrase("the marketplace is slow to make labels"))
def _(people: Cast) -> None:
    people.begin_anew()
    people.clock.starts_where("us-2025-08-late-label")


@given(phrase("{SPAN} (?:has|have) passed"))
@when(phrase("{SPAN} pass(?:es)?"))
def _(people: Cast, span: str) -> None:
    people.clock.passes(time(span))


@given(phrase("it is {SPAN} before the answer to {BUYER}{ABOUT} is due"))
@when(phrase("the clock stands {SPAN} before the answer to {BUYER}{ABOUT} is due"))
def _(people: Cast, span: str, which: Which) -> None:
    people.clock.goes_to(people.buyer(which.name).deadline(which) - time(span))


@when(phrase("the answer to {BUYER}{ABOUT} falls due"))
def _(people: Cast, which: Which) -> None:
    people.clock.goes_to(people.buyer(which.name).deadline(which))


@given(phrase("it is {SPAN} after the answer to {BUYER}{ABOUT} was due"))
@when(phrase("{SPAN} pass(?:es)? after the answer to {BUYER}{ABOUT} was due"))
def _(people: Cast, span: str, which: Which) -> None:
    people.clock.goes_to(people.buyer(which.name).deadline(which) + time(span))
