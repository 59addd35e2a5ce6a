"""The mean of several networks' weights.

    python -m benchmarks.learning.averaged OUT.npz BEFORE.npz AFTER.npz AFTER.npz

What a network learned before is half forgotten where it learns something new; between the two it knows both (M.
Wortsman et al., Model soups, 2022). A file that is named twice counts twice. The words are those of the last.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

_KEPT = ("pieces", "words", "names", "scores")  # of the last
_OF_WORDS = ("sp.weight", "out.weight", "out.bias")  # a row for each word of a request
_MOST = 127


def averaged(paths: Sequence[Path]) -> dict[str, np.ndarray]:
    """The mean, written as weights are: bytes with a scale for each row."""
    kept = [dict(np.load(path)) for path in paths]
    last, found = kept[-1], {name: kept[-1][name] for name in _KEPT}
    for name in last:
        if name in _KEPT or name.endswith("/scale"):
            continue
        mean = np.mean([_aligned(name, each, last) for each in kept], axis=0)
        if f"{name}/scale" not in last:
            found[name] = mean.astype(last[name].dtype)
            continue
        scale = np.maximum(np.abs(mean).max(axis=1) / _MOST, 1e-6).astype(np.float16)
        found[f"{name}/scale"] = scale
        rounded = np.rint(mean / scale.astype(np.float32)[:, None])
        found[name] = np.clip(rounded, -_MOST, _MOST).astype(np.int8)
    return found


def _aligned(name: str, kept: Mapping[str, np.ndarray], last: Mapping[str, np.ndarray]) -> np.ndarray:
    """Weights in full, each word's at its place among the last one's words; of one that was not known, the last's."""
    plain = _plain(name, kept)
    if name not in _OF_WORDS:
        return plain
    known, words = ({text: at for at, text in enumerate(_words(each))} for each in (kept, last))
    found = _plain(name, last).copy()
    for text, at in words.items():
        if text in known:
            found[at] = plain[known[text]]
    return found


def _plain(name: str, kept: Mapping[str, np.ndarray]) -> np.ndarray:
    weights, scale = kept[name].astype(np.float32), kept.get(f"{name}/scale")
    return weights if scale is None else weights * scale.astype(np.float32)[:, None]


def _words(kept: Mapping[str, np.ndarray]) -> list[str]:
    return kept["words"].tobytes().decode().split("\n")


if __name__ == "__main__":
    out, *paths = map(Path, sys.argv[1:])
    np.savez(out, **averaged(paths))  # type: ignore[arg-type]
