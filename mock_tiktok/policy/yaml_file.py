"""YAML as people write it, whatever the file is called (JSON is YAML): read strictly, mistakes named by their place."""

from pathlib import Path
from typing import Any, Final

import yaml

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one


class Unreadable(Exception):
    """A file that is no YAML: its name, where in it, and why."""


class _Twice(yaml.constructor.ConstructorError):
    """A key is there twice."""


class _Strict(LOADER):  # type: ignore[misc, valid-type]  # whichever of the two there is
    """Reads YAML, of which a later key would otherwise undo an earlier one of the same name."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                raise _Twice(None, None, f"{key.value} is there twice", key.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def read_yaml(path: Path) -> Any:
    """Return what a file holds; raise Unreadable, which shows nothing of it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path.name}: cannot be read: {error}") from error
    try:
        return yaml.load(text, _Strict)
    except yaml.MarkedYAMLError as error:
        # What is open at the end of a file went wrong where it was opened.
        mark, words = error.problem_mark, error.problem
        if mark is None or (error.context_mark is not None and mark.index >= len(text.rstrip())):
            mark, words = error.context_mark, f"{error.context}, {error.problem}"
        if isinstance(error, yaml.constructor.ConstructorError) and not isinstance(error, _Twice):
            words = "this is more than plain YAML"  # the library's words would show what stands there
        where = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: "
        raise Unreadable(f"{path.name}: {where}{words}") from error
    except yaml.YAMLError as error:
        raise Unreadable(f"{path.name}: {error}") from error
