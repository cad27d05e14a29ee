"""Lines of a feature file that are not read as they are meant, each with its likely cause.

Gherkin takes for prose whatever stands below a heading before the first step. A scenario whose colon is missing is such
prose, with all its steps, and nothing would be said of it: it is refused here.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from gherkin.dialect import DIALECTS

from rehearsal.control.places import near
from rehearsal.gherkin.feature_text import ENCODING
from rehearsal.gherkin.vocabulary import is_known

ALIKE, ALIKE_HEADING = 0.7, 0.84  # of 1: what is less alike than this is no keyword that was misspelt
MOST: Final = 3  # lines of one file that are told
_LANGUAGE: Final = re.compile(r"^\s*#\s*language\s*:\s*([\w-]+)", re.MULTILINE)
_HEADED: Final = ("feature", "rule", "scenarioOutline", "scenario", "background")
_BEGUN: Final = ("given", "when", "then", "and", "but")
_ASTRAY: Final = 'a step stands below "{}:", and nothing here is one; is its colon missing?'
# What the parser says, as what it means.
_SAID: Final = (
    ("inconsistent cell count", "this row has more or fewer cells than the first row of its table"),
    ("whitespace", "there is no space in a tag"),
    ("#DocStringSeparator, #Other", "a text in triple quotes above does not end"),
    ("#FeatureLine", 'a file begins with "Feature:", below tags and comments'),
    ("got 'Background", "a background stands once, before the scenarios of its feature or rule"),
    ("got 'Feature", "a file has one feature, and another stands above"),
    ("end of file", "the file ends where something has to follow"),
    ("#ExamplesLine", "neither a step nor a heading, and prose stands before the steps"),
)


def refused(path: Path, mistake: Exception) -> str:
    """Say which lines of a file the parser does not take, and why."""
    text = path.read_text(encoding=ENCODING)
    rows, language = text.rstrip().splitlines(), _LANGUAGE.search(text)
    if language and language[1] not in DIALECTS:
        line = text.count("\n", 0, language.start(1))
        return _listed(path, [(line + 1, rows[line], "nobody here knows this language")])
    keywords = _Keywords(language[1] if language else "en")
    told: dict[int, str] = {}
    for error in getattr(mistake.__cause__, "errors", ()):
        line, said = min(int(error.location["line"]), len(rows)), str(error)
        meant = next((words for sign, words in _SAID if sign in said), said)
        told.setdefault(line, keywords.slip(rows[line - 1]) or meant)
        if "#FeatureLine" in said:  # of what follows nothing is meant as it is read
            break
    if not told:
        return f"{near(str(path))}: {mistake}"
    return _listed(path, [(line, rows[line - 1], words) for line, words in told.items()])


def misread(path: Path, feature: Any) -> str:
    """Say which lines of prose are meant as something else, and what is without a scenario; nothing, where none is."""
    rows, keywords = path.read_text(encoding=ENCODING).splitlines(), _Keywords(feature.language)
    found = []
    for node in _headed(feature):
        line = int(node.location.line)
        for prose in filter(str.strip, node.description.splitlines()):
            line = next((at for at, row in enumerate(rows[line:], line + 1) if row.strip() == prose.strip()), line)
            if words := keywords.in_prose(prose):
                found.append((line, prose, words))
                break  # what stands below it follows from it
    return _listed(path, found or [(line, rows[line - 1], words) for line, words in _empty(feature)])


def _empty(feature: Any) -> Iterator[tuple[int, str]]:
    """Tell the lines of what nothing is played of: a feature or rule without a scenario, examples without a row."""
    for node in _headed(feature):
        if hasattr(node, "children") and all(child.background for child in node.children):
            yield int(node.location.line), "there is no scenario in it"
        for examples in getattr(node, "examples", ()):
            if not examples.table_body:
                yield int(examples.location.line), "there is no row in it, below the one with the names"


class _Keywords:
    """The keywords of a language, and lines that are meant to begin with one."""

    def __init__(self, language: str = "en") -> None:
        known = DIALECTS[language]
        self._headings: Sequence[str] = [word for kind in _HEADED for word in known[kind]]
        self._steps = [word.strip() for kind in _BEGUN for word in known[kind] if word.strip() != "*"]
        self._sure = [word.strip() for kind in _BEGUN[:3] for word in known[kind] if word.strip() != "*"]
        self._scenario = "Scenario" if language == "en" else known["scenario"][0]
        self._examples = known["examples"]

    def slip(self, row: str) -> str:
        """Return what is wrong with a line that is read as nothing; nothing, where that is not known."""
        text = row.strip()
        if heading := self._heading(text, [*self._headings, *self._examples]):
            return heading
        if self._begins(text, self._steps):
            return f'a step stands below "{self._scenario}:", and before examples'
        word = text.partition(" ")[0].strip(":,")
        if close := get_close_matches(word.capitalize(), self._steps, 1, ALIKE):
            return f'does not begin as a step does: {self._listed}; did you mean "{close[0]}"?'
        return ""

    def in_prose(self, row: str) -> str:
        """Return what is wrong with a line of prose that is meant as a heading or a step; nothing, where none is."""
        text = row.strip()
        if heading := self._heading(text, self._headings):
            return heading
        if self._begins(text, self._sure):
            return _ASTRAY.format(self._scenario)
        word, _, rest = text.partition(" ")
        near_one = word == "*" or get_close_matches(word.strip(":,").capitalize(), self._steps, 1, ALIKE)
        if near_one and is_known(rest):
            if word in (*self._steps, "*"):
                return _ASTRAY.format(self._scenario)
            return f"does not begin as a step does: {self._listed}"
        return ""

    @property
    def _listed(self) -> str:
        *most, last = self._steps
        return f"{', '.join(most)} or {last}"

    def _heading(self, text: str, headings: Sequence[str]) -> str:
        for heading in headings:
            rest = text.removeprefix(heading)
            if rest != text and not re.match(r"[\w:]", rest):
                return f'the colon behind "{heading}" is missing: {heading}: {rest.lstrip(" :-")}'.rstrip(" :")
        head, colon, rest = text.partition(":")
        folded = {heading.casefold(): heading for heading in headings}
        close = get_close_matches(head.strip().casefold(), folded, 1, ALIKE_HEADING) if colon else []
        if not close or head.casefold() == f"{close[0]}s" or head == folded[close[0]]:
            return ""
        return f'"{head.strip()}" is no heading; did you mean "{folded[close[0]]}:{rest}"?'

    @staticmethod
    def _begins(text: str, words: Sequence[str]) -> bool:
        return any(re.match(rf"{re.escape(word)}\b", text) for word in words)


def _headed(node: Any) -> Iterator[Any]:
    """Tell everything below which prose can stand, in its order."""
    yield node
    for child in getattr(node, "children", ()):
        for one in filter(None, (child.background, child.scenario, getattr(child, "rule", None))):
            yield from _headed(one)


def _listed(path: Path, lines: Sequence[tuple[int, str, str]]) -> str:
    return "\n".join(f"{near(str(path))}:{line}: {row.strip()!r}: {words}" for line, row, words in lines[:MOST])
