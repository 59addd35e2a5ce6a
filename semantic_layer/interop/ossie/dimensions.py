"""One name for one dimension: where several datasets have a field of that name, each is told apart by its dataset's.

`orders.city` and `stores.city` stay what they are, to be asked for with their datasets; the dimensions to ask for by
name alone are `orders_city` and `stores_city`. So it is with names that a grain or a metric has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from semantic_layer.interop.ossie.names import Taken
from semantic_layer.interop.ossie.words import synonyms_of
from semantic_layer.model.definitions import DatasetDefinition, FieldDefinition, Synonyms
from semantic_layer.time.periods import GRAINS


def told_apart(datasets: Iterable[DatasetDefinition], metrics: Collection[str]) -> Iterator[DatasetDefinition]:
    """The datasets, with a dimension of another name beside each field whose own cannot be a dimension's."""
    known = tuple(datasets)
    dimensions = [each.name for dataset in known for each in dataset.fields if each.role == "dimension"]
    counts = Counter(name.casefold() for name in dimensions)
    others = {name.casefold() for name in (*metrics, *GRAINS)}
    taken = Taken((*dimensions, *metrics, *GRAINS, *(each.name for dataset in known for each in dataset.fields)))
    for dataset in known:
        fields: list[FieldDefinition] = []
        more: list[FieldDefinition] = []
        for each in dataset.fields:
            name = each.name.casefold()
            if each.role == "dimension" and (counts[name] > 1 or name in others):
                fields.append(each.model_copy(update={"role": "attribute"}))
                more.append(_beside(each, dataset.name, taken.give(f"{dataset.name}_{each.name}")))
            else:
                fields.append(each)
        yield dataset.model_copy(update={"fields": (*fields, *more)})


def _beside(field: FieldDefinition, dataset: str, name: str) -> FieldDefinition:
    own = synonyms_of(None, field.name.replace("_", " "))
    words = Synonyms(zh=(*field.synonyms.zh, *own.zh), en=(*field.synonyms.en, *own.en))
    return FieldDefinition(
        name=name,
        expression=f'{dataset}."{field.name}"' if not field.name.isascii() else f"{dataset}.{field.name}",
        type=field.type,
        synonyms=words,
        description=field.description,
    )
