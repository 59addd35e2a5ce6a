"""`huitou ask`: one question, answered in the terminal, as the JSON of the HTTP interface, or as a file."""

from __future__ import annotations

import uuid
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

import typer

from chat_service.answer import answer
from chat_service.asking import Answer, Asked, Trouble
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
from chat_service.exporting import Wanted, document_of
from chat_service.language.phrases import said
from chat_service.outcomes import Language, Question, Reading
from chat_service.present import offers
from chat_service.present.export.document import FORMS, ExportError, FileNotWritten, Form, NothingToExport
from chat_service.present.export.forms import exported
from chat_service.present.harmless import Terminal, harmless, harmless_json
from chat_service.present.terminal import show
from chat_service.saved.wishes import read_wish
from chat_service.services import Services
from chat_service.translate.grammar.parse import language_of

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In Chinese or English.")],
    json: Annotated[bool, typer.Option("--json", help="Print the body of POST /v1/chat.")] = False,
    form: Annotated[
        Literal["table", "json", "csv", "md"],
        typer.Option("--format", help="What to print; csv and md hold all rows."),
    ] = "table",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write a file instead: .csv, .xlsx, .md, .html, .pdf, .png or .svg."),
    ] = None,
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
    file_form = None if out is None else _form_of(out)
    with problems_reported():
        settings = settings_with(database=db, model=model, as_of=day_of(as_of))
        services = opened(settings, Terminal(stderr=True))
        asked = Asked(Question(question, services.layer.as_of, language), services.reader)
        if record is not None:
            # not imported above: what it stands on is needed with a language model only
            services = import_module("chat_service.commands.recorded").begun(services, asked.question, record)
        with closing(services):
            found = _nothing_kept(asked.question) or answer(asked, services)
            if services.recorder is not None:
                services.recorder.outcome(found.status, found.reading.translator, found.request)
            if found.status == "answered" and (file_form is not None or form in ("csv", "md")):
                _export(found, asked, services, "md" if form == "md" else "csv", out, file_form)
            elif json or form == "json":
                # not imported above: who reads a table waits for no wire
                chat_body = import_module("chat_service.channels.bodies").chat_body
                body = chat_body(found, services.layer, request_id=uuid.uuid4().hex)
                typer.echo(harmless_json(body.model_dump_json(indent=1)))
            else:
                show(found, Terminal())
    if found.status == "error":
        raise typer.Exit(FAILED)
    if found.status != "answered":
        raise typer.Exit(NOT_ANSWERED)


def _nothing_kept(question: Question) -> Answer | None:
    """The answer to a wish to have something kept or told: nobody could take the offer of it. None to a question."""
    if read_wish(question.text) is None:
        return None
    language = language_of(question.text, question.language)
    text = said(offers.IN_CONVERSATIONS, language)
    return Answer("refused", language, text, Reading(language), trouble=Trouble("kept_in_conversations", text))


def _form_of(out: Path) -> Form:
    """The form of a file by its name."""
    named = out.suffix.lower().lstrip(".")
    for form in FORMS:
        if form == named:
            return form
    raise typer.BadParameter(f"{out.name}: the name should end in one of {', '.join('.' + each for each in FORMS)}")


def _export(
    found: Answer, asked: Asked, services: Services, printed: Form, out: Path | None, file_form: Form | None
) -> None:
    """Print or write an answer with all of its rows. Raises ExportError, and what running it again raises."""
    form = file_form or printed
    if found.request is None:
        raise ExportError(NothingToExport(form))
    wanted = Wanted(asked.question.text, found.request, asked.question.today, found.reading, found.chart)
    blocks = exported(document_of(wanted, asked.reader, services), form, services.settings.fonts)
    if out is None:
        for block in blocks:
            typer.echo(harmless(block.decode().removeprefix("\ufeff").replace("\r\n", "\n")), nl=False)
        return
    try:
        with out.open("wb") as file:
            size = sum(file.write(block) for block in blocks)
    except OSError as error:
        raise ExportError(FileNotWritten(str(out), error.strerror or str(error))) from error
    Terminal(soft_wrap=True).print(f"{out}: {size:,} bytes", markup=False)
