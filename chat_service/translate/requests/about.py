"""Which of the model's entities a question is about: the one that it names, the one spoken of before, the first."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.outcomes import Previous
from chat_service.translate.grammar.categories import Listed, Measure, OneEntity
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.senses import Names
from semantic_layer import ListQuery, MetricQuery, Model, ProfileQuery, Request


def choose_entity(frame: Frame, previous: Previous | None, assembly: Assembly) -> None:
    """Settle whom the question is about, before anything is made of it."""
    named = [name for item in frame.items if (name := named_entity(item, assembly.model)) is not None]
    before = entity_of_request(previous.request, assembly.model) if previous is not None else None
    assembly.about = next(iter(named), before or "")


def named_entity(item: Edge, model: Model) -> str | None:
    """The entity that an item of a question names: by its noun, by its number, as one of its kind, by a list of it."""
    match item.meaning:
        case OneEntity(entity=name) if name in model.entities:
            return name
        case Listed(name=name) if name in model.lists:
            return model.lists[name].entity
        case Measure(metrics=metrics):
            return _counted_by(metrics, model)
        case Names(names=names) if item.category == "entity":
            return next((name for name in names if name in model.entities), None)
    return None


def entity_of_request(request: Request, model: Model) -> str | None:
    """The entity that a request is about, where it tells."""
    if isinstance(request, ListQuery | ProfileQuery) and request.entity:
        return request.entity
    return _counted_by(request.metrics if isinstance(request, MetricQuery) else (), model)


def counts_others(metric: str, assembly: Assembly) -> bool:
    """Whether a metric counts things of another kind, each of which has one of those that are spoken of."""
    model, whom = assembly.scope.model, assembly.entity
    owners = (e.dataset for e in model.entities.values() if e.counted_by == metric and e is not whom)
    return whom is not None and any(whom.dataset in model.paths.get(owner, {}) for owner in owners)


def refuse_two(slots: Slots, assembly: Assembly) -> None:
    """Policies with claims: two kinds of things, of which it is not understood what one is to the other."""
    entity, model = assembly.entity, assembly.scope.model
    for item in slots.entities:
        named = named_entity(item, model)
        if named is not None and entity is not None and named != entity.name:
            raise assembly.deny(item)


def _counted_by(metrics: tuple[str, ...], model: Model) -> str | None:
    found = (entity.name for entity in model.entities.values() if metrics and {*metrics} <= {entity.counted_by})
    return next(found, None)
