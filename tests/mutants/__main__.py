"""How good the net is: `make mutants` breaks our connector in small ways and says which of them the suite notices.

Each mutant is a bug of the kind that real engineers make. It gets a copy of the connector with its edit, and
`rehearsal play` plays the shipped features there until the first thing is broken. What survives is a missing rule,
scenario or fault.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import yaml

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("connector", "mock_oms", "mock_tiktok", "rehearsal")
BESIDE: Final = ("contracts", "docs", "features", "pyproject.toml")
LONGEST: Final = 1800.0  # seconds for one mutant
CAUGHT, SURVIVED, UNDECIDED = "caught", "survived", "undecided"
OF_CODE: Final = {0: SURVIVED, 1: CAUGHT}


@dataclass(frozen=True)
class Mutant:
    """A bug: what it does, of what kind it is, where it is looked for first, and the edits of one file that make it.

    Of one that survives `because` says why, as far as that is known.
    """

    name: str
    kind: str
    says: str
    first: Sequence[str]
    file: str
    edits: Sequence[dict[str, str]]
    because: str = ""

    def applied(self, source: str) -> str:
        """Return the file with the bug in it; raise ValueError where an edit has not one place to be made."""
        for edit in self.edits:
            if source.count(edit["old"]) != 1:
                raise ValueError(f"{self.name}: {self.file} has {source.count(edit['old'])} times: {edit['old']}")
            source = source.replace(edit["old"], edit["new"])
        return source


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, and who noticed it: the rule of the auditor, else the scenario."""

    name: str
    ended: str
    by: str
    seconds: float


def mutants() -> list[Mutant]:
    """Return all mutants, in the order of their file."""
    listed: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("mutants.yaml").read_text(encoding="utf-8"))
    return [Mutant(**one) for one in listed]


@contextmanager
def broken(mutant: Mutant | None) -> Iterator[Path]:
    """Return a folder with everything that is played, and the connector with the bug in it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        room = Path(folder)
        for name in BESIDE:
            (room / name).symlink_to(ROOT / name)
        for name in PACKAGES:
            shutil.copytree(ROOT / name, room / name)
        if mutant is not None:
            file = room / mutant.file
            file.write_text(mutant.applied(file.read_text(encoding="utf-8")), encoding="utf-8")
        yield room


def play(mutant: Mutant) -> Verdict:
    """Play features on a broken connector until something is noticed: what may be the place first, then all."""
    began = time.monotonic()
    ended, by = SURVIVED, ""
    with broken(mutant) as room:
        for paths in (mutant.first, ["features"]):
            ended, by = _played(room, paths)
            if ended != SURVIVED:
                break
    return Verdict(mutant.name, ended, by, round(time.monotonic() - began, 1))


def _played(room: Path, paths: Sequence[str]) -> tuple[str, str]:
    junit = room / "junit.xml"
    command = [sys.executable, "-m", "rehearsal", "play", *paths, "--stop", "--junit", str(junit)]
    env = os.environ | {"PYTHONPATH": str(room)}
    try:
        done = subprocess.run(command, cwd=room, env=env, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return UNDECIDED, f"not over after {LONGEST:.0f} s"
    ended = OF_CODE.get(done.returncode, UNDECIDED)
    return ended, "" if ended == SURVIVED else _noticed(junit) or (done.stderr or done.stdout)[-300:]


def _noticed(junit: Path) -> str:
    """Return what the first failure of a run names: the rules that broke, and the scenario."""
    for case in ElementTree.parse(junit).iter("testcase") if junit.exists() else ():
        for failure in (*case.iter("failure"), *case.iter("error")):
            rules = dict.fromkeys(re.findall(r"docs/invariants\.md#([a-z-]+)", failure.text or ""))
            return " ".join((*rules, f"({case.get('name')})"))
    return ""


def main() -> int:
    """Play all mutants, or those that are named; what is in the file of results already is not played again."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "mutants.ndjson", help="what is known already")
    parser.add_argument("--page", type=Path, help="write the page of results here")
    asked = parser.parse_args()
    wanted = [one for one in mutants() if not asked.names or one.name in asked.names]
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    known = _known(asked.results)
    left = [one for one in wanted if one.name not in known or asked.names]
    print(f"{len(wanted)} mutants, {len(left)} of them to play on {asked.jobs} processes", flush=True)
    with ThreadPoolExecutor(asked.jobs) as pool, asked.results.open("a", encoding="utf-8") as file:
        for number, done in enumerate(as_completed([pool.submit(play, one) for one in left]), 1):
            verdict = done.result()
            known[verdict.name] = verdict
            print(f"{number:3d}/{len(left)} {verdict.ended:9s} {verdict.name}  {verdict.by}", flush=True)
            print(json.dumps(asdict(verdict)), file=file, flush=True)
    ended = Counter(known[one.name].ended for one in wanted)
    print(", ".join(f"{ended[how]} {how}" for how in (CAUGHT, SURVIVED, UNDECIDED)))
    if asked.page:
        asked.page.write_text(page(wanted, known), encoding="utf-8")
    return 0 if ended[CAUGHT] == len(wanted) else 1


def _known(results: Path) -> dict[str, Verdict]:
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return {verdict.name: verdict for verdict in (Verdict(**json.loads(line)) for line in lines)}


def page(wanted: Sequence[Mutant], known: dict[str, Verdict]) -> str:
    """Return the results as a page of the documentation."""
    ended = Counter(known[one.name].ended for one in wanted)
    counts = f"{ended[CAUGHT]}; {ended[SURVIVED]} survive, {ended[UNDECIDED]} are undecided"
    lines = [
        "# Mutants",
        "",
        f"{len(wanted)} bugs, small edits of our connector (`tests/mutants/mutants.yaml`), played by `make mutants`.",
        f"Of them `rehearsal play` alone catches {counts}.",
        "",
        "| Kind | Bug | What notices it first |",
        "|---|---|---|",
    ]
    for one in wanted:
        verdict = known[one.name]
        by = (
            verdict.by.replace("|", "/")
            if verdict.ended == CAUGHT
            else f"**{verdict.ended}** {verdict.by or one.because}".strip()
        )
        lines.append(f"| {one.kind} | {one.says} | {by} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
