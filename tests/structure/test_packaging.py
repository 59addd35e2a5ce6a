"""What is installed is what is declared, and the lock files say nothing of the machine that wrote them."""

from __future__ import annotations

import re
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

import pytest

from tests.structure.sources import CODE, REPOSITORY, SHIPPED, sources

LOCKS = ("requirements.lock", "requirements-dev.lock")
_NAME = re.compile(r"^([A-Za-z0-9._-]+)")
_PINNED = re.compile(r"^[a-z0-9._-]+==[^ ]+( ; .+)? \\$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
# part of another's public interface, and pinned with it
COMES_WITH = {
    "pydantic-core": "pydantic",
    "starlette": "fastapi",
    "anyio": "fastapi",
    "click": "typer",
    "adbc-driver-manager": "adbc-driver-postgresql",
    "langchain-core": "langchain",
    "langgraph": "langchain",
    "langsmith": "langchain",
    "httpx2": "openai",
}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def _names(requirements: list[str]) -> set[str]:
    return {_normal(match[1]) for each in requirements if (match := _NAME.match(each))}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(lock: str) -> set[str]:
    lines = (REPOSITORY / lock).read_text(encoding="utf-8").splitlines()
    return {_normal(line.split("==")[0]) for line in lines if "==" in line}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_versions_and_hashes_alone(lock: str) -> None:
    for number, line in enumerate((REPOSITORY / lock).read_text(encoding="utf-8").splitlines(), start=1):
        known = line.startswith("#") or _PINNED.match(line) or _HASH.match(line)
        assert known, f"{lock}:{number}: neither a pinned version nor a hash"
        assert "://" not in line, f"{lock}:{number}: names a host"


def test_locks_cover_the_declared_dependencies() -> None:
    runtime = _names(PROJECT["project"]["dependencies"])
    extras = {name for group in PROJECT["project"]["optional-dependencies"].values() for name in _names(group)}
    tools = _names(PROJECT["dependency-groups"]["dev"])
    assert runtime <= _locked("requirements.lock")
    assert runtime | extras | tools <= _locked("requirements-dev.lock")
    assert _locked("requirements.lock") <= _locked("requirements-dev.lock")


def test_every_import_is_declared() -> None:
    declared = _names(PROJECT["project"]["dependencies"]) | _names(PROJECT["dependency-groups"]["learning"])
    for group in PROJECT["project"]["optional-dependencies"].values():
        declared |= _names(group)
    distributions = packages_distributions()
    for source in sources():
        for each in source.imports:
            top = each.module.split(".")[0]
            if top in sys.stdlib_module_names or top in SHIPPED:
                continue
            names = [_normal(name) for name in distributions.get(top, [top])]
            providers = {COMES_WITH.get(name, name) for name in names}
            assert providers & declared, f"{source.where}:{each.line}: '{top}' is not in pyproject.toml"


def test_every_declared_dependency_is_used() -> None:
    used = {each.module.split(".")[0] for source in sources(*CODE) for each in source.imports}
    distributions = packages_distributions()
    provided = {_normal(name) for top in used for name in distributions.get(top, [])}
    unused = _names(PROJECT["project"]["dependencies"]) - provided
    assert not unused, f"installed for everyone and imported by nothing: {', '.join(sorted(unused))}"


def test_the_default_installation_is_small() -> None:
    taken = 0
    for name in _locked("requirements.lock"):
        with suppress(PackageNotFoundError):  # of other systems
            files = distribution(name).files or ()
            # each source stands there as bytecode too
            taken += sum((each.size or 0) * (2 if each.suffix == ".py" else 1) for each in files)
    assert 100_000_000 < taken < 700_000_000
