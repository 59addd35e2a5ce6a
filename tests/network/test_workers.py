"""Several processes on one address: what must hold over all of them does, whichever answers."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from chat_service.access.rates import SharedRates
from tests.network.running import Running, serving

WORKERS = 2
QUERY = {"kind": "metrics", "metrics": ["customers"]}


@pytest.fixture(scope="module")
def service(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """What the tests share, up to the one that stops it."""
    folder = tmp_path_factory.mktemp("workers")
    with serving(folder, demo_database, workers=WORKERS, per_reader_at_most=60) as running:
        _until(lambda: _all_take(running))
        yield running


def _workers(service: Running) -> list[int]:
    """The processes that serve: those that the first one started, but for the one that tracks resources."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (each / "status").read_text(), (each / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PPid:\t{service.process.pid}\n" in status and b"spawn_main" in command:
            found.append(int(each.name))
    return found


def _held(service: Running) -> dict[int, set[int]]:
    """The ports of those that each worker is connected with, as Linux tells."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    ours = {row[9]: int(row[2].partition(":")[2], 16) for row in rows if row[1].endswith(f":{service.port:04X}")}
    return {each: {ours[inode] for inode in _inodes(each) & ours.keys()} for each in _workers(service)}


def _inodes(process: int) -> set[str]:
    found: set[str] = set()
    for each in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.add(os.readlink(each).removeprefix("socket:[").rstrip("]"))
    return found


def _kept(service: Running, count: int) -> dict[int, socket.socket]:
    """So many connections that were answered and are kept, by port."""
    found = {}
    for _ in range(count):
        each = service.connect()
        each.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert each.recv(4096).startswith(b"HTTP/1.1 200")
        found[each.getsockname()[1]] = each
    return found


def _all_take(service: Running) -> bool:
    """Whether every worker is ready: of so many connections, each holds one."""
    kept = _kept(service, WORKERS)
    held = _held(service)
    for each in kept.values():
        each.close()
    return len(held) == WORKERS and all(kept.keys() & each for each in held.values())


def _until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come to be so")


def test_messages_and_turns_hold_over_all_workers(service: Running) -> None:
    def send(body: dict[str, object]) -> httpx.Response:
        # a client of its own for each, so that any worker may take it
        with service.client() as client:
            return client.post("/v1/chat", json=body)

    started = send({"message": "2025年的订单数"}).json()["conversation_id"]
    questions = [f"{2024 + number % 3}年的订单数" for number in range(9)]
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(lambda text: send({"message": text, "conversation_id": started}), questions))
        same = list(pool.map(send, [{"message": "2025年的销售额", "conversation_id": started, "message_id": "m1"}] * 6))
    assert [each.status_code for each in answers] == [200] * 9, [each.text for each in answers]
    assert len({each.content for each in same}) == 1 and same[0].status_code == 200
    with service.client() as client:
        turns = client.get(f"/v1/conversations/{started}").json()["turns"]
    assert len(turns) == 11, "each question once, whoever answered it"
    with service.client() as client:
        told = client.get("/metrics").text
    counted = re.findall(r'huitou_http_requests_total\{.*route="/v1/chat".*\} (\d+)', told)
    assert sum(map(int, counted)) == 16, "the meters of all workers together"


def test_a_readers_rate_is_counted_over_all_workers_which_end_with_the_first(
    demo_database: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, demo_database, workers=WORKERS, requests_per_minute=30) as service:
        _until(lambda: len(_workers(service)) == WORKERS)
        began = time.monotonic()
        codes = []
        for _ in range(60):
            with service.client() as client:
                codes.append(client.post("/v1/query", json=QUERY).status_code)
        passed = codes.count(200)
        back = (time.monotonic() - began) * 30 / 60
        assert set(codes) == {200, 429} and 30 <= passed <= 31 + back, (passed, back)
        _end_with(service, signal.SIGKILL, 20)


def test_a_worker_that_is_killed_is_replaced_and_nothing_told_is_lost(service: Running) -> None:
    told: list[str] = []

    def ask(number: int) -> None:
        try:
            with service.client() as client:
                answer = client.post("/v1/chat", json={"message": f"{2024 + number % 3}年的订单数"})
        except httpx.TransportError:
            return  # whom the killed one was answering
        assert answer.status_code == 200, answer.text
        told.append(answer.json()["conversation_id"])

    before = _workers(service)
    with ThreadPoolExecutor(6) as pool:
        asked = pool.map(ask, range(60))
        os.kill(before[0], signal.SIGKILL)
        list(asked)
    assert len(told) >= 40
    _until(lambda: before[0] not in _workers(service) and _all_take(service))
    with service.client() as client:
        assert all(client.get(f"/v1/conversations/{each}").status_code == 200 for each in told)
    assert "is replaced" in service.log.read_text()


def test_a_health_check_asks_it(service: Running, tmp_path: Path) -> None:
    def check(**more: str) -> subprocess.CompletedProcess[str]:
        variables = {"HUITOU_PORT": str(service.port), "HUITOU_HOST": "0.0.0.0", **more}  # noqa: S104
        command = [sys.executable, "-m", "chat_service.cli", "health"]
        return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60)

    healthy = check()
    assert (healthy.returncode, json.loads(healthy.stdout)["status"]) == (0, "ok"), healthy.stderr
    assert check(HUITOU_PORT="1").returncode == 1


def test_each_worker_holds_its_share_of_the_connections_and_all_end_with_the_first(service: Running) -> None:
    _until(lambda: _all_take(service))
    _until(lambda: not any(_held(service).values()))
    kept = _kept(service, 16 * WORKERS)
    assert [len(each) for each in _held(service).values()] == [16] * WORKERS
    left = _held(service).popitem()[1]
    for port in left:
        kept.pop(port).close()
    _until(lambda: sum(map(len, _held(service).values())) == len(kept))
    more = _kept(service, 10)
    held = [each & more.keys() for each in _held(service).values()]
    assert sorted(map(len, held)) == [0] * (WORKERS - 1) + [10], "who lost its connections is given those that come"
    for each in (*kept.values(), *more.values()):
        each.close()
    _end_with(service, signal.SIGTERM, 10)


def _end_with(service: Running, how: signal.Signals, seconds: float) -> None:
    workers = _workers(service)
    assert len(workers) == WORKERS
    assert service.stop(how) < 15
    _until(lambda: not any(Path(f"/proc/{each}").exists() for each in workers), seconds)


def test_rates_are_one_for_all_who_name_the_file(tmp_path: Path) -> None:
    one, other = SharedRates(tmp_path / "rates"), SharedRates(tmp_path / "rates")
    waits = [(one if number % 2 else other).wait("anne", 3) for number in range(4)]
    assert waits[:3] == [0, 0, 0] and 15 < waits[3] <= 20
    assert one.wait("ben", 3) == 0
    for number in range(10_000):
        assert one.wait(f"reader {number}", 3) == 0, "nobody is refused for want of a place"
    one.close()
    other.close()
