"""A model written as YAML and read again is the same model, whichever file holds what."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import given

from semantic_layer.loading.load import build_model, load_model
from tests.generated.company import Company
from tests.generated.metric_strategies import companies
from tests.generated.running import tried


@tried(12)
@given(companies())
def test_a_model_comes_back_from_its_files(company: Company) -> None:
    dumped = company.definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    written = yaml.safe_dump(dumped, allow_unicode=True, sort_keys=False)
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "whole.yaml"
        one.write_text(written, encoding="utf-8")
        parts = Path(folder) / "parts"
        parts.mkdir()
        for place, (key, value) in enumerate(dumped.items()):
            text = yaml.safe_dump({key: value}, allow_unicode=True, sort_keys=False)
            (parts / f"{place}_{key}.yaml").write_text(text, encoding="utf-8")
        hashes = {build_model(company.definition).hash, load_model(one).hash, load_model(parts).hash}
    assert len(hashes) == 1, written
