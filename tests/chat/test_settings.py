"""Settings: the environment over `.env` over defaults, every mistake at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chat_service.settings import Settings, SettingsError, read_settings


def test_none_needs_to_be_set() -> None:
    assert read_settings({}) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("HUITOU_PORT=1\nHUITOU_AS_OF=2026-06-30\nOTHER=x\n", encoding="utf-8")
    found = read_settings({"HUITOU_PORT": "2", "HUITOU_DATABASE": "", "PATH": "/bin"}, dotenv)
    assert (found.port, found.as_of, found.database) == (2, date(2026, 6, 30), None)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({"HUITOU_PORT": "70000", "HUITOU_THREADS": "none", "HUITOU_PROT": "1"})
    codes = [problem.code for problem in raised.value.problems]
    assert sorted(codes) == ["invalid_setting", "invalid_setting", "unknown_setting"]


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())
