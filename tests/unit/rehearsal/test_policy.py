"""`rehearsal policy`: what people who write a profile of their own are told, and with which exit code."""

import json
import re
from pathlib import Path

import pytest

from connector.domain.reasons import MARKETS
from mock_tiktok.policy import profile
from rehearsal.gherkin.refusals import PLACES
from rehearsal.resources import folder
from tests.command import Rehearse

OWN = """\
name: my-2026-05
extends: id-2025-11
places: [Malaysia]
numbers:
  refund_only.seller_response: {value: 48h, source: "our agreement", certainty: documented}
"""


@pytest.fixture
def own(rehearse: Rehearse) -> Path:
    return rehearse.file("mine.yaml", OWN)


def said(rehearse: Rehearse, *arguments: object, code: int = 0) -> str:
    return "".join(rehearse("policy", *arguments, code=code))


def test_every_profile_is_listed_with_what_people_call_it(own: Path, rehearse: Rehearse) -> None:
    listed = json.loads(said(rehearse, "list", "--profiles", own.parent, "--json"))
    assert [row["name"] for row in listed] == [*profile.names(), "my-2026-05"]
    assert listed[-1]["places"] == ["Malaysia"]
    table = said(rehearse, "list")
    assert [line.split()[0] for line in table.splitlines() if line.startswith(profile.names())] == [*profile.names()]


def test_a_profile_is_shown_with_what_it_inherits(own: Path, rehearse: Rehearse) -> None:
    assert "refund_only.seller_response" in (whole := said(rehearse, "show", own))
    assert "reverse_reject_request_reason_1: The reason is not valid" in whole
    (key, row), *others = json.loads(said(rehearse, "show", own, "refund_only.seller", "--json")).items()
    assert (key, row["value"], others) == ("refund_only.seller_response", "48h", [])
    assert json.loads(said(rehearse, "show", own, "--json"))["currency"] == "IDR"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "us-2025-8"), "us-2025-8 is neither a file nor one of ours; did you mean us-2025-08?"),
        (("show", "us-2025-08", "tomorow"), "us-2025-08 has nothing with tomorow in its name"),
        (("diff", "us-2025-08", "uk"), "uk is neither a file nor one of ours; "),
        (("check", "nowhere"), "Path 'nowhere' does not exist"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...], words: str, rehearse: Rehearse) -> None:
    assert words in said(rehearse, *arguments, code=2)


def test_what_people_call_a_market_will_do_for_its_profile(rehearse: Rehearse) -> None:
    assert json.loads(said(rehearse, "show", "Vietnam", "--json"))["name"] == "vn-2026-01"
    assert "money.decimals" in said(rehearse, "diff", "UK", "Indonesia")


def test_every_mistake_of_every_file_is_told(own: Path, rehearse: Rehearse) -> None:
    assert said(rehearse, "check", own) == f"{own}: in order\n"
    (own.parent / "other.yaml").write_text(OWN.replace("48h", "48").replace("places", "place"))
    told = said(rehearse, "check", own.parent, code=1).splitlines()
    assert told[:2] == [f"{own}: in order", f"{own.parent / 'other.yaml'}:"]
    assert told[2].startswith("  place is not known; did you mean places?")
    assert told[3].startswith("  numbers.refund_only.seller_response.value is 48; it is a wait above zero")
    assert len(json.loads(said(rehearse, "check", own.parent, "--json", code=1))[str(own.parent / "other.yaml")]) == 2


def test_the_profile_that_the_page_shows_is_in_order(tmp_path: Path, rehearse: Rehearse) -> None:
    (shown,) = re.findall("```yaml\n(.*?)```", (folder("docs") / "policies.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "shown.yaml").write_text(shown)
    assert said(rehearse, "check", tmp_path) == f"{tmp_path / 'shown.yaml'}: in order\n"


def test_two_profiles_are_compared_with_all_that_they_inherit(own: Path, rehearse: Rehearse) -> None:
    changed = json.loads(said(rehearse, "diff", "id-2025-11", own, "--json"))
    assert changed == {"places": [["Indonesia"], ["Malaysia"]], "refund_only.seller_response": ["2d", "48h"]}
    shown = said(rehearse, "diff", "us-2025-08", "uk-2026-04")
    assert "  > reverse_reject_request_reason_1_uk\n" in shown
    assert "No number of" in said(rehearse, "diff", own, own)


def test_a_hint_at_a_currency_names_the_market_that_has_it() -> None:
    known = profile.markets()
    assert {profile.load(known[place.removeprefix("the ")]).currency: place for place in PLACES.values()} == PLACES
    taken = [market for name in profile.names() if (market := profile.load(name)).market in MARKETS]
    assert {market.currency for market in taken} == PLACES.keys()  # a shop elsewhere the connector does not take in
