"""What metrics and relationships read of each dataset: known before fields are made, for it tells what they are."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.interop.ossie.kinds import shown, summed
from semantic_layer.interop.ossie.spec import OssieDataset, OssieModel
from semantic_layer.model.definitions import FieldType
from semantic_layer.sql.parsing import Sql


class Reads:
    """The columns that metrics read and add up, and those that relationships join by, by dataset."""

    def __init__(self, model: OssieModel, metrics: dict[str, Sql]) -> None:
        self._model = model
        self._read: dict[tuple[str, str], str] = {}
        self._summed: set[tuple[str, str]] = set()
        self._shown: dict[tuple[str, str], FieldType] = {}
        for sql in metrics.values():
            for column in sql.columns:
                self._read.setdefault((column.table.casefold(), column.name.casefold()), column.name)
            self._summed |= {(each.table.casefold(), each.name.casefold()) for each in summed(sql)}
            for column, kind in shown(sql):
                self._shown.setdefault((column.table.casefold(), column.name.casefold()), kind)
        self._homes: dict[str, int] = {}
        for dataset in model.datasets:
            for field in dataset.fields:
                self._homes[field.name.casefold()] = self._homes.get(field.name.casefold(), 0) + 1

    def is_summed(self, dataset: str, field: str) -> bool:
        """Whether a metric adds the field up."""
        return any(each in self._summed for each in self._names(dataset, field))

    def shown(self, dataset: str, field: str) -> FieldType | None:
        """The type that metrics show a field to be of."""
        return next((self._shown[each] for each in self._names(dataset, field) if each in self._shown), None)

    def _names(self, dataset: str, field: str) -> Iterator[tuple[str, str]]:
        """What metrics may call a field: with its dataset or, where no other has one of the name, alone."""
        yield dataset.casefold(), field.casefold()
        if self._homes.get(field.casefold(), 0) == 1:
            yield "", field.casefold()

    def open_fields(self, dataset: OssieDataset) -> Iterator[str]:
        """What metrics read of a dataset that declares no fields."""
        if not dataset.fields:
            for (owner, _), name in self._read.items():
                if owner == dataset.name.casefold() and name != "*":
                    yield name

    def joined(self, dataset: str) -> Iterator[str]:
        """The columns that relationships join the dataset by, on either side."""
        yield from self.foreign(dataset)
        for each in self._model.relationships:
            if each.target.casefold() == dataset.casefold():
                yield from each.to_columns

    def foreign(self, dataset: str) -> set[str]:
        """The columns that point from the dataset at another."""
        return {
            column
            for each in self._model.relationships
            if each.source.casefold() == dataset.casefold()
            for column in each.from_columns
        }
