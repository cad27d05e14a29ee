"""Gherkin on the stage: `pytest -p rehearsal.gherkin` plays `.feature` files, as `rehearsal play` does."""

from __future__ import annotations

from rehearsal.gherkin.errors import NotJudged

__all__ = ["NotJudged"]

pytest_plugins = ["rehearsal.gherkin.plugin"]
