"""Whole numbers within bounds, as options take them."""

import click


class WholeNumber(click.IntRange):
    """What is no number at all is refused as none; only one that is out of bounds is told of them."""

    name = "integer"
