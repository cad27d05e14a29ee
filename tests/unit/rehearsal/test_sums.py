"""Sums are written as their currency is written, and whoever knows a currency knows it alike."""

from decimal import Decimal

import pytest

import connector.domain.money
import mock_oms.domain.money
import mock_tiktok.domain.money
from rehearsal.sums import DECIMALS, Missaid, Sum, read, total, written

WRITTEN = [("0", "USD", "0.00"), ("19.9", "GBP", "19.90"), ("5000.00", "IDR", "5000"), ("0.00", "VND", "0")]


@pytest.mark.parametrize(("amount", "currency", "text"), WRITTEN)
def test_a_sum_has_the_decimals_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert written(Decimal(amount), currency) == text
    assert str(connector.domain.money.written(Decimal(amount), currency)) == text
    assert str(mock_oms.domain.money.written(Decimal(amount), currency)) == text
    assert read(f"{text} {currency}") == Sum(Decimal(amount), currency)


@pytest.mark.parametrize("currency", DECIMALS)
def test_all_players_know_the_same_smallest_coin(currency: str) -> None:
    coin = Decimal(1).scaleb(-DECIMALS[currency])
    assert mock_tiktok.domain.money.coin(currency) == coin
    assert connector.domain.money.unit_of(currency) == coin
    assert mock_oms.domain.money.unit_of(currency) == coin


def test_what_is_finer_than_a_coin_is_not_hidden() -> None:
    assert written(Decimal("10.5"), "IDR") == "10.5"
    assert connector.domain.money.written(Decimal("10.5"), "IDR") == Decimal("10.5")


OTHERWISE = ["10.5 IDR", "39.985 USD", "40 GBP", "1,000 IDR", ".50 USD", "5 XYZ", "5.00", "5.00 usd"]


@pytest.mark.parametrize("text", [*OTHERWISE, f"{'9' * 30}.00 USD", "٣.٠٠ USD"])
def test_a_sum_that_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(Missaid, match=text):
        read(text)


def test_only_a_currency_of_the_same_letters_was_meant() -> None:
    with pytest.raises(Missaid, match=r"did you mean GBP\?"):
        read("5.00 GPB")
    with pytest.raises(Missaid, match=r"JPY, VND$"):
        read("5.00 AUD")


def test_sums_of_two_currencies_are_not_added_up() -> None:
    assert total([Sum(Decimal("1.50"), "USD"), Sum(Decimal(5000), "IDR"), Sum(Decimal(2), "USD")]) == (
        "3.50 USD and 5,000 IDR"
    )
    for none in ([], [Sum(Decimal("0.00"), "USD")], [Sum(Decimal(0), "IDR"), Sum(Decimal("0.00"), "USD")]):
        assert total(none) == "nothing"
    assert total([Sum(Decimal("1.50"), "USD"), Sum(Decimal(0), "IDR")]) == "1.50 USD"
