"""What an assembly has decided so far: what each item was read as, assumptions, choices made by the asker.

A frame is assembled once by one `Assembly`, which is thrown away after; what comes out is frozen. `doubt` adds up what
was taken for granted: it is added to the cost of the covering when readings are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from chat_service.language.dates.shown import days_so_far
from chat_service.language.grammar.rule import Edge
from chat_service.outcomes import SpanRole
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Values
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.values import ValueIndex
from semantic_layer import EntityDefinition, FieldFilter, Model, Period, Scalar


@dataclass(frozen=True, eq=False)
class Use:
    """An item and what it was read as."""

    item: Edge
    role: SpanRole
    resolved: str


@dataclass(eq=False)
class Assembly:
    """Decisions under way. `fixed` holds the reading chosen for a word, by the place where it starts (-1: any);
    `about` names the entity that the question is about, nothing for the model's first."""

    scope: Scope
    index: ValueIndex
    frame: Frame
    fixed: dict[int, str] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    assumptions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    doubt: float = 0.0
    about: str = ""

    @property
    def entity(self) -> EntityDefinition | None:
        """The entity that the question is about; None for a model that has none."""
        entities = self.scope.model.entities
        return entities.get(self.about) or next(iter(entities.values()), None)

    @property
    def model(self) -> Model:
        return self.scope.model

    @property
    def structure(self) -> Structure:
        return self.scope.structure

    @property
    def whom(self) -> EntityDefinition:
        """The same, where it is known that there is one."""
        assert self.entity is not None, "people are asked for only of a model that has some"
        return self.entity

    @property
    def counted(self) -> tuple[str, ...]:
        """The metric that counts that entity, if it has one."""
        counted = self.entity.counted_by if self.entity is not None else None
        return (counted,) if counted else ()

    def use(self, item: Edge, role: SpanRole, resolved: str) -> None:
        """Note what an item was read as."""
        self.uses.append(Use(item, role, resolved))

    def assume(self, code: str, *said: str | Period) -> None:
        """Note a choice that the asker did not make; a period in it is told by its days up to today."""
        scope = self.scope
        words = tuple(
            days_so_far(each, scope.today, scope.language) if isinstance(each, Period) else each for each in said
        )
        if (code, words) not in self.assumptions:
            self.assumptions.append((code, words))

    def said(self, item: Edge) -> str:
        """The words of an item as they were typed."""
        return self.frame.text(item)

    def deny(self, item: Edge, code: str = "not_supported") -> StopError:
        """The refusal that names an item."""
        return StopError(Denial(code, self.said(item)), item)

    def metric_label(self, name: str) -> str:
        return self.scope.model.metrics[name].label.in_language(self.scope.language)

    def dimension_label(self, name: str) -> str:
        return self.scope.model.group_label(name).in_language(self.scope.language)

    def value_label(self, dimension: str, value: Scalar) -> str:
        return self.index.label(dimension, value, self.scope.language)

    # --- which of the names that words can mean ---

    def metric(self, item: Edge, names: tuple[str, ...], dimensions: tuple[str, ...] = ()) -> str:
        """The metric of an item. Stops with a doubt where several are left."""
        names = tuple(name for name in names if name in self.scope.model.metrics)
        if not names:
            raise self.deny(item)
        chosen = self.fixed.get(item.start)
        if chosen in names and chosen is not None:
            return chosen
        if len(names) > 1:
            reaching = tuple(n for n in names if self.chooser((n,)).stand_in(n, dimensions) is not None)
            names = reaching or names
        if len(names) > 1:
            options = tuple(Option(self.metric_label(name), "metric", name) for name in names[:4])
            raise StopError(Doubt("ambiguous_metric", self.said(item), options, item.start, item.end))
        return names[0]

    def chooser(self, metrics: tuple[str, ...]) -> Chooser:
        return Chooser(self.scope.structure, metrics)

    def _unreachable(self, item: Edge, dimension: str, chooser: Chooser) -> StopError:
        far = next((m for m in chooser.metrics if chooser.stand_in(m, (dimension,)) is None), None)
        labels = (self.metric_label(far),) if far else ()
        return StopError(Denial("unreachable_dimension", self.dimension_label(dimension), labels), item)

    def dimension(self, item: Edge, names: tuple[str, ...], chooser: Chooser) -> str:
        """The dimension that a word means. Stops where it is out of reach or in doubt."""
        best = chooser.dimension(names)
        if not chooser.reaches(best[0]):
            roles = (role for name in best for role in self.scope.model.in_roles(name) if chooser.reaches(role))
            found = tuple(dict.fromkeys(role for role in roles if role in self.scope.model.dimensions))
            if not found:
                raise self._unreachable(item, best[0], chooser)
            best = found
        if (chosen := self.fixed.get(item.start)) in best and chosen is not None:
            return chosen
        if len(best) > 1:
            options = tuple(Option(self.dimension_label(name), "dimension", name) for name in best[:4])
            raise StopError(Doubt("ambiguous_dimension", self.said(item), options, item.start, item.end))
        return best[0]

    @property
    def unused(self) -> list[Edge]:
        """The items that were read as nothing so far."""
        used = {id(use.item) for use in self.uses}
        return [item for item in self.frame.items if id(item) not in used]

    def refuse_rest(self, shown: Collection[str], is_told: Callable[[Edge], bool] = lambda _: False) -> None:
        """Raise StopError for the first of them that is of no category of `shown`, and not told in another way."""
        for item in self.unused:
            if not (set(item.keys) & set(shown) or is_told(item)):
                raise self.deny(item)

    def condition(self, item: Edge, values: Values, chooser: Chooser) -> FieldFilter:
        """What a set of value words demands, which uses the item."""
        dimension, members = self.values(item, values, chooser)
        self.use(item, "value", f"{dimension}: {', '.join(map(str, members))}")
        return value_filter(dimension, members, negated=values.negated)

    def values(self, item: Edge, values: Values, chooser: Chooser) -> tuple[str, tuple[Scalar, ...]]:
        """The one dimension of a set of value words, and its values."""
        best = chooser.dimension(values.candidates)
        if not chooser.reaches(best[0]):
            raise self._unreachable(item, best[0], chooser)
        if (chosen := self.fixed.get(item.start)) in best and chosen is not None:
            best = (chosen,)
        if len(best) > 1:
            said = self.said(item)
            options = tuple(Option(f"{self.dimension_label(n)}: {said}", "dimension", n) for n in best[:4])
            raise StopError(Doubt("ambiguous_value", said, options, item.start, item.end))
        name = best[0]
        found = [next(s.value for s in word if s.dimension == name) for word in values.words]
        typed = tuple(self.scope.structure.value_type(name, value) for value in found)
        return name, tuple(dict.fromkeys(typed))


def value_filter(dimension: str, values: tuple[Scalar, ...], *, negated: bool = False) -> FieldFilter:
    """The filter on values of a dimension."""
    if len(values) == 1:
        return FieldFilter(field=dimension, op="!=" if negated else "=", values=values)
    return FieldFilter(field=dimension, op="not in" if negated else "in", values=values)
