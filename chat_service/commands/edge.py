"""What every command does at the edge: read settings and options, print problems by code on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from chat_service.present.harmless import Terminal
from chat_service.settings import Settings, read_settings, with_options
from semantic_layer import DefinitionsError, HuitouError

FAILED = 1
NOT_ANSWERED = 3

Database = Annotated[
    str | None, typer.Option("--db", help="DuckDB, Parquet or CSV file(s), or a server's URL; else HUITOU_DATABASE.")
]
ModelFolder = Annotated[
    Path | None, typer.Option("--model", help="Folder of the semantic model, or an Ossie document; else HUITOU_MODEL.")
]
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Today, inclusive.")]


def settings_with(**options: Any) -> Settings:  # noqa: ANN401 - any setting's value, validated by the model
    """The settings of the environment and `.env`, with the options that were given put over them."""
    settings = read_settings(os.environ, Path(".env"))
    given = {name: value for name, value in options.items() if value is not None}
    return with_options(settings, given) if given else settings


def day_of(option: datetime | None) -> date | None:
    """The day of a date option."""
    return None if option is None else option.date()


@contextmanager
def problems_reported() -> Iterator[None]:
    """Prints the problems that come out, one a line by code, and exits with 1."""
    errors = Terminal(stderr=True, soft_wrap=True)
    try:
        yield
    except HuitouError as error:
        for problem in error.problems:
            errors.print(str(problem), markup=False)
        if isinstance(error, DefinitionsError):
            count = len(error.problems)
            errors.print(f"{count} {'problem' if count == 1 else 'problems'} in the model", markup=False)
        raise typer.Exit(FAILED) from None
