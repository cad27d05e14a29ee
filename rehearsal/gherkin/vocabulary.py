"""The words there are: the steps that come with Rehearsal, as `docs/scenarios.md` lists them, and a suite's own."""

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Final

from pytest_bdd.steps import step_function_context_registry

from rehearsal.resources import features_folder, folder

NEAREST: Final = 3
ALIKE: Final = 1.7  # of 2: what is more alike than this is the same in another tense
FAR: Final = 0.5  # of 2: what is less alike than this is no help
_VALUES: Final = (
    (re.compile(r'"[^"]*"'), '"words"'),
    (re.compile(r"\d[\d.,]* [A-Z]{3}\b"), "sum"),
    (re.compile(r"\b\d+\b"), "some"),
)
_SMALL: Final = frozenset(
    ("a", "an", "at", "been", "for", "has", "have", "in", "is", "it", "of", "on", "the", "to", "with")
)


@dataclass(frozen=True)
class Saying:
    """One step as it is written, with the heading it stands under."""

    keyword: str
    text: str
    heading: str = ""

    def __str__(self) -> str:
        return f"{self.keyword} {self.text}"


@cache
def _document() -> str:
    return (folder("docs") / "scenarios.md").read_text(encoding="utf-8")


@cache
def columns() -> Mapping[str, str]:
    """Return which columns the table of a step has, by the step's text, as the document lists them."""
    return {step: said.replace("`", "") for step, said in _table("step", "columns")}


@dataclass(frozen=True)
class Story:
    """What can be played, the words that matter, and the features that come with Rehearsal and play it."""

    name: str
    words: str
    features: tuple[Path, ...]


@cache
def stories() -> tuple[Story, ...]:
    """Return the stories that the document lists, in its order."""
    return tuple(
        Story(name, words, tuple(features_folder() / f"{place}.feature" for place in re.findall("`(.+?)`", features)))
        for name, words, features in _table("story", "the words that matter", "feature")
    )


def _table(*head: str) -> list[list[str]]:
    """Return the rows of the document's table with that head."""
    _, _, table = _document().partition(f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n")
    return [re.split(r" *\| *", line.strip("| ")) for line in table.partition("\n\n")[0].splitlines()]


def example(step: Saying) -> list[str]:
    """Return the lines of a table below the step, as the first feature that comes with Rehearsal has it."""
    for path in sorted(features_folder().rglob("*.feature")) if step.text.endswith(":") else ():
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        for place, line in enumerate(lines):
            if line.partition(" ")[2] == step.text:
                return list(takewhile(lambda below: below.startswith("|"), lines[place + 1 :]))
    return []


@cache
def shipped() -> tuple[Saying, ...]:
    """Return every step that comes with Rehearsal, with an example of what goes into it, in the document's order."""
    sayings = []
    for part in re.split(r"^#+ ", _document(), flags=re.MULTILINE):
        heading = part.partition("\n")[0]
        for block in re.findall(r"```steps\n(.*?)```", part, re.DOTALL):
            lines = [line.partition(" ") for line in block.splitlines()]
            sayings += [Saying(keyword, text, heading) for keyword, _, text in lines]
    return tuple(sayings)


def own(feature: Path) -> tuple[Saying, ...]:
    """Return the steps that a feature file's own folder and those above it bring, as they are written there."""
    found = set()
    for step in list(step_function_context_registry.values()):
        room = Path(inspect.getfile(step.step_func)).parent
        if room != Path(__file__).parent / "steps" and feature.is_relative_to(room):
            found.add(Saying((step.type or "step").capitalize(), step.parser.name, str(room)))
    return tuple(sorted(found, key=str))


def is_known(text: str) -> bool:
    """Return whether this is a step, whatever its keyword is."""
    return bool(_keywords_of(text))


def _keywords_of(text: str) -> list[str]:
    """Return the keywords that a step of these words stands under."""
    known = list(step_function_context_registry.values())
    return sorted({str(step.type).capitalize() for step in known if step.parser.is_matching(text)})


def nearest(said: Saying, known: Iterable[Saying]) -> list[Saying]:
    """Return the steps most like what was said, the likest first; none where nothing is."""
    rated = sorted(((_likeness(said, one), str(one), one) for one in known), key=lambda rating: (-rating[0], rating[1]))
    return [one for likeness, _, one in rated[:NEAREST] if likeness >= FAR]


def unknown(feature: Path, *missing: tuple[int | None, Saying]) -> str:
    """Say in which lines there is no such step, and which come nearest: three to the first, one to each other."""
    lines: list[str] = []
    for line, said in missing:
        if others := [one for one in _keywords_of(said.text) if one != said.keyword]:
            told = f'line {line}: it is "{" or ".join(others)} {said.text}", not {said.keyword}'
            tense = nearest(said, (one for one in shipped() if one.keyword == said.keyword))[:1]
            instead = [f', or "{one}"' for one in tense if _likeness(said, one) > ALIKE]
            told += f"{''.join(instead)}; And and But take the keyword of the step before them"
            lines.append(told + (", and a Given may stand after a When or a Then" if others == ["Given"] else ""))
            continue
        near = nearest(said, (*shipped(), *own(feature)))[: 1 if lines else NEAREST]
        hints = [f"{hole} stands for no column of the examples" for hole in re.findall(r"<.+?>", said.text)]
        hints += [
            f"Whoever begins with a capital is a buyer, and nobody else: {said.keyword} {one}" for one in _cased(said)
        ]
        are = "" if not near else "; the nearest is:" if lines else "; the nearest are:"
        lines += [f'line {line}: there is no step "{said}"{are}', *(f"  {one}" for one in near), *hints]
    return "\n".join([*lines, "All steps: rehearsal steps, or docs/scenarios.md"])


def _cased(said: Saying) -> list[str]:
    """Return what is said with one word begun in the other case, if that is a step."""
    known = [step for step in list(step_function_context_registry.values()) if step.type == said.keyword.lower()]
    begins = [word.start() for word in re.finditer(r"(?<!['’]s )\b(?<!['’])\w+", said.text)]
    others = [f"{said.text[:at]}{said.text[at].swapcase()}{said.text[at + 1 :]}" for at in begins]
    return [other for other in others if any(step.parser.is_matching(other) for step in known)][:1]


def _likeness(said: Saying, known: Saying) -> float:
    """Return how alike two steps are, letter by letter and word by word: 2 at most, less where the keywords differ."""
    one, other = _words(said.text), _words(known.text)
    letters = SequenceMatcher(None, " ".join(one), " ".join(other)).ratio()
    these, those = ({stem(word) for word in words} - _SMALL for words in (one, other))
    shared = len(these & those) / (len(these | those) or 1)
    return letters + shared - (0.1 if said.keyword != known.keyword else 0)


def _words(text: str) -> list[str]:
    for value, word in _VALUES:
        text = value.sub(word, text)
    return re.findall(r"\w+", text.lower())


def stem(word: str) -> str:
    """Return a word without the ending of its plural or of its tense."""
    return re.sub(r"(?:ing|ed|es|s|d)$", "", word) if len(word) > 4 else word
