"""Fields to dimensions: one name each over the whole model, with the fields that carry it."""

from __future__ import annotations

from collections.abc import Mapping

from semantic_layer.errors import DefinitionProblem, Phrase, nearest
from semantic_layer.loading.problems.definitions import BadSameAs
from semantic_layer.loading.problems.names import DimensionDefinedTwice
from semantic_layer.loading.references import field_part
from semantic_layer.loading.unchecked import Draft
from semantic_layer.model.model import Dataset, Dimension, Field


def build_dimensions(
    draft: Draft, datasets: Mapping[str, Dataset], found: list[DefinitionProblem]
) -> dict[str, Dimension]:
    """Every dimension by name: its home first, then the fields that are `same_as` it. A role's are called after it."""
    fields = {field.qualified: field for dataset in datasets.values() for field in dataset.fields.values()}
    homes: dict[str, Field] = {}
    carriers: dict[str, list[Field]] = {}
    for field in fields.values():
        if field.definition.role != "dimension" or not _is_read(draft, field):
            continue
        name = dimension_name(field, datasets[field.dataset])
        if field.definition.same_as is not None:
            home = _home(draft, field, fields, found)
            if home is not None:
                carriers.setdefault(home.qualified, []).append(field)
        elif name in homes:
            where = draft.where("datasets", field.dataset, "fields", field.name)
            found.append(DimensionDefinedTwice(where, name, field.qualified, homes[name].qualified))
        else:
            homes[name] = field
    return {
        name: Dimension(name, home.label, (home, *carriers.get(home.qualified, ()))) for name, home in homes.items()
    }


def dimension_name(field: Field, dataset: Dataset) -> str:
    """The name by which a field of the dataset is grouped and filtered by, unique in the model."""
    return field.name if dataset.role_of is None else f"{dataset.name}_{field.name}"


def _home(draft: Draft, field: Field, fields: Mapping[str, Field], found: list[DefinitionProblem]) -> Field | None:
    target = field.definition.same_as
    assert target is not None, "asked only of fields that are the same as another"
    home = fields.get(target)
    reason: Phrase | None = None
    near: tuple[str, ...] = ()
    if home is None:
        if "datasets" in draft.gaps or _is_in_unread(draft, target):
            return None
        reason = Phrase("不是字段（要写成“dataset.field”）", "is not a field, written 'dataset.field'")
        near = nearest(target, fields)
    elif not _is_read(draft, home):
        return None
    elif home is field:
        reason = Phrase("就是它自己", "is itself")
    elif home.definition.role != "dimension":
        role = home.definition.role
        reason = Phrase(f"不是维度，它的作用是“{role}”", f"is not a dimension but has the role '{role}'")
    elif home.definition.same_as is not None:
        reason, near = Phrase("本身又和另一个相同", "is itself the same as another"), (home.definition.same_as,)
    elif home.type != field.type:
        reason = Phrase(
            f"的类型是“{home.type}”，而这一个是“{field.type}”",
            f"has the type '{home.type}' where this one has '{field.type}'",
        )
    if reason is not None:
        where = draft.where("datasets", field.dataset, "fields", field.name, "same_as")
        found.append(BadSameAs(where, field.qualified, target, reason, near))
        return None
    return home


def _is_read(draft: Draft, field: Field) -> bool:
    return not draft.unread or draft.is_read(*field_part(draft, field))


def _is_in_unread(draft: Draft, target: str) -> bool:
    """Whether the dataset that should have the field could not be read."""
    dataset = target.split(".")[0]
    return any(
        part[0] == "datasets" and len(part) == 2 and draft.definition.datasets[int(part[1])].name == dataset
        for part in draft.unread
    )
