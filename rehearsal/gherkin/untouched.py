"""A pytest plugin for suites that are somebody else's: what Python makes of their modules is not left in their folder.

Modules of a suite are read while its `conftest.py` files are; Rehearsal's own, which are read later, stay compiled.
"""

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    with _nothing_left_behind():
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    with _nothing_left_behind():
        return (yield)


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as here:
        here.setattr(sys, "dont_write_bytecode", True)
        yield
