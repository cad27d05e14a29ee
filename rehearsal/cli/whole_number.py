"""Numbers within bounds, as options take them."""

import math
from typing import Any

import click


class WholeNumber(click.IntRange):
    """What is no number at all is refused as none; only one that is out of bounds is told of them."""

    name = "integer"


class FiniteNumber(click.FloatRange):
    """What is no number ("nan") is above no bound and below none: it is refused all the same."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number
