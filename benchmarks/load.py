"""`python -m benchmarks.load`: answers a second over HTTP, with results kept and without, by clients at the same time;
and what light questions take alone, and beside a heavy one.

Starts services of its own over a database. What their processes computed is told beside what the clients saw, which is
the machine's too: on two free cores a service gives 2,000 ms of computing a second. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import SUITE
from chat_service.evaluate.suite import load_suite

_START_SECONDS = 120
_KEPT_CELLS = "2000000"
# so that every worker has opened what it needs, and kept what it keeps
_BEFORE = 4
_LIGHT = ("上个月的订单数", "revenue last month", "上个月销售额环比", "tickets last week")
_LIGHT_CLIENTS, _PAUSE = 4, 0.05
_HEAVY = {"kind": "explain", "metric": "clv", "period": {"start": "2026-05-01", "end": "2026-06-01", "grain": "month"}}


@dataclass(frozen=True)
class Load:
    """What so many clients saw in a time."""

    seconds: float
    times_ms: tuple[float, ...]
    failed: int
    computed_ms: float

    @property
    def median(self) -> float:
        return statistics.median(self.times_ms)

    def row(self) -> tuple[str, ...]:
        """Answers a second, median, 95th percentile, computing of an answer, failures."""
        found = sorted(self.times_ms)
        late = found[min(len(found) - 1, int(len(found) * 0.95))]
        computed = f"{self.computed_ms / max(1, len(found)):.1f}"
        return f"{len(found) / self.seconds:,.0f}", f"{self.median:.1f}", f"{late:.1f}", computed, str(self.failed)


class Client:
    """One connection that is kept; lighter than a library's, as it computes on the cores that it measures."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, path: str, body: bytes) -> int:
        """The status of the response, once it is there whole."""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        told = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = told.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length))
        return int(told.split(b" ", 2)[1])

    def close(self) -> None:
        self._writer.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    questions = [turn.question for case in load_suite(asked.suite) for turn in case.turns[:1]]
    title = f"{len(questions)} questions, {asked.clients} clients, {asked.workers} workers"
    heads = ("answers/s", "median ms", "p95 ms", "computing ms", "failed")
    table = Table("results", *heads, title=title, title_justify="left")
    for name, cells in (("computed each time", "0"), ("kept", _KEPT_CELLS)):
        with serving(asked.db, asked.workers, cells) as (url, process):
            count = _BEFORE * asked.workers * len(questions)
            asyncio.run(measured(url, process, questions, asked.clients, most=count))
            found = asyncio.run(measured(url, process, questions, asked.clients, seconds=asked.seconds))
            table.add_row(name, *found.row())
    beside = Table("light questions", *heads, title=f"{_LIGHT_CLIENTS} clients with pauses", title_justify="left")
    with serving(asked.db, asked.workers, "0") as (url, process):
        asyncio.run(measured(url, process, _LIGHT, _LIGHT_CLIENTS, most=_BEFORE * asked.workers * len(_LIGHT)))
        alone, both = asyncio.run(_beside(url, process, asked.seconds / 2))
        beside.add_row("alone", *alone.row())
        beside.add_row(f"beside a heavy one ({both.median / alone.median:.2f} times the median)", *both.row())
    Console().print(table, beside)


async def measured(
    url: str,
    process: subprocess.Popen[bytes],
    questions: Sequence[str],
    clients: int,
    *,
    seconds: float = 3600.0,
    most: int | None = None,
    pause: float = 0.0,
) -> Load:
    """Clients that each ask one question after another, of those that are common to all, for so long, or so many."""
    bodies = [json.dumps({"message": each}).encode() for each in questions]
    messages = cycle(bodies) if most is None else iter([bodies[place % len(bodies)] for place in range(most)])
    times: list[float] = []
    failed = 0
    until = time.monotonic() + seconds

    async def ask() -> None:
        nonlocal failed
        client = await connected(url)
        for message in messages:
            began = time.perf_counter()
            failed += await client.post("/v1/chat", message) != 200
            times.append((time.perf_counter() - began) * 1000)
            if time.monotonic() > until:
                break
            await asyncio.sleep(pause)
        client.close()

    began, before = time.monotonic(), computed_ms(process)
    await asyncio.gather(*(ask() for _ in range(clients)))
    return Load(time.monotonic() - began, tuple(times), failed, computed_ms(process) - before)


async def connected(url: str) -> Client:
    """A connection to a service of our own."""
    return Client(*await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2])))


async def _beside(url: str, process: subprocess.Popen[bytes], seconds: float) -> tuple[Load, Load]:
    """Light questions alone, and while a heavy query is asked again and again."""
    alone = await measured(url, process, _LIGHT, _LIGHT_CLIENTS, seconds=seconds, pause=_PAUSE)
    client, body = await connected(url), json.dumps(_HEAVY).encode()

    async def ask() -> None:
        while True:
            assert await client.post("/v1/query", body) == 200

    heavy = asyncio.ensure_future(ask())
    both = await measured(url, process, _LIGHT, _LIGHT_CLIENTS, seconds=seconds, pause=_PAUSE)
    heavy.cancel()
    client.close()
    return alone, both


def computed_ms(process: subprocess.Popen[bytes]) -> float:
    """Processor time of a process and of those that it started, as Linux counts it."""
    ticks = sum(int(fields[11]) + int(fields[12]) for _, fields in family(process))
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def family(process: subprocess.Popen[bytes]) -> Iterator[tuple[Path, list[str]]]:
    """A process and those that it started, each with what Linux tells of it."""
    known = {process.pid}
    for each in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            fields = (each / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(each.name) in known or int(fields[1]) in known:
            known.add(int(each.name))
            yield each, fields


@contextmanager
def serving(database: Path, workers: int, kept_cells: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A service of our own over a database: where it listens, and its first process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        chosen = {
            "DATABASE": str(database),
            "PORT": str(port),
            "WORKERS": str(workers),
            "THREADS": "1",
            "KEPT_CELLS": kept_cells,
            "PER_READER_AT_MOST": "1000",
            "WAITING_AT_MOST": "1000",
            "CONVERSATIONS_URL": f"sqlite:///{folder}/kept.sqlite",
            "KEYS": f"{folder}/keys.json",
        }
        variables = {**os.environ, **{f"HUITOU_{name}": value for name, value in chosen.items()}}
        log = Path(folder) / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "chat_service.cli", "serve"], env=variables, stderr=errors, stdout=errors
            )
        try:
            _wait(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit(log.read_text(errors="replace")[-2000:])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--db", type=Path, required=True, help="a database to answer from")
    parser.add_argument("--suite", type=Path, default=SUITE, help="questions to ask")
    parser.add_argument("--clients", type=int, default=32, help="clients at the same time")
    parser.add_argument("--workers", type=int, default=2, help="processes of the service")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each is measured")
    return parser


if __name__ == "__main__":
    main()
