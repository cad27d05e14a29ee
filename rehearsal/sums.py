"""Sums of money as they are said: an amount with its currency, and with as many decimals as that currency has."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# How many decimals a sum has, by ISO 4217. Those of the markets that the marketplace has.
DECIMALS: Final = {
    **dict.fromkeys(("BRL", "EUR", "GBP", "MXN", "MYR", "PHP", "SGD", "THB", "USD"), 2),
    **dict.fromkeys(("IDR", "JPY", "VND"), 0),
}
_SAID: Final = re.compile(r"([0-9]{1,12}(?:\.([0-9]+))?) ([A-Z]{3})")
# How sums are written elsewhere: the currency in front, or as a sign; thousands apart.
_SIGNS: Final = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₫": "VND", "RP": "IDR"}
_CURRENCY: Final = r"([$£€¥₫]|[A-Za-z]{3}|[Rr]p)?"
_ELSEWHERE: Final = re.compile(rf"{_CURRENCY}\.? ?([0-9]+(?:[.,][0-9]+)*) ?{_CURRENCY}")


class Missaid(ValueError):
    """A sum is not said as its currency is written."""


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of one currency, or of one that nobody knows (""); two are equal when both agree."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{written(self.amount, self.currency)} {self.currency}".rstrip()


def written(amount: Decimal, currency: str) -> str:
    """Return an amount as its currency is written: "39.98" of dollars, "5000" of rupiah. What is finer stays so."""
    exact = amount.quantize(coin(currency))
    return f"{exact if exact == amount else amount:f}"


def coin(currency: str) -> Decimal:
    """Return the smallest sum of that currency; a hundredth of one that nobody knows."""
    return Decimal(1).scaleb(-DECIMALS.get(currency, 2))


def read(text: str) -> Sum:
    """Read "39.98 USD" or "5000 IDR"; raise Missaid, in words, for what is not written as its currency is."""
    found = _SAID.fullmatch(text)
    if found is None:
        one = 'one is "39.98 USD" or "5000 IDR", below a million million'
        raise Missaid(f'"{text}" is no sum; {_mended(text) or one}')
    amount, fraction, currency = found.groups(default="")
    if currency not in DECIMALS:
        near = [known for known in DECIMALS if sorted(known) == sorted(currency)]  # another letter: another currency
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Missaid(f'"{text}": {currency} is none of the currencies {", ".join(DECIMALS)}{hint}')
    if len(fraction) != DECIMALS[currency]:
        decimals = "two decimals" if DECIMALS[currency] else "no decimals"
        example = "39.98" if DECIMALS[currency] else "5000"
        such = _mended(text) or f"such as {example} {currency}"
        raise Missaid(f'"{text}": {currency} is written with {decimals}; {such}')
    return Sum(Decimal(amount), currency)


def _mended(text: str) -> str:
    """Return what was meant by a sum that is written as elsewhere: "1.039,98 USD", "$39.98", "50.000 IDR"."""
    found = _ELSEWHERE.fullmatch(text.strip())
    if found is None:
        return ""
    before, number, after = found.groups()
    said = before or after or ""
    currency = _SIGNS.get(said.upper(), said.upper())
    if not currency:
        return 'it has no currency, as "39.98 USD" has'
    *most, last = re.split("[.,]", number)
    thousands = all(len(part) == 3 for part in (*most[1:], last)) or not most
    meant = ""
    match DECIMALS.get(currency):
        case 2 if most and len(last) == 2:
            meant = f"{''.join(most)}.{last} {currency}"
        case 2 if thousands and (len(most) != 1 or "," in number):  # "39.985" is no thousands
            meant = f"{''.join(most)}{last}.00 {currency}"
        case 0 if thousands or len(last) == 2:
            meant = f"{''.join(most)}{last if thousands else ''} {currency}"
    return f"did you mean {meant}?" if _SAID.fullmatch(meant) else ""


def total(sums: Iterable[Sum]) -> str:
    """Say what sums come to, one currency after the other: "39.98 USD and 5000 IDR", or "nothing"."""
    by_currency: dict[str, Decimal] = {}
    for one in sums:
        by_currency[one.currency] = by_currency.get(one.currency, Decimal(0)) + one.amount
    said = [f"{Decimal(written(amount, of)):,} {of}" for of, amount in by_currency.items() if amount]
    return " and ".join(said) or "nothing"
