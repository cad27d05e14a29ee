"""The marketplace's webhooks: whether the connector asks for them, what becomes of them, and what they bring about."""

from collections.abc import Sequence
from typing import Final

from pytest_bdd import given, then

from rehearsal.audit.event import EventName
from rehearsal.control.stage import Json
from rehearsal.gherkin.buyer import Unseen
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.steps.phrases import PIECES, number, phrase, times

# What has become of a notification, in people's words, and how the control API says it.
BECAME: Final = {
    "was delivered": "DELIVERED",
    "was given up": "DROPPED",
    "waits for its next attempt": "WAITING",
    "was wanted no more": "WITHDRAWN",
}
# What the OMS is told of a refund or a cancellation, and how ChannelAdvisor's events say it.
# fmt: off
HINTED: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    # in people's words                     what is told             what is not
    "has begun":                            (("Started",),             ()),
    "has ended":                            (("Finalized",),           ()),
    "has begun, and that it has ended":     (("Finalized", "Started"), ()),
    "has begun, and not that it has ended": (("Started",),             ("Finalized",)),
}
# fmt: on
_TIMES: Final = PIECES["TIMES"]


@given(phrase("the connector is told by webhooks"))
def _(people: Cast) -> None:
    people.begin_anew()
    people.clock.starts_with_webhooks()


def _of(people: Cast, buyer: str) -> Sequence[Json]:
    """Return the notifications about what a buyer has bought and asked for, oldest first."""
    orders = {order.id for order in people.buyer(buyer).orders}
    found = [one for one in people.stage.webhooks()["deliveries"] if one.get("order_id") in orders]
    if not found:
        raise Unseen(f"nobody was told of anything of {buyer}'s by webhook")
    return found


@then(phrase(f"the (?P<place>first|last) webhook of {{BUYER}}'s (?P<became>{'|'.join(BECAME)})"))
def _(people: Cast, place: str, buyer: str, became: str) -> None:
    told = _of(people, buyer)[0 if place == "first" else -1]
    words = {state: words for words, state in BECAME.items()}
    expect(f"what the {place} webhook of {buyer}'s came to", became, words[told["state"]])


@then(phrase(f"the (?P<place>first|last) webhook of {{BUYER}}'s was tried {_TIMES}"))
def _(people: Cast, place: str, buyer: str, often: str) -> None:
    told = _of(people, buyer)[0 if place == "first" else -1]
    expect(f"how often the {place} webhook of {buyer}'s was tried", times(often), len(told["attempts"]))


@then(phrase("the connector has made (?P<many>no|an?|\\d+) early rounds?"))
def _(people: Cast, many: str) -> None:
    acts = [entry for entry in people.stage.trace() if entry.get("kind") == "act" and entry["who"] == "connector"]
    early = [act for act in acts if act["what"].startswith("early round")]
    expected = number(many) if many.isdecimal() else int(many != "no")
    expect("how many early rounds the connector has made", expected, len(early))


@then(phrase(f"the OMS was told {_TIMES}"))
def _(people: Cast, often: str) -> None:
    told = [entry for entry in people.stage.trace() if entry.get("to") == "oms" and entry.get("from") == "connector"]
    expect("how often the OMS was told by webhook", times(often), len(told))


@then(phrase(f"the OMS was told that a (?P<what>refund|cancellation) of {{BUYER}}'s (?P<how>{'|'.join(HINTED)})"))
def _(people: Cast, what: str, buyer: str, how: str) -> None:
    orders = {order.id for order in people.buyer(buyer).orders}
    hints = [entry["data"] for entry in people.stage.trace() if entry.get("name") == EventName.ORDER_HINTED]
    told = {hint["hint"] for hint in hints if hint["order_id"] in orders}
    events, not_yet = ([what.capitalize() + end for end in ends] for ends in HINTED[how])
    expect(f"what the OMS was not told of {buyer}'s order by webhook", [], [one for one in events if one not in told])
    expect(f"what the OMS was told too early of {buyer}'s order", [], [one for one in not_yet if one in told])


@then(phrase("the connector has refused a webhook"))
def _(people: Cast) -> None:
    answered = [one["status"] for told in people.stage.webhooks()["deliveries"] for one in told["attempts"]]
    expect("whether a webhook was refused", True, 401 in answered)
