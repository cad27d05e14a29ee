"""Results on a terminal: a line for each scenario, and whole timelines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from rehearsal.gherkin.results import Outcome, ScenarioResult
from rehearsal.report.checked import Checked
from rehearsal.report.pages import WHO
from rehearsal.sums import total

MARK: Final = {
    Outcome.HELD: "[green]✓[/]",
    Outcome.BROKEN: "[red]✗[/]",
    Outcome.NOT_JUDGED: "[yellow]?[/]",
    Outcome.STAGE_FAILED: "[red]![/]",
    Outcome.MISWRITTEN: "[red]![/]",
}
COLOUR: Final = {
    "buyer": "magenta",
    "marketplace": "cyan",
    "operator": "blue",
    "courier": "green",
    "connector": "bright_blue",
    "oms": "yellow",
    "seller": "bright_yellow",
    "seller center": "red",
    "stage": "bright_red",
}
NEVER: Final = "not put to the test"
OF_VERDICT: Final = {
    "broken": "[red]✗ broken[/]",
    "held": "[green]✓ held[/]",
    "not judged": "[yellow]? not judged[/]",
    NEVER: "[dim]· not put to the test[/]",
}
PLAIN_WIDTH: Final = 120  # where there is no terminal to measure


class Screen(Console):
    """A console that says so when nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        """Raise what the operating system said."""
        raise BrokenPipeError


class Rows(Table):
    """A table without blanks behind what stands last in a row."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        cells = (one for one in super().__rich_console__(console, options) if isinstance(one, Segment))
        for line in Segment.split_lines(cells):
            while line and not line[-1].text.strip():
                line.pop()
            *before, (text, style, control) = line or [Segment("")]
            yield from (*before, Segment(text.rstrip(), style, control), Segment.line())


def console(file: TextIO | None = None) -> Console:
    """Return a console that is wide enough for a timeline when nobody watches."""
    made = Screen(file=file, highlight=False)
    return made if made.is_terminal else Screen(file=file, highlight=False, width=PLAIN_WIDTH)


def line(result: ScenarioResult) -> str:
    ending = "" if result.outcome is Outcome.HELD else f"  [dim]{result.outcome}[/]"
    return f"{MARK[result.outcome]} {escape(result.feature)} [dim]·[/] {escape(result.name)}{ending}"


def trouble(result: ScenarioResult) -> str:
    """Return why a scenario did not hold: its steps up to the one that failed, the reason, and how to play it again."""
    return f"{result.feature} · {result.name}  ({result.place})\n{result}"


def timeline(result: ScenarioResult, number: int) -> Iterable[Table | Text]:
    """Return one scenario as a table: when, who, what, and the money."""
    title = f"[bold]{number}. {escape(result.feature)}[/]: {escape(result.name)}"
    yield Text.from_markup(f"\n{MARK[result.outcome]} {title}")
    table = Rows(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False, expand=True)
    table.add_column("when", no_wrap=True, style="dim", width=19)
    table.add_column("who", no_wrap=True, width=13)
    table.add_column("what", ratio=1)
    table.add_column("money", justify="right", no_wrap=True, min_width=10)
    day = ""
    for entry in result.entries:
        at = datetime.fromisoformat(entry.at)
        today = f"{at:%a %d %b}"
        when = f"{today if today != day else '':<11}{at:%H:%M:%S}".removesuffix(":00")
        day = today
        style = COLOUR.get(entry.who, "default")
        table.add_row(
            when,
            Text(entry.name or WHO.get(entry.who, entry.who), style=style),
            Text(entry.what, style="yellow" if entry.refused else ""),
            Text(entry.money, style="bold"),
        )
    yield table
    yield Text.from_markup(f"[dim]{books(result)}[/]")


def books(result: ScenarioResult) -> str:
    mails = ", ".join(f"“{mail['kind']}”" for mail in result.observed.mails) or "none"
    rows = result.observed.ledgers
    books = [name for name in ("marketplace", "connector", "oms") if not rows or rows[0][name]]
    shown = ", ".join(f"{WHO[name]} {total(result.refunded(name))}" for name in books)
    return f"paid back by the books: {shown}\nmails: {mails} · findings: {len(result.findings) or 'none'}"


def verdicts(checked: Checked) -> Iterable[Table | Text]:
    """Return a world's verdicts as a table, then what broke and what was planned and not hit, in words."""
    table = Rows(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for rule in (rule for rule in checked.rules if rule["verdict"] != NEVER):
        held = f"on {rule['occasions']} occasion{'' if rule['occasions'] == 1 else 's'}" if rule["occasions"] else ""
        why = Text("; ".join(filter(None, (held, rule["why"]))), style="dim")
        table.add_row(OF_VERDICT[rule["verdict"]], rule["invariant"], why)
    if never := [rule["invariant"] for rule in checked.rules if rule["verdict"] == NEVER]:
        table.add_row(OF_VERDICT[NEVER], "", Text(", ".join(never), style="dim"))
    yield table
    if checked.refused:
        yield Text(f"\n{checked.refused}")
    for text in (*checked.own_failures, *checked.broken):
        yield Text(f"\n{text}")
    if short := [words for words in checked.short if words != checked.refused]:
        yield Text("\n".join(("\nNot judged:", *(f"  {words}" for words in short))))
