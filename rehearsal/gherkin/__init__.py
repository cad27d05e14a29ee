"""Gherkin on the stage: `pytest -p rehearsal.gherkin` plays `.feature` files, as `rehearsal play` does.

What steps and tests of a suite's own need is here; `docs/scenarios.md` and `docs/pytest.md` say how.
"""

from rehearsal.control.stage import Problem, Stage
from rehearsal.gherkin.buyer import Goods
from rehearsal.gherkin.cast import Cast
from rehearsal.gherkin.crowd import Crowd
from rehearsal.gherkin.errors import NotJudged
from rehearsal.gherkin.expect import expect
from rehearsal.gherkin.which import Which

__all__ = ["Cast", "Crowd", "Goods", "NotJudged", "Problem", "Stage", "Which", "expect"]

pytest_plugins = ["rehearsal.gherkin.plugin"]
