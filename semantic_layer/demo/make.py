"""The demo company: a whole customer-loyalty database, made from a seed.

In: how many customers, a seed, the as-of date. Out: a DuckDB file with the tables of the data contract, and
`demo_truth.json` beside it. Customers are made in batches of a fixed size, so that any number fits in memory and the
same call gives the same data everywhere. Knows nothing of scores; `customer_scores` is left empty.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from semantic_layer.demo.baskets import Baskets, fill_baskets
from semantic_layer.demo.campaigns import campaign_frame
from semantic_layer.demo.catalogue import DATA
from semantic_layer.demo.codes import ACQUISITION
from semantic_layer.demo.draws import Ints
from semantic_layer.demo.identities import account_frame, customer_frame
from semantic_layer.demo.market import benchmark_frame, spend_by_day, spend_frame
from semantic_layer.demo.outreach import reach_out
from semantic_layer.demo.people import People, make_people
from semantic_layer.demo.points import Ledger, keep_ledger
from semantic_layer.demo.purchases import Purchases, make_purchases
from semantic_layer.demo.season import DAY
from semantic_layer.demo.service import open_tickets
from semantic_layer.demo.subscriptions import make_terms
from semantic_layer.demo.tiers import TierHistory, make_tiers
from semantic_layer.demo.truths import MeasuredTruth, measured, read_truths
from semantic_layer.demo.visits import make_visits
from semantic_layer.demo.voices import answer_surveys, gather_mentions
from semantic_layer.demo.world import World, make_world
from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.errors import EngineError, EngineProblem, Phrase, problem

BATCH = 20_000
TRUTH_FILE = "demo_truth.json"
MOST_CUSTOMERS = 5_000_000
_MEASURING = 0.95  # how much of everything is done when the truths are measured
_COUNTED = ("orders", "points_ledger", "app_events", "support_tickets", "survey_responses", "social_mentions")


@dataclass(frozen=True)
class DemoSummary:
    """What was made and where. `rows` counts each table's."""

    database: Path
    truth: Path
    start: date
    as_of: date
    customers: int
    seed: int
    rows: tuple[tuple[str, int], ...]


@problem(
    "demo_out_of_range",
    zh="{argument} = {value} 时无法生成示例数据。请给{allowed}。",
    en="The demo cannot be made with {argument} = {value}. Give {allowed}.",
)
class DemoOutOfRange(EngineProblem):
    """A demo of this size, seed or date cannot be made."""

    argument: str
    value: str
    allowed: Phrase


def make_demo(
    out: Path,
    *,
    customers: int = 20_000,
    seed: int = 7,
    as_of: date = date(2026, 6, 30),
    progress: Callable[[str, float], None] | None = None,
) -> DemoSummary:
    """Make the database at `out` and the truths beside it.

    The same arguments give the same data. An existing `out` is replaced only once the new one is complete; a run that
    fails leaves what was there. `progress` is told a stage and how much of everything is done (0..1). Raises
    EngineError (`demo_out_of_range`).
    """
    _check(out, customers, seed, as_of)
    report = progress or (lambda stage, done: None)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial, truth = out.with_name(f".{out.name}.{os.getpid()}.partial"), out.with_name(TRUTH_FILE)
    partial_truth = partial.with_suffix(".truth")
    world = make_world(seed, customers, as_of)
    try:
        with DuckDBWriter(partial, memory_limit="3GB") as writer:
            writer.execute((DATA / "schema.sql").read_text(encoding="utf-8"))
            _write_batches(writer, world, report)
            report("truths", _MEASURING)
            truths = measured(read_truths(world.plants, as_of), writer.rows)
            partial_truth.write_text(_truth_text(world, truths), encoding="utf-8")
            rows = _row_counts(writer)
        _wal(out).unlink(missing_ok=True)
        os.replace(partial, out)
        os.replace(partial_truth, truth)
    finally:
        for left in (partial, _wal(partial), partial_truth):
            left.unlink(missing_ok=True)
        shutil.rmtree(partial.with_name(partial.name + ".tmp"), ignore_errors=True)
    report("done", 1.0)
    return DemoSummary(out, truth, world.clock.start, as_of, customers, seed, rows)


def _check(out: Path, customers: int, seed: int, as_of: date) -> None:
    problems: list[EngineProblem] = []
    if out.is_dir() or not out.name:
        problems.append(
            DemoOutOfRange("out", str(out), Phrase("文件名，而不是文件夹名", "the name of a file, not of a folder"))
        )
    if not 1 <= customers <= MOST_CUSTOMERS:
        allowed = Phrase(f" 1 到 {MOST_CUSTOMERS} 之间的数", f"a number from 1 to {MOST_CUSTOMERS}")
        problems.append(DemoOutOfRange("customers", str(customers), allowed))
    if seed < 0:
        problems.append(DemoOutOfRange("seed", str(seed), Phrase("零或正整数", "zero or a positive whole number")))
    if not date(2005, 1, 1) <= as_of <= date(2090, 12, 31):
        allowed = Phrase(" 2005-01-01 到 2090-12-31 之间的日期", "a date from 2005-01-01 to 2090-12-31")
        problems.append(DemoOutOfRange("as_of", as_of.isoformat(), allowed))
    if problems:
        raise EngineError(*problems)


def _write_batches(writer: DuckDBWriter, world: World, report: Callable[[str, float], None]) -> None:
    """Fill every table; while one batch is written, the next is made."""
    writer.append("stores", world.places.store_frame())
    writer.append("products", world.products.frame(world.clock.start))
    writer.append("competitor_benchmarks", benchmark_frame(world.clock, seed=world.seed))
    counts = dict.fromkeys((*_COUNTED, "subscriptions"), 0)
    treated = np.zeros(len(world.campaigns), dtype=np.int64)
    spent = np.zeros(world.clock.end // DAY * len(ACQUISITION), dtype=np.int64)
    with ThreadPoolExecutor(max_workers=1) as pool:
        writing: Future[None] | None = None
        for batch, first in enumerate(range(0, world.customers, BATCH)):
            report("customers", _MEASURING * first / world.customers)
            made = _make_batch(world, batch, first, min(BATCH, world.customers - first), counts)
            if writing is not None:
                writing.result()
            writing = pool.submit(_append_all, writer, made.frames)
            treated += made.treated
            spent += made.spent
        assert writing is not None, "there is at least one customer"
        report("tables", _MEASURING * (0.4 * first + 0.6 * world.customers) / world.customers)
        writing.result()
    writer.append("campaigns", campaign_frame(world.campaigns, treated, world.customers, world.clock))
    writer.append("marketing_spend", spend_frame(spent, world.customers, world.clock, seed=world.seed))


def _append_all(writer: DuckDBWriter, frames: tuple[tuple[str, pd.DataFrame], ...]) -> None:
    for table, frame in frames:
        writer.append(table, frame)


@dataclass(frozen=True)
class _Batch:
    frames: tuple[tuple[str, pd.DataFrame], ...]
    treated: Ints
    spent: Ints


def _make_batch(world: World, batch: int, first: int, size: int, counts: dict[str, int]) -> _Batch:
    """All rows of the customers `first` .. `first + size - 1`. `counts` are the ids given so far, and grow by these."""
    clock = world.clock
    people = make_people(world, batch, first, size)
    organic = make_purchases(world, people)
    terms = make_terms(world, people, organic)
    purchases, members = reach_out(world, people, organic, terms)
    baskets = fill_baskets(world, people, purchases, counts["orders"])
    tiers, ledger = _loyalty(world, people, purchases, baskets)
    tickets = open_tickets(world, people, purchases)
    visits = make_visits(world, people, purchases)
    customers, contacts = customer_frame(world, people, tiers.current)
    treated = np.bincount(members.campaign[~members.control], minlength=len(world.campaigns))
    frames = (
        ("customers", customers),
        ("source_accounts", account_frame(world, people, purchases, contacts)),
        ("tier_history", tiers.frame(people, clock)),
        ("orders", baskets.orders(people, purchases, clock)),
        ("order_items", baskets.items()),
        ("points_ledger", ledger.frame(people, baskets.order_ids, counts["points_ledger"], clock)),
        ("subscriptions", terms.frame(people, counts["subscriptions"], clock)),
        ("campaign_members", members.frame(people, clock, baskets.order_ids)),
        ("support_tickets", tickets.frame(people, counts["support_tickets"], clock)),
        ("survey_responses", answer_surveys(world, people, purchases, tickets, counts["survey_responses"])),
        ("social_mentions", gather_mentions(world, people, purchases, counts["social_mentions"])),
        ("app_events", visits.frame(people, counts["app_events"], clock)),
    )
    counts["subscriptions"] += int((terms.number == 1).sum())
    counts.update({table: counts[table] + len(frame) for table, frame in frames if table in _COUNTED})
    return _Batch(frames, treated, spend_by_day(people, clock))


def _loyalty(world: World, people: People, purchases: Purchases, baskets: Baskets) -> tuple[TierHistory, Ledger]:
    """Tiers and points, both from paid orders."""
    paid = np.flatnonzero(purchases.status == 0)
    who, at, net = purchases.who[paid], purchases.at[paid], baskets.net[paid]
    tiers = make_tiers(people, who, at, net, world.clock)
    ledger = keep_ledger(world, people, who, at, net, tiers.at(who, at), paid)
    return tiers, ledger


def _truth_text(world: World, truths: list[MeasuredTruth]) -> str:
    made = {"customers": world.customers, "seed": world.seed, "as_of": world.clock.as_of.isoformat(), "truths": truths}
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _row_counts(writer: DuckDBWriter) -> tuple[tuple[str, int], ...]:
    tables = [str(row[0]) for row in writer.rows("SELECT table_name FROM duckdb_tables() ORDER BY table_name")]
    counted = writer.rows(" UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in tables))  # noqa: S608
    return tuple(sorted((str(table), int(str(count))) for table, count in counted))


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
