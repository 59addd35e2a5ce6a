"""`huitou talk`: people asked and answered over HTTP on those of Feishu (Lark), DingTalk and WeCom that are set up."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

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

# each with what says that it is set up, and its adapter
_PLATFORMS = {
    "feishu": ("feishu_app_id", "Feishu"),
    "dingtalk": ("dingtalk_app_key", "DingTalk"),
    "wecom": ("wecom_corp_id", "WeCom"),
}
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
        chosen = [name for name, (setting, _) in _PLATFORMS.items() if vars(settings)[setting] is not None]
        if not chosen:
            raise ChannelError(*(SettingNeeded(PREFIX + setting.upper()) for setting, _ in _PLATFORMS.values()))
        station = new_station(settings)
        listening = [_listening(name, station) for name in chosen]
        opened(settings, console).close()
    log_to_stderr()
    for each in listening:
        console.print(f"http://{settings.host}:{settings.port}{each.path}")
    serve_until_told(platforms_app(station, listening), settings)


def _listening(name: str, station: Station) -> Listens:
    """The platform's adapter. Raises ChannelError, PeopleError."""
    try:
        # an extra: not imported above, so that its absence is told in a sentence
        serving = vars(import_module(f"chat_service.channels.{name}"))
    except ModuleNotFoundError as error:
        raise ChannelError(ChannelNotInstalled("talk", "talk")) from error
    people = People(vars(station.settings)[f"{name}_people"])
    people.file()
    found: Listens = serving[_PLATFORMS[name][1]](Talk(station, people, name))
    return found
