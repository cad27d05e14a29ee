"""YAML as people write it, whatever the file is called (JSON is YAML): read strictly, mistakes named by their place."""

import math
from pathlib import Path
from typing import Any, Final

import yaml

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one
DEEPEST: Final = 64  # levels, as of any body
LONGEST: Final = 100  # digits of a whole number
_WHOLE: Final = "tag:yaml.org,2002:int"
_DEEP: Final = f"it has more than {DEEPEST} levels"
_NESTS: Final = (dict, list, tuple)


class Unreadable(Exception):
    """A file that is no YAML: its name, and in `words` where in it, and why."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(f"{path.name}: {words}")
        self.words = words


class _Refused(yaml.constructor.ConstructorError):
    """What YAML may have, and no file of ours."""


class _Strict(LOADER):  # type: ignore[misc, valid-type]  # whichever of the two there is
    """Reads YAML, of which a later key would otherwise undo an earlier one of the same name; numbers are in bounds."""

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Any, Any]:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        keys = [key.value for key, _ in pairs]
        for key, _ in pairs:
            if keys.count(key.value) > 1:
                raise _Refused(None, None, f"{key.value} is there twice", key.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node.tag == _WHOLE and len(node.value) > LONGEST:
            raise _Refused(None, None, f"a whole number has at most {LONGEST} digits", node.start_mark)
        try:
            made = super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError):  # the last two come from a tag on what it cannot be
            made = math.nan
        if isinstance(made, float) and not math.isfinite(made):
            raise _Refused(None, None, "there is no such number, day or time", node.start_mark)
        return made


def read_yaml(path: Path) -> Any:
    """Return what a file holds; raise Unreadable, which shows nothing of it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(path, f"cannot be read: {error}") from error
    try:
        return _read(text)
    except yaml.MarkedYAMLError as error:
        # What is open at the end of a file went wrong where it was opened.
        mark, words = error.problem_mark, error.problem
        if mark is None or (error.context_mark is not None and mark.index >= len(text.rstrip())):
            mark, words = error.context_mark, f"{error.context}, {error.problem}"
        if isinstance(error, yaml.constructor.ConstructorError) and not isinstance(error, _Refused):
            words = "this is more than plain YAML"  # the library's words would show what stands there
        where = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: "
        raise Unreadable(path, f"{where}{words}") from error
    except yaml.YAMLError as error:
        raise Unreadable(path, str(error)) from error


def _read(text: str) -> Any:
    """Return what a text holds; no more levels than anybody walks by recursion, aliases followed."""
    depth = 0
    for event in yaml.parse(text, LOADER):  # the library composes by recursion
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError(_DEEP)
    read = yaml.load(text, _Strict)
    level = [read] if isinstance(read, _NESTS) else []
    for _ in range(DEEPEST):
        members = (inner for one in level for inner in (one.values() if isinstance(one, dict) else one))
        level = list({id(inner): inner for inner in members if isinstance(inner, _NESTS)}.values())
        if not level:
            return read
    raise yaml.YAMLError(_DEEP)
