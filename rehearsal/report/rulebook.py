"""What each rule of the auditor is, as `docs/invariants.md` has it, for the report's page of rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt

from rehearsal.resources import folder

_RULE: Final = re.compile(r"^### (\S+)\n(.*?)(?=^#|\Z)", re.M | re.S)
_TO_ANOTHER_PAGE: Final = re.compile(r"\[([^]]*)]\([^#)][^)]*\)")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Rule:
    """One rule: its slug, and what is said of it, as HTML."""

    slug: str
    html: str


def rules() -> Iterator[Rule]:
    """Yield every rule, in the order of their numbers."""
    text = (folder("docs") / "invariants.md").read_text(encoding="utf-8")
    for slug, words in _RULE.findall(text):
        yield Rule(slug, _html(words))


def _html(words: str) -> str:
    """Return the words as HTML, without the links that lead to other pages: a report has none of them."""
    return str(_MARKDOWN.render(_TO_ANOTHER_PAGE.sub(r"\1", words)))
