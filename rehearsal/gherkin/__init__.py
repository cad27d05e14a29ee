"""Gherkin on the stage: `pytest -p rehearsal.gherkin` plays `.feature` files, as `rehearsal play` does.

What steps of a suite's own need is here; `docs/scenarios.md` says how.
"""

from __future__ import annotations

from rehearsal.gherkin.errors import NotJudged
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.which import Which

__all__ = ["NotJudged", "Which", "expect"]

pytest_plugins = ["rehearsal.gherkin.plugin"]
