"""How long loading takes: the shipped model, and a generated one of 2,000 metrics over 200 datasets.

Run with `python benchmarks/model_load.py`. Prints medians of several runs, in milliseconds, by the clock and of this
process alone (the two differ on a busy machine); asserts nothing.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from semantic_layer.load import load_model, shipped_model_path

DATASETS = 200
METRICS_PER_DATASET = 10
FIELDS_PER_DATASET = 12
RUNS = 5


def main() -> None:
    """Print one line for each model."""
    print(f"shipped model: {_medians(shipped_model_path())}")
    with tempfile.TemporaryDirectory() as folder:
        write_large_model(Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        model = load_model(Path(folder))
        counts = f"{len(model.metrics):,} metrics, {len(model.datasets)} datasets, {size:.1f} MB"
        print(f"large model ({counts}): {_medians(Path(folder))}")


def write_large_model(folder: Path) -> None:
    """A model of many facts in stars of ten, one file a star: every dataset has a time, facts, dimensions and keys."""
    for star in range(DATASETS // 10):
        datasets = [_dataset(star, number) for number in range(10)]
        relations = [f"  - {{from: d{star}_{number}, to: d{star}_0, on: {{hub_id: id}}}}\n" for number in range(1, 10)]
        metrics = [_metric(star, number, index) for number in range(10) for index in range(METRICS_PER_DATASET)]
        text = "datasets:\n" + "".join(datasets) + "relationships:\n" + "".join(relations)
        (folder / f"star_{star:02}.yaml").write_text(text + "metrics:\n" + "".join(metrics), encoding="utf-8")


def _dataset(star: int, number: int) -> str:
    name = f"d{star}_{number}"
    lines = [
        f"  - name: {name}\n    label: {{zh: 数据集{name}, en: dataset {name}}}\n    table: {name}\n"
        "    primary_key: id\n    time: happened_at\n    fields:\n",
        "      - {name: id, type: integer, role: key}\n",
        "      - {name: happened_at, type: timestamp, role: time}\n",
        "      - {name: hub_id, type: integer, role: key}\n",
    ]
    for index in range(FIELDS_PER_DATASET // 2):
        lines.append(f"      - {{name: amount_{index}, type: number, role: fact}}\n")
        lines.append(
            f"      - name: {name}_kind_{index}\n        label: {{zh: 类别{index}, en: kind {index}}}\n"
            f"        synonyms: {{zh: [种类{index}], en: [sort {index}]}}\n"
            f"        expression: coalesce(kind_{index}, 'none')\n"
        )
    return "".join(lines)


def _metric(star: int, number: int, index: int) -> str:
    name, dataset = f"m{star}_{number}_{index}", f"d{star}_{number}"
    head = (
        f"  - name: {name}\n    label: {{zh: 指标{name}, en: metric {name}}}\n"
        f"    synonyms: {{zh: [数{name}], en: [number {name}, count of {name}]}}\n"
        f"    description: {{zh: 生成的指标, en: A generated metric}}\n    unit: CNY\n"
    )
    if index == METRICS_PER_DATASET - 1:
        return head + f"    expression: m{star}_{number}_0 / nullif(m{star}_{number}_1 + m{star}_{number}_2, 0)\n"
    amount = f"amount_{index % (FIELDS_PER_DATASET // 2)}"
    return head + (
        f"    dataset: {dataset}\n    expression: sum({amount}) - sum({amount}) FILTER (WHERE {dataset}_kind_0 = 'x')\n"
        f"    filter: {dataset}_kind_1 <> 'test' AND {amount} > 0\n"
    )


def _medians(path: Path) -> str:
    clock, process = [], []
    for _ in range(RUNS):
        began, worked = time.perf_counter(), time.process_time()
        load_model(path)
        clock.append(time.perf_counter() - began)
        process.append(time.process_time() - worked)
    return f"{statistics.median(clock) * 1000:.0f} ms ({statistics.median(process) * 1000:.0f} ms of this process)"


if __name__ == "__main__":
    main()
