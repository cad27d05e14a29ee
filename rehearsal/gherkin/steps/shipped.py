"""Every step that comes with Rehearsal, as one plugin in which all of them are fixtures of one name.

pytest-bdd asks pytest, at each step that is played, what a scenario sees of every name of a fixture there is. With a
name for each of our steps that was 2 ms of CPU a step; pytest works it out once for steps that share theirs.
"""

import pytest
from pytest_bdd.steps import step_function_context_registry

from rehearsal.gherkin.steps import (  # noqa: F401 - each registers its steps when it is loaded
    crowds,
    decisions,
    manners,
    marketplace,
    observations,
    orders,
    process,
    requests,
    several,
    shops,
    time,
    trouble,
    webhooks,
)


def shipped() -> type:
    """Return the plugin."""
    steps = step_function_context_registry.items()
    ours = [marker for marker, step in steps if step.step_func.__module__.startswith(f"{__package__}.")]
    return type("Shipped", (), {f"_{place}": pytest.fixture(name="step")(one) for place, one in enumerate(ours)})
