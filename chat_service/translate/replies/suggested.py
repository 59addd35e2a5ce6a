"""What may be asked instead of a question that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from chat_service.outcomes import Language
from chat_service.translate.grammar.categories import Bound, Measure
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.replies.sentences import suggestion_text
from chat_service.translate.stops import Denial
from semantic_layer import Model


def suggested(
    denial: Denial, frame: Frame | None, structure: Structure, language: Language
) -> Iterator[tuple[str, str]]:
    """Metrics with questions about them: what was asked and its nearest, else what the model is about."""
    metrics = structure.model.metrics
    named = _named(structure.model, language)
    near = [named[label] for label in denial.nearest if label in named]
    meant = [item.meaning for item in frame.items] if frame is not None else []
    asked = [n for each in meant if isinstance(each, Measure | Bound) for n in each.metrics if n in metrics]
    main = structure.main_behaviour
    first = [name for name in (main.amount, main.metric) if name is not None] if main is not None else []
    first += [entity.counted_by for entity in structure.model.entities.values() if entity.counted_by is not None]
    for name in dict.fromkeys(name for name in (*asked, *near, *first) if not metrics[name].definition.hidden):
        label = metrics[name].label.in_language(language)
        yield name, label if metrics[name].is_stock else suggestion_text(label, language)


@lru_cache(maxsize=8)
def _named(model: Model, language: Language) -> dict[str, str]:
    return {m.label.in_language(language): name for name, m in model.metrics.items() if not m.definition.hidden}
