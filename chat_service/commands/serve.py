"""`huitou serve`: the HTTP service."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from chat_service.access.admission import Admission
from chat_service.access.rates import SharedRates
from chat_service.app import create_app
from chat_service.channels.http_serving import serve_until_told
from chat_service.channels.logs import log_to_stderr
from chat_service.channels.workers import Workers
from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.present.harmless import Terminal
from chat_service.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else HUITOU_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; else HUITOU_PORT.")] = None,
    db: Database = None,
    model: ModelFolder = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes; else HUITOU_WORKERS.")] = None,
    as_of: AsOf = None,
) -> None:
    """Run the HTTP service."""
    console = Terminal(stderr=True)
    with problems_reported():
        settings = settings_with(host=host, port=port, database=db, model=model, workers=workers, as_of=day_of(as_of))
        Admission(settings).check_address()
        # opened once before listening, so that a wrong path or model is told at once
        opened(settings, console).close()
        service = create_app(settings, opens_ahead=True)
    console.print(f"http://{settings.host}:{settings.port}/docs")
    log_to_stderr()
    if settings.workers == 1:
        serve_until_told(service, settings)
    else:
        Workers(settings, settings.workers, work).run()


def work(settings: Settings, channel: socket.socket, rates: Path) -> None:
    """One of several processes that serve what is dealt out to them."""
    log_to_stderr()
    serve_until_told(create_app(settings, rates=SharedRates(rates), opens_ahead=True), settings, channel)
