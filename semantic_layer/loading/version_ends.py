"""Versions without an end: each is good until the next one of the same thing begins, as a column says then."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.model.definitions import (
    DatasetDefinition,
    FieldDefinition,
    ModelDefinition,
    RelationshipDefinition,
)


def with_version_ends(definition: ModelDefinition) -> ModelDefinition:
    """The definitions, with a column where a version ends for each relationship that names none. What cannot be found
    stays open, and is told where versions are checked."""
    datasets = {each.name: each for each in definition.datasets}
    relationships = [_closed(each, datasets) for each in definition.relationships]
    if relationships == list(definition.relationships):
        return definition
    return definition.model_copy(update={"datasets": tuple(datasets.values()), "relationships": tuple(relationships)})


def _closed(each: RelationshipDefinition, datasets: dict[str, DatasetDefinition]) -> RelationshipDefinition:
    """The relationship with an end; its target among `datasets` with the column of that."""
    if each.valid is None or each.valid.until is not None:
        return each
    target = datasets.get(each.target)
    home = datasets.get(target.role_of) if target is not None and target.role_of is not None else target
    since = _field(home, each.valid.since)
    if home is None or since is None:
        return each
    end = "__".join((since.name, "until_next", *each.on.values()))
    if _field(home, end) is None:
        field = FieldDefinition(name=end, type=since.type, role="time")
        columns = {"sql": _with_next(home, since, end, tuple(each.on.values())), "table": None}
        datasets[home.name] = home.model_copy(update={"fields": (*home.fields, field), **columns})
    return each.model_copy(update={"valid": each.valid.model_copy(update={"until": end})})


def _field(dataset: DatasetDefinition | None, name: str) -> FieldDefinition | None:
    return next((each for each in (dataset.fields if dataset is not None else ()) if each.name == name), None)


def _with_next(dataset: DatasetDefinition, since: FieldDefinition, end: str, things: tuple[str, ...]) -> str:
    """The rows of the dataset, with the time at which the next version of the same thing begins."""
    rows = f"({dataset.sql.strip().rstrip(';')})" if dataset.sql is not None else dataset.table or dataset.name
    of_same = ", ".join(exp.column(name, quoted=True).sql("duckdb") for name in things)
    begins = since.expression or exp.column(since.name, quoted=True).sql("duckdb")
    next_begins = f"lead({begins}) OVER (PARTITION BY {of_same} ORDER BY {begins})"
    return f"SELECT *, {next_begins} AS {end} FROM {rows} AS versions"  # noqa: S608  (the model's own text)
