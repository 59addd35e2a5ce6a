"""Every command of the README is run, in order, in a folder that looks like a fresh clone.

The word after a fence's language says how. `sh run`: each line is run and must succeed. `sh serve`: the line is
started and stays up for the fences after it. `sh shown REASON`: not run, and why. A `make` line is checked to be a
target of the Makefile, since a test cannot make the tests. A line that ends in a backslash goes on in the next.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.structure.sources import REPOSITORY

README = REPOSITORY / "README.md"
_FENCE = re.compile(r"^```(sh|bash|shell)\b *(\w*) *([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PORT = re.compile(r"--port[ =](\d+)")
_STARTUP_SECONDS = 60
_COMMAND_SECONDS = 180


@dataclass(frozen=True)
class Fence:
    """A block of commands; `mark` is how it is run, `reason` why it is not."""

    mark: str
    reason: str
    commands: tuple[str, ...]


def fences(text: str) -> tuple[Fence, ...]:
    """The blocks of shell commands of a page, in order; comments and prompts are taken off."""
    found = []
    for _, mark, reason, body in _FENCE.findall(text):
        lines = body.replace("\\\n", " ").splitlines()
        commands = (line.removeprefix("$ ").strip() for line in lines)
        found.append(Fence(mark, reason, tuple(line for line in commands if line and not line.startswith("#"))))
    return tuple(found)


@pytest.fixture
def clone(tmp_path: Path, company: Path) -> Path:
    """A folder with everything of the repository by link, where commands leave their files: as it is once its first
    command (`make demo`, which a test cannot run) has made the demo company."""
    for entry in REPOSITORY.iterdir():
        if entry.suffix not in (".db", ".duckdb", ".wal") and entry.name != "demo_truth.json":
            (tmp_path / entry.name).symlink_to(entry)
    for made in company.iterdir():
        shutil.copy(made, tmp_path)
    return tmp_path


@pytest.fixture
def environment() -> dict[str, str]:
    """The process's own, with this Python's commands first and no settings of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUITOU_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}", "PYTHONUTF8": "1"}


def test_every_fence_says_how_it_is_run() -> None:
    for fence in fences(README.read_text(encoding="utf-8")):
        assert fence.mark in ("run", "serve", "shown"), f"unmarked commands: {fence.commands}"
        assert fence.mark != "shown" or fence.reason, f"not run, and no reason given: {fence.commands}"


def test_every_command_succeeds(clone: Path, environment: dict[str, str]) -> None:
    with ExitStack() as running:
        for fence in fences(README.read_text(encoding="utf-8")):
            for command in fence.commands:
                if fence.mark == "serve":
                    running.enter_context(_served(command, clone, environment))
                elif fence.mark == "run":
                    _run(command, clone, environment)


def _run(command: str, clone: Path, environment: dict[str, str]) -> None:
    if command.startswith("make "):
        command = command.replace("make ", "make --dry-run ", 1)
    if shutil.which(command.split()[0], path=environment["PATH"]) is None:
        pytest.skip(f"'{command.split()[0]}' is not on this machine")
    done = subprocess.run(  # noqa: S602 — the README's own lines, pipes and quotes included
        command,
        shell=True,
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_COMMAND_SECONDS,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@contextmanager
def _served(command: str, clone: Path, environment: dict[str, str]) -> Iterator[None]:
    """A server started by a command, up until the block ends."""
    port = _PORT.search(command)
    url = f"http://127.0.0.1:{port[1] if port else 8000}/readyz"
    process = subprocess.Popen(
        command.split(), cwd=clone, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(url, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_STARTUP_SECONDS * 5):
        assert process.poll() is None, "the server ended at once"
        try:
            with urlopen(url, timeout=2):  # noqa: S310 — this machine, a fixed scheme
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}")


READ = [
    ('```sh run\n$ huitou ask "a" \\\n  --json\n# note\n```\n', Fence("run", "", ('huitou ask "a"    --json',))),
    ("```sh shown needs a key\nhuitou x\n```\n", Fence("shown", "needs a key", ("huitou x",))),
    ("```bash\nmake demo\n```\n", Fence("", "", ("make demo",))),
]


@pytest.mark.parametrize(("text", "fence"), READ)
def test_fences_are_read(text: str, fence: Fence) -> None:
    assert fences(text) == (fence,)
