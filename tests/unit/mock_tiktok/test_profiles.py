"""A profile is looked at when it is loaded: what is wrong is named, with what would be right."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mock_tiktok import Marketplace
from mock_tiktok.errors import BadValue
from mock_tiktok.policy import profile as policy
from mock_tiktok.policy.checks import mistakes_of_file, needed
from mock_tiktok.policy.yaml_file import DEEPEST, LONGEST, Unreadable, read_yaml
from tests.refused import refused
from tests.unit.mock_tiktok.town import Town

Change = Callable[[dict[str, Any]], object]


def a_profile() -> dict[str, Any]:
    """Return one that stands alone and names everything."""
    return {**deepcopy(policy.whole("us-2025-08")), "name": "mine"}


def a_number(name: str, **says: object) -> Change:
    return lambda whole: whole["numbers"][name].update(says)


def refusal_of(folder: Path, document: object) -> str:
    file = folder / "mine.yaml"
    file.write_text(json.dumps(document))  # JSON is YAML
    refusal = refused(BadValue, policy.load, file)
    assert refusal.field == "profile"
    return refusal.message


MISTAKES: dict[str, Change] = {
    "mine.yaml: curency is not known; did you mean currency?": lambda p: p.update(curency=p.pop("currency")),
    "mine.yaml: market is 'USA'; it is two capital letters such as US": lambda p: p.update(market="USA"),
    "mine.yaml: currency is 'GPB'; did you mean GBP?": lambda p: p.update(currency="GPB"),
    "mine.yaml: currency is 'dollars'; it is three capital letters such as USD": lambda p: p.update(currency="dollars"),
    "mine.yaml: numbers.money.decimals.value is 2; VND is written with 0": lambda p: p.update(currency="VND"),
    "mine.yaml: calendar is 'us-federal'; it is whose holidays there are": lambda p: p.update(calendar="us-federal"),
    "mine.yaml: calendar is 'GB-ENX'; near it are GB-ENG": lambda p: p.update(calendar="GB-ENX"),
    "mine.yaml: locale is 'en_UK'; near it are en_": lambda p: p.update(locale="en_UK"),
    "mine.yaml: phone is '+1 555'; it is a number with # for each digit": lambda p: p.update(phone="+1 555"),
    "mine.yaml: places is 'Kent'; it is a list of what people call": lambda p: p.update(places="Kent"),
    "mine.yaml: timezone is 'America/Boston'; it is a zone such as": lambda p: p.update(timezone="America/Boston"),
    "mine.yaml: reasons is 'reasons-us'; it is a mapping": lambda p: p.update(reasons="reasons-us"),
    "mine.yaml: reasons.buyers is not known; did you mean buyer?": lambda p: p["reasons"].update(buyers={}),
    "mine.yaml: reasons.buyer.REFUNDS is not known; did you mean REFUND?": lambda p: p["reasons"]["buyer"].update(
        REFUNDS=[]
    ),
    "mine.yaml: reasons.system.CANCEL[0].certainty is missing; it is one of documented, observed, assumed": lambda p: p[
        "reasons"
    ]["system"]["CANCEL"][0].pop("certainty"),
    "mine.yaml: reasons.system.CANCEL[0].names is {}; it is a mapping of the reasons' keys": lambda p: p["reasons"][
        "system"
    ]["CANCEL"][0].update(names={}),
    "mine.yaml: reasons.reject.PARCEL is missing": lambda p: p["reasons"]["reject"].pop("PARCEL"),
    "mine.yaml: reasons.buyer.REFUND has none for AWAITING_COLLECTION, IN_TRANSIT, DELIVERED": lambda p: p["reasons"][
        "buyer"
    ].update(REFUND=[]),
    "mine.yaml: reasons.buyer.REFUND has none for DELIVERED, which eligible.BUYER.REFUND names": lambda p: p["reasons"][
        "buyer"
    ]["REFUND"].pop(),
    "mine.yaml: reasons.seller.REFUND has none for": lambda p: p["reasons"]["seller"].update(REFUND=[]),
    "mine.yaml: reasons.reject.CANCEL has none, and buyers": lambda p: p["reasons"]["reject"].update(CANCEL=[]),
    "mine.yaml: reasons.reject.PARCEL has none, and buyers": lambda p: p["reasons"]["reject"].update(PARCEL=[]),
    "mine.yaml: name is ''; it is a text that is not empty": lambda p: p.update(name=""),
    "mine.yaml: numbers is [1]; it is a mapping": lambda p: p.update(numbers=[1]),
    "eligible.SELER is not known; did you mean SELLER?": lambda p: p["eligible"].update(SELER={}),
    "eligible.SELLER is missing": lambda p: p["eligible"].pop("SELLER"),
    "eligible.BUYER.REFUNDS is not known; did you mean REFUND?": lambda p: p["eligible"]["BUYER"].update(REFUNDS=[]),
    "eligible.BUYER.REFUND.value[0] is 'DELIVRED'; did you mean DELIVERED?": lambda p: p["eligible"]["BUYER"][
        "REFUND"
    ].update(value=["DELIVRED"]),
    "eligible.BUYER.REFUND.value is 'DELIVERED'; it is a list of the order's statuses": lambda p: p["eligible"][
        "BUYER"
    ]["REFUND"].update(value="DELIVERED"),
    "numbers.return.windw is not known; did you mean return.window?": lambda p: p["numbers"].update(
        {"return.windw": p["numbers"]["return.window"]}
    ),
    "numbers.return.window.value is '30 days'; it is a wait such as": a_number("return.window", value="30 days"),
    "numbers.return.window.value is '2bd'; it is a wait such as": a_number("return.window", value="2bd"),
    "numbers.return.window.value is 30; it is a wait such as": a_number("return.window", value=30),
    "numbers.dispute.decision.value is '0h'; it is a wait above zero": a_number("dispute.decision", value="0h"),
    "numbers.request.most.value is '5'; it is a whole number": a_number("request.most", value="5"),
    "numbers.cancel.partial.value is 'yes'; it is true or false": a_number("cancel.partial", value="yes"),
    "numbers.return.first_review.value is 'sellers'; it is one of auto, seller": a_number(
        "return.first_review", value="sellers"
    ),
    "numbers.request.most.certainty is 'sure'; it is one of documented, observed, assumed": a_number(
        "request.most", certainty="sure"
    ),
    "numbers.request.most.source is None; it is a text": a_number("request.most", source=None),
    "numbers.request.most.sourc is not known; did you mean source?": a_number("request.most", sourc="S1"),
    "numbers.request.most.value is missing": lambda p: p["numbers"]["request.most"].pop("value"),
    "numbers.request.most.certainty is missing; it is one of documented, observed, assumed": lambda p: p["numbers"][
        "request.most"
    ].pop("certainty"),
    "numbers.request.most is 5; it is a mapping of value, source and certainty": lambda p: p["numbers"].update(
        {"request.most": 5}
    ),
    "numbers.return.holiday_window.value has '02-29', which not every year has": a_number(
        "return.holiday_window", value={"ordered": ["11-12", "12-31"], "until": "02-29"}
    ),
    "numbers.return.holiday_window.value.ordered is ['12-20', '01-06']; it is the first and the last day": a_number(
        "return.holiday_window", value={"ordered": ["12-20", "01-06"], "until": "02-10"}
    ),
    "numbers.request.most.value is -1; it is a whole number": a_number("request.most", value=-1),
    "numbers.dispute.decision.value is '-2h'; it is a wait above zero": a_number("dispute.decision", value="-2h"),
    "numbers.dispute.decision.value[0].max is -5; it is an amount above zero": a_number(
        "dispute.decision", value=[{"max": -5, "time": "2bd"}, {"time": "4bd"}]
    ),
    "inspection.seller_response.value is [{'max': 100, 'time': '2bd'}]; it is a list by rising amounts": a_number(
        "inspection.seller_response", value=[{"max": 100, "time": "2bd"}]
    ),
    "[{'max': 100, 'time': '2bd'}, {'max': 50, 'time": a_number(
        "inspection.seller_response", value=[{"max": 100, "time": "2bd"}, {"max": 50, "time": "3bd"}, {"time": "4bd"}]
    ),
    "numbers.cancel.partial_reason.value has 'out_of_stock'; known: seller_cancel": a_number(
        "cancel.partial_reason", value="out_of_stock"
    ),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_named_with_what_would_be_right(tmp_path: Path, words: str) -> None:
    document = a_profile()
    MISTAKES[words](document)
    assert words in refusal_of(tmp_path, document)


KEYS = ("name", "market", "currency", "timezone", "calendar", "locale", "phone", "reasons", "eligible")
NEEDED = [f"numbers.{name}" for name in needed()]


@pytest.mark.parametrize("key", [*KEYS, *NEEDED])
def test_a_key_or_a_number_that_is_missing_is_named_before_anything_begins(tmp_path: Path, key: str) -> None:
    document = a_profile()
    if key in KEYS:
        del document[key]
    else:
        del document["numbers"][key.removeprefix("numbers.")]
    assert re.fullmatch(rf"mine.yaml: {re.escape(key)} is missing(: .+)?", refusal_of(tmp_path, document))
    refused(BadValue, Town, tmp_path / "mine.yaml")


def test_what_it_extends_is_there_and_is_not_itself(tmp_path: Path) -> None:
    assert "mine.yaml: extends: us-2025-8 is neither a file nor one of ours; did you mean us-2025-08?" in refusal_of(
        tmp_path, {"name": "mine", "extends": "us-2025-8"}
    )
    assert "is neither a file nor one of ours" in refusal_of(tmp_path, {"name": "mine", "extends": "n" * 300})
    assert "n is neither a file nor one of ours" in refused(BadValue, policy.load, "n" * 300).message
    assert "extends itself" in refusal_of(tmp_path, {"name": "mine", "extends": "mine.yaml"})
    (tmp_path / "theirs.yaml").write_text("name: theirs\nextends: mine.yaml\n")
    assert "extends itself" in refusal_of(tmp_path, {"name": "mine", "extends": "theirs.yaml"})
    assert "mine.yaml: currency is 'GPB'" in refusal_of(
        tmp_path, {"name": "mine", "extends": "us-2025-08", "currency": "GPB"}
    )


def test_all_mistakes_of_a_file_are_found_at_once(tmp_path: Path) -> None:
    document = a_profile()
    a_number("return.window", value="2bd", sourc="S1")(document)
    (tmp_path / "mine.yaml").write_text(json.dumps({**document, "market": "USA"}))
    refusal = refused(policy.Faulty, policy.load, tmp_path / "mine.yaml")
    assert len(refusal.mistakes) == 3
    assert refusal.message.endswith("(and 2 more)")


@pytest.mark.parametrize(
    "text",
    [
        "root:x:0:0:hunter2:/root\n", "KEY=hunter2\nOTHER=hunter2", '{"private_key": "hunter2"}', "- hunter2",
        "hunter2: *hunter2",
        '{"key": "hunter2", ', "!!python/object:hunter2 {}", "? [hunter2]\n: 1", "\thunter2: 1", "%hunter2\n---\n",
        "@hunter2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("extends", [False, True])
def test_of_a_file_that_is_no_profile_nothing_is_shown(tmp_path: Path, text: str, extends: bool) -> None:
    file = tmp_path / "any"
    file.write_text(text)
    if extends:
        (tmp_path / "mine.yaml").write_text("name: mine\nextends: any\n")
    words = refused(BadValue, policy.load, tmp_path / "mine.yaml" if extends else file).message
    assert words.startswith("any: ")
    assert "hunter2" not in words


NO_SUCH = "there is no such number, day or time"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("9" * (LONGEST + 1), f"line 1, column 4: a whole number has at most {LONGEST} digits"),
        ("-" + "9" * 5_000, f"line 1, column 4: a whole number has at most {LONGEST} digits"),
        ("[1, 0x" + "f" * 5_000 + "]", f"line 1, column 8: a whole number has at most {LONGEST} digits"),
        ("!!int five", f"line 1, column 4: {NO_SUCH}"), ("!!bool five", f"line 1, column 4: {NO_SUCH}"),
        ("!!timestamp now", f"line 1, column 4: {NO_SUCH}"), ("2031-06-31", f"line 1, column 4: {NO_SUCH}"),
        (".nan", f"line 1, column 4: {NO_SUCH}"), ("-.inf", f"line 1, column 4: {NO_SUCH}"),
        ("!!map five", "line 1, column 4: this is more than plain YAML"),
        ("&a [*a]", f"it has more than {DEEPEST} levels"),
        ("[" * DEEPEST + "]" * DEEPEST, f"it has more than {DEEPEST} levels"),
        ("[" * 100_000 + "]" * 100_000, f"it has more than {DEEPEST} levels"),
    ],
)  # fmt: skip
def test_what_nobody_can_count_with_is_refused_by_its_place(tmp_path: Path, value: str, words: str) -> None:
    (file := tmp_path / "mine.yaml").write_text(f"a: {value}\n")
    assert str(refused(Unreadable, read_yaml, file)) == f"mine.yaml: {words}"


def test_a_number_as_long_and_a_file_as_deep_as_may_be_are_read(tmp_path: Path) -> None:
    (file := tmp_path / "mine.yaml").write_text(f"a: {'9' * LONGEST}\nb: {'[' * (DEEPEST - 1)}{']' * (DEEPEST - 1)}\n")
    assert read_yaml(file)["a"] == 10**LONGEST - 1


@pytest.mark.parametrize(
    ("number", "status", "ask"),
    [
        ("refund_only.seller_response", "DELIVERED", lambda m, order: m.request_return(order, return_type="REFUND")),
        ("payout.processing", "DELIVERED", lambda m, order: m.seller_center_refund(order)),
        ("cancel.seller_response", "ON_HOLD", lambda m, order: m.request_cancellation(order)),
        ("payout.processing", "ON_HOLD", lambda m, order: m.request_cancellation(order)),
    ],
)
def test_a_use_case_that_cannot_go_on_has_changed_nothing(
    town: Town, number: str, status: str, ask: Callable[[Marketplace, str], object]
) -> None:
    market = town.market
    order_id, store = market.place_order(status=status).order_id, market.shop(market.shops[0].shop_id).store
    rest = {name: kept for name, kept in store.profile.numbers.items() if name != number}
    store.profile = replace(store.profile, numbers=rest)
    before = (market.order_view(order_id), market.agenda())
    with pytest.raises(KeyError, match=number):
        ask(market, order_id)
    assert (market.order_view(order_id), market.agenda()) == before
    assert (market.return_views(), dict(store.cancellations_of)) == ([], {})


def test_what_another_market_says_is_only_assumed_of_this_one() -> None:
    inherited = policy.load("id-2025-11").numbers["order.shipping_sla"]
    assert (inherited.certainty, inherited.source[:33]) == ("assumed", "not found, that of us-2025-08: U4")
    assert policy.whole("id-2025-11")["eligible"]["BUYER"]["REFUND"]["certainty"] == "documented"  # of every market
    assert policy.load("us-2026-03").numbers["order.shipping_sla"].certainty == "documented"


@pytest.mark.parametrize("name", policy.names())
def test_what_ships_is_in_order(name: str) -> None:
    assert mistakes_of_file(read_yaml(policy.FOLDER / f"{name}.yaml")) == []
    assert policy.whole(name)["name"] == policy.load(name).name == name
