"""The network in NumPy: an encoder of the question, and a decoder that writes a request word by word.

Both are transformers (A. Vaswani et al., Attention Is All You Need, 2017); the encoder began as multilingual E5 small
(L. Wang et al., 2024; MIT). Weights are bytes with a scale a row (`W = q * s`), written by `benchmarks/learning`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Array = np.ndarray
Text = tuple[tuple[int, ...], float]  # the numbers of its words, and its log-probability
_BENDS = np.float32(np.sqrt(2 / np.pi))
_ENCODER_HEADS, _DECODER_HEADS = 12, 6
_ENCODER_EPSILON, _EPSILON = 1e-12, 1e-5
_UNLIKELY = -6.9  # a text of less than one in a thousand is none


@dataclass(frozen=True, eq=False)
class Network:
    """Its weights by name, as they were written."""

    kept: Mapping[str, Array]

    def memory(self, pieces: Sequence[int], parts: Sequence[int]) -> Array:
        """The states of a text (pieces x width): the numbers of its pieces, and which part each belongs to."""
        x = np.stack([self._embedded(each) for each in pieces]) + self._of("enc.pos")[: len(pieces)]
        x = self._normed(x + self._of("enc.tt") + self._of("segs")[list(parts)], "enc.eln", _ENCODER_EPSILON)
        for at in self._layers("enc.layers"):
            query, key, value = np.split(self._linear(x, f"{at}.qkv"), 3, axis=-1)
            seen = self._linear(_attended(query, key, value, _ENCODER_HEADS), f"{at}.ao")
            x = self._normed(x + seen, f"{at}.aln", _ENCODER_EPSILON)
            inner = self._linear(_gelu(self._linear(x, f"{at}.fi")), f"{at}.fo")
            x = self._normed(x + inner, f"{at}.oln", _ENCODER_EPSILON)
        return x

    def likelihood(self, memory: Array, words: Sequence[int], start: int) -> Array:
        """The log-probability of each word where those before it are written."""
        odds = _Writing(self, memory).next(np.array([[start, *words[:-1]]]))[0]
        return _logs(odds)[np.arange(len(words)), list(words)]

    def written(self, memory: Array, start: int, end: int, most: int, width: int) -> list[Text]:
        """The likeliest texts, the best first: a search that keeps `width` of them, while any is likely enough."""
        writing, last = _Writing(self, memory), [start]
        texts: list[Text] = [((), 0.0)]
        done: list[Text] = []
        for _ in range(most):
            logs = _logs(writing.next(np.array(last)[:, None])[:, 0])
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

    # --- weights ---

    def _of(self, name: str) -> Array:
        return self._opened(name)

    @cached_property
    def _opened(self) -> Callable[[str], Array]:
        known: dict[str, Array] = {}

        def opened(name: str) -> Array:
            if name not in known:
                scale = self.kept.get(f"{name}/scale")
                plain = self.kept[name].astype(np.float32)
                known[name] = plain if scale is None else plain * scale.astype(np.float32)[:, None]
            return known[name]

        return opened

    def _embedded(self, number: int) -> Array:
        own = number - self.pieces
        name, at = ("enc.emb.weight", number) if own < 0 else ("sp.weight", own)
        found: Array = self.kept[name][at].astype(np.float32) * np.float32(self.kept[f"{name}/scale"][at])
        return found

    def _layers(self, name: str) -> Iterator[str]:
        number = 0
        while f"{name}.{number}.ao.bias" in self.kept:
            yield f"{name}.{number}"
            number += 1

    def _linear(self, x: Array, name: str) -> Array:
        found: Array = x @ self._of(f"{name}.weight").T + self._of(f"{name}.bias")
        return found

    def _normed(self, x: Array, name: str, epsilon: float) -> Array:
        away = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((away * away).mean(axis=-1, keepdims=True) + np.float32(epsilon))
        found: Array = away / spread * self._of(f"{name}.weight") + self._of(f"{name}.bias")
        return found


class _Writing:
    """Texts that are being written side by side, as keys and values of each layer."""

    def __init__(self, network: Network, memory: Array) -> None:
        self._network, self._at = network, 0
        self._names = tuple(network._layers("dl"))
        self._seen = [np.split(network._linear(memory, f"{at}.kv"), 2, axis=-1) for at in self._names]
        self._own: list[tuple[Array, Array] | None] = [None for _ in self._names]

    def take(self, rows: Sequence[int]) -> None:
        """Go on with the texts of these rows."""
        chosen = list(rows)
        self._own = [None if own is None else (own[0][chosen], own[1][chosen]) for own in self._own]

    def next(self, words: Array) -> Array:
        """The odds of the word that follows each of those that are written now (texts x words x all words)."""
        net, many = self._network, words.shape[1]
        said = np.stack([[net._embedded(net.pieces + int(word)) for word in row] for row in words])
        x = said * net._of("scale") + net._of("dpos")[self._at : self._at + many]
        for number, at in enumerate(self._names):
            query, key, value = np.split(net._linear(net._normed(x, f"{at}.n1", _EPSILON), f"{at}.qkv"), 3, axis=-1)
            own = self._own[number]
            if own is not None:
                key, value = np.concatenate([own[0], key], axis=1), np.concatenate([own[1], value], axis=1)
            self._own[number] = (key, value)
            x = x + net._linear(_attended(query, key, value, _DECODER_HEADS, after=self._at), f"{at}.ao")
            query = net._linear(net._normed(x, f"{at}.n2", _EPSILON), f"{at}.q")
            seen, told = self._seen[number]
            x = x + net._linear(_attended(query, seen, told, _DECODER_HEADS), f"{at}.co")
            inner = _gelu(net._linear(net._normed(x, f"{at}.n3", _EPSILON), f"{at}.fi"))
            x = x + net._linear(inner, f"{at}.fo")
        self._at += many
        return net._linear(net._normed(x, "dn", _EPSILON), "out")


def _attended(query: Array, key: Array, value: Array, heads: int, after: int | None = None) -> Array:
    """Attention of so many heads; with `after`, of words that see only those before them, so many being there."""
    many, width = query.shape[-2:]
    query, key, value = (
        each.reshape(*each.shape[:-1], heads, width // heads).swapaxes(-2, -3) for each in (query, key, value)
    )
    odds = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(width // heads))
    if after is not None and many > 1:
        odds = np.where(np.arange(odds.shape[-1]) <= np.arange(after, after + many)[:, None], odds, np.float32(-1e9))
    odds = np.exp(odds - odds.max(axis=-1, keepdims=True))
    found = (odds / odds.sum(axis=-1, keepdims=True) @ value).swapaxes(-2, -3)
    flat: Array = found.reshape(*found.shape[:-2], width)
    return flat


def _gelu(x: Array) -> Array:
    found: Array = np.float32(0.5) * x * (1 + np.tanh(_BENDS * (x + np.float32(0.044715) * x * x * x)))
    return found


def _logs(odds: Array) -> Array:
    odds = odds - odds.max(axis=-1, keepdims=True)
    found: Array = odds - np.log(np.exp(odds).sum(axis=-1, keepdims=True))
    return found


__all__ = ["Network"]
