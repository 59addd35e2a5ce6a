"""A report as people read it in a terminal: what is wrong first, then the counts, then the times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chat_service.evaluate.report import Entry, ModelUse, Report, Tally

_COUNTS = ("right", "offered", "asked", "refused", "wrong", "error")
_COLOURS = dict(zip(_COUNTS, ("green", "blue", "cyan", "yellow", "bold red", "magenta"), strict=True))


def print_report(report: Report, console: Console) -> None:
    """Every question that is not right with what was said, counts by category and language, causes, times."""
    for entry in report.not_right:
        _print_entry(entry, console)
    console.print(_tallies("by category", report.by_category))
    console.print(_tallies("by language", report.by_language))
    console.print(_tallies("all", (report.answerable, report.overall)))
    if report.causes:
        causes = Table("cause", "questions", title="why not right", title_justify="left")
        for cause, count in report.causes:
            causes.add_row(escape(cause), str(count))
        console.print(causes)
    console.print(_times(report))
    if report.model is not None:
        console.print(_model(report.model))


def print_comparison(reports: Mapping[str, Report], console: Console) -> None:
    """The same questions read by each translator, side by side."""
    table = Table(title="translators", title_justify="left")
    table.add_column("")
    for heading in (*_COUNTS, "accuracy", "median ms", "calls", "tokens", "cost"):
        table.add_column(heading, justify="right")
    for name, report in reports.items():
        all_ = report.overall
        taken = next((each.median_ms for each in report.times if each.stage == "translate"), None)
        use = report.model
        table.add_row(
            name,
            *_counts(all_),
            "" if all_.accuracy is None else f"{all_.accuracy:.1%}",
            "" if taken is None else f"{taken:.1f}",
            *(
                ("0", "0", "0")
                if use is None
                else (str(use.calls), str(use.tokens_sent + use.tokens_replied), f"{use.cost:g}")
            ),
        )
    console.print(table)


def _model(use: ModelUse) -> Table:
    table = Table(title="language model", title_justify="left")
    for heading in ("questions", "calls", "median", "sent", "cached", "replied", "median uncached", "cost"):
        table.add_column(heading, justify="right")
    cells = (use.questions_read, use.calls, use.median_calls, use.tokens_sent, use.tokens_cached, use.tokens_replied)
    table.add_row(*map(str, cells), f"{use.median_tokens_uncached:g}", f"{use.cost:g}")
    return table


def _print_entry(entry: Entry, console: Console) -> None:
    outcome = f"[{_COLOURS[entry.outcome]}]{entry.outcome}[/]"
    console.print(f"{outcome} {escape(f'{entry.id} ({entry.category}) {entry.question}')}", soft_wrap=True)
    lines = [f"{entry.where}  {entry.cause}", entry.said.split("\n")[0], entry.detail]
    if entry.unused:
        lines.append("not understood: " + ", ".join(entry.unused))
    for line in lines:
        if line:
            console.print(f"    {escape(line)}", style="dim", soft_wrap=True)


def _tallies(title: str, tallies: Sequence[Tally]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("questions", *_COUNTS, "accuracy"):
        table.add_column(heading, justify="right")
    for tally in tallies:
        accuracy = "" if tally.accuracy is None else f"{tally.accuracy:.1%}"
        table.add_row(escape(tally.group), str(tally.questions), *_counts(tally), accuracy)
    return table


def _counts(tally: Tally) -> tuple[str, ...]:
    return tuple(str(getattr(tally, outcome)) for outcome in _COUNTS)


def _times(report: Report) -> Table:
    table = Table(title="times", title_justify="left")
    table.add_column("stage")
    for heading in ("questions", "median ms", "p95 ms"):
        table.add_column(heading, justify="right")
    for stage in report.times:
        if stage.median_ms is not None and stage.p95_ms is not None:
            table.add_row(stage.stage, str(stage.questions), f"{stage.median_ms:.2f}", f"{stage.p95_ms:.2f}")
    return table
