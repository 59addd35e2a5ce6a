"""Names and words of a model: no name twice or with two meanings, labels and synonyms that say something."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from semantic_layer.errors import DefinitionProblem, Phrase, nearest, thing
from semantic_layer.loading.problems.definitions import BadUnit, BlankWord, MetricParts
from semantic_layer.loading.problems.files import WrongChoice
from semantic_layer.loading.problems.metrics import NO_CURRENCY, NOT_SHORTENED
from semantic_layer.loading.problems.names import BadName, DuplicateName, NameClash, ReservedName
from semantic_layer.loading.references import GIVEN_PARAMETERS
from semantic_layer.loading.unchecked import Draft
from semantic_layer.loading.yaml_text import Part
from semantic_layer.model.currencies import CURRENCIES, MONEY, is_money, written_as
from semantic_layer.model.date_parts import DATE_PARTS
from semantic_layer.model.definitions import Bilingual, MetricDefinition, Synonyms
from semantic_layer.model.model import Dimension
from semantic_layer.time.periods import GRAINS
from semantic_layer.time.units import CLOCK_GRAINS

_SINGULAR = (
    ("datasets", "dataset"),
    ("grains", "grain"),
    ("metrics", "metric"),
    ("entities", "entity"),
    ("lists", "list"),
    ("behaviours", "behaviour"),
    ("cohorts", "cohort"),
    ("funnels", "funnel"),
    ("trials", "trial"),
    ("causes", "cause"),
    ("profiles", "profile"),
    ("playbooks", "playbook"),
)
_UNIT_SPELLINGS = {
    "%": "percent",
    "percentage": "percent",
    "pct": "percent",
    "percents": "percent",
    "number": "count",
    "counts": "count",
}


def check_names(draft: Draft, dimensions: Mapping[str, Dimension]) -> Iterator[DefinitionProblem]:
    """No name twice, none that the program needs, none for two kinds of things that a query could mean."""
    for section, kind in _SINGULAR:
        yield from _check_repeated(draft, section, kind)
    yield from _check_steps(draft)
    taken: dict[str, tuple[str, Part]] = {}
    for kind, name, part in _queryable(draft, dimensions):
        if name in GRAINS or (kind == "grain" and name in (*CLOCK_GRAINS, *DATE_PARTS)):
            yield ReservedName(draft.where(*part), kind, name, (*GRAINS, *CLOCK_GRAINS, *DATE_PARTS))
        elif not name.isidentifier() and kind != "dimension":
            yield BadName(draft.where(*part), kind, name)
        other, first = taken.setdefault(name, (kind, part))
        if other != kind:
            yield NameClash(draft.where(*part), kind, name, other, draft.where(*first))
    for name in draft.definition.parameters:
        if name in GIVEN_PARAMETERS:
            yield ReservedName(draft.where("parameters", name), "parameter", name, GIVEN_PARAMETERS)
        elif not name.isidentifier():
            yield BadName(draft.where("parameters", name), "parameter", name)


def _check_repeated(draft: Draft, section: str, kind: str) -> Iterator[DefinitionProblem]:
    first: dict[str, int] = {}
    for place, each in enumerate(getattr(draft.definition, section)):
        if first.setdefault(each.name, place) != place and draft.is_read(section, place):
            yield DuplicateName(draft.where(section, place), kind, each.name, draft.where(section, first[each.name]))


def _check_steps(draft: Draft) -> Iterator[DefinitionProblem]:
    """The steps of a funnel are told apart by their names."""
    for place, funnel in enumerate(draft.definition.funnels):
        first: dict[str, int] = {}
        for number, step in enumerate(funnel.steps if draft.is_read("funnels", place) else ()):
            if first.setdefault(step.name, number) != number:
                there = draft.where("funnels", place, "steps", first[step.name])
                where = draft.where("funnels", place, "steps", number)
                yield DuplicateName(
                    where, Phrase(f"“{funnel.name}”的步骤", f"step of '{funnel.name}'"), step.name, there
                )


def _queryable(draft: Draft, dimensions: Mapping[str, Dimension]) -> Iterator[tuple[str, str, Part]]:
    """What a query names without saying of which kind it is: kind, name and where it is defined."""
    for section, kind in (
        ("metrics", "metric"),
        ("entities", "entity"),
        ("cohorts", "cohort"),
        ("funnels", "funnel"),
        ("trials", "trial"),
    ):
        for place, each in enumerate(getattr(draft.definition, section)):
            if draft.is_read(section, place):
                yield kind, each.name, (section, place)
    for name, dimension in dimensions.items():
        yield "dimension", name, ("datasets", dimension.home.dataset, "fields", name)
    for place, grain in enumerate(draft.definition.grains):
        if draft.is_read("grains", place):
            yield "grain", grain.name, ("grains", place)


def check_words(draft: Draft) -> Iterator[DefinitionProblem]:
    """Labels and synonyms hold words; units and the currency are spelled as figures are formatted by."""
    definition = draft.definition
    if definition.currency is not None and definition.currency not in CURRENCIES:
        near = nearest(definition.currency, CURRENCIES)
        yield WrongChoice(draft.where("currency"), "currency", definition.currency, near, tuple(CURRENCIES))
    for section, kind in _SINGULAR:
        for place, each in enumerate(getattr(definition, section)):
            yield from _check_labels(draft, (section, place), thing(kind, each.name), each.label, each.synonyms)
    yield from _check_figures(draft)
    for place, dataset in enumerate(definition.datasets):
        for index, field in enumerate(dataset.fields):
            part: Part = ("datasets", place, "fields", index)
            owner = thing("field", f"{dataset.name}.{field.name}")
            yield from _check_labels(draft, part, owner, field.label, field.synonyms)
            if field.unit is not None:
                yield from _check_unit(draft, (*part, "unit"), owner, field.unit)
            for code, words in field.values.items():
                if not words.zh or not words.en or _has_blank((*words.zh, *words.en)):
                    yield BlankWord(draft.where(*part, "values", code), owner, f"values.{code}")


def _check_labels(
    draft: Draft, part: Part, owner: Phrase, label: Bilingual | None, synonyms: Synonyms
) -> Iterator[DefinitionProblem]:
    if label is not None and _has_blank((label.zh, label.en)):
        yield BlankWord(draft.where(*part, "label"), owner, "label")
    if _has_blank((*synonyms.zh, *synonyms.en)):
        yield BlankWord(draft.where(*part, "synonyms"), owner, "synonyms")


def _check_unit(draft: Draft, part: Part, owner: Phrase, unit: str) -> Iterator[DefinitionProblem]:
    wanted = _UNIT_SPELLINGS.get(unit.strip().lower() or "number")
    meant = written_as(unit)
    if meant:  # $ and ¥ are of several currencies, which then have to be told apart
        wanted = next(iter(meant)) if len(meant) == 1 else draft.definition.currency or " / ".join(sorted(meant))
    if unit == MONEY:
        wanted = " / ".join(CURRENCIES)  # the model says no currency that it could stand for
    if wanted is not None and unit != wanted and unit not in (*CURRENCIES, draft.definition.currency):
        yield BadUnit(draft.where(*part), owner, unit, wanted)


def _check_figures(draft: Draft) -> Iterator[DefinitionProblem]:
    for place, metric in enumerate(draft.definition.metrics):
        yield from _check_unit(draft, ("metrics", place, "unit"), thing("metric", metric.name), metric.unit)
        unfit = _unfit_format(metric)
        if unfit is not None:
            yield MetricParts(draft.where("metrics", place, "format"), metric.name, unfit)


def _unfit_format(metric: MetricDefinition) -> Phrase | None:
    if metric.format.currency is not None and not is_money(metric.unit):
        return NO_CURRENCY.of(unit=metric.unit)
    return NOT_SHORTENED if metric.format.compact and metric.unit == "percent" else None


def _has_blank(words: Collection[str]) -> bool:
    return any(not word.strip() for word in words)
