"""`huitou verify`: a question that is answered as it should be is kept, with its request, beside the model."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from chat_service.answer import answer
from chat_service.asking import Asked
from chat_service.commands.edge import (
    NOT_ANSWERED,
    AsOf,
    Database,
    ModelFolder,
    day_of,
    problems_reported,
    settings_with,
)
from chat_service.commands.opening import opened
from chat_service.outcomes import Question
from chat_service.present.harmless import Terminal
from chat_service.present.terminal import show
from chat_service.settings import SettingMissing, SettingsError
from chat_service.translate.agent.verifying import kept, verified

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def verify(
    question: Annotated[str, typer.Argument(help="In Chinese or English, as it will be asked.")],
    into: Annotated[
        Path | None, typer.Option(help="File to keep it in, if not HUITOU_VERIFIED_QUESTIONS or beside the model.")
    ] = None,
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Answer one question, and keep it as verified.

    From then on it is answered from the request that is kept. Exits with 3 where it was not answered: nothing is kept.
    """
    with problems_reported():
        settings = settings_with(database=db, model=model, as_of=day_of(as_of))
        path = into or settings.verified_path
        if path is None:
            raise SettingsError(SettingMissing("HUITOU_VERIFIED_QUESTIONS"))
        with closing(opened(settings, Terminal(stderr=True))) as services:
            found = answer(Asked(Question(question, services.layer.as_of), services.reader), services)
            answered = found.request if found.status == "answered" else None
            if answered is not None:
                kept(verified(question, answered, services.layer, services.reader), path)
            show(found, Terminal())
    if answered is None:
        raise typer.Exit(NOT_ANSWERED)
    typer.echo(str(path))
