"""`huitou replay`: recorded questions read again with the replies that a language model gave then, without a
network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chat_service.answer import answer
from chat_service.asking import Asked
from chat_service.commands.edge import FAILED, NOT_ANSWERED, Database, ModelFolder, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.commands.recorded import recordings_in, replaying, written
from chat_service.present.terminal import show

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def replay(
    recording: Annotated[Path, typer.Argument(help="A file that `huitou ask --record` wrote.")],
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Play recorded questions back on today's model and data.

    Exits with 0 if every outcome is as it was recorded, 3 if one differs, 1 on a problem.
    """
    console, errors, same = Console(highlight=False), Console(stderr=True, highlight=False, soft_wrap=True), True
    with problems_reported():
        for each in recordings_in(recording):
            base = opened(settings_with(database=db, model=model), errors)
            services, question = replaying(base, each)
            found = answer(Asked(question, services.reader), services)
            console.print(f"> {each.question.question}", markup=False)
            show(found, console)
            if services.replay is not None and services.replay.has_changed:
                errors.print(f"{each.question.prompt}: what the model is told has changed since", markup=False)
            if each.outcome is not None and (found.status, written(found.request)) != (
                each.outcome.status,
                each.outcome.request,
            ):
                errors.print(f"differs: was {each.outcome.status} {each.outcome.request}", markup=False)
                same = False
            if found.status == "error":
                raise typer.Exit(FAILED)
            services.close()
    if not same:
        raise typer.Exit(NOT_ANSWERED)
