"""A seat's description: what it may say, what it means where it is silent, and how a mistake is named."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from rehearsal.resources import contract
from rehearsal.seats.description import FILL_INS, ChannelAdvisor, Hooks, NotASeat, Regime, filled, read_seat
from rehearsal.seats.port import Client

CONTRACT = contract("seat")
SEAT = CONTRACT["components"]["schemas"]["Seat"]
KEYS = SEAT["properties"]
CREDENTIALS = {"application_id": "rehearsal", "shared_secret": "$OMS_SECRET", "refresh_token": "r"}


def seat(folder: Path, text: str | dict[str, Any]) -> Any:
    file = folder / "seat.yaml"
    file.write_text(text if isinstance(text, str) else yaml.safe_dump(text))
    return read_seat(file)


def test_the_contract_is_valid_and_tells_of_every_key_and_of_every_name_in_braces() -> None:
    validate(CONTRACT)
    assert not [key for key, schema in KEYS.items() if not (schema.get("description") and schema.get("examples"))]
    told = CONTRACT["info"]["description"].partition("Braces that belong")[0]
    assert set(re.findall(r"`\{(\w+)\}`", told)) == set(FILL_INS)


@pytest.mark.parametrize("key", KEYS)
def test_the_examples_of_each_key_can_be_meant(key: str, tmp_path: Path) -> None:
    (tmp_path / "build/app").mkdir(parents=True)
    for example in KEYS[key]["examples"]:
        apart = key in ("command", "connector")
        seat(tmp_path, {"command": "node connector.js", key: example} if not apart else {key: example})


def test_the_whole_example_can_be_meant(tmp_path: Path) -> None:
    (example,) = SEAT["examples"]
    (of_channeladvisor,) = CONTRACT["components"]["schemas"]["ChannelAdvisor"]["examples"]
    assert seat(tmp_path, example).oms == Hooks("http://127.0.0.1:{port}/rehearsal")
    whole = seat(tmp_path, example | {"oms": {"channeladvisor": of_channeladvisor}})
    assert whole.oms == ChannelAdvisor(**of_channeladvisor)
    Draft202012Validator.check_schema(SEAT)


def test_what_is_left_out_is_as_it_is_for_most(tmp_path: Path) -> None:
    nothing = seat(tmp_path, "")
    assert (nothing.name, nothing.command, nothing.oms, nothing.empty) == (tmp_path.name, (), None, False)
    assert nothing.working_directory == nothing.file.parent == tmp_path
    assert (nothing.regime, nothing.factor, nothing.between_scenarios) == (Regime.COMPRESSED, 60, "keep")
    assert seat(tmp_path, "round: http://127.0.0.1:1/round").regime is Regime.DRIVEN
    empty = seat(tmp_path, "connector: none")
    assert (empty.empty, empty.connector, empty.regime) == (True, None, Regime.DRIVEN)
    real = seat(tmp_path, "{command: a 'b c', regime: real, env: {PORT: 1}}")
    assert (real.command, real.factor, real.env) == (("a", "b c"), 1, {"PORT": "1"})
    assert real.between_scenarios == "restart"


def test_names_in_braces_are_filled_in_and_other_braces_left_alone() -> None:
    values = {"port": "8080", "app_key": "k"}
    text = '{port}/{app_key} {{port}} ${port} {"port": 1}'
    assert filled(text, values) == '8080/k {{port}} ${port} {"port": 1}'


def test_credentials_may_be_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    oms = seat(tmp_path, {"oms": {"channeladvisor": {"url": "http://127.0.0.1:1", **CREDENTIALS}}}).oms
    monkeypatch.delenv("OMS_SECRET", raising=False)
    with pytest.raises(NotASeat, match=r"names \$OMS_SECRET; the environment has no OMS_SECRET"):
        oms.client()
    monkeypatch.setenv("OMS_SECRET", "s")
    assert oms.client() == Client("rehearsal", "s", "r")


COMMAND = "command: a\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a", "is no description of a seat, which is a mapping of name, command"),
        ("a: b: c", "line 1, column 5"),
        ("name: a\nname: b", "name is there twice"),
        ("comand: a", "comand is not known here; did you mean command?"),
        ("name: ''", 'name is "", which is not a name such as my-connector'),
        ("command: 5", "command is 5, which is not a command such as node connector.js, or a list of its words"),
        ("command: []", "command has 0 entries"),
        ("command: [a, 5]", "command.1 is 5, which is not a word of a command; quote it"),
        ("command: ' '", "command is blank"),
        ("command: a 'b", "command cannot be split into words"),
        (COMMAND + "env: {A: 1.5}", "env.A is 1.5, which is not a text, or a whole number"),
        (COMMAND + "env: {A B: c}", 'env is "A B", which is not the name of an environment variable'),
        ('command: [a, "b\\0c"]', "command.1 has the character NUL in it, which no program can be given"),
        (COMMAND + "env: {A: '{tiktk}'}", "env.A has {tiktk}, which is not filled in here; did you mean tiktok?"),
        ("command: a {prot}", "command has {prot}, which is not filled in here; did you mean port?"),
        ("command: [a, '{x}']", "command.1 has {x}, which is not filled in here; known: tiktok"),
        (COMMAND + "ready: http://{tiktok}", "ready has {tiktok}; of an address only {port} is filled in"),
        ("ready: http://a:{port}", "ready has {port}, which is for a connector that is started; give its command"),
        ("ready: localhost:80", 'ready is "localhost:80", which is not a web address such as http://127.0.0.1:3000/'),
        (COMMAND + "working_directory: nowhere", "working_directory is nowhere; there is no folder"),
        (f"{COMMAND}working_directory: {'n' * 300}", "there is no folder"),
        ("working_directory: .", "working_directory is of a connector that is started; give its command"),
        ("env: {A: b}", "env is of a connector that is started; give its command"),
        ("connector: nobody", 'connector is "nobody", which is not none, or a web address'),
        (COMMAND + "connector: http://a", "command starts a connector, and connector says that one runs already"),
        ("connector: none\nround: http://a", "round says something of a connector, and connector is none"),
        ("oms: nobody", 'oms is "nobody", which is not none, or a mapping with hooks or channeladvisor'),
        ("oms: {}", "oms: give exactly one of hooks, channeladvisor"),
        ("oms: {hook: http://a}", "oms.hook is not known here; did you mean hooks?"),
        ("oms: {channeladvisor: {url: http://a}}", "oms.channeladvisor.application_id is missing"),
        (
            "oms: {channeladvisor: {url: http://a/v1, application_id: a, shared_secret: b, refresh_token: c}}",
            'oms.channeladvisor.url is "http://a/v1", which is not a web address without a path',
        ),
        ("oms: {hooks: 5}", "oms.hooks is 5, which is not a web address such as http://127.0.0.1:3000/path"),
        ("oms: {hooks: {url: http://a, endpoints: [case]}}", 'oms.hooks.endpoints.0 is "case"; did you mean cases?'),
        ("oms: {hooks: {url: http://a, endpoints: [refund]}}", "oms.hooks.endpoints has refund and no cases, where"),
        ("regime: drivn", 'regime is "drivn"; did you mean driven?'),
        ("regime: preloaded", "regime is preloaded, which is not built yet; there are driven, compressed and real"),
        ("factor: 901", "factor is 901; the maximum is 900"),
        ("factor: 1.0", "factor is 1.0, which is not a whole number from 1 to 900"),
        ("regime: real\nfactor: 60", "factor is of the regime compressed, and the regime is real"),
        (COMMAND + "between_scenarios: keep", "between_scenarios is keep; give authorize, where it is handed the code"),
        ("between_scenarios: restart", "between_scenarios is restart; give the command"),
    ],
)
def test_what_cannot_be_meant_is_named_with_the_file_and_what_would_be_right(
    text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(NotASeat, match=rf"^seat.yaml: .*{re.escape(words)}"):
        seat(tmp_path, text)
