"""Lines of a feature file that are not read as they are meant, each with its likely cause.

Gherkin takes for prose whatever stands below a heading before the first step. A scenario whose colon is missing is such
prose, with all its steps, and nothing would be said of it: it is refused here. So is an outline's <name> for which its
examples have no column: it would be played as it stands there. In quotes signs may be just signs: "5 < 6", "a <b>".
"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from gherkin.dialect import DIALECTS
from pytest_bdd.parser import PARAM_RE
from pytest_bdd.types import STEP_TYPE_BY_PARSER_KEYWORD

from rehearsal.control.places import near
from rehearsal.gherkin.closed_words import meant
from rehearsal.gherkin.feature_text import ENCODING, lines_of
from rehearsal.gherkin.vocabulary import is_known

ALIKE, ALIKE_HEADING = 0.7, 0.84  # of 1: what is less alike than this is no keyword that was misspelt
MOST: Final = 3  # lines of one file that are told
_LANGUAGE: Final = re.compile(r"^\s*#\s*language\s*:\s*([\w-]+)", re.MULTILINE)
_NAME: Final = re.compile("<([^<>]+)>")
_LIKE_A_NAME: Final = re.compile(r"[^\s\d](?:.*\S)?")
# A <name> and nothing else, or any words.
_QUOTED: Final = re.compile("Q(<[^<>]+>)Q|Q.*?Q".replace("Q", '["“”„‟«»]'))
_HEADED: Final = ("feature", "rule", "scenarioOutline", "scenario", "background")
_BEGUN: Final = ("given", "when", "then", "and", "but")
_ASTRAY: Final = 'a step stands below "{}:", and nothing here is one; is its colon missing?'
_NAMELESS: Final = 'a tag has its name right behind the "@"'
_ALONE: Final = "below a step stand one table and one text in triple quotes at most"
_NO_STEP: Final = "neither a step nor a heading, and prose stands before the steps"
# What the parser says, as what it means.
_SAID: Final = (
    ("inconsistent cell count", "this row has more or fewer cells than the first row of its table"),
    ("whitespace", "there is no space in a tag"),
    ("#DocStringSeparator, #Other", "a text in triple quotes above does not end"),
    ("#FeatureLine", 'a file begins with "Feature:", below tags and comments'),
    ("end of file", "the file ends where something has to follow"),
    ("expected: #TagLine", "below a tag stands what it is of: a scenario, a rule or examples"),
    ("got 'Background", "a background stands once, before the scenarios of its feature or rule"),
    ("got 'Feature", "a file has one feature, and another stands above"),
    ("got 'Examples", "examples stand below the steps of a scenario, not of a background"),
    *((f"got '{sign}", _ALONE) for sign in ("|", '"""', "```")),
    *((expected, _NO_STEP) for expected in ("#StepLine", "#ExamplesLine")),
)
# Of what follows these nothing is read as it is meant.
_LOST: Final = ("#FeatureLine", "expected: #TagLine")


def refused(path: Path, mistake: Exception) -> str:
    """Say which lines of a file the parser does not take, and why."""
    text = path.read_text(encoding=ENCODING)
    rows, language = text.rstrip().split("\n"), _LANGUAGE.search(text)
    if language and language[1] not in DIALECTS:
        line = text.count("\n", 0, language.start(1))
        return _listed(path, [(line + 1, rows[line], "nobody here knows this language")])
    keywords = _Keywords(language[1] if language else "en")
    told: dict[int, str] = {}
    for error in getattr(mistake.__cause__, "errors", ()):
        line, said = min(int(error.location["line"]), len(rows)), str(error)
        means = next((words for sign, words in _SAID if sign in said), said)
        told.setdefault(line, keywords.slip(rows[line - 1]) or means)
        if any(sign in said for sign in _LOST):
            break
    if not told:
        return f"{near(str(path))}: {mistake}"
    return _listed(path, [(line, rows[line - 1], words) for line, words in told.items()])


def misread(path: Path, feature: Any) -> str:
    """Say which lines of prose are meant as something else, and what lacks something; nothing, where none does."""
    rows, keywords = lines_of(path), _Keywords(feature.language)
    found = []
    for node in _headed(feature):
        line = int(node.location.line)
        for prose in filter(str.strip, node.description.split("\n")):
            line = next((at for at, row in enumerate(rows[line:], line + 1) if row.strip() == prose.strip()), line)
            if words := keywords.in_prose(prose):
                found.append((line, prose, words))
                break  # what stands below it follows from it
    lacking = sorted({**dict(_unfilled(feature)), **dict(_lacking(feature, keywords))}.items())
    return _listed(path, found or [(line, rows[line - 1], words) for line, words in lacking])


def _lacking(feature: Any, keywords: "_Keywords") -> Iterator[tuple[int, str]]:
    """Tell the lines of what nothing, or not all, is played of for want of something below it, above it or in it."""
    for node in _headed(feature):
        steps, examples = getattr(node, "steps", ()), getattr(node, "examples", ())
        if hasattr(node, "children") and all(child.background for child in node.children):
            yield int(node.location.line), "there is no scenario in it"
        if keywords.is_outline(node.keyword) and not examples:
            yield int(node.location.line), "there are no examples below its steps, and it is played once for each row"
        if steps and steps[0].keyword_type not in STEP_TYPE_BY_PARSER_KEYWORD:
            yield int(steps[0].location.line), f"no step above it has a keyword for it; {keywords.first}"
        for table in examples:
            if not table.table_body:
                yield int(table.location.line), "there is no row in it, below the one with the names"
        for tag in (tag for one in (node, *examples) for tag in getattr(one, "tags", ())):
            if tag.name == "@":
                yield int(tag.location.line), _NAMELESS


def _unfilled(feature: Any) -> Iterator[tuple[int, str]]:
    """Tell the lines with a <name> for which some examples have no column, and examples with two of one name."""
    for scenario, steps in _outlines(feature):
        for examples in filter(lambda one: one.table_header, scenario.examples):
            names = [str(cell.value) for cell in examples.table_header.cells if cell.value]
            if twice := [name for name in names if names.count(name) > 1]:
                yield int(examples.table_header.location.line), f'"{twice[0]}" stands there twice'
            of = f"no column of the examples in line {examples.location.line}"
            for line, text, unquoted in (one for step in steps for one in _written(step)):
                if words := _not_filled(text, unquoted, names, of):
                    yield line, words


def _not_filled(text: str, unquoted: str, names: Sequence[str], of: str) -> str:
    """Return what is wrong with a <name> that no row fills; nothing, where there is none, or only signs like one."""
    left = PARAM_RE.sub(lambda one: "" if one[1] in names else one[0], text)
    for name in _NAME.findall(left):
        hint = meant(name.strip(), names)
        if name in names:
            return f'"<{name}>" is not filled, for the "<" that stands before it'
        if hint or (f"<{name}>" in unquoted and _LIKE_A_NAME.fullmatch(name)):
            return f'"<{name}>" stands for {of}{hint}'
    return ""


def _outlines(node: Any, above: Sequence[Any] = ()) -> Iterator[tuple[Any, Sequence[Any]]]:
    """Tell each scenario with examples, and all the steps that are played for a row of them."""
    for child in node.children:
        if child.background:
            above = (*above, *child.background.steps)
        elif child.rule:
            yield from _outlines(child.rule, above)
        elif child.scenario.examples:
            yield child.scenario, (*above, *child.scenario.steps)


def _written(step: Any) -> Iterator[tuple[int, str, str]]:
    """Tell what stands in a step and below it, each piece with its line and with what of it is no quotation."""
    yield int(step.location.line), step.text, _QUOTED.sub(r"\1", step.text)
    for row in step.datatable.rows if step.datatable else ():
        yield from ((int(row.location.line), cell.value, cell.value) for cell in row.cells)
    if step.docstring:
        first = int(step.docstring.location.line) + 1
        yield from ((line, text, "") for line, text in enumerate(step.docstring.content.split("\n"), first))


class _Keywords:
    """The keywords of a language, and lines that are meant to begin with one."""

    def __init__(self, language: str = "en") -> None:
        known = DIALECTS[language]
        self._headings: Sequence[str] = [word for kind in _HEADED for word in known[kind]]
        self._steps = [word.strip() for kind in _BEGUN for word in known[kind] if word.strip() != "*"]
        self._sure = [word.strip() for kind in _BEGUN[:3] for word in known[kind] if word.strip() != "*"]
        self._scenario = "Scenario" if language == "en" else known["scenario"][0]
        self._examples = known["examples"]
        self._outlines = known["scenarioOutline"]

    def is_outline(self, keyword: str) -> bool:
        """Return whether this keyword is one of an outline."""
        return keyword in self._outlines

    @property
    def first(self) -> str:
        """What the first step of a scenario, or of a background, begins with."""
        return f"the first step begins with {_or(self._sure)}"

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
        return _or(self._steps)

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


def _or(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


def _headed(node: Any) -> Iterator[Any]:
    """Tell everything below which prose can stand, in its order."""
    yield node
    for child in getattr(node, "children", ()):
        for one in filter(None, (child.background, child.scenario, getattr(child, "rule", None))):
            yield from _headed(one)


def _listed(path: Path, lines: Sequence[tuple[int, str, str]]) -> str:
    return "\n".join(f"{near(str(path))}:{line}: {row.strip()!r}: {words}" for line, row, words in lines[:MOST])
