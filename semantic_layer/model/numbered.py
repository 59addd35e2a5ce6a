"""Metrics with a number that whoever asks chooses: the share of the top 15 % of customers, `top_revenue_share_15`.

The model lists each once, with its usual number; any other is made when it is asked for by name, and is a metric like
all others then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from semantic_layer.model.definitions import MetricDefinition
from semantic_layer.model.labels import label_of
from semantic_layer.model.made_names import MadeNames
from semantic_layer.model.model import Metric
from semantic_layer.sql.parsing import Unparsable, parse_expression

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


def with_any_number(metrics: Mapping[str, Metric], definitions: Mapping[str, MetricDefinition]) -> Mapping[str, Metric]:
    """The metrics by name. Those of the definitions are listed with their usual number, and found with any."""

    def made(name: str) -> Metric | None:
        base, _, digits = name.rpartition("_")
        definition = definitions.get(base)
        if definition is None or definition.numbered is None or not digits.isascii() or not digits.isdecimal():
            return None
        number = int(digits)
        if digits != str(number) or not definition.numbered.least <= number <= definition.numbered.most:
            return None
        own = with_number(definition, number, name)
        sql = parse_expression(own.expression or "")
        assert not isinstance(sql, Unparsable), "it was read with its usual number"
        return replace(metrics[base], definition=own, label=label_of(name, own.label), expression=sql.tree)

    return MappingProxyType(MadeNames(metrics, made))
