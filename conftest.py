"""Lets every pytest run in this checkout play `.feature` files, and several processes share the tests well."""

import os
from collections import Counter

import pytest

pytest_plugins = ["rehearsal.gherkin"]


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: at any time some test waits for a process of its own."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where files are shared out, begin with those that wait for the machine's clock; the small ones come last."""
    if hasattr(config, "workerinput"):
        tests = Counter(item.path for item in items)
        waiting = {item.path for item in items if item.get_closest_marker("machine_clock")}
        items.sort(key=lambda item: (item.path not in waiting, -tests[item.path], item.path))
