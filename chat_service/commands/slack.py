"""`huitou slack`: people asked and answered on Slack, over a socket that we open, or over HTTP."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Annotated

import typer

from chat_service.channels.http_channel import events_app
from chat_service.channels.http_serving import serve_until_told
from chat_service.channels.logs import log_to_stderr
from chat_service.channels.people import People
from chat_service.channels.running import new_station, running
from chat_service.channels.station import Station
from chat_service.channels.talk import Talk
from chat_service.channels.visits import ChannelError, ChannelNotInstalled, needed
from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.present.harmless import Terminal

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_PATH = "/slack/events"


@app.command()
def slack(
    http: Annotated[bool, typer.Option("--http", help=f"Listen for Slack's requests at {_PATH}.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on; else HUITOU_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; else HUITOU_PORT.")] = None,
    db: Database = None,
    model: ModelFolder = None,
    as_of: AsOf = None,
) -> None:
    """Answer people on Slack.

    Over a socket that is opened from here, or with --http.
    """
    console = Terminal(stderr=True)
    with problems_reported():
        settings = settings_with(host=host, port=port, database=db, model=model, as_of=day_of(as_of))
        try:
            # an extra: not imported above, so that its absence is told in a sentence
            serving = import_module("chat_service.channels.slack_app")
        except ModuleNotFoundError as error:
            raise ChannelError(ChannelNotInstalled("slack", "slack")) from error
        token = needed(settings, "slack_bot_token")
        secret = needed(settings, "slack_signing_secret" if http else "slack_app_token")
        people = People(settings.slack_people)
        people.file()
        opened(settings, console).close()
        station = new_station(settings)
    talk, client = Talk(station, people, "slack"), serving.slack_client(token, settings.slack_url)
    log_to_stderr()
    if http:
        console.print(f"http://{settings.host}:{settings.port}{_PATH}")
        serve_until_told(events_app(station, _PATH, *serving.over_http(talk, client, secret)), settings)
    else:
        asyncio.run(_connected(station, lambda: serving.by_socket(talk, client, secret)))


async def _connected(station: Station, by_socket: Callable[[], AbstractAsyncContextManager[None]]) -> None:
    told = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    async with running(station), by_socket():
        await told.wait()
