"""`huitou validate`: the model's mistakes with file and line; with a database, whether every expression runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from chat_service.commands.edge import FAILED, Database, ModelFolder, problems_reported, settings_with
from chat_service.model_opening import fitted_model, is_project
from chat_service.present.harmless import Terminal
from chat_service.saved.dashboard_files import dashboard_paths, read_dashboards, unanswered
from chat_service.saved.looking import unruled_layer
from semantic_layer import (
    CodeNotInData,
    DatasetUnavailable,
    DefinitionProblem,
    Draft,
    MemoryPositions,
    MissingTable,
    build,
    check_against,
    convert,
    is_ossie,
    lint,
    load_dbt,
    open_engine,
    ossie,
    read_definition,
    shipped_model_path,
    without_secrets,
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def validate(model: ModelFolder = None, db: Database = None) -> None:
    """Check the semantic model and the dashboards beside it, and that they fit a database.

    Exits with 1 on any error. What needs a table that the database lacks is told, and is no error while some
    dataset is there.
    """
    console = Terminal(soft_wrap=True)
    with problems_reported():
        settings = settings_with(model=model, database=db)
        folder = settings.model or shipped_model_path()
        draft, problems, left_out = _read(folder)
        loaded = build(draft, problems)
        console.print(
            f"{folder}: {len(loaded.metrics)} metrics, {len(loaded.dimensions)} dimensions, "
            f"{len(loaded.datasets)} datasets: no mistakes",
            markup=False,
        )
        for warning in (*left_out, *lint(loaded, draft.where)):
            console.print(str(warning), markup=False)
        boards = read_dashboards(dashboard_paths(settings.model))
        if boards:
            console.print(
                f"{len(boards)} {'dashboard' if len(boards) == 1 else 'dashboards'}: no mistakes", markup=False
            )
        if settings.database is None:
            return
        engine = open_engine(
            settings.database,
            memory_limit=settings.memory_limit,
            threads=settings.threads,
            timezone=loaded.timezone,
        )
        fitted = fitted_model(settings.model, loaded, engine)
        found: list[DefinitionProblem] = list(check_against(fitted, engine, draft.where))
        if not any(map(_is_error, found)):
            layer = unruled_layer(fitted, engine, None)
            # tables that are not there were told
            found += [wrong for each in boards for wrong in unanswered(each, layer, but=(MissingTable,))]
        engine.close()
    lacking = [problem for problem in found if isinstance(problem, DatasetUnavailable)]
    errors = [problem for problem in found if _is_error(problem)]
    for problem in found:
        console.print(str(problem), markup=False)
    named = settings.database if isinstance(settings.database, Path) else without_secrets(settings.database)
    console.print(f"{named}: {len(errors)} errors", markup=False)
    # with no dataset at all, the database is not one of this model
    if errors or len(lacking) == len(loaded.datasets):
        raise typer.Exit(FAILED)


def _is_error(problem: DefinitionProblem) -> bool:
    """Whether it is one: a table that is nearly there is mistyped, another may be wanted away; codes may yet come."""
    if isinstance(problem, DatasetUnavailable):
        return bool(problem.nearest)
    return not isinstance(problem, CodeNotInData)


def _read(path: Path) -> tuple[Draft, Sequence[DefinitionProblem], Sequence[DefinitionProblem]]:
    """The definitions at a path, unchecked, the problems of reading them, and what of a dbt project they do not say.
    Raises DefinitionsError."""
    if is_project(path):
        converted = convert(load_dbt(path))
        return Draft(converted.definition, MemoryPositions(converted.definition)), (), converted.problems
    if not is_ossie(path):
        return *read_definition(path), ()
    document = ossie.convert(path)
    return Draft(document.definition, MemoryPositions(document.definition)), document.problems, ()
