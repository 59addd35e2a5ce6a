"""The shipped reasons and playbook: complete in both languages, documented, and cheap to import."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.scoring.catalogue import playbook, reasons
from semantic_layer.scoring.rfm import Segment
from semantic_layer.scoring.tables import DATED
from tests.structure.sources import REPOSITORY

PAGE = (REPOSITORY / "docs/scoring.md").read_text(encoding="utf-8")


def test_the_last_play_is_for_everybody() -> None:
    assert list(playbook().values())[-1].condition == "true"
    assert len({play.condition for play in playbook().values()}) == len(playbook())


@pytest.mark.parametrize("code", [*reasons(), *playbook(), *get_args(Segment)])
def test_the_page_names_every_code(code: str) -> None:
    assert f"`{code}`" in PAGE


@pytest.mark.parametrize("code", reasons())
def test_both_languages_tell_the_same_evidence(code: str) -> None:
    sentence = reasons()[code].sentence
    assert sentence.zh.count("{") == sentence.en.count("{") or code == "low_return_probability"


def test_today_is_read_from_the_same_columns_as_in_the_model() -> None:
    datasets = (each.definition for each in load_model(shipped_model_path()).datasets.values())
    assert {each.table: each.time for each in datasets if each.table and each.time and "." not in each.time} == DATED


def test_answering_needs_no_statistics() -> None:
    program = (
        "import sys; from semantic_layer.scoring.catalogue import playbook, reasons; playbook(); reasons(); "
        "sys.exit(any(name in sys.modules for name in ('scipy', 'pandas', 'numpy', 'duckdb')))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=False).returncode == 0
