"""A report as people read it in a terminal: what is wrong first, then the counts, then the times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape

from chat_service.evaluate.report import Entry, ModelUse, Report, Tally
from chat_service.present.listing import listing

_COUNTS = ("right", "offered", "asked", "refused", "wrong", "error")
_COLOURS = dict(zip(_COUNTS, ("green", "blue", "cyan", "yellow", "bold red", "magenta"), strict=True))


def print_report(report: Report, console: Console) -> None:
    """Every question that is not right with what was said, counts by category and language, causes, times."""
    for entry in report.not_right:
        _print_entry(entry, console)
    _print_tallies("by category", report.by_category, console)
    _print_tallies("by language", report.by_language, console)
    _print_tallies("all", (report.answerable, report.overall), console)
    if report.causes:
        rows = [(cause, str(count)) for cause, count in report.causes]
        console.print(listing(("cause", "questions"), rows, console.width, ("questions",), "why not right"))
    _print_calibration(report, console)
    _print_times(report, console)
    if report.model is not None:
        _print_model(report.model, console)


def print_comparison(reports: Mapping[str, Report], console: Console) -> None:
    """The same questions read by each translator, side by side."""
    heads, rows = ("", *_COUNTS, "accuracy", "median ms", "calls", "tokens", "cost"), []
    for name, report in reports.items():
        all_ = report.overall
        taken = next((each.median_ms for each in report.times if each.stage == "translate"), None)
        use = report.model
        accuracy = "" if all_.accuracy is None else f"{all_.accuracy:.1%}"
        time = "" if taken is None else f"{taken:.1f}"
        cost = (
            ("0", "0", "0")
            if use is None
            else (str(use.calls), str(use.tokens_sent + use.tokens_replied), f"{use.cost:g}")
        )
        rows.append((name, *_counts(all_), accuracy, time, *cost))
    console.print(listing(heads, rows, console.width, heads[1:], "translators"))


def _print_model(use: ModelUse, console: Console) -> None:
    heads = ("questions", "calls", "median", "sent", "cached", "replied", "median uncached", "cost")
    cells = (use.questions_read, use.calls, use.median_calls, use.tokens_sent, use.tokens_cached, use.tokens_replied)
    row = (*map(str, cells), f"{use.median_tokens_uncached:g}", f"{use.cost:g}")
    console.print(listing(heads, [row], console.width, heads, "language model"))


def _print_entry(entry: Entry, console: Console) -> None:
    outcome = f"[{_COLOURS[entry.outcome]}]{entry.outcome}[/]"
    console.print(f"{outcome} {escape(f'{entry.id} ({entry.category}) {entry.question}')}", soft_wrap=True)
    lines = [f"{entry.where}  {entry.cause}", entry.said.split("\n")[0], entry.detail]
    if entry.unused:
        lines.append("not understood: " + ", ".join(entry.unused))
    for line in lines:
        if line:
            console.print(f"    {escape(line)}", style="dim", soft_wrap=True)


def _print_tallies(title: str, tallies: Sequence[Tally], console: Console) -> None:
    heads, rows = ("", "questions", *_COUNTS, "accuracy"), []
    for tally in tallies:
        accuracy = "" if tally.accuracy is None else f"{tally.accuracy:.1%}"
        rows.append((tally.group, str(tally.questions), *_counts(tally), accuracy))
    console.print(listing(heads, rows, console.width, heads[1:], title))


def _print_calibration(report: Report, console: Console) -> None:
    heads = ("confidence", "answers", "right", "wrong", "share right")
    rows = [
        (f"{each.least:.2f} and over", str(each.answers), str(each.right), str(each.wrong), f"{each.share:.1%}")
        for each in report.calibration
        if each.share is not None
    ]
    if rows:
        console.print(listing(heads, rows, console.width, heads[1:], "how sure, and how right"))


def _counts(tally: Tally) -> tuple[str, ...]:
    return tuple(str(getattr(tally, outcome)) for outcome in _COUNTS)


def _print_times(report: Report, console: Console) -> None:
    heads = ("stage", "questions", "median ms", "p95 ms")
    rows = [
        (stage.stage, str(stage.questions), f"{stage.median_ms:.2f}", f"{stage.p95_ms:.2f}")
        for stage in report.times
        if stage.median_ms is not None and stage.p95_ms is not None
    ]
    console.print(listing(heads, rows, console.width, heads[1:], "times"))
