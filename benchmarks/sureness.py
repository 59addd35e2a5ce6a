"""How sure a reading is, fitted: the weights of `translate/replies/sureness.toml` from reports on labelled questions.

    huitou eval LIST.yaml --db DB --json > report.json
    python -m benchmarks.sureness report.json …

Logistic regression of right against wrong over what each answer's derivation showed (`basis`), with a weak pull towards
nought, so that what was met a few times weighs little; nothing may make an answer surer. Prints the weights, how often
each thing was met, and how often answers that show the same are right.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np

_SHOWS_NOTHING = frozenset({"all_words_used", "exact_terms"})
_PULL, _STEPS = 0.5, 2000


def answers(paths: list[Path]) -> list[tuple[frozenset[str], bool]]:
    """What each answer of the reports showed, and whether it was right."""
    entries = [entry for path in paths for entry in json.loads(path.read_text(encoding="utf-8"))["entries"]]
    judged = [one for one in entries if one["confidence"] is not None and one["outcome"] in ("right", "wrong")]
    return [(frozenset(one["basis"]) - _SHOWS_NOTHING, one["outcome"] == "right") for one in judged]


def fitted(met: list[tuple[frozenset[str], bool]]) -> tuple[float, dict[str, float]]:
    """The log-odds of an answer that shows nothing, and what each thing takes off."""
    names = sorted({name for shown, _ in met for name in shown})
    shows = np.array([[name in shown for name in names] for shown, _ in met], dtype=float)
    right = np.array([one for _, one in met], dtype=float)
    plain, off = 2.0, np.zeros(len(names))
    for _ in range(_STEPS):
        missed = right - 1 / (1 + np.exp(-(plain - shows @ off)))
        plain += 0.5 * missed.mean() * 4
        off = np.maximum(0.0, off + 2.0 * (-(shows.T @ missed) - _PULL * off) / len(met))
    return float(plain), dict(zip(names, map(float, off), strict=True))


def main() -> None:
    met = answers([Path(name) for name in sys.argv[1:]])
    plain, off = fitted(met)
    print(f"{len(met)} answers, {sum(right for _, right in met)} right")
    print(f"plain = {plain:.2f}")
    for name, weight in off.items():
        found = Counter(right for shown, right in met if name in shown)
        print(f"{name} = {weight:.2f}  # {found[True]} right, {found[False]} wrong")


if __name__ == "__main__":
    main()
