"""`huitou mcp`: the MCP server, over standard input and output, or over streamable HTTP."""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module
from typing import Annotated

import typer

from chat_service.access.admission import Admission
from chat_service.channels.http_mcp import mcp_app
from chat_service.channels.http_serving import serve_until_told
from chat_service.channels.logs import log_to_stderr
from chat_service.channels.running import new_station
from chat_service.channels.visits import ChannelError, ChannelNotInstalled
from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.present.harmless import Terminal

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="Listen for streamable HTTP at /mcp.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on; else HUITOU_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; else HUITOU_PORT.")] = None,
    db: Database = None,
    model: ModelFolder = None,
    as_of: AsOf = None,
) -> None:
    """Answer assistants over the Model Context Protocol.

    By standard input and output, or with --http.
    """
    console = Terminal(stderr=True)
    with problems_reported():
        settings = settings_with(host=host, port=port, database=db, model=model, as_of=day_of(as_of))
        try:
            # an extra: not imported above, so that its absence is told in a sentence
            serving = import_module("chat_service.channels.mcp_server")
        except ModuleNotFoundError as error:
            raise ChannelError(ChannelNotInstalled("mcp", "mcp")) from error
        key = None if settings.mcp_key is None else settings.mcp_key.get_secret_value()
        if http:
            Admission(settings).check_address()
        else:
            Admission(settings).admitted(key, "")
        opened(settings, console).close()
        station = new_station(settings)
    log_to_stderr(logging.INFO if http else logging.WARNING)
    if http:
        console.print(f"http://{settings.host}:{settings.port}/mcp")
        serve_until_told(mcp_app(station, *serving.over_http(station)), settings)
    else:
        asyncio.run(serving.serve_stdio(station, key))
