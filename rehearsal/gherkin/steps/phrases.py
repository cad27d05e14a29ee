"""What several steps share: names, goods, sums, spans of time and how to read them, and the two tenses of an act.

People write as people do: names in any script, of several words, with apostrophes and hyphens; goods with capitals and
numbers; quotes that are straight or curly. A piece may take more than makes sense, and what makes none is refused when
it is read, in words that say what would.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache, wraps
from typing import Any, Final

from pytest_bdd import given, parsers, when

from rehearsal.gherkin.buyer import DISCOUNTS, Buyer, Goods
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.closed_words import APPEALS, CANCELLATIONS, EVER_SHOWN, MAILS, meant, one_of
from rehearsal.gherkin.errors import Miswritten
from rehearsal.gherkin.expect import Differs, expect
from rehearsal.gherkin.which import NOUNS, ORDINALS, Which
from rehearsal.sums import DECIMALS, Missaid, Sum, read

Does = Callable[..., None]  # the function of a step

GRADES: Final = {
    "as sold": "AS_SOLD",
    "used": "USED",
    "damaged": "DAMAGED",
    "the wrong item": "WRONG_ITEM",
    "with parts missing": "MISSING_PARTS",
}
NO_PART: Final = r"(?! the (?:tax|shipping)\b)"  # which are no goods
NUMBERS: Final = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
MOST_DIGITS: Final = 6
LONGEST: Final = timedelta(days=73_000)  # two hundred years: by then every world has ended
_UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_QUOTES: Final = str.maketrans("‘’‚‛ʼ“”„‟«»‑", '\'\'\'\'\'""""""-')

_CURRENCY = rf"(?:[A-Z]{{3}}|(?i:{'|'.join(DECIMALS)}))\b"
_SUM = rf"[+-]?(?:(?:{_CURRENCY} ?|[$€£¥₫])\d[\d.,]*|\d[\d.,]*(?: ?{_CURRENCY}| ?[$€£¥₫])|\d[\d,]*\.\d+)"
_NAMED = r"(?![a-z\d_])\w[^\s\",:;]*?"
_PARTICLES = "af|al|av|bin|da|de|del|della|den|der|di|dos|du|e|el|ibn|la|le|ten|ter|van|von|y|zu"
_GOODS = r"[^\s\",:](?:[^\",:]*?[^\s\",:])?"
_COUNT = rf"\d+|{'|'.join(NUMBERS)}"
_SPAN = rf"(?:an?|half an|(?:{_COUNT})(?:\.\d+)?) (?:(?:business|working) )?[a-z]+"
_FEW: Final = {"no": 0, "a": 1, "an": 1}
_SHOWN = rf"(?:{'|'.join(_FEW)}|{_COUNT}) (?:picture|video)s?"
_THEIR, _FOR = "(?:the|her|his|their)", "(?:for|about|with|on|over|of|from|in)"
_NTH = "|".join(ORDINALS)
# As little as may be: in "goods with parts missing" nothing is said of which goods.
_SAID = rf" (?P<about>(?:{_FOR}|{_THEIR}|(?:{_COUNT})(?! ?{_CURRENCY}))(?= )[^\",:]*?)"
_ABOUT = f"(?:{_SAID})??"


def _less(seller: str, platform: str) -> str:
    """Return the piece that says what the two of them have given, under these names."""
    first, second = rf"(?P<{seller}>{_SUM}) from the seller", rf"(?P<{platform}>{_SUM}) from the marketplace"
    return rf"(?:,? less (?:{first})?(?: and )?(?:{second})?)?"


# Names of groups are the steps' parameters. "Maya", "a desk lamp", "39.98 USD", "an hour". Those of the second half say
# which of the buyer's orders or requests is meant, and a step gets them together, with the name, as one `which`.
PIECES: Final = {
    "BUYER": rf"(?P<buyer>{_NAMED}(?: (?:(?:{_PARTICLES}) )*{_NAMED})*?)",
    "POSSESSIVE": "(?:her|his|their)",
    "THEIR": _THEIR,
    "SUM": rf"(?P<sum>{_SUM})",
    "PRICE": rf"(?P<price>{_SUM})",
    "TERMS": _less("seller", "platform")
    + rf"(?P<shop>(?: from {_THEIR} (?:{_NTH}) shop)?)"
    + rf"(?:,? with (?:(?P<shipping>{_SUM}) for shipping{_less('shipping_seller', 'shipping_platform')})?"
    + rf"(?: and |, )?(?:(?P<tax>{_SUM}) of tax(?:, (?P<shipping_tax>{_SUM}) of it on shipping)?)?"
    + rf"(?: and |, )?(?:(?P<fee>{_SUM}) of fees)?)?"
    + rf"(?:,? and an? (?P<gift>{_GOODS}) as a gift)?",
    "FROM": rf"(?: from {_THEIR} (?P<shop>{_NTH}) shop)?",
    "GOODS": rf"(?P<goods>{_GOODS})",
    "KINDS": rf"(?P<count>{_COUNT}) things of different kinds, at (?P<price>{_SUM}) each",
    "COUNT": rf"(?P<count>{_COUNT})",
    "TIMES": rf"(?P<often>once|twice|(?:{_COUNT}) times?)",
    "SPAN": rf"(?P<span>{_SPAN}(?: and (?:a half|{_SPAN}))?)",
    "WORDS": r'"(?P<words>[^"]+)"',
    "GRADE": rf"(?P<grade>{'|'.join(GRADES)}|\w+)",
    "STATE": rf'"(?P<words>{"|".join((*EVER_SHOWN, *CANCELLATIONS.values()))}|[^"]+)"',
    "APPEAL": rf'"(?P<words>{"|".join(APPEALS)}|[^"]+)"',
    "MAIL": rf'"(?P<words>{"|".join(MAILS)}|[^"]+)"',
    "PLACE": rf"(?:(?P<place>{_NTH}) )?",
    "REQUEST": rf"(?:(?P<nth>{_NTH}) )?(?P<noun>{'|'.join(NOUNS)}){_ABOUT}",
    "PARCEL": rf"(?:(?P<nth>{_NTH}) )?(?P<noun>parcel){_ABOUT}",
    "ORDER": rf"(?:(?P<order>{_NTH}) )?order{_ABOUT}",
    "ABOUT": _ABOUT,
    "THE_GOODS": _SAID,
    "SHOWN": rf"(?P<shown>{_SHOWN}(?: and {_SHOWN})?)",
    "FOUND": rf"(?:goods{_ABOUT}|(?P<found>{_GOODS}))",
}
_WHICH: Final = re.compile(
    rf"(?:{_FOR} )?(?:(?:(?P<pieces>{_COUNT}) (?:of )?)?{_THEIR} |(?P<pieces_>{_COUNT}) )"
    rf"(?:(?:(?P<nth>{_NTH}) )?(?P<noun>{'|'.join(NOUNS)}|order)"
    rf"(?: {_FOR} (?:(?P<pieces__>{_COUNT}) of )?{_THEIR} (?P<goods_>{_GOODS}))?|(?P<goods>{_GOODS}))"
    rf"(?: {_FOR} {_THEIR} (?P<order>{_NTH}) order)?"
)


class Phrase(parsers.StepParser):
    """A step's text, in which {BUYER}, {SUM} and the like stand for the pieces above.

    Takes curly quotes for straight ones, and accents however they are put in. Hundreds of them are asked about each
    line: without its `core` none goes further, and only one that does is compiled.
    """

    def __init__(self, text: str) -> None:
        whole = re.sub(r"\{([A-Z_]+)\}", lambda piece: PIECES[piece.group(1)], text.replace("{BUYER}'s", "{BUYER}<'s>"))
        super().__init__(whole.replace("<'s>", "(?:'s|(?<=[sxz])')"))
        self.core: Final = _core(text.replace("{BUYER}'s", "{BUYER}"))
        self._text = text

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile(self.name)

    def is_matching(self, name: str) -> bool:
        plain = _plain(name)
        return self.core in plain and self._expression.fullmatch(plain) is not None

    def others(self, name: str) -> list[str]:
        """Return a line of this step with each other word in it that can stand in one of its places."""
        if not (matched := self._expression.fullmatch(_plain(name))):
            return []
        found = []
        for place, words in _closed(self._text).items():
            if said := matched[place]:
                several = said.split()[0].endswith("s")
                start, end = matched.span(place)
                for word in sorted(words, key=lambda word: word.split()[0].endswith("s") != several):
                    found.append(f"{matched.string[:start]}{word}{matched.string[end:]}")
        return [other for other in found if self.is_matching(other)]

    def parse_arguments(self, name: str) -> dict[str, Any] | None:
        matched = self._expression.fullmatch(_plain(name))
        if matched is None:
            return None
        said: dict[str, Any] = matched.groupdict()
        if "about" not in said:
            return _bought_on(said) if "platform" in said else said
        parts = {part: said.pop(part, None) for part in ("buyer", "nth", "noun", "order", "about", "found")}
        return {**said, "which": which(name=parts.pop("buyer"), **parts)}


phrase: Final = Phrase


def _core(text: str) -> str:
    """Return the longest part of a step's text that stands there word for word, outside of pieces and alternatives."""
    parts, depth, before = [""], 0, ""
    for char in text:
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "|" and not depth:
            return ""
        if depth or before == "\\" or char in r"()[]{}\.^$?*+|":
            if not depth and char in "?*":  # what stands before it need not be there
                parts[-1] = parts[-1][:-1]
            parts.append("")
        else:
            parts[-1] += char
        before = char
    return max(parts, key=len)


def _closed(text: str) -> dict[str, list[str]]:
    """Return the words there are for each named place of a step's text; names, goods, sums and the like are open."""
    found = {}
    for piece in ("GRADE", "STATE", "APPEAL", "MAIL"):
        text = text.replace(f"{{{piece}}}", PIECES[piece])
    for place in re.finditer(r"\(\?P<(\w+)>", text):
        depth, end = 1, place.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        parts = re.split(r"\(\?:|[|()]", text[place.end() : end - 1])
        found[place[1]] = [part for part in parts if part.strip() and not re.search(r"[][{}\\.?*+^$]", part)]
    return found


@lru_cache(maxsize=1)  # each of the steps there are is asked about the same line
def _plain(text: str) -> str:
    """Return a line as it is compared: accents with their letters, quotes straight, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_QUOTES).rstrip(" .").split())


@dataclass(frozen=True)
class Terms:
    """On which terms somebody buys: from which shop, with what beside the goods, and what is given off each."""

    shop: str | None
    gift: str | None
    sums: Mapping[str, Sum]  # shipping, tax, fee, and the discounts by their kind


def _bought_on(said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said with its terms in one."""
    shop, gift = said.pop("shop").split(), said.pop("gift")
    kinds = ("shipping", "tax", "shipping_tax", "fee", *DISCOUNTS)
    sums = {kind: money(text) for kind in kinds if (text := said.pop(kind))}
    return {**said, "terms": Terms(shop[2] if shop else None, gift, sums)}


def which(*, about: str | None, found: str | None = None, **said: str | None) -> Which:
    """Read which of a buyer's orders or requests is meant: "second" (request) "for 2 of the mugs"."""
    more: dict[str, Any] = {}
    if about:
        if not (read := _WHICH.fullmatch(about)):
            hint = 'one says "the second request", "for the rug", "2 of the mugs"'
            if re.search(r"\b(shipping|tax)\b", about):
                hint = 'all of it is paid back by "the seller refunds Maya the shipping", a part only "of the order"'
            if "Seller Center" in about:
                hint = 'what is done there is said as in "Maya\'s request is approved in Seller Center"'
            raise Miswritten(f'"{about}" names nothing; {hint}')
        more = {part.rstrip("_"): text for part, text in read.groupdict().items() if text}
        if more.get("noun") == "order":
            more |= {"order": more.pop("nth", ""), "whole": True}
            del more["noun"]
    parts: dict[str, Any] = {part: text for part, text in {**said, "goods": found, **more}.items() if text}
    if "pieces" in parts:
        parts["pieces"] = number(parts["pieces"])
    return Which(**parts)


def act(text: str, *, heard: Collection[object] = (when,)) -> Callable[[Does], Does]:
    """Return a decorator that makes an act a step, in two tenses: "the seller <has approved/approves> ...".

    Said as something that is done (`given`) the act stands alone. Said as what happens (`when`), all hear of it, so
    that the round, the payment and the mail that follow can be looked at; `heard` says where it is otherwise.
    """
    done, happens = (re.sub(r"<([^<>/]*)/([^<>/]*)>", rf"\{tense}", text) for tense in (1, 2))

    def register(does: Does) -> Does:
        @wraps(does)
        def does_and_waits(people: Cast, **words: Any) -> None:
            does(people, **words)
            people.clock.news_goes_round()

        given(phrase(done), stacklevel=2)(does_and_waits if given in heard else does)
        if happens != done:
            when(phrase(happens), stacklevel=2)(does_and_waits if when in heard else does)
        return does

    return register


def by(who: Callable[[Cast], Callable[..., object]], **how: Any) -> Does:
    """Return an act of somebody's that concerns one of a buyer's orders or requests."""

    def does(people: Cast, which: Which) -> None:
        who(people)(people.buyer(which.name), which, **how)

    return does


def by_buyer(act: Callable[[Buyer, Which], object]) -> Does:
    """Return what a buyer does about one of their orders or requests, as the function of a step."""
    return by(lambda people: act)


def time(text: str) -> timedelta:
    """Read "24 hours", "a day", "half an hour", "23 hours and 59 minutes" or "an hour and a half"."""
    try:
        span = _span(text)
    except OverflowError:  # longer than any calendar
        span = timedelta.max
    if span > LONGEST:
        raise Miswritten(f'"{text[:40]}" is longer than any scenario; a span has at most {LONGEST.days} days')
    return span


def _span(text: str) -> timedelta:
    first, _, more = text.partition(" and ")
    *amount, unit = first.split()
    if amount[-1] in ("business", "working"):
        hint = 'say the moment, as in "the answer to Maya is due on Tuesday 11 March 2031, 10:00:00 in London"'
        raise Miswritten(f'"{text}" are of another length by the weekday and the holidays; {hint}')
    size = _UNITS.get(unit.removesuffix("s"))
    if size is None:
        raise Miswritten(f'"{text}" is no span of time; one is "an hour", "90 minutes", "2 days" or "a week"')
    rest = timedelta(seconds=size / 2) if more == "a half" else _span(more) if more else timedelta()
    if amount == ["half", "an"]:
        return timedelta(seconds=size / 2) + rest
    whole, _, part = amount[0].partition(".")
    many = 1 if whole in ("a", "an") else NUMBERS.index(whole) + 1 if whole in NUMBERS else float(whole)
    return timedelta(seconds=size * (many + float(f"0.{part}"))) + rest


def spelled(text: str) -> str:
    """Return "20 minutes" as the control API has it."""
    return f"PT{time(text) // timedelta(seconds=1)}S"


def times(text: str) -> int:
    """Return how many times "once", "twice" or "three times" is."""
    return {"once": 1, "twice": 2}.get(text) or number(text.split()[0])


def number(text: str) -> int:
    """Read a count: "3" or "three"; raise Miswritten for one that nobody counts."""
    if text in NUMBERS:
        return NUMBERS.index(text) + 1
    if len(text) > MOST_DIGITS:
        raise Miswritten(f'"{text[:40]}" is more than is counted here; a number has at most {MOST_DIGITS} digits')
    return int(text)


def evidence(text: str) -> Counter[str]:
    """Read "2 pictures and a video" as how many there are of each."""
    counts: Counter[str] = Counter()
    for one in text.split(" and "):
        many, what = one.split()
        counts[what.rstrip("s")] += _FEW[many] if many in _FEW else number(many)
    return counts


def as_grade(text: str) -> str:
    """Read how goods are found."""
    one_of("goods are found", GRADES, text)
    return GRADES[text]


def moment(text: str) -> datetime:
    """Read a moment of some clock: "Monday 03 March 2031, 09:00", with seconds or without."""
    form = "%A %d %B %Y, %H:%M" + ":%S" * (text.count(":") == 2)
    try:
        meant = datetime.strptime(text, form)  # noqa: DTZ007 - of whichever clock
    except ValueError as mistake:
        raise Miswritten(f'"{text}" is no moment; one is "Monday 03 March 2031, 09:00"') from mistake
    if not text.startswith(f"{meant:%A}"):  # strptime takes any day's name
        raise Miswritten(f"{meant.day} {meant:%B %Y} is a {meant:%A}, not a {text.split()[0]}")
    return meant


COLUMN_ALIKE: Final = 0.6  # of 1: there are few columns, and none is another's contrary


class Row(dict[str, str]):
    """A row of the table below a step, by its columns; a mistake in a cell is told with its row and its column."""

    def __init__(self, number: int, cells: Iterable[tuple[str, str]]) -> None:
        super().__init__(cells)
        self._number = number  # below the head

    @contextmanager
    def cell(self, column: str, default: str = "") -> Iterator[str]:
        """Hand over what stands in a cell to whoever reads it; the default where the table has no such column."""
        try:
            yield self.get(column, default)
        except Miswritten as mistake:
            raise Miswritten(f"row {self._number}, {column}: {mistake}") from mistake


def table(rows: list[list[str]] | None, *columns: str, optional: Collection[str] = ()) -> list[Row]:
    """Read the table below a step by its columns, in whatever order they stand; one without a row says nothing."""
    if not rows or not rows[0]:
        raise Miswritten(f"this step needs a table below it, with the columns {', '.join(columns)}")
    head, *body = [[_plain(cell) for cell in row] for row in rows]
    spelled = {name.lower(): name for name in columns}
    named = [spelled.get(name.lower(), name.lower()) for name in head]
    missing = [name for name in columns if name not in (*named, *optional)]
    unknown = [name for name in named if name not in columns]
    wrong = [f'"{name}" is no column of it{meant(name, missing or columns, COLUMN_ALIKE)}' for name in unknown]
    wrong += [f'"{name}" is missing' for name in missing if f'"{name}"?' not in " ".join(wrong)]
    wrong += [f'"{name}" stands there twice' for name in dict.fromkeys(named) if named.count(name) > 1]
    if wrong:
        known = ", ".join(f"{name} (may be left out)" if name in optional else name for name in columns)
        raise Miswritten("\n  ".join((f"the table below this step: {wrong[0]}", *wrong[1:], f"its columns: {known}")))
    if not body:
        raise Miswritten(f"the table below this step has no row, below the one with its columns: {', '.join(named)}")
    found = [Row(place, zip(named, row, strict=True)) for place, row in enumerate(body, 1)]
    for row in found:
        for column in row:
            with row.cell(column) as said:
                if not said:
                    raise Miswritten("nothing stands there")
    return found


def lines(rows: list[list[str]] | None) -> list[str]:
    """Read a table of one column without a head."""
    if not rows or any(len(row) != 1 for row in rows):
        raise Miswritten("below this step stands a table of one column, a line for each thing in its order")
    return [_plain(row[0]) for row in rows]


MORE: Final = ("parcel", "taxed", "SKU")  # columns that a table of goods may have
YES: Final = {"yes": True, "no": False}


def basket(rows: list[list[str]] | None) -> list[Goods]:
    """Read a table of goods: pieces (one, where it has no such column), price each, or "gift", parcel, taxed, SKU."""
    return [_goods(row) for row in table(rows, "goods", "pieces", "price each", *MORE, optional=("pieces", *MORE))]


def _goods(row: Row) -> Goods:
    with row.cell("price each") as said:
        price = None if said == "gift" else money(said)
    with row.cell("pieces", "1") as said:
        pieces = _whole(said)
    with row.cell("parcel", "1") as said:
        parcel = _whole(said)
    with row.cell("taxed", "yes") as taxed:
        one_of("goods are taxed:", YES, taxed)
    with row.cell("SKU", "yes") as sku:
        one_of("goods have a SKU of the seller's:", YES, sku)
    return Goods(row["goods"], price, pieces, parcel, YES[taxed], YES[sku])


def _whole(said: str) -> int:
    if not (said in NUMBERS or said.isdecimal()) or not (found := number(said)):
        raise Miswritten(f'a whole number from 1 on belongs there, not "{said}"')
    return found


def expect_sum(buyer: Buyer, what: str, expected: object, *seen: object, **said: object) -> None:
    """Compare sums as `expect` does; where they differ, tell how the buyer's orders share out shipping and tax.

    Raise Miswritten for a sum in a currency that none of the orders has.
    """
    known = dict.fromkeys(order.paid.currency for order in buyer.orders)
    if isinstance(expected, Sum) and known and expected.currency not in known:
        raise Miswritten(f"{expected} is asked for, and what {buyer.name} has bought was paid in {' and '.join(known)}")
    try:
        expect(what, expected, *seen, **said)
    except Differs as differs:
        shared = [f"  {order.shared}" for order in buyer.orders if order.shared]
        raise Differs("\n".join((str(differs), *shared)), differs.comparison) from None


def kinds(count: str, price: str) -> list[Goods]:
    """Return so many goods of different kinds: thing 1, thing 2 and so on."""
    return [Goods(f"thing {place}", money(price)) for place in range(1, number(count) + 1)]


def money(text: str) -> Sum:
    """Read a sum as a scenario says it: written as its currency is written."""
    try:
        return read(text)
    except Missaid as mistake:
        raise Miswritten(str(mistake)) from mistake
