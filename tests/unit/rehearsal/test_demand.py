"""What a contract does not allow is said in words of ours, whatever of a schema is not kept."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from rehearsal.contract.demand import Judge
from rehearsal.control.calls import CALLS
from rehearsal.resources import contract
from rehearsal.seats.endpoints import ANSWERS

Schema = Mapping[str, Any]
ASKED: Final = {
    # the contract: what is judged by it
    "seat": {"Seat", "Refusal", *ANSWERS.values()},
    "control": {call.body for call in CALLS.values() if call.body},
}
ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1.5, 10**30, "", "\n", "a b", "x" * 3000, "2031-03-04 09:00",
    [], ["a", "a"], list(range(1000)), {}, {"nonesuch": 1}, {"nth": 1},
)  # fmt: skip


def test_what_may_be_null_is_told_with_what_else_it_may_be() -> None:
    seat = Judge("seat")
    case = {"id": "1", "order_id": "576457415060000001", "can": []}
    money = 'amount is 39.98, which is not an amount of money as a decimal string such as "19.99", or null'
    assert _words(seat, "Case", {**case, "amount": 39.98}) == money
    currency = 'currency is "usd", which is not a currency such as USD, or null'
    assert _words(seat, "Case", {**case, "currency": "usd"}) == currency
    assert _words(seat, "Case", {**case, "error": 5}) == "error is 5, which is not a string, or null"
    number = 'which is not an id of the marketplace as a string of 10 to 20 digits such as "576457415060000001"'
    assert _words(seat, "Case", {**case, "return_id": 5}) == f"return_id is 5, {number}, or null"
    assert _words(seat, "Case", {**case, "order_id": "1"}) == f'order_id is "1", {number}'


def test_what_is_needed_beside_another_is_told() -> None:
    assert _words(Judge("control"), "Death", {"nth": 2}) == "after is missing, and nth needs it"
    fault = {"kind": "refuse", "probability": 0}
    assert _words(Judge("control"), "Fault", fault) == "probability is 0; it is to be more than 0"


@pytest.mark.parametrize("of", ASKED)
def test_no_mistake_is_told_in_the_librarys_words(of: str) -> None:
    document = contract(of)
    schemas = document["components"]["schemas"]
    told = 0
    for part in _parts(ASKED[of], schemas):
        judge = Judge(of)
        judge.document = {**document, "components": {"schemas": {**schemas, "Part": part}}}
        for value in ODD:
            if mistake := judge.mistake("Part", value):
                told += 1
                theirs = [breach.partition(": ")[2] for breach in judge.breaches("Part", value)]
                assert not [words for words in theirs if words in mistake.words], part
                assert "['" not in mistake.words, part
                a_type_alone = mistake.words.endswith(("not a string", "not a string, or null"))
                assert not (isinstance(value, str) and a_type_alone), part
    assert told > len(ODD), "something is not allowed"


def _words(judge: Judge, schema: str, value: object) -> str:
    mistake = judge.mistake(schema, value)
    assert mistake is not None
    return mistake.words


def _parts(names: set[str], schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    """Return these schemas and all that they are made of, each once."""
    left, known = [schemas[name] for name in sorted(names)], set(names)
    while left:
        part = left.pop()
        yield part
        name = part.get("$ref", "").rpartition("/")[2]
        if name and name not in known:
            known.add(name)
            left.append(schemas[name])
        within = [*part.get("properties", {}).values(), *part.get("anyOf", ())]
        within += [part.get(keyword) for keyword in ("items", "additionalProperties", "propertyNames", "then", "else")]
        left += [one for one in within if isinstance(one, dict)]
