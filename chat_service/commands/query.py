"""`huitou query`: a typed query from a file, without language."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from chat_service.answer import weighed
from chat_service.channels.bodies import filter_bodies, provenance, sql_part, table_part, warning_bodies
from chat_service.channels.wire import QueryBody
from chat_service.commands.dbt_query import run_dbt_query
from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.outcomes import Language
from chat_service.present.finding import Finding
from chat_service.present.harmless import Terminal, harmless, harmless_json
from chat_service.present.names import Names
from chat_service.present.notes import caution_notes, notes
from chat_service.present.terminal import table_of
from semantic_layer import (
    MalformedRequest,
    Phrase,
    Problem,
    QueryError,
    Request,
    is_dbt,
    is_ossie,
    problem,
    read_request,
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@problem(
    "malformed_query",
    zh="{where}：{reason}",
    en="{where}: {reason}",
)
class MalformedQuery(Problem):
    """A file that is no typed query."""

    where: str
    reason: str | Phrase


@app.command()
def query(
    file: Annotated[str, typer.Argument(metavar="QUERY.json", help="A file, or - for standard input.")],
    json: Annotated[bool, typer.Option("--json", help="Print the body of POST /v1/query.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print the SQL only, unrun.")] = False,
    language: Annotated[Language, typer.Option(help="Language of the labels.")] = "en",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Run one typed query without language.

    With a dbt project or manifest as --model, the query is in dbt's own terms.
    """
    with problems_reported():
        settings = settings_with(database=db, model=model, as_of=day_of(as_of))
        if settings.model is not None and not is_ossie(settings.model) and is_dbt(settings.model):
            run_dbt_query(_read(file), file, settings.model, settings, explain=explain, json=json)
            return
        request = read_query(file)
        with closing(opened(settings, Terminal(stderr=True))) as services:
            prepared = services.layer.prepare(request, services.reader)
            if explain:
                typer.echo(harmless(prepared.sql))
                for each in caution_notes(prepared.cautions, Names(services.model, language)):
                    typer.echo(harmless(each.message), err=True)
                return
            table, names = services.layer.execute(prepared), Names(services.model, language)
            found = Finding(request, table, names, services.layer.as_of, prepared.filters)
            finding = weighed(found, services.layer, services.reader)
            cautions = notes(finding)
            if json:
                body = QueryBody(
                    request_id="",
                    table=table_part(finding),
                    sql=sql_part(prepared),
                    filters=filter_bodies(prepared.filters),
                    warnings=warning_bodies(cautions),
                    provenance=provenance(services.layer, "offline", prepared=prepared),
                )
                typer.echo(harmless_json(body.model_dump_json(indent=1)))
            else:
                console = Terminal()
                console.print(table_of(finding, console.width))
                for each in cautions:
                    console.print(each.message, markup=False)


def read_query(file: str) -> Request:
    """The request in a JSON file or on standard input. Raises QueryError with every mistake in it."""
    data = _read(file)
    try:
        return read_request(data)
    except QueryError as error:
        found = (each for each in error.problems if isinstance(each, MalformedRequest))
        raise QueryError(*(MalformedQuery(f"{file}: {each.part}", each.reason) for each in found)) from error


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise QueryError(MalformedQuery(file, error.strerror or str(error))) from error
