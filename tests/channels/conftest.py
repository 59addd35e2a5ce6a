"""A company with readers of their own regions, for the channels where people ask."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from chat_service.access.keys import KeyFile
from semantic_layer import shipped_model_path

ACCESS = """
reader_attributes:
  - {name: region, description: {zh: 负责的大区, en: the region that they look after}}
policies:
  - {name: own_region, dataset: customers, filter: region = reader.region, except: [head_office]}
"""
READERS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "east": (("ask", "sql"), {"region": ("east",)}),
    "south": (("ask",), {"region": ("south",)}),
    "office": (("ask", "sql", "personal", "head_office"), {}),
}


@dataclass(frozen=True)
class Company:
    """The demo company's database, a model with policies, and the keys of its readers."""

    database: Path
    model: Path
    keys: Path
    shown: dict[str, str]


@pytest.fixture(scope="session")
def company(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Made once: nothing changes it."""
    folder = tmp_path_factory.mktemp("company")
    shutil.copytree(shipped_model_path(), folder / "loyalty")
    (folder / "loyalty" / "zz_access.yaml").write_text(ACCESS, encoding="utf-8")
    keys = KeyFile(folder / "keys.json")
    shown = {name: keys.add(name, roles, "2026-06-30", attributes)[1] for name, (roles, attributes) in READERS.items()}
    return Company(demo_database, folder / "loyalty", folder / "keys.json", shown)
