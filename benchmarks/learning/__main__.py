"""Trains the network that reads questions, and writes `weights.npz` and its graphs to `chat_service/translate/learned`.

    python -m benchmarks.learning company.duckdb --base e5-small-q4.bin --reports REPORT.json … --lists LIST.yaml …

Reports are those of `huitou eval LIST.yaml --json`; lists tell what is to be refused. Needs PyTorch and ONNX
(`pip install torch onnx`) and about half an hour on two cores. `--without` holds lists out, and tells of how many of
their questions the request is written word for word.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.learning import graphs
from benchmarks.learning.e5 import Base
from benchmarks.learning.examples import Example, Examples
from benchmarks.learning.network import Trained
from benchmarks.learning.varying import varied
from chat_service.language.words.kinds import kinds_of
from chat_service.translate.learned.page import BEFORE
from chat_service.translate.learned.pieces import SPACE, Pieces
from chat_service.translate.learned.reader import WEIGHTS
from chat_service.translate.learned.script import ASKED, END, REFUSED, START
from chat_service.translate.learned.vocabulary import RARE, Vocabulary

_BATCH, _RATE, _NEW_RATE, _WARM, _LEAST = 32, 2e-4, 1e-3, 0.06, 0.01
_AGAIN = 0.5
_SIGNS, _PUNCTUATION, _SHORT, _PLACES = 60_000, "，。？！、；：（）“”《》％¥", 4, 14
_MOST_BYTE, _QUANTISED = 127, 4000


def kept_pieces(base: Base, texts: Sequence[str]) -> list[int]:
    """The pieces of the base that are kept: what was met, all Chinese, words of English, and what words are made of."""
    pieces = Pieces(base.pieces, base.scores.tolist())
    met = {each for text in set(texts) for each in pieces.cut(text)}
    return [number for number, piece in enumerate(base.pieces) if number in met or _is_kept(piece, number)]


def _is_kept(piece: str, number: int) -> bool:
    bare = piece.strip(SPACE)
    if piece in ("<s>", "</s>", "<unk>", SPACE) or (bare and all("\u4e00" <= each <= "\u9fff" for each in bare)):
        return True
    if not bare.isascii():
        return bare in _PUNCTUATION
    inside = not piece.startswith(SPACE) and len(bare) <= _SHORT and number < _SIGNS
    return len(bare) <= 2 or inside or bool(kinds_of(bare.lower()))


class Batches:
    """Examples as numbers, those of like length together."""

    def __init__(self, vocabulary: Vocabulary, examples: Sequence[Example]) -> None:
        self._vocabulary, self.examples = vocabulary, examples
        befores = (tuple(laid for laid in each.laid if laid.part == BEFORE) for each in examples if each.follows)
        self._befores = tuple(befores)

    def each(self, *, vary: int | None = None) -> Iterator[tuple[Tensor, ...]]:
        """Pieces, what there is of them, their parts, words, what there is of them; shuffled and varied by a number."""
        order, chance = list(range(len(self.examples))), random.Random(vary)  # noqa: S311
        if vary is not None:
            chance.shuffle(order)
        found = []
        for start in range(0, len(order), _BATCH * 20):
            near = sorted(order[start : start + _BATCH * 20], key=lambda n: len(self.examples[n].words))
            found += [near[at : at + _BATCH] for at in range(0, len(near), _BATCH)]
        if vary is not None:
            chance.shuffle(found)
        for numbers in found:
            chosen = [self.examples[number] for number in numbers]
            yield self._tensors(
                [varied(each, self._befores, chance) for each in chosen] if vary is not None else chosen
            )

    def _tensors(self, examples: Sequence[Example]) -> tuple[Tensor, ...]:
        pages = [(each, self._vocabulary.numbered(each.laid)) for each in examples]
        examples, numbered = zip(*((each, page) for each, page in pages if page), strict=True)  # too long is not read
        pieces, there = _padded([[number for number, _ in each] for each in numbered])
        parts, _ = _padded([[part for _, part in each] for each in numbered])
        words, said = _padded([[self._vocabulary.word(word) for word in (START, *each.words)] for each in examples])
        return pieces, there, parts, words, said


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    long = max(map(len, rows))
    found, there = torch.zeros(len(rows), long, dtype=torch.long), torch.zeros(len(rows), long, dtype=torch.bool)
    for number, row in enumerate(rows):
        found[number, : len(row)], there[number, : len(row)] = torch.tensor(row), True
    return found, there


def trained(model: Trained, batches: Batches, epochs: int, share: float = 1.0) -> None:
    """Learns from the examples so many times, at a share of the usual rate."""
    old = [each for each in model.enc.parameters() if each.requires_grad]
    new = [each for name, each in model.named_parameters() if not name.startswith("enc.")]
    groups = [{"params": old, "lr": share * _RATE}, {"params": new, "lr": share * _NEW_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    total = epochs * -(-len(batches.examples) // _BATCH)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (_WARM * total)) * max(_LEAST, 1 - step / total)
    )
    began = time.monotonic()
    for epoch in range(epochs):
        model.train()
        lost = []
        for pieces, there, parts, words, said in batches.each(vary=epoch):
            with torch.autocast("cpu", torch.bfloat16):
                odds = model(pieces, there, parts, words[:, :-1])
            each = functional.cross_entropy(odds.float().flatten(0, 1), words[:, 1:].flatten(), reduction="none")
            loss = (each.view(len(words), -1) * said[:, 1:]).sum() / said[:, 1:].sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            rate.step()
            lost.append(loss.item())
        print(f"{epoch + 1} of {epochs}: loss {np.mean(lost):.3f}, {time.monotonic() - began:.0f} s", flush=True)


def right_words(model: Trained, batches: Batches) -> float:
    """Of how many examples every word is the likeliest after the right ones before it: just those written right."""
    model.eval()
    right = 0
    with torch.no_grad():
        for pieces, there, parts, words, said in batches.each():
            best = model(pieces, there, parts, words[:, :-1]).argmax(dim=-1)
            right += int(((best == words[:, 1:]) | ~said[:, 1:]).all(dim=1).sum())
    return right / len(batches.examples)


def write(model: Trained, base: Base, kept: Sequence[int], words: Sequence[str], names: Sequence[str]) -> None:
    """The weights as bytes with a scale a row, beside the texts that they are of."""
    found = {
        name: np.frombuffer("\n".join(texts).encode(), np.uint8)
        for name, texts in (("pieces", [base.pieces[each] for each in kept]), ("words", words), ("names", names))
    }
    found["scores"] = base.scores[list(kept)]
    for name, tensor in model.state_dict().items():
        weight = tensor.float().numpy()
        if weight.ndim == 2 and weight.size > _QUANTISED:
            scale = np.maximum(np.abs(weight).max(axis=1) / _MOST_BYTE, 1e-8).astype(np.float16)
            found[f"{name}/scale"] = scale
            weight = np.clip(np.round(weight / scale.astype(np.float32)[:, None]), -_MOST_BYTE, _MOST_BYTE)
            weight = weight.astype(np.int8)
        found[name] = weight
    np.savez(WEIGHTS, **found)  # type: ignore[arg-type]
    graphs.write()


@dataclass(frozen=True)
class Weights:
    """Weights that were written, by name, with the texts that they are of."""

    arrays: dict[str, np.ndarray]
    pieces: tuple[str, ...]
    words: tuple[str, ...]

    def kept(self, base: Base) -> list[int]:
        """The numbers that the base gives the pieces."""
        numbers = {piece: number for number, piece in enumerate(base.pieces)}
        return [numbers[piece] for piece in self.pieces]

    def into(self, model: Trained) -> None:
        """Set what a model begins with; words that are new to it keep what they began with."""
        state = model.state_dict()
        for name, tensor in state.items():
            scale = self.arrays.get(f"{name}/scale")
            plain = self.arrays[name].astype(np.float32)
            plain = plain if scale is None else plain * scale.astype(np.float32)[:, None]
            tensor[: len(plain)] = torch.tensor(plain)
        model.load_state_dict(state)


def load() -> Weights:
    """The weights that there are."""
    with np.load(WEIGHTS) as kept:
        arrays = {name: kept[name] for name in kept.files}
    pieces, words = (tuple(arrays[name].tobytes().decode().split("\n")) for name in ("pieces", "words"))
    return Weights(arrays, pieces, words)


def main() -> None:
    """Reads the arguments, learns, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 6, 30))
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--reports", type=Path, nargs="*", default=[])
    parser.add_argument("--lists", type=Path, nargs="*", default=[])
    parser.add_argument("--without", nargs="*", default=[], help="names of lists that are held out")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--go-on", action="store_true", help="from the weights that there are, at half the rate")
    given = parser.parse_args()
    torch.manual_seed(0)
    source = Examples(given.database, given.as_of)
    found = [*source.of_reports(given.reports), *source.of_lists(given.lists), *source.of_cases(), *source.written()]
    found += [*source.regrouped(), *source.with_columns(), *source.with_asides()]
    examples, held = ([e for e in found if (e.of in given.without) is out] for out in (False, True))
    base = Base(given.base)
    before = load() if given.go_on else None
    texts = [each.said for e in examples for each in e.laid if not each.is_word]
    kept = kept_pieces(base, texts) if before is None else before.kept(base)
    counts = Counter(w for e in examples for w in (*e.words, *(each.said for each in e.laid if each.is_word)))
    places = {f"{sign}{number}" for sign in "@^" for number in range(_PLACES)}
    known = (START, RARE) if before is None else before.words
    more = {w for w, many in counts.items() if many > 1} | places | {REFUSED, ASKED, END}
    words = (*known, *sorted(more - set(known)))
    pieces = Pieces([base.pieces[each] for each in kept], base.scores[kept].tolist())
    names = [each for each in (*source.model.metrics, *source.model.dimensions) if f"={each}" in words]
    model = Trained(base, kept, pieces, words)
    vocabulary = Vocabulary(len(kept), pieces, words)
    print(f"{len(examples)} examples, {len(kept)} pieces, {len(words)} words", flush=True)
    if before is not None:
        before.into(model)
    trained(model, Batches(vocabulary, examples), given.epochs, 1.0 if before is None else _AGAIN)
    if held:
        print(f"held out: {right_words(model, Batches(vocabulary, held)):.1%} of {len(held)} word for word")
    write(model, base, kept, words, names)


if __name__ == "__main__":
    main()
