"""The one Hypothesis profile: every run tries the same examples, however long they take, and keeps none."""

from hypothesis import settings

settings.register_profile("the same every time", derandomize=True, deadline=None, database=None)
settings.load_profile("the same every time")
