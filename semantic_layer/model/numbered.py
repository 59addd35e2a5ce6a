"""Metrics with a number that whoever asks chooses: the share of the top 15 % of customers, `top_revenue_share_15`.

The model lists each once, with its usual number; any other is made when it is asked for by name, and is a metric like
all others then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from semantic_layer.model.definitions import MetricDefinition, Numbered
from semantic_layer.query.result import Label
from semantic_layer.sql.parsing import Unparsable, parse_expression

if TYPE_CHECKING:
    from semantic_layer.model.model import Metric, Model

NUMBER, SHARE = "{number}", "{share}"


def with_number(definition: MetricDefinition, number: int, name: str) -> MetricDefinition:
    """The definition with that number in its expression and words, as a metric of its own."""

    def written(text: str) -> str:
        return text.replace(NUMBER, str(number)).replace(SHARE, f"{number / 100:g}")

    texts = {
        key: value.model_copy(update={"zh": written(value.zh), "en": written(value.en)})
        for key in ("label", "description")
        if (value := getattr(definition, key)) is not None
    }
    words = definition.synonyms
    words = words.model_copy(update={key: tuple(map(written, getattr(words, key))) for key in ("zh", "en")})
    expression = None if definition.expression is None else written(definition.expression)
    made = {**texts, "name": name, "synonyms": words, "expression": expression, "numbered": None}
    return definition.model_copy(update=made)


def numbered_metrics(model: Model) -> Mapping[str, Numbered]:
    """The numbers that metrics of a model may have, by the names of those."""
    known = model.metrics.numbered if isinstance(model.metrics, Metrics) else {}
    return {name: each.numbered for name, each in known.items() if each.numbered is not None}


class Metrics(Mapping[str, "Metric"]):
    """The metrics of a model by name. Those with a number are listed with their usual one, and found with any."""

    def __init__(self, listed: Mapping[str, Metric], numbered: Mapping[str, MetricDefinition]) -> None:
        self._listed = dict(listed)
        self.numbered = dict(numbered)
        self._made: dict[str, Metric] = {}

    def __getitem__(self, name: str) -> Metric:
        found = self._listed.get(name) or self._made.get(name)
        if found is None:
            found = self._made[name] = self._with_number(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def _with_number(self, name: str) -> Metric:
        base, _, digits = name.rpartition("_")
        definition = self.numbered.get(base)
        if definition is None or definition.numbered is None or not digits.isascii() or not digits.isdecimal():
            raise KeyError(name)
        number, of = int(digits), definition.numbered
        if digits != str(number) or not of.least <= number <= of.most:
            raise KeyError(name)
        own = with_number(definition, number, name)
        sql = parse_expression(own.expression or "")
        assert not isinstance(sql, Unparsable), "it was read with its usual number"
        base_metric = self._listed[base]
        return replace(
            base_metric,
            definition=own,
            label=base_metric.label if own.label is None else Label(own.label.zh, own.label.en),
            expression=sql.tree,
        )
