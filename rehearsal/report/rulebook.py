"""What each rule of the auditor is, as `docs/invariants.md` has it, for the report's page of rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from rehearsal.resources import folder

_RULE: Final = re.compile(r"^### (\S+)\n(.*?)(?=^#|\Z)", re.M | re.S)
_LINK: Final = re.compile(r"\[([^]]*)]\(([^)]*)\)")
_MARKS: Final = (
    (re.compile(r"`([^`]*)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(.+?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"\*(.+?)\*"), r"<i>\1</i>"),
)


@dataclass(frozen=True)
class Rule:
    """One rule: its slug, and its paragraphs as HTML, with which of them are items of a list."""

    slug: str
    paragraphs: tuple[tuple[bool, str], ...]


def rules() -> list[Rule]:
    """Return every rule, in the order of their numbers."""
    text = (folder("docs") / "invariants.md").read_text(encoding="utf-8")
    return [Rule(slug, tuple(_paragraphs(words))) for slug, words in _RULE.findall(text)]


def _paragraphs(words: str) -> Iterator[tuple[bool, str]]:
    for block in re.split(r"\n(?=- )|\n\n", words.strip()):
        yield block.startswith("- "), _html(" ".join(block.removeprefix("- ").split()))


def _html(text: str) -> str:
    """Return a paragraph as HTML; of links those lead somewhere that stay on the page."""
    text = _LINK.sub(_linked, escape(text))
    for mark, becomes in _MARKS:
        text = mark.sub(becomes, text)
    return text


def _linked(link: re.Match[str]) -> str:
    return f'<a href="{link[2]}">{link[1]}</a>' if link[2].startswith("#") else link[1]
