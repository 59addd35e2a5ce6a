"""Units of time of a model's own are asked for by their words, in both languages, like the calendar's."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from chat_service.outcomes import Question
from chat_service.translate.offline import OfflineTranslator
from semantic_layer.loading.load import build_model, read_definition, shipped_model_path
from semantic_layer.model.definitions import ModelDefinition
from tests.translate.conftest import known_values
from tests.translate.said import Plain, outcome_as_case

GRAINS = """
grains:
  - {name: fiscal_quarter, every: 3 months, from: 2024-02-01, label: {zh: 财季, en: fiscal quarter}}
  - {name: trading_month, every: [4 weeks, 4 weeks, 5 weeks], from: 2024-01-29,
     label: {zh: 营业月, en: trading month}, synonyms: {zh: [零售月], en: [retail month]}}
"""
TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def of_shop() -> OfflineTranslator:
    """The offline translator of the shipped model with units of time of a shop's own."""
    shipped, _ = read_definition(shipped_model_path())
    grains = ModelDefinition.model_validate(yaml.safe_load(GRAINS)).grains
    return OfflineTranslator(build_model(shipped.definition.model_copy(update={"grains": grains})), known_values)


@pytest.mark.parametrize(
    ("question", "promised"),
    [
        ("各财季的销售额", {"metrics": ["revenue"], "group_by": ["fiscal_quarter"]}),
        ("revenue by fiscal quarter", {"metrics": ["revenue"], "group_by": ["fiscal_quarter"]}),
        ("按零售月看复购率", {"metrics": ["repurchase_rate"], "group_by": ["trading_month"]}),
        ("orders per retail month and region", {"metrics": ["orders"], "group_by": ["trading_month", "region"]}),
        (
            "2025年各营业月销售额趋势",
            {"metrics": ["revenue"], "group_by": ["trading_month"], "period": "2025-01-01/2026-01-01 year"},
        ),
        (
            "how did revenue develop by trading month in 2025",
            {"metrics": ["revenue"], "group_by": ["trading_month"], "period": "2025-01-01/2026-01-01 year"},
        ),
    ],
)
def test_words_of_grains(question: str, promised: dict[str, Plain], of_shop: OfflineTranslator) -> None:
    assert outcome_as_case(of_shop.translate(Question(question, TODAY))) == {"request": promised}
