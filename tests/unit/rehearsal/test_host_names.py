"""What an option takes as the name of a host, or as its address."""

import click
import pytest

from rehearsal.cli.words import host_name

CONTEXT, OPTION = click.Context(click.Command("up")), click.Option(["--public-host"])
LONGEST_LABEL = "a" * 63


@pytest.mark.parametrize(
    "name",
    [
        *("localhost", "stage", "a_b.example", "Stage-1.example.", "1.example", "xn--e1afmkfd.example"),
        *(LONGEST_LABEL, f"{LONGEST_LABEL}.b", "127.0.0.1", "::1", "fe80::1"),
    ],
)
def test_a_name_and_an_address_are_taken_as_they_are(name: str) -> None:
    assert host_name(CONTEXT, OPTION, name) == name


def test_an_address_is_the_same_in_brackets() -> None:
    assert host_name(CONTEXT, OPTION, "[::1]") == "::1"


@pytest.mark.parametrize(
    "name",
    [
        *("a..b", "-", "...", ".", ".a", "a..", "-a", "a-", "a.-b", f"{LONGEST_LABEL}a", ".".join(["a" * 62] * 5)),
        *(
            "999.1.1.1",
            "127.1",
            "1",
            "127.0.0.1.",
            "fe80::1%eth0",
            "[fe80::1%1]",
            "a%b",
            "[a]",
            "a b",
            "a\n",
            "a:80",
            "[::1",
        ),
    ],
)
def test_what_is_neither_is_refused(name: str) -> None:
    with pytest.raises(click.BadParameter, match="is neither the name of a host nor an address in figures"):
        host_name(CONTEXT, OPTION, name)
