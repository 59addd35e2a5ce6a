"""What the service knows of words speaks against no right reading: the rules' own readings, taken for a model's."""

from __future__ import annotations

import pytest
import yaml

from chat_service.outcomes import Answerable
from chat_service.services import Services
from chat_service.translate.agent.accounting import account_for
from chat_service.translate.agent.ground import Ground
from chat_service.translate.agent.parts import Part, parts_of
from chat_service.translate.agent.reply import Said
from chat_service.translate.agent.witness import contradictions, numbers_unsaid, suspicions
from tests.agent.conftest import question
from tests.structure.sources import REPOSITORY

SUITE = REPOSITORY / "tests" / "questions" / "suite.yaml"
QUESTIONS = [each["q"] for each in yaml.safe_load(SUITE.read_text(encoding="utf-8")) if "q" in each]


def _words(outcome: Answerable, parts: tuple[Part, ...]) -> list[Said]:
    """Every word that the rules used, given for every part: nothing is left to a good choice of pieces."""
    spans = [span for span in outcome.reading.spans if span.role != "filler"]
    measured = [part for part in parts if part.path.startswith("metrics[")]
    named = {part.says for part in measured}
    return [
        Said(said=span.text, part=part.path)
        for span in spans
        for part in parts
        if part not in measured or span.resolved == part.says or span.resolved not in named
    ]


def test_no_false_alarm_over_the_suite(base: Services, ground: Ground) -> None:
    read, wrong = 0, []
    for text in QUESTIONS:
        outcome = base.translator.translate(question(text))
        if not isinstance(outcome, Answerable) or outcome.reading.confidence < 0.9:
            continue
        read += 1
        parts, mentions = parts_of(outcome.request, base.model), base.translator.mentions(question(text))
        account = account_for(text, _words(outcome, parts), parts, mentions)
        said = [
            *contradictions(parts, (), account, mentions, ground),
            *suspicions(parts, (), account, mentions, ground),
            *numbers_unsaid(outcome.request, parts, account, mentions, base.model),
        ]
        wrong += [(text, each) for each in said]
        assert not account.unmade, text
    assert read >= 25
    assert not wrong


@pytest.mark.parametrize(
    ("text", "metric", "alarm"),
    [
        ("上个月的销售额", "gross_profit", True),
        ("上个月的销售额", "item_revenue", False),
        ("上个月的订单", "cancelled_orders", False),
        ("refund rate last month", "repurchase_rate", True),
        ("客户数", "buyers", False),
        ("ROI", "campaign_attributed_roi", False),
        ("ROI", "cac", True),
    ],
)
def test_a_metrics_own_name(text: str, metric: str, alarm: bool, base: Services, ground: Ground) -> None:
    parts = (Part("metrics[0]", "metric", metric, metric),)
    account = account_for(text, [Said(said=text, part="metrics[0]"), Said(said=text, part="period")], parts, ())
    mentions = [each for each in base.translator.mentions(question(text)) if each.date is None]
    assert bool(list(suspicions(parts, (), account, mentions, ground))) == alarm
