"""Policies over a generated company, and the company as it is when the rows that they hide were never there.

Which rows are left is told by walking from row to row: nothing is taken from the layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from hypothesis import strategies as st

from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import FieldType, ModelDefinition
from semantic_layer.model.model import Model
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import Scalar
from semantic_layer.query.result import Value
from tests.generated.company import Company, DatasetSpec, Row, Table
from tests.generated.conditions import Ref, same_value
from tests.generated.dataset_strategies import SQL_TYPES, values_of
from tests.generated.reach import Hop, Reach

Form = Literal["=", "<>", "IN", "or null", ">="]
_KINDS: tuple[FieldType, ...] = ("text", "integer", "number", "boolean")


@dataclass(frozen=True)
class Policy:
    """A condition on a field of `dataset`, or of a neighbour of it, and what is known of the reader."""

    name: str
    dataset: str
    ref: Ref
    form: Form
    values: tuple[Scalar, ...]

    def written(self) -> dict[str, object]:
        """The policy as YAML says it."""
        field, own = self.ref.sql(self.dataset), f"reader.{self.name}"
        texts: dict[Form, str] = {
            "IN": f"{field} IN ({own})",
            "or null": f"{field} IS NULL OR {field} = {own}",
        }
        return {
            "name": self.name,
            "dataset": self.dataset,
            "filter": texts.get(self.form, f"{field} {self.form} {own}"),
        }

    def holds(self, row: Row, reach: Reach) -> bool:
        """Whether a row of the dataset is the reader's; what is not known is not."""
        value = reach.value(self.dataset, row, self.ref)
        if value is None:
            return self.form == "or null"
        is_one = any(same_value(value, each) for each in self.values)
        match self.form:
            case "<>":
                return not is_one
            case ">=":
                return value >= self.values[0]  # type: ignore[operator]
        return is_one


@st.composite
def policies(draw: st.DrawFn, company: Company) -> tuple[Policy, ...]:
    """One policy or two, mostly such that some rows are left."""
    reach = Reach(company)
    found = []
    for place in range(draw(st.integers(1, 2))):
        dataset = draw(st.sampled_from(company.datasets))
        known = [
            Ref(other.name, field.name)
            for other in company.datasets
            for field in other.fields
            if field.type in _KINDS and field.role != "key" and reach.sees(dataset.name, Ref(other.name, field.name))
        ]
        if not known:
            continue
        ref = draw(st.sampled_from(known))
        kind = company.spec(ref).type
        there = [value for row in dataset.rows if (value := reach.value(dataset.name, row, ref)) is not None]
        pool: st.SearchStrategy[Value] = st.sampled_from(there) if there else values_of(kind)
        form: Form = draw(st.sampled_from(["=", "=", "<>", "IN", "or null", ">="]))
        if form == ">=" and kind not in ("integer", "number"):
            form = "="
        most = 1 if form == ">=" else 3
        values = tuple(draw(st.lists(pool, min_size=1, max_size=most)))
        found.append(Policy(f"p{place}", dataset.name, ref, form, tuple(map(_scalar, values))))
    return tuple(found)


def _scalar(value: Value) -> Scalar:
    assert isinstance(value, str | bool | int | float), "of the kinds that policies are drawn over"
    return value


def limited_model(company: Company, limits: tuple[Policy, ...], **more: object) -> Model:
    """The company's model with the policies, and what more is said."""
    access = {
        "reader_attributes": [{"name": each.name} for each in limits],
        "policies": [each.written() for each in limits],
    }
    return build_model(ModelDefinition.model_validate({**company.written, **access, **more}))


def reader_of(limits: tuple[Policy, ...]) -> Reader:
    """Whom the policies leave something."""
    return Reader("some", may_see_personal=True, attributes=tuple((each.name, each.values) for each in limits))


def without_others(company: Company, limits: tuple[Policy, ...]) -> Company:
    """The company whose tables never had the rows that the policies hide, each dataset a table of its own."""
    reach = Reach(company)
    left = {each.name: [row for row in each.rows if _is_left(each, row, limits, reach)] for each in company.datasets}
    for each in company.datasets:
        origin = _origin(each, company)
        if origin is not None:
            own = {tuple(row[name] for name in each.primary_key) for row in left[origin]}
            left[each.name] = [row for row in left[each.name] if tuple(row[n] for n in each.primary_key) in own]
    tables, datasets = [], []
    for each in company.datasets:
        columns = tuple((f.name, SQL_TYPES[f.type]) for f in each.fields if f.computed is None)
        rows = tuple(tuple(row[name] for name, _ in columns) for row in left[each.name])
        tables.append(Table(f"{each.name}_left", columns, rows))
        datasets.append(replace(each, rows=tuple(left[each.name]), table=f"{each.name}_left", sql=None))
    return replace(company, tables=tuple(tables), datasets=tuple(datasets))


def _is_left(dataset: DatasetSpec, row: Row, limits: tuple[Policy, ...], reach: Reach) -> bool:
    for each in limits:
        if each.dataset == dataset.name:
            if not each.holds(row, reach):
                return False
            continue
        for way in _ways(dataset.name, each.dataset, reach):
            there = reach.row_there(row, way)
            if there is None or not each.holds(there, reach):
                return False
    return True


def _ways(source: str, target: str, reach: Reach) -> Iterator[tuple[Hop, ...]]:
    yield from reach.ways.get((source, target), ())


def _origin(dataset: DatasetSpec, company: Company) -> str | None:
    """The dataset that a query takes its rows from."""
    names = (each.name for each in company.datasets)
    return next((name for name in names if dataset.sql is not None and f"{{{name}}}" in dataset.sql), None)
