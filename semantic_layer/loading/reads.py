"""Which datasets the text of a metric reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from semantic_layer.model.joins import JoinPaths
from semantic_layer.model.model import Dataset
from semantic_layer.sql.parsing import columns


class Reads:
    """Collects the datasets that expressions over rows of one dataset read, through the fields that they name."""

    def __init__(self, datasets: Mapping[str, Dataset], dataset: str) -> None:
        self._datasets = datasets
        self._dataset = dataset
        self._fields: set[tuple[str, str]] = set()
        self._found = {dataset}

    def add(self, used: Iterable[exp.Column]) -> None:
        """Columns of an expression over rows of the dataset."""
        todo = [(column.table or self._dataset, column.name) for column in used]
        while todo:
            each = todo.pop()
            dataset = self._datasets.get(each[0])
            if each in self._fields or dataset is None:
                continue
            self._fields.add(each)
            self._found.add(each[0])
            field = dataset.fields.get(each[1])
            if field is not None and field.definition.expression is not None:
                todo += [(column.table, column.name) for column in columns(field.expression) if column.table]

    def with_ways(self, joins: JoinPaths) -> frozenset[str]:
        """The datasets read, and those on the way to them."""
        paths = joins.paths.get(self._dataset, {})
        return frozenset(self._found | {step.target for target in self._found for step in paths.get(target, ())})
