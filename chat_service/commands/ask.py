"""`huitou ask`: one question, answered in the terminal or as the JSON of the HTTP interface."""

from __future__ import annotations

import uuid
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from chat_service.answer import answer
from chat_service.asking import Asked
from chat_service.channels.bodies import chat_body
from chat_service.commands.edge import (
    FAILED,
    NOT_ANSWERED,
    AsOf,
    Database,
    ModelFolder,
    day_of,
    problems_reported,
    settings_with,
)
from chat_service.commands.opening import opened
from chat_service.outcomes import Language, Question
from chat_service.present.harmless import Terminal, harmless_json
from chat_service.present.terminal import show

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In Chinese or English.")],
    json: Annotated[bool, typer.Option("--json", help="Print the body of POST /v1/chat.")] = False,
    language: Annotated[Language | None, typer.Option(help="Language of the answer, if not the question's.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Append what a language model is told and says to this file.")
    ] = None,
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Answer one question in the terminal.

    Exits with 0 if it was answered, 3 if not (asked back, refused, nothing found), 1 on a problem.
    """
    with problems_reported():
        settings = settings_with(database=db, model=model, as_of=day_of(as_of))
        services = opened(settings, Terminal(stderr=True))
        asked = Asked(Question(question, services.layer.as_of, language), services.reader)
        if record is not None:
            # not imported above: what it stands on is needed with a language model only
            services = import_module("chat_service.commands.recorded").begun(services, asked.question, record)
        found = answer(asked, services)
        if services.recorder is not None:
            services.recorder.outcome(found.status, found.reading.translator, found.request)
        if json:
            body = chat_body(found, services.layer, request_id=uuid.uuid4().hex)
            typer.echo(harmless_json(body.model_dump_json(indent=1)))
        else:
            show(found, Terminal())
        services.close()
    if found.status == "error":
        raise typer.Exit(FAILED)
    if found.status != "answered":
        raise typer.Exit(NOT_ANSWERED)
