"""`python -m benchmarks.soak`: many conversations at the same time, for minutes, on a service of its own.

Each conversation is one of a suite, its turns asked with a pause between them as people do, then another one. Told are
answers, failures, how long they took, and the memory of all processes: after the questions were asked once, and at the
end. Ends with 1 where anything failed, or memory grew by more than a tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.__main__ import SUITE
from benchmarks.load import family, serving
from chat_service.evaluate.suite import load_suite

_MOST_GROWTH = 0.1
_SAMPLE_SECONDS = 1.0
_PART = 0.1  # of the time, over which memory is told at its end


@dataclass
class Soak:
    """What conversations saw, and the memory of those who answered."""

    times_ms: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    conversations: int = 0
    memory_mb: list[float] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """The memory at the end beside that of the beginning, as a fraction more."""
        part = max(1, round(len(self.memory_mb) * _PART))
        return statistics.median(self.memory_mb[-part:]) / statistics.median(self.memory_mb[:part]) - 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    dialogues = [[turn.question for turn in case.turns] for case in load_suite(asked.suite)]
    with serving(asked.db, asked.workers, "2000000") as (url, process):
        found = asyncio.run(_soaked(url, process, dialogues, asked))
    console, late = Console(), sorted(found.times_ms)[int(len(found.times_ms) * 0.95)]
    table = Table(
        "", "", title=f"{asked.conversations} conversations at a time, {asked.seconds:g} s", show_header=False
    )
    table.add_row("conversations, answers", f"{found.conversations:,}, {len(found.times_ms):,}")
    table.add_row("median, p95", f"{statistics.median(found.times_ms):,.0f} ms, {late:,.0f} ms")
    table.add_row("failed", str(len(found.failures)))
    part = max(1, round(len(found.memory_mb) * _PART))
    began, ended = (statistics.median(each) for each in (found.memory_mb[:part], found.memory_mb[-part:]))
    table.add_row("memory", f"{began:,.0f} MB, {ended:,.0f} MB ({found.growth:+.1%})")
    console.print(table)
    for each in dict.fromkeys(found.failures):
        console.print(each, markup=False)
    return int(bool(found.failures) or found.growth > _MOST_GROWTH)


async def _soaked(
    url: str, process: subprocess.Popen[bytes], dialogues: Sequence[Sequence[str]], asked: argparse.Namespace
) -> Soak:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=asked.conversations)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        # so that every worker has opened what it needs and kept what it keeps
        warm = Soak()
        for _ in range(2 * asked.workers):
            await asyncio.gather(*(_conversation(client, each, warm, 0.0) for each in dialogues))
        found, until = Soak(), time.monotonic() + asked.seconds

        async def talk(number: int) -> None:
            await asyncio.sleep(asked.pause * number / asked.conversations)  # not all at once
            while time.monotonic() < until:
                await _conversation(client, dialogues[number % len(dialogues)], found, asked.pause)
                number += asked.conversations + 1

        async def watch() -> None:
            while time.monotonic() < until:
                found.memory_mb.append(memory_mb(process))
                await asyncio.sleep(_SAMPLE_SECONDS)

        await asyncio.gather(watch(), *(talk(number) for number in range(asked.conversations)))
    return found


async def _conversation(client: httpx.AsyncClient, turns: Sequence[str], found: Soak, pause: float) -> None:
    conversation: str | None = None
    found.conversations += 1
    for turn in turns:
        began = time.perf_counter()
        try:
            response = await client.post("/v1/chat", json={"message": turn, "conversation_id": conversation})
        except httpx.TransportError as error:
            found.failures.append(type(error).__name__)
            return
        found.times_ms.append((time.perf_counter() - began) * 1000)
        if response.status_code != httpx.codes.OK or response.json()["status"] == "error":
            found.failures.append(f"{response.status_code} {response.text[:200]}")
            return
        conversation = response.json()["conversation_id"]
        await asyncio.sleep(pause)


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """The memory that a process and those that it started have for themselves, what they share divided among them."""
    total = 0
    for each, _ in family(process):
        try:
            told = (each / "smaps_rollup").read_text()
        except OSError:
            continue  # it ended just now
        total += next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")), 0)
    return total / 1024


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=__doc__)
    parser.add_argument("--db", type=Path, required=True, help="a database to answer from")
    parser.add_argument("--suite", type=Path, default=SUITE, help="conversations to have")
    parser.add_argument("--conversations", type=int, default=200, help="how many at the same time")
    parser.add_argument("--seconds", type=float, default=300.0, help="how long")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between an answer and the next question")
    parser.add_argument("--workers", type=int, default=2, help="processes of the service")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
