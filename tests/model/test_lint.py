"""Words that mean two things."""

from __future__ import annotations

from semantic_layer.loading.lint import lint
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition


def test_shared_words() -> None:
    definition = {
        "datasets": [
            {
                "name": "t",
                "table": "t",
                "prefers": ["web_channel", "shop_channel"],
                "fields": [
                    {"name": "web_channel", "synonyms": {"zh": "渠道"}},
                    {"name": "shop_channel", "synonyms": {"zh": "渠道"}},
                    {
                        "name": "size",
                        "label": {"zh": "大小", "en": "Size"},
                        "values": {"s": {"zh": "小", "en": ["small", "tiny"]}, "xs": {"zh": "特小", "en": "Tiny"}},
                    },
                ],
            }
        ],
        "metrics": [
            {"name": "a", "dataset": "t", "expression": "count(*)", "synonyms": {"en": ["Volume", "size"]}},
            {"name": "b", "dataset": "t", "expression": "count(*)", "synonyms": {"en": "volume", "zh": "Volume"}},
            {"name": "c", "dataset": "t", "expression": "count(*)", "synonyms": {"en": "volume"}, "hidden": True},
        ],
    }
    warnings = lint(build_model(ModelDefinition.model_validate(definition)))
    assert [(each.code, each.where) for each in warnings] == [
        ("shared_word", "metrics.b"),
        ("shared_word", "datasets.t.fields.size"),
        ("shared_value_word", "datasets.t.fields.size.values.xs"),
    ]
