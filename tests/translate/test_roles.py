"""Dimensions of a role are asked for by composed words, in both languages; what is in doubt between roles is asked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chat_service.outcomes import Question
from chat_service.translate.offline import OfflineTranslator
from semantic_layer.loading.load import load_model
from tests.translate.conftest import known_values
from tests.translate.said import Plain, outcome_as_case

MODEL = load_model(Path(__file__).parent.parent / "layer" / "joins.yaml")
TODAY = date(2026, 3, 31)


def _grouped(metric: str, *dimensions: str) -> dict[str, Plain]:
    return {"request": {"metrics": [metric], "group_by": list(dimensions)}}


@pytest.fixture(scope="module")
def of_joins() -> OfflineTranslator:
    """The offline translator of the model of every kind of join."""
    return OfflineTranslator(MODEL, known_values)


@pytest.mark.parametrize(
    ("question", "promised"),
    [
        ("按房客的家乡州看预订数", _grouped("booking_count", "guest_home_state")),
        ("房东家乡州的预订金额", _grouped("booking_value", "host_home_state")),
        ("按住客的老家看预订数", _grouped("booking_count", "guest_home_state")),
        ("按房客的家乡州和房东的家乡州看预订数", _grouped("booking_count", "guest_home_state", "host_home_state")),
        ("bookings by guest home state", _grouped("booking_count", "guest_home_state")),
        ("bookings by the home state of the guest", _grouped("booking_count", "guest_home_state")),
        ("booking value by host's home state", _grouped("booking_value", "host_home_state")),
        ("bookings by guest city region", _grouped("booking_count", "guest_city_region")),
        (
            "房客的家乡州是加州的预订金额",
            {"request": {"metrics": ["booking_value"], "filters": [{"field": "guest_home_state", "values": ["CA"]}]}},
        ),
        ("加州的预订数", {"asks": "ambiguous_value", "choices": ["guest_home_state", "host_home_state"]}),
        ("bookings by home state", {"asks": "ambiguous_dimension", "choices": ["guest_home_state", "host_home_state"]}),
        ("bookings by plan name", {"refused": "unreachable_dimension"}),
    ],
)
def test_words_of_roles(question: str, promised: dict[str, Plain], of_joins: OfflineTranslator) -> None:
    assert outcome_as_case(of_joins.translate(Question(question, TODAY))) == promised
