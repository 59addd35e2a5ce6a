"""The container, the compose file and the unit: they name settings that exist, and run without rights."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from chat_service.cli import COMMANDS
from chat_service.settings import PREFIX, Settings
from tests.structure.sources import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
FILES = ("Dockerfile", "compose.yaml", "env.example", "huitou.service")


@pytest.mark.parametrize("name", FILES)
def test_settings_are_ones_that_there_are(name: str) -> None:
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]+)\b", (DEPLOY / name).read_text(encoding="utf-8")))
    assert named and {each.lower() for each in named} <= Settings.model_fields.keys()


def test_the_image_is_run_by_a_user_without_rights() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last = lines[max(index for index, line in enumerate(lines) if line.startswith("FROM ")) :]
    users = [line.split()[1] for line in last if line.startswith("USER ")]
    assert users == ["10001:10001"]
    assert 'ENTRYPOINT ["huitou"]' in last and 'CMD ["serve"]' in last
    (check,) = (line for line in last if line.startswith("HEALTHCHECK "))
    assert 'CMD ["huitou", "health"]' in check and "health" in COMMANDS
    copied = {each for line in lines if re.match(r"COPY (?!--from)", line) for each in line.split()[1:-1]}
    assert all((REPOSITORY / each).exists() for each in copied)
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert all(f"!{each}" in ignored for each in copied), "what is copied is sent"


def test_the_image_installs_extras_that_there_are() -> None:
    (extras,) = re.findall(r'ARG EXTRAS="([^"]+)"', (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f"\n{each} = [" in project for each in extras.split(","))


def test_the_services_can_write_where_they_must_alone() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    service = composed["services"]["huitou"]
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["tmpfs"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert all(each.startswith("127.0.0.1:") for each in service["ports"]), "nobody reaches it past the proxy"
    assert set(composed["volumes"]) == {"state", "data"}
    grace = Settings().grace_seconds
    assert int(service["stop_grace_period"].rstrip("s")) > grace + 5


def test_the_unit_is_one(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / "huitou.service"
    text = (DEPLOY / "huitou.service").read_text(encoding="utf-8")
    unit.write_text(text.replace(f"/{'opt'}/huitou/bin/huitou", "/bin/true"), encoding="utf-8")
    analyze = shutil.which("systemd-analyze") or ""
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, timeout=60)
    assert "huitou.service" not in done.stderr, done.stderr
