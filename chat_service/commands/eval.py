"""`huitou eval SUITE.yaml`: answers measured against reference SQL on the same database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, get_args
from uuid import uuid4

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import track

from chat_service.channels.dialogue import Dialogue
from chat_service.commands.edge import FAILED, AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.conversation.memory import MemoryStore
from chat_service.evaluate.in_process import DialogueAsker
from chat_service.evaluate.printed import print_comparison, print_report
from chat_service.evaluate.report import Report, model_use, report
from chat_service.evaluate.run import Selection, run_suite
from chat_service.evaluate.suite import Case, NothingSelected, SuiteError, load_suite
from chat_service.present.harmless import Terminal
from chat_service.services import Services
from chat_service.settings import Settings
from chat_service.translate.agent.usage import Prices
from chat_service.translate.agent.verifying import Verified, is_kept, standings

TranslatorName = Literal["auto", "offline", "llm"]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def evaluate(
    suite: Annotated[Path, typer.Argument(help="YAML file of questions with reference answers.")],
    translator: Annotated[TranslatorName, typer.Option(help="What reads the questions.")] = "auto",
    compare: Annotated[
        bool, typer.Option("--compare", help="Ask the rules, the language model and both, and set them side by side.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    min_accuracy: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of all questions that must be right; below, exit 1.")
    ] = None,
    category: Annotated[list[str] | None, typer.Option(help="Only this category; may be repeated.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language; may be repeated.")] = None,
    case_id: Annotated[list[str] | None, typer.Option("--id", help="Only the entry of this id.")] = None,
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Measure answers against the reference SQL of a suite.

    Of a file of verified questions it tells which a changed definition moved. Exits with 1 below `--min-accuracy`,
    where a verified question moved, and on a problem.
    """
    if is_kept(suite):
        _check_verified(suite, settings_with(database=db, model=model, as_of=day_of(as_of)), json=json)
        return
    selection = Selection(tuple(case_id or ()), tuple(category or ()), tuple(language or ()))
    errors = Terminal(stderr=True)
    with problems_reported():
        cases = tuple(case for case in load_suite(suite) if case in selection)
        if not cases:
            raise SuiteError(NothingSelected(str(suite)))
        with closing(opened(settings_with(database=db, model=model, as_of=day_of(as_of)), errors)) as services:
            names = get_args(TranslatorName) if compare else (translator,)
            reports = {name: measure(cases, services, name, errors) for name in names}
    found = reports[translator]
    if json and compare:
        typer.echo(TypeAdapter(dict[str, Report]).dump_json(reports, indent=1).decode())
    elif json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        print_report(found, Terminal(markup=True))
        if compare:
            print_comparison(reports, Terminal(markup=True))
    if min_accuracy is not None and (found.overall.accuracy or 0.0) < min_accuracy:
        raise typer.Exit(FAILED)


def _check_verified(path: Path, settings: Settings, *, json: bool) -> None:
    with problems_reported(), closing(opened(settings, Terminal(stderr=True))) as services:
        found = tuple(standings(path, services.layer_at, services.reader))
    if json:
        typer.echo(TypeAdapter(tuple[Verified, ...]).dump_json(found, indent=1).decode())
    else:
        for each in found:
            typer.echo(f"{each.standing}  {each.question}{'  ' + each.reason if each.reason else ''}")
    if any(each.standing != "holds" for each in found):
        raise typer.Exit(FAILED)


def measure(cases: Sequence[Case], services: Services, translator: TranslatorName, console: Console) -> Report:
    """The report of the cases, asked one after the other; how far it is goes to the console. Raises HuitouError."""
    dialogue = Dialogue(services, MemoryStore(), now=lambda: datetime.now(UTC), new_id=lambda: str(uuid4()))
    asker = DialogueAsker(dialogue, services.reader, translator)
    shown = track(cases, "Asking", console=console, transient=True)
    found = report(tuple(run_suite(shown, asker, services.engine, services.layer.as_of)))
    chosen = services.settings
    prices = Prices(chosen.llm_price_sent, chosen.llm_price_cached, chosen.llm_price_replied)
    return found.model_copy(update={"model": model_use(asker.used, prices)})
