"""`python -m rehearsal` is the command `rehearsal`: what lies in the folder one stands in is not in its way."""

import sys
from pathlib import Path

_OURS = Path(__file__).resolve().parents[1]
if not sys.flags.safe_path and Path(sys.path[0]).resolve() == Path.cwd() != _OURS:
    del sys.path[0]  # where a module of a library's name would be taken for the library

from rehearsal.cli import main  # noqa: E402 - the path comes first

main()
