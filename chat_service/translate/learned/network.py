"""The network: an encoder of the question, and a decoder that writes a request word by word.

Both are transformers (A. Vaswani et al., Attention Is All You Need, 2017); the encoder began as multilingual E5 small
(L. Wang et al., 2024; MIT). Weights are bytes with a scale a row (`W = q * s`); what is computed with them stands in
two graphs that hold none of them. `benchmarks/learning` writes all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime

Array = np.ndarray
Memory = tuple[Array, ...]  # of each layer that writes: a key and a value of each piece that was read
Text = tuple[tuple[int, ...], float]  # the numbers of its words, and its log-probability
READING, WRITING = (Path(__file__).with_name(f"{each}.onnx") for each in ("reading", "writing"))
_WIDTH, _HEADS = 384, 6
_UNLIKELY = -6.9  # a text of less than one in a thousand is none
_ERRORS_ONLY = 3
_SLOWER = ["SkipLayerNormFusion"]  # than what it joins, by a third of all reading


@dataclass(frozen=True, eq=False)
class Network:
    """Its weights by name, as they were written. Several threads may read with one."""

    kept: Mapping[str, Array]

    def memory(self, pieces: Sequence[int], parts: Sequence[int]) -> Memory:
        """What is known of a text once it was read: the numbers of its pieces, and which part each belongs to."""
        numbers, own = np.array(pieces), np.array(pieces) >= self.pieces
        said = self._rows("enc.emb.weight", np.where(own, 0, numbers))
        said[own] = self._rows("sp.weight", numbers[own] - self.pieces)
        said += self._rows("enc.pos", np.arange(len(numbers))) + self.kept["enc.tt"] + self.kept["segs"][list(parts)]
        return tuple(self._reading.run(None, {"said": said[None]}))

    def likelihood(self, memory: Memory, words: Sequence[int], start: int) -> Array:
        """The log-probability of each word where those before it are written."""
        logs = _Writing(self, memory).next(np.array([[start, *words[:-1]]]))[0]
        found: Array = logs[np.arange(len(words)), list(words)]
        return found

    def written(self, memory: Memory, start: int, end: int, most: int, width: int) -> list[Text]:
        """The likeliest texts, the best first: a search that keeps `width` of them, while any is likely enough."""
        writing, last = _Writing(self, memory), [start]
        texts: list[Text] = [((), 0.0)]
        done: list[Text] = []
        for _ in range(most):
            logs = writing.next(np.array(last)[:, None])[:, 0]
            grown = [
                (sure + float(logs[row, word]), row, int(word))
                for row, (_, sure) in enumerate(texts)
                for word in np.argpartition(logs[row], -width)[-width:]
            ]
            best = [each for each in sorted(grown, reverse=True)[:width] if each[0] > _UNLIKELY]
            done += [((*texts[row][0], word), sure) for sure, row, word in best if word == end]
            going = [each for each in best if each[2] != end]
            texts = [((*texts[row][0], word), sure) for sure, row, word in going]
            if not texts or (done and max(sure for _, sure in done) > texts[0][1]):
                break
            writing.take([row for _, row, _ in going])
            last = [word for _, _, word in going]
        return sorted(done, key=lambda each: -each[1])

    @property
    def pieces(self) -> int:
        """How many pieces of text it knows; the words that it writes are numbered after them."""
        return len(self.kept["enc.emb.weight"])

    def words(self, numbers: Array, at: int) -> Array:
        """Words (texts x words) as vectors where the first stands at a place."""
        said = self._rows("sp.weight", numbers) * self.kept["scale"]
        found: Array = said + self._rows("dpos", np.arange(at, at + numbers.shape[1]))
        return found

    @cached_property
    def _reading(self) -> onnxruntime.InferenceSession:
        return self._opened(READING, (each for each in self.kept if _is_reading(each)))

    @cached_property
    def writing(self) -> onnxruntime.InferenceSession:
        """What gives the log-probabilities of the next words."""
        return self._opened(WRITING, (each for each in self.kept if _is_writing(each)))

    def _opened(self, path: Path, names: Iterable[str]) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # questions run beside each other instead
        options.log_severity_level = _ERRORS_ONLY
        weights = {name: onnxruntime.OrtValue.ortvalue_from_numpy(_laid(self.kept[name])) for name in names}
        options.add_external_initializers(list(weights), list(weights.values()))
        return onnxruntime.InferenceSession(path, options, disabled_optimizers=_SLOWER)

    def _rows(self, name: str, numbers: Array) -> Array:
        scale = self.kept[f"{name}/scale"][numbers].astype(np.float32)
        found: Array = self.kept[name][numbers] * scale[..., None]
        return found


class _Writing:
    """Texts that are being written side by side, with the keys and values of their words."""

    def __init__(self, network: Network, memory: Memory) -> None:
        self._network, self._at = network, 0
        self._seen = {f"seen{number}": each for number, each in enumerate(memory)}
        names = (f"{each}{number}" for number in range(len(memory)) for each in ("key", "value"))
        self._own = dict.fromkeys(names, np.zeros((1, _HEADS, 0, _WIDTH // _HEADS), np.float32))

    def take(self, rows: Sequence[int]) -> None:
        """Go on with the texts of these rows."""
        self._own = {name: each[list(rows)] for name, each in self._own.items()}

    def next(self, words: Array) -> Array:
        """The log-probability of what follows each of the words that are written now (texts x words x all words)."""
        given = {"words": self._network.words(words, self._at), **self._seen, **self._own}
        logs, *own = self._network.writing.run(None, given)
        self._own, self._at = dict(zip(self._own, own, strict=True)), self._at + words.shape[1]
        found: Array = logs
        return found


def _is_reading(name: str) -> bool:
    return name.startswith(("enc.layers", "enc.eln")) or ".kv." in name


def _is_writing(name: str) -> bool:
    return name.startswith(("dl.", "dn.", "out.")) and ".kv." not in name


def _laid(weights: Array) -> Array:
    """Weights as the graphs take them: what is multiplied column by column, all else in full."""
    return np.ascontiguousarray(weights.T if weights.ndim > 1 else weights.astype(np.float32))


__all__ = ["READING", "WRITING", "Network"]
