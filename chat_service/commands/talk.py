"""`huitou talk`: people asked and answered over HTTP on those of Feishu (Lark), DingTalk and WeCom that are set up."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, NamedTuple

import typer

from chat_service.channels.http_channel import Listens, platforms_app
from chat_service.channels.http_serving import serve_until_told
from chat_service.channels.logs import log_to_stderr
from chat_service.channels.people import People
from chat_service.channels.running import new_station
from chat_service.channels.station import Station
from chat_service.channels.talk import Talk
from chat_service.channels.visits import ChannelError, ChannelNotInstalled, SettingNeeded
from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.present.harmless import Terminal
from chat_service.settings import PREFIX


class _Adapter(NamedTuple):
    """What says that it is set up, the name of its people, and where it is."""

    setting: str
    platform: str
    module: str
    name: str


_PLATFORMS = (
    _Adapter("feishu_app_id", "feishu", "feishu", "Feishu"),
    _Adapter("dingtalk_app_key", "dingtalk", "dingtalk", "DingTalk"),
    _Adapter("wecom_corp_id", "wecom", "wecom", "WeCom"),
    _Adapter("wecom_bot_token", "wecom", "wecom_bot", "WeComBot"),
)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def talk(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else HUITOU_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; else HUITOU_PORT.")] = None,
    db: Database = None,
    model: ModelFolder = None,
    as_of: AsOf = None,
) -> None:
    """Answer people on Feishu, DingTalk and WeCom.

    On those that are set up.
    """
    console = Terminal(stderr=True)
    with problems_reported():
        settings = settings_with(host=host, port=port, database=db, model=model, as_of=day_of(as_of))
        chosen = [each for each in _PLATFORMS if vars(settings)[each.setting] is not None]
        if not chosen:
            raise ChannelError(*(SettingNeeded(PREFIX + each.setting.upper()) for each in _PLATFORMS))
        station = new_station(settings)
        listening = [_listening(each, station) for each in chosen]
        opened(settings, console).close()
    log_to_stderr()
    for each in listening:
        console.print(f"http://{settings.host}:{settings.port}{each.path}")
    serve_until_told(platforms_app(station, listening), settings)


def _listening(adapter: _Adapter, station: Station) -> Listens:
    """The platform's adapter. Raises ChannelError, PeopleError."""
    try:
        # an extra: not imported above, so that its absence is told in a sentence
        serving = vars(import_module(f"chat_service.channels.{adapter.module}"))
    except ModuleNotFoundError as error:
        raise ChannelError(ChannelNotInstalled("talk", "talk")) from error
    people = People(vars(station.settings)[f"{adapter.platform}_people"])
    people.file()
    found: Listens = serving[adapter.name](Talk(station, people, adapter.platform))
    return found
