"""The model in `docs/joins.md` is one that loads, and says what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from semantic_layer.load import load_model

PAGE = Path(__file__).resolve().parents[2] / "docs" / "joins.md"


def test_the_blocks_are_one_model(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for place, block in enumerate(blocks):
        (tmp_path / f"{place}.yaml").write_text(block, encoding="utf-8")
    model = load_model(tmp_path)
    assert len(blocks) > 1
    assert model.can_group("booking_value", "guest_home_state")
    assert model.can_group("booking_value", "host_city_region")
    assert model.can_group("booking_value", "tier")
    assert model.can_group("members", "member_tier")
    assert not model.can_group("booking_value", "home_state")
    assert not model.can_group("booking_value", "region")
    assert not model.can_group("booking_value", "language")
