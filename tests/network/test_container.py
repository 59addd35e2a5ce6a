"""The service as its image runs it: by a user without rights, on a root that it cannot write, with the Dockerfile's own
settings. In place of a container engine stand the namespaces that one is made of (`container.sh`)."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chat_service.access.keys import KeyFile
from tests.network.running import free_port
from tests.structure.sources import REPOSITORY

DOCKERFILE = (REPOSITORY / "deploy" / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]
UNIT = REPOSITORY / "tests" / "network" / "container.sh"
KEPT = {"keys", "conversations", "audit"}
# what Linux tells of a process, and which of some folders it can write
LOOK = """
import json, sys
told = dict(line.strip().partition(":\\t")[::2] for line in open("/proc/self/status"))
told["written"] = []
for each in sys.argv[1:]:
    try:
        open(f"{each}/x", "w").close()
        told["written"].append(each)
    except OSError:
        pass
print(json.dumps(told))
"""


def _environment() -> dict[str, str]:
    """What the last stage of the Dockerfile sets, but for the program's own place."""
    block = re.search(r"^ENV (.+?[^\\])$", DOCKERFILE.replace("\\\n", " "), re.M)
    assert block is not None
    return dict(each.split("=", 1) for each in block[1].split() if not each.startswith("PATH="))


# more than fits into the memory that it may take
SPILL = """
from pathlib import Path
from semantic_layer.engines.duckdb import DuckDBEngine
engine = DuckDBEngine(Path("/srv/huitou/company.duckdb"), memory_limit="30MB", threads=1)
sorted_rows = "SELECT i, repeat('x', 90) || i AS s FROM range(500000) AS t(i) ORDER BY s DESC OFFSET 1"
print(engine.run(f"SELECT count(s) FROM ({sorted_rows})").rows[0][0])
"""


class Image:
    """Runs commands as the image would: `root` is an empty folder to put it in, `data` its volume."""

    def __init__(self, root: Path, data: Path, database: Path, **settings: object) -> None:
        places = [REPOSITORY, Path(sys.base_prefix), *(Path(each).resolve() for each in sys.path if each)]
        places += [Path(each) for each in ("/usr", "/lib", "/lib64", "/bin", "/etc")]
        alone = [each for each in dict.fromkeys(places) if each.is_dir() and not _within(each, places)]
        (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)
        self._start = ["unshare", "--mount", "--pid", "--fork", "/bin/sh", str(UNIT), str(root), user]
        self._start += [str(data), str(database), ":".join(map(str, alone)), "--"]
        told = {f"HUITOU_{name.upper()}": str(value) for name, value in settings.items()}
        path = os.pathsep.join(each for each in sys.path if each)
        self._variables = {**_environment(), **told, "PYTHONPATH": path, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}

    def command(self, *python: str) -> list[str]:
        """What runs Python inside."""
        return [*self._start, os.path.realpath(sys.executable), *python]

    def run(self, *python: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*python), env=self._variables, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, *python: str, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as errors:
            # a session of its own, to be ended whole: another user's process does not end with the one that began it
            return subprocess.Popen(
                self.command(*python), env=self._variables, stderr=errors, stdout=errors, start_new_session=True
            )


def _within(path: Path, places: list[Path]) -> bool:
    return any(other in path.parents for other in places)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The volume, the image's user's own."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("only root can make a root of its own")
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:  # noqa: S607
        pytest.skip("mount namespaces are not permitted here")
    (tmp_path / "data").mkdir(mode=0o700)
    return tmp_path / "data"


@pytest.fixture
def key(data: Path) -> str:
    _, shown = KeyFile(data / "keys.json").add("anne", ("ask",), "2026-06-30")
    for each in (data, *data.iterdir()):
        os.chown(each, 10001, 10001)
    return shown


@pytest.fixture
def service(demo_database: Path, tmp_path: Path, data: Path, key: str) -> Iterator[tuple[Image, str, Path]]:
    """The image, where its service listens, and its log."""
    assert key
    port = free_port()
    (tmp_path / "root").mkdir()
    image = Image(tmp_path / "root", data, demo_database, port=port)
    log = tmp_path / "log"
    process = image.start("-m", "chat_service.cli", "serve", log=log)
    until = time.monotonic() + 60
    try:
        while not _listens(port):
            assert time.monotonic() < until and process.poll() is None, log.read_text(errors="replace")
            time.sleep(0.1)
        yield image, f"http://127.0.0.1:{port}", log
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def _listens(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_it_answers_without_rights_and_writes_its_volume_alone(
    service: tuple[Image, str, Path], data: Path, key: str
) -> None:
    image, url, log = service
    assert httpx.post(f"{url}/v1/chat", json={"message": "2025年的订单数"}).status_code == 401
    shown = {"authorization": f"Bearer {key}"}
    answer = httpx.post(f"{url}/v1/chat", json={"message": "2025年的订单数"}, headers=shown, timeout=60)
    assert (answer.status_code, answer.json()["status"]) == (200, "answered"), log.read_text(errors="replace")
    written = {each.name.removeprefix(".").split(".")[0] for each in data.iterdir()}
    assert written == KEPT and (data / "audit.jsonl").stat().st_size
    assert {each.stat().st_uid for each in data.iterdir()} == {10001}

    (check,) = re.findall(r'^HEALTHCHECK .*CMD \["huitou", (.+)\]$', DOCKERFILE, re.M)
    healthy = image.run("-m", "chat_service.cli", *json.loads(f"[{check}]"))
    assert (healthy.returncode, json.loads(healthy.stdout)["status"]) == (0, "ok"), healthy.stderr

    told = json.loads(image.run("-c", LOOK, "/", "/etc", "/srv/huitou", "/var/lib/huitou", "/tmp").stdout)  # noqa: S108
    assert told["Uid"].split() == told["Gid"].split() == ["10001"] * 4
    assert int(told["CapEff"], 16) == int(told["CapBnd"], 16) == 0 and told["NoNewPrivs"] == "1"
    assert told["written"] == ["/var/lib/huitou", "/tmp"]  # noqa: S108
    spilled = image.run("-c", SPILL)
    assert spilled.stdout == "499999\n", spilled.stderr
