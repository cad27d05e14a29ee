"""Lets every pytest run in this checkout play `.feature` files."""

from __future__ import annotations

pytest_plugins = ["rehearsal.gherkin"]
