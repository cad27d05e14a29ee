"""What is never recorded."""

from typing import Any

import pytest

from rehearsal.contract.redaction import (
    LEARNT,
    NOTHING,
    REDACTED,
    Secrets,
    by_name,
    known_part,
    mask_of,
    pairs,
    without_words,
)

COMPONENTS: dict[str, Any] = {
    "#/Person": {"properties": {"name": {"x-sensitive": True}, "town": {}, "friend": {"$ref": "#/Person"}}}
}


def test_a_mark_is_found_behind_references_lists_and_alternatives() -> None:
    schema = {"properties": {"people": {"items": {"anyOf": [{"type": "null"}, {"$ref": "#/Person"}]}}}}
    mask = mask_of(schema, COMPONENTS.__getitem__)
    value = {"people": [{"name": "Maya", "town": "Boise"}, None]}
    assert mask.over(value) == {"people": [{"name": REDACTED, "town": "Boise"}, None]}


def test_a_schema_without_marks_leaves_the_value_itself() -> None:
    mask = mask_of({"properties": {"a": {"type": "string"}}}, COMPONENTS.__getitem__)
    value = {"a": "b"}
    assert mask is NOTHING
    assert mask.over(value) is value


def test_the_fixed_list_backs_up_a_contract_that_forgot() -> None:
    mask = mask_of({"properties": {"access_token": {"type": "string"}}}, COMPONENTS.__getitem__)
    assert mask.over({"access_token": "secret"}) == {"access_token": REDACTED}


def test_laying_a_mask_changes_no_original() -> None:
    mask = mask_of({"$ref": "#/Person"}, COMPONENTS.__getitem__)
    original = {"name": "Maya"}
    mask.over(original)
    assert original == {"name": "Maya"}


def test_what_no_contract_describes_is_hidden_by_name() -> None:
    assert by_name({"a": [{"refresh_token": "x", "buyer_email": "m@example.com", "id": 1}]}) == {
        "a": [{"refresh_token": REDACTED, "buyer_email": REDACTED, "id": 1}]
    }


def test_a_repeated_parameter_is_a_list_and_what_is_not_known_is_hidden() -> None:
    sent = [("ids", "1"), ("ids", "2"), ("sign", "abc"), ("0f3a9c", "")]
    assert pairs(sent, frozenset({"ids"})) == {"ids": ["1", "2"], "sign": REDACTED, REDACTED: REDACTED}


def test_an_unknown_response_keeps_its_shape_and_its_numbers() -> None:
    assert without_words({"code": 36009009, "data": ["maya", None, True]}) == {
        "code": 36009009,
        "data": [REDACTED, None, True],
    }


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/zz", "/zz"),
        ("/0f3a9c", f"/{REDACTED}"),
        ("/v1/Orders(7)/Adjust", f"/v1/Orders({REDACTED})/Adjust"),
        ("/v1/Orders(7)/Adjust/", f"/v1/Orders({REDACTED})/Adjust"),
        ("/v1/Orders(7)/0f3a9c/Adjust", f"/v1/Orders({REDACTED})/{REDACTED}"),
        ("/v1%2F0f3a9c", f"/{REDACTED}"),
        ("/V1/Orders", f"/{REDACTED}"),
    ],
)
def test_of_an_unknown_path_only_what_a_contract_knows_is_shown(path: str, shown: str) -> None:
    assert known_part(path, ["/v1/Orders", "/v1/Orders({id})/Adjust"], fold=False) == shown


def test_of_two_secrets_of_which_one_begins_with_the_other_nothing_is_shown() -> None:
    secrets = Secrets()
    for secret in ("cut-off-a-token-", "cut-off-a-token-that-is-longer"):
        secrets.learn(secret)
    assert secrets.hidden("cut-off-a-token-that-is-longer") == REDACTED


def test_the_newest_secrets_are_known_in_a_text_and_no_others() -> None:
    secrets, sent = Secrets(), [f"what-was-sent-as-number-{number}" for number in range(LEARNT + 2)]
    for secret in sent:
        secrets.learn(secret)
    shown = [secrets.hidden(f"it was <{secret}>") for secret in sent]
    assert shown == [f"it was <{sent[0]}>", f"it was <{sent[1]}>", *[f"it was <{REDACTED}>"] * LEARNT]
