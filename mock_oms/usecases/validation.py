"""What the seller's staff enter, made into values of ours; `Refused` names the field that is wrong."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, TypeVar

from mock_oms.domain.manners import Manners, manners_named
from mock_oms.domain.money import ZERO, unit_of, written
from mock_oms.domain.reasons import is_reason
from mock_oms.errors import Refused

# Of UTF-8. Certainty: assumed; the channel was seen to take 500 bytes and to refuse 560 characters.
COMMENT_BYTES: Final = 500

Word = TypeVar("Word", bound=StrEnum)


def a_word(words: type[Word], value: str, field: str) -> Word:
    try:
        return words(value)
    except ValueError:
        choice = ", ".join(words)
        raise Refused(422, "Bad value", f"{field} is one of {choice}, not {value!r}.", field) from None


def the_manners(names: Iterable[str]) -> Manners:
    try:
        return manners_named(names)
    except ValueError as error:
        raise Refused(422, "Bad value", str(error), "oms_manners") from None


def a_sum(value: Decimal, currency: str, *, or_nothing: bool) -> Decimal:
    smallest = unit_of(currency)
    try:
        amount = Decimal(value)
        good = amount.is_finite() and (amount > ZERO or (or_nothing and not amount)) and amount % smallest == 0
    except (InvalidOperation, ValueError, TypeError):
        good = False
    if not good:
        what = f"amount is a sum above zero, a multiple of {smallest} {currency}".rstrip()
        raise Refused(422, "Bad value", f"{what}, not {value}.", "amount")
    return written(amount, currency)


def a_reason(reason: str | None) -> str | None:
    if not reason:
        return None
    if not isinstance(reason, str) or not is_reason(reason):
        detail = f"reason is a ChannelAdvisor reason or a key of the marketplace's own, not {reason!r}."
        raise Refused(422, "Bad value", detail, "reason")
    return reason


def a_comment(comment: str | None, *, of_any_length: bool = False) -> str | None:
    if not comment:
        return None
    if not isinstance(comment, str) or (len(comment.encode()) > COMMENT_BYTES and not of_any_length):
        raise Refused(422, "Bad value", f"comment is a text of at most {COMMENT_BYTES} bytes.", "comment")
    return comment
