"""The `huitou` command. Each subcommand is a module of its own, imported only when it is the one that runs.

So `huitou ask` never waits for an HTTP framework or a statistics library. Exit codes: 0 answered or done, 1 a problem
(by code on stderr), 2 wrong usage, 3 the question was not answered (asked back, refused, or nothing found).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys

import typer
from typer._click import Command, Context
from typer.core import TyperCommand, TyperGroup

# models and words are many things that stay: looked over as often as Python does by default, they cost a start a fifth
_SELDOM = (50_000, 20, 50)
# name: (module, what it does). The module has a Typer app named `app` with that one command.
COMMANDS: dict[str, tuple[str, str]] = {
    "ask": ("chat_service.commands.ask", "Answer one question in the terminal."),
    "verify": ("chat_service.commands.verify", "Answer one question, and keep it as verified."),
    "serve": ("chat_service.commands.serve", "Run the HTTP service."),
    "mcp": ("chat_service.commands.mcp", "Answer assistants over the Model Context Protocol."),
    "slack": ("chat_service.commands.slack", "Answer people on Slack."),
    "talk": ("chat_service.commands.talk", "Answer people on Feishu, DingTalk and WeCom."),
    "query": ("chat_service.commands.query", "Run one typed query without language."),
    "demo": ("chat_service.commands.demo", "Make the demo company's database and score its customers."),
    "score": ("chat_service.commands.score", "Score the customers of a database, or test the scores on the past."),
    "refresh": ("chat_service.commands.refresh", "Compute anew what the model has computed beforehand (rollups)."),
    "validate": (
        "chat_service.commands.validate",
        "Check the semantic model and the dashboards beside it, and that they fit a database.",
    ),
    "import": ("chat_service.commands.import_model", "Convert a dbt project or an Ossie document to a model of ours."),
    "export": ("chat_service.commands.export_model", "Write the semantic model as an Ossie document."),
    "eval": ("chat_service.commands.eval", "Measure answers against the reference SQL of a suite."),
    "replay": ("chat_service.commands.replay", "Play recorded questions back on today's model and data."),
    "saved": ("chat_service.commands.saved", "Save typed queries under names."),
    "dashboards": ("chat_service.commands.dashboards", "Dashboards of saved answers."),
    "alerts": ("chat_service.commands.alerts", "Alerts on saved queries."),
    "keys": ("chat_service.commands.keys", "Make, list and revoke API keys."),
    "audit": ("chat_service.commands.audit", "Print the audit as JSON lines, the oldest first."),
    "health": ("chat_service.commands.health", "Ask the service on this machine whether it is ready."),
    "settings": ("chat_service.commands.settings", "Explain every setting."),
}
_BRIEF = "ask"  # done before there is garbage worth looking for, and left without clearing up


class LazyGroup(TyperGroup):
    """Lists commands from the table above, and imports the one that is run."""

    def list_commands(self, ctx: Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """A stand-in that knows name and help: enough to be listed and completed."""
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else load(name), rest


def load(name: str) -> Command:
    """The command of that name, imported."""
    module = importlib.import_module(COMMANDS[name][0])
    if name != _BRIEF and not gc.isenabled():
        gc.freeze()  # what is imported stays: no collection looks it over
        atexit.register(gc.unfreeze)  # but the last, at which DuckDB says what is left of it
        gc.enable()
    command = typer.main.get_command(module.app)
    command.name = name
    return command


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Ask about your customers' loyalty in Chinese or English; get a right number with its definition and SQL.",
)


@app.callback()
def huitou() -> None:
    """Ask about your customers' loyalty in Chinese or English; get a right number with its definition and SQL."""


def main() -> None:
    """The entry point of the installed command."""
    gc.set_threshold(*_SELDOM)
    gc.disable()  # a quarter of the time that a command takes to begin; `load` turns it on again
    try:
        app()
    except SystemExit as end:
        if gc.isenabled() or not isinstance(end.code, int):
            raise
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(end.code)  # nothing is open any more, and to free a model piece by piece takes a fifth of the time


if __name__ == "__main__":
    main()
