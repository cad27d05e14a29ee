"""Whoever is cited can be looked up: in docs, and nowhere outside the repository. What docs say of data is current."""

import io
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from mock_tiktok.domain.state_machines import TABLES
from mock_tiktok.errors import REFUSALS
from mock_tiktok.policy import profile
from rehearsal.audit.invariants import INVARIANTS
from rehearsal.cli.requirements import register
from rehearsal.gherkin.steps.phrases import NUMBERS
from rehearsal.report.facts import KEY, PAGES, linked, path_of
from rehearsal.seats.port import Capability

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ("mock_tiktok", "mock_oms", "connector", "rehearsal")
FOLDERS: Final = (*PACKAGES, "contracts", "features", "docs", "tests")
PAPERS: Final = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
DATA: Final = sorted(
    [*(ROOT / "contracts").glob("*.yaml"), *(ROOT / "mock_tiktok" / "policy" / "profiles").glob("*.yaml")]
)
SOURCE: Final = re.compile(r"(?:\bsource: |(?:^|\s)#).*")  # what a line of YAML says of its source, or remarks
LINK: Final = re.compile(r"(?<!!)\[[^]]*\]\(([^)\s]+)\)")
COUNTED: Final = {  # where it says how many there are of what
    "README.md": {"markets", "workflows"},
    "docs/your-connector.md": {"workflows"},
    "CHANGELOG.md": {"markets"},
}
OUTSIDE: Final = re.compile(
    r"\bshared/|\b(?:settled|design|layout|choices|style)\.md|\breference/|settled question|\bdesign, section|API sheet"
    r"|\bpolicy \d|\bsettled \d|\bopen question \d|\binvariant \d",
    re.IGNORECASE,
)


def without_code(text: str) -> str:
    """Return Markdown without what stands in code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the places of a page that a link may lead to, as a reader of Markdown on the web makes them."""
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    slugs = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
    return frozenset([*slugs, *re.findall(r'<a id="([^"]+)"></a>', text)])


def leads_nowhere(link: str, page: Path) -> bool:
    """Say whether a relative link on that page has no file, or no such place in it."""
    name, _, place = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return not target.exists() or bool(place and place not in anchors(target))


def in_code(path: Path) -> Iterator[tuple[int, str]]:
    """Return what is written in a module's comments and strings."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.start[0], token.string


@cache
def explained(key: str) -> bool:
    """Say whether docs explain that key."""
    if re.fullmatch(r"R\d+", key):
        return key in {requirement.id for requirement in register()}
    (link,) = LINK.findall(linked(key))
    return not leads_nowhere(link, ROOT / "docs" / "facts" / "README.md")


@cache
def cited() -> tuple[tuple[str, str], ...]:
    """Return every text that may cite a source, with where it stands."""
    return tuple(_cited())


def _cited() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from ((f"{path.relative_to(ROOT)}:{line}", text) for line, text in in_code(path))
    for path in DATA:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield from ((f"{path.relative_to(ROOT)}:{number}", text) for text in SOURCE.findall(line))
    for path in PAPERS:
        yield str(path.relative_to(ROOT)), without_code(path.read_text(encoding="utf-8"))


def test_every_key_that_is_cited_is_explained() -> None:
    assert {(where, key) for where, text in cited() for key in KEY.findall(text) if not explained(key)} == set()


def test_every_key_that_is_explained_is_cited() -> None:
    page = ROOT / "docs" / "sources.md"
    used = {key.lower() for where, text in cited() if where != "docs/sources.md" for key in KEY.findall(text)}
    listed = set(re.findall(r'<a id="([^"]+)"></a>', page.read_text(encoding="utf-8")))
    assert listed - used == set()


def test_what_is_no_choice_of_ours_names_its_source() -> None:
    rows = [
        *((f"{machine.name}: {row.state} {row.action}", row) for machine in TABLES for row in machine.rows),
        *((str(row.code), row) for row in REFUSALS),
        *((f"{name}: {key}", number) for name in profile.names() for key, number in profile.load(name).numbers.items()),
        *((f"{name}: {one.who}", one) for name in profile.names() for one in profile.load(name).reasons.groups),
    ]
    assert [name for name, row in rows if row.certainty != "assumed" and not KEY.search(row.source)] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(paper: Path) -> None:
    links = LINK.findall(without_code(paper.read_text(encoding="utf-8")))
    assert [link for link in links if "://" not in link and leads_nowhere(link, paper)] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_is_named_is_there(paper: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[^`\s]*)`", paper.read_text(encoding="utf-8"))
    assert [path for path in named if not any(ROOT.glob(path))] == []


def test_nothing_cites_a_paper_that_is_not_here() -> None:
    ours = [*ROOT.glob("*.*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*"))]
    found = []
    for path in ours:
        if path.suffix in (".py", ".yaml", ".md", ".feature", ".toml", ".html") and path != Path(__file__):
            lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            found += [f"{path}:{number}: {line.strip()}" for number, line in lines if OUTSIDE.search(line)]
    assert found == []


@pytest.mark.parametrize("made", PAGES, ids=lambda made: made.__name__)
def test_the_facts_are_what_the_code_does(made: Callable[[], str]) -> None:
    assert path_of(made).read_text(encoding="utf-8") == made(), "run `make facts`"


def test_the_invariants_are_the_ones_that_are_registered() -> None:
    judged = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8").split("## Judged")[1].split("## Not yet")[0]
    sections = [section.split("\n", 1) for section in judged.split("### ")[1:]]
    assert [slug for slug, _ in sections] == [INVARIANTS[number].slug for number in sorted(INVARIANTS)]
    for (slug, says), invariant in zip(sections, INVARIANTS.values(), strict=True):
        needed = invariant.needs.union(*invariant.parts.values())
        assert set(re.findall(r"`([a-z ]+)`", says)) & set(Capability) == needed, slug


def test_what_the_papers_count_is_there_so_often() -> None:
    names = re.findall(r"^\| `([a-z0-9-]+)` \|", (ROOT / "docs" / "policies.md").read_text(encoding="utf-8"), re.M)
    played = " ".join(path.read_text(encoding="utf-8") for path in ROOT.glob("features/**/*.feature")).split()
    there = {"markets": len({profile.load(name).market for name in names}), "workflows": played.count("@demo")}
    true = {(NUMBERS[count - 1], what) for what, count in there.items()}
    counted = re.compile(rf"\b({'|'.join(NUMBERS)})\s+({'|'.join(there)})\b")
    for paper in (*PAPERS, ROOT / "CHANGELOG.md"):
        told = set(counted.findall(paper.read_text(encoding="utf-8").lower()))
        assert told <= true, paper
        assert {what for _, what in told} >= COUNTED.get(str(paper.relative_to(ROOT)), set()), paper
