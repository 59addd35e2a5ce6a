"""`huitou score`: fills customer_scores, or measures the scores on the past."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.model_opening import opened_model
from chat_service.present.harmless import Terminal
from chat_service.present.listing import listing
from chat_service.settings import Settings, database_path
from semantic_layer import CHURN_WINDOW_DAYS, BacktestReport, ChurnAccuracy, ScoreSummary, backtest, score_customers

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def score(
    past: Annotated[bool, typer.Option("--backtest", help="Measure on the past; write nothing.")] = False,
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Score the customers of a database, or test the scores on the past."""
    console = Terminal()
    with problems_reported():
        settings = settings_with(database=db, model=model, as_of=day_of(as_of))
        database, window = database_path(settings), churn_window(settings)
        if past:
            _print_backtest(backtest(database, as_of=settings.as_of, churn_window_days=window), console)
            return
        with Progress(console=Terminal(stderr=True)) as progress:
            task = progress.add_task("score", total=1.0)

            def on_progress(stage: str, done: float) -> None:
                progress.update(task, description=stage, completed=done)

            found = score_customers(database, as_of=settings.as_of, progress=on_progress, churn_window_days=window)
        _print_summary(found, console)


def churn_window(settings: Settings) -> int:
    """The days without an order after which a customer counts as churned, as the model states them."""
    stated = opened_model(settings.model).parameters.get("churn_window_days", CHURN_WINDOW_DAYS)
    return int(stated)


def _print_summary(found: ScoreSummary, console: Console) -> None:
    console.print(f"{found.customers:,} customers scored as of {found.scored_on}")
    console.print(", ".join(f"{risk} {count:,}" for risk, count in found.by_risk.items()))
    for problem in (*found.unavailable, *found.notices):
        console.print(str(problem), markup=False)


def _print_backtest(report: BacktestReport, console: Console) -> None:
    console.print(f"Scored as of {report.scored_on}, compared with what happened up to {report.as_of}.")
    heads = ("customers", "count", "churned", "AUC", "AUC by recency", "Brier", "lift, top tenth")
    rows = [_accuracy("all buyers", report.everybody)]
    if report.active is not None:
        rows.append(_accuracy("active ones", report.active))
    console.print(listing(heads, rows, console.width, heads[1:]))
    console.print(f"orders: {report.expected_orders:,.0f} expected, {report.actual_orders:,} came")
    of_tenths = ("tenth", "count", "predicted", "observed")
    deciles = [
        (str(number), f"{each.customers:,}", f"{each.predicted:.1%}", f"{each.observed:.1%}")
        for number, each in enumerate((report.active or report.everybody).deciles, 1)
    ]
    console.print(listing(of_tenths, deciles, console.width, of_tenths))


def _accuracy(name: str, found: ChurnAccuracy) -> tuple[str, ...]:
    def said(value: float | None) -> str:
        return "—" if value is None else f"{value:.3f}"

    return (
        name,
        f"{found.customers:,}",
        f"{found.churn_rate:.1%}",
        said(found.auc),
        said(found.recency_auc),
        said(found.brier),
        said(found.lift_top_decile),
    )
