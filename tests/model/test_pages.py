"""The models in the pages load, and say what the pages say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from semantic_layer.loading.load import load_model
from semantic_layer.model.model import Model
from semantic_layer.query.requests import MetricQuery

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def model_of(page: str, folder: Path) -> Model:
    """The one model that all YAML blocks of a page make."""
    found = blocks(page, "yaml")
    assert len(found) > 1
    for place, block in enumerate(found):
        (folder / f"{place}.yaml").write_text(block, encoding="utf-8")
    return load_model(folder)


def test_the_model_of_joins(tmp_path: Path) -> None:
    model = model_of("joins.md", tmp_path)
    assert model.can_group("booking_value", "guest_home_state")
    assert model.can_group("booking_value", "host_city_region")
    assert model.can_group("booking_value", "tier")
    assert model.can_group("members", "member_tier")
    assert not model.can_group("booking_value", "home_state")
    assert not model.can_group("booking_value", "region")
    assert not model.can_group("booking_value", "language")
    assert model.can_group("guest_value", "language") and model.can_group("guest_value", "host_home_state")


def test_the_model_of_time(tmp_path: Path) -> None:
    model = model_of("time.md", tmp_path)
    assert set(model.grains) == {"fiscal_year", "sunday_week", "retail_month", "season"}
    query = MetricQuery.model_validate(json.loads(blocks("time.md", "json")[0]))
    assert set(query.metrics) <= set(model.metrics)
    assert query.group_by[0] in model.grains
