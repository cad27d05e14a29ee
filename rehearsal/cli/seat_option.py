"""The option that names a seat's file, for the commands that take one; it brings nothing of theirs along."""

from pathlib import Path
from typing import Final

import click

SEAT_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
SEAT: Final = "Have the connector that this file describes (contracts/seat.yaml) sit in the place of ours."
