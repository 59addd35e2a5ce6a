"""What an assembly has decided so far: uses of words for the reading, assumptions, choices made by the asker.

A question is assembled once by one `Assembly`, which is thrown away after; what comes out is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chat_service.outcomes import SpanRole
from chat_service.translate.grammar.categories import Item, Measure, mentions_of
from chat_service.translate.meaning.choices import Chooser
from chat_service.translate.senses import ValueSense
from chat_service.translate.stops import Denial, Doubt, Option, StopError
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.values import ValueIndex
from semantic_layer import FieldFilter, Scalar, is_money

# units that are told with a number: 超过3小时, over 20%
_TOLD_BY_UNIT = ("money", "percent", "minutes", "hours", "days")


@dataclass(frozen=True)
class Use:
    """Words and what they were read as."""

    item: Item
    role: SpanRole
    resolved: str


@dataclass
class Assembly:
    """Decisions under way. `fixed` holds the reading chosen for a word, by its folded start."""

    scope: Scope
    index: ValueIndex
    fixed: dict[int, str] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    assumptions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def use(self, item: Item, role: SpanRole, resolved: str) -> None:
        """Note what words were read as."""
        self.uses.append(Use(item, role, resolved))

    def assume(self, code: str, *words: str) -> None:
        """Note a choice that the asker did not make."""
        if (code, words) not in self.assumptions:
            self.assumptions.append((code, words))

    # --- metrics ---

    def metric(self, measure: Measure, dimensions: tuple[str, ...] = ()) -> str:
        """The metric of a measure. Stops with a doubt where several are left."""
        names = measure.metrics
        if (chosen := self.fixed.get(measure.start)) in names and chosen is not None:
            names = (chosen,)
        if len(names) > 1:
            reaching = tuple(
                n for n in names if Chooser(self.scope.structure, (n,)).stand_in(n, dimensions) is not None
            )
            names = reaching or names
        if len(names) > 1 and measure.condition is not None:
            names = self._by_unit(names, measure.condition.units)
        if len(names) > 1:
            options = tuple(Option(self.metric_label(name), "metric", name) for name in names[:4])
            raise StopError(Doubt("ambiguous_metric", said(measure), options, measure.start, measure.end))
        return names[0]

    def _by_unit(self, names: tuple[str, ...], units: tuple[str, ...]) -> tuple[str, ...]:
        model = self.scope.model
        held = {n: "money" if is_money(model.metrics[n].unit) else model.metrics[n].unit for n in names}
        fits = tuple(n for n in names if held[n] in units and held[n] in _TOLD_BY_UNIT)
        return fits or names

    def metric_label(self, name: str) -> str:
        return self.scope.model.metrics[name].label.in_language(self.scope.language)

    def dimension_label(self, name: str) -> str:
        return self.scope.model.group_label(name).in_language(self.scope.language)

    def value_label(self, dimension: str, value: Scalar) -> str:
        return self.index.label(dimension, value, self.scope.language)

    # --- dimensions and values ---

    def _unreachable(self, dimension: str, chooser: Chooser) -> Denial:
        far = next((m for m in chooser.metrics if chooser.stand_in(m, (dimension,)) is None), None)
        return Denial(
            "unreachable_dimension", self.dimension_label(dimension), (self.metric_label(far),) if far else ()
        )

    def _in_roles(self, names: tuple[str, ...], chooser: Chooser) -> tuple[str, ...]:
        """What the metrics have of dimensions out of reach: those of a role (the guest's). Stops if there is none."""
        roles = (role for name in names for role in self.scope.model.in_roles(name) if chooser.reaches(role))
        found = tuple(dict.fromkeys(role for role in roles if role in self.scope.model.dimensions))
        if not found:
            raise StopError(self._unreachable(names[0], chooser))
        return found

    def dimension(self, item: Item, names: tuple[str, ...], chooser: Chooser) -> str:
        """The dimension that a word means. Stops where it is out of reach or in doubt."""
        best = chooser.dimension(names)
        if not chooser.reaches(best[0]):
            best = self._in_roles(best, chooser)
        if (chosen := self.fixed.get(item.start)) in best and chosen is not None:
            return chosen
        if len(best) > 1:
            options = tuple(Option(self.dimension_label(name), "dimension", name) for name in best[:4])
            raise StopError(Doubt("ambiguous_dimension", said(item), options, item.start, item.end))
        return best[0]

    def values(
        self, item: Item, words: tuple[tuple[ValueSense, ...], ...], chooser: Chooser
    ) -> tuple[str, tuple[Scalar, ...]]:
        """The one dimension of a set of value words, and its values."""
        common = set.intersection(*({sense.dimension for sense in word} for word in words))
        candidates = tuple(dict.fromkeys(s.dimension for s in words[0] if s.dimension in common))
        best = chooser.dimension(candidates)
        if not chooser.reaches(best[0]):
            raise StopError(self._unreachable(best[0], chooser))
        if (chosen := self.fixed.get(item.start)) in best and chosen is not None:
            best = (chosen,)
        if len(best) > 1:
            options = tuple(
                Option(f"{self.dimension_label(name)}: {said(item)}", "dimension", name) for name in best[:4]
            )
            raise StopError(Doubt("ambiguous_value", said(item), options, item.start, item.end))
        name = best[0]
        found = [next(s.value for s in word if s.dimension == name) for word in words]
        typed = tuple(self.scope.structure.value_type(name, value) for value in found)
        return name, tuple(dict.fromkeys(typed))


def value_filter(dimension: str, values: tuple[Scalar, ...], *, negated: bool = False) -> FieldFilter:
    """The filter on values of a dimension."""
    if len(values) == 1:
        return FieldFilter(field=dimension, op="!=" if negated else "=", values=values)
    return FieldFilter(field=dimension, op="not in" if negated else "in", values=values)


def said(item: Item) -> str:
    """The words of an item as they stand."""
    parts = mentions_of(item)
    if all(not part.text.isascii() for part in parts):
        return "".join(part.text for part in parts)
    return " ".join(part.text for part in parts)
