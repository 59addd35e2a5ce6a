"""What questions in such words ask for, learned: writes `translate/expected/weights.json`.

    python -m benchmarks.expecting DB --right report.json … --first-sight report.json …

Reports are those of `huitou eval LIST.yaml --json`. Of the first, the question and the request of each right answer are
learned from, and the sentences of `tests/translate/cases` with theirs: one logistic regression for each trait of a
request over the concepts of the question, with a pull towards nought. The second are of lists as they were asked at
first sight, before anything was mended by them: how surprising right and wrong answers to these were, by weights that
saw no question of the list, says what a surprise is worth. Prints how well it tells them apart.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import TypeAdapter, ValidationError
from scipy.sparse import csr_array

from chat_service.outcomes import Question
from chat_service.services import open_services
from chat_service.settings import Settings
from chat_service.translate.expected.concepts import NAMED, WORD, concepts
from chat_service.translate.expected.expectation import MOST, is_cut, names_of
from chat_service.translate.expected.traits import traits
from chat_service.translate.offline import OfflineTranslator
from semantic_layer import Request

Plain = dict[str, Any]
_RARE, _PULL, _STEPS, _RATE, _CLIP = 4, 1.0, 200, 0.05, 9.2
_FEW = 100
_LIGHT = 0.25  # weights below say nothing
_CASES, _KINDS = Path("tests/translate/cases"), ("metrics", "cohort", "funnel", "explain")
_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


@dataclass(frozen=True)
class Met:
    """A question that was answered: what it says, what the request shows that the one before did not, of which list."""

    said: frozenset[str]
    shown: frozenset[str]
    question: str
    of: str
    follows: bool
    is_right: bool


class Learner:
    """Reads reports by what one translator knows of words."""

    def __init__(self, database: str, today: date) -> None:
        services = open_services(Settings(database=Path(database), as_of=today), lambda: 0.0)
        self.model, self._today = services.model, today
        self._translator: OfflineTranslator = services.translator

    def met(
        self, question: str, request: dict[str, object], before: dict[str, object] | None, of: str, right: bool
    ) -> Met:
        said = concepts(
            self._translator.mentions(Question(question, self._today)), self.model, follows=before is not None
        )
        shown = _traits(request) - (_traits(before) if before is not None else frozenset())
        return Met(said, shown, question, of, before is not None, right)

    def report(self, path: Path) -> Iterable[Met]:
        """The answers of a report, each turn of a dialogue after the one before."""
        entries = {one["id"]: one for one in json.loads(path.read_text(encoding="utf-8"))["entries"]}
        for name, one in entries.items():
            base, _, turn = name.partition("#")
            before = entries.get(f"{base}#{int(turn) - 1}") if turn and turn != "1" else None
            judged = one["outcome"] in ("right", "wrong") and one.get("request")
            if judged and (before is None or before.get("request")):
                last = before["request"] if before is not None else None
                yield self.met(one["question"], one["request"], last, path.stem, right=one["outcome"] == "right")

    def cases(self) -> Iterable[Met]:
        """The sentences of the case files that are requests by themselves."""
        for path in sorted(_CASES.glob("*.yaml")):
            for case in yaml.safe_load(path.read_text(encoding="utf-8")):
                if isinstance(case, dict) and isinstance(case.get("request"), dict) and not case.get("gap"):
                    yield self.met(case["q"], _opened(case["request"]), None, "cases", right=True)


def _opened(request: Plain) -> Plain:
    """A request as case files write it, its periods in full."""
    return {name: _opened_part(each) for name, each in request.items()}


def _opened_part(part: object) -> object:
    if isinstance(part, dict):
        return _opened(part)
    if isinstance(part, list):
        return [_opened_part(each) for each in part]
    days, _, grain = part.partition(" ") if isinstance(part, str) else ("", "", "")
    start, slash, end = days.partition("/")
    if not slash:
        return part
    period = {"start": start, "end": end, "grain": grain}
    return {name: each for name, each in period.items() if each not in ("", "..")}


def _traits(request: Plain) -> frozenset[str]:
    """The traits of a request; case files leave out a kind that its parts tell."""
    for kind in _KINDS:
        try:
            read: Request = _REQUEST.validate_python({"kind": kind, **request})
        except ValidationError:
            continue
        return traits(read)
    raise SystemExit(f"no request: {request}")


@dataclass(frozen=True)
class Weights:
    """`odds` of all traits are `bias + said @ weights` (said: questions x concepts)."""

    concepts: dict[str, int]
    traits: tuple[str, ...]
    bias: np.ndarray
    weights: np.ndarray
    by_name: np.ndarray

    def surprise(self, met: Sequence[Met]) -> np.ndarray:
        named = _names([one.said for one in met], self.traits) * self.by_name
        odds = self.bias + _matrix([one.said for one in met], self.concepts) @ self.weights + named
        has = _matrix([one.shown for one in met], {name: n for n, name in enumerate(self.traits)}).toarray()
        each = np.minimum(_CLIP, np.logaddexp(0, np.where(has > 0, -odds, odds)))
        lists = np.array(["kind=list" in one.shown for one in met])
        each[np.ix_(lists, np.array([is_cut(name) for name in self.traits]))] = 0
        found: np.ndarray = np.sort(each, axis=1)[:, -MOST:].sum(axis=1)
        return found

    def new_words(self, met: Sequence[Met]) -> np.ndarray:
        """How many words of each question were not learned from."""
        return np.array([sum(each.startswith(WORD) and each not in self.concepts for each in one.said) for one in met])


def _matrix(rows: Sequence[frozenset[str]], columns: dict[str, int]) -> csr_array:
    """Which rows have which columns, as ones."""
    places = [(number, columns[each]) for number, row in enumerate(rows) for each in row if each in columns]
    across, down = zip(*places, strict=True)
    return csr_array((np.ones(len(places), np.float32), (across, down)), shape=(len(rows), len(columns)))


def _names(rows: Sequence[frozenset[str]], names: Sequence[str]) -> np.ndarray:
    """Which questions name what a trait does, as ones."""
    wanted = [NAMED + name.partition("=")[2] for name in names]
    return np.array([[name in row for name in wanted] for row in rows], np.float32)


def learned(met: Sequence[Met]) -> Weights:
    """Logistic regressions of all traits at once (Adam on the penalised likelihood)."""
    said, shown = Counter(c for one in met for c in one.said), Counter(t for one in met for t in one.shown)
    columns = {name: n for n, name in enumerate(sorted(name for name, many in said.items() if many > 1))}
    # what is named weighs by its name; of what is not, too little is known where it was met a few times
    named = {name.removeprefix(NAMED) for name in said}
    least = {name: _RARE if name.partition("=")[2] in named else _FEW for name in shown}
    names = tuple(sorted(name for name, many in shown.items() if many >= least[name]))
    given = _matrix([one.said for one in met], columns)
    wanted = _matrix([one.shown for one in met], {name: n for n, name in enumerate(names)}).toarray()
    back, share = given.T.tocsr(), wanted.mean(axis=0)
    evoked, places = _names([one.said for one in met], names), [name.partition("=")[0] for name in names]
    same = np.array([[one == other for one in places] for other in places], np.float32)
    parts = [
        np.log(share / (1 - share + 1e-6) + 1e-6),
        np.zeros((len(columns), len(names)), np.float32),
        np.zeros(len(names), np.float32),
    ]
    state = [(np.zeros_like(part), np.zeros_like(part)) for part in parts]
    for step in range(1, _STEPS + 1):
        bias, weights, by_name = parts
        missed = 1 / (1 + np.exp(-(bias + given @ weights + evoked * by_name))) - wanted
        # one weight for all traits of a place
        slopes = (
            missed.mean(axis=0),
            (back @ missed + _PULL * weights) / len(met),
            same @ (missed * evoked).mean(axis=0),
        )
        rate = np.float32(_RATE * np.sqrt(1 - 0.99**step) / (1 - 0.9**step))
        for part, slope, (first, second) in zip(parts, slopes, state, strict=True):
            first += np.float32(0.1) * (slope - first)
            second += np.float32(0.01) * (slope**2 - second)
            part -= rate * first / (np.sqrt(second) + np.float32(1e-8))
    bias, weights, by_name = parts
    weights[np.abs(weights) < _LIGHT] = 0
    return Weights(columns, names, bias, weights, by_name)


def chance(shown: np.ndarray, wrong: np.ndarray) -> list[float]:
    """Log-odds that an answer is wrong: at no surprise, for each unit of it, and for each word that is new."""
    scale = shown.std(axis=0) + 1e-9
    given = np.column_stack([np.ones(len(wrong)), shown / scale])
    weights = np.array([-2.0] + [0.0] * shown.shape[1])
    for _ in range(5000):
        missed = 1 / (1 + np.exp(-given @ weights)) - wrong
        weights -= 0.3 * (given.T @ missed) / len(wrong)
        weights[1:] = np.maximum(0.0, weights[1:])
    return [round(float(each), 3) for each in weights / np.array([1.0, *scale])]


def told_apart(surprise: np.ndarray, wrong: np.ndarray) -> str:
    """How often a wrong answer surprises more than a right one; how many wrong ones are among the least surprising."""
    order = np.argsort(surprise)
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order))
    many = wrong.sum()
    area = (ranks[wrong > 0].sum() - many * (many - 1) / 2) / max(1.0, many * (len(wrong) - many))
    kept = [f"{int(wrong[order[: int(len(order) * part)]].sum())} in {part:.0%}" for part in (0.6, 0.7, 0.8, 0.9)]
    return f"{len(wrong)} answers, {int(many)} wrong; area {area:.2f}; wrong among the least surprising: {kept}"


def chances(seen: Sequence[Met], right: Sequence[Met]) -> dict[str, list[float]]:
    """What a surprise is worth, for first questions and for those that follow another."""
    surprise, new, found = np.zeros(len(seen)), np.zeros(len(seen)), {}
    for name in {one.of for one in seen}:
        unseen = {one.question for one in seen if one.of == name}
        mine = [n for n, one in enumerate(seen) if one.of == name]
        others = learned([one for one in right if one.of != name and one.question not in unseen])
        surprise[mine] = others.surprise([seen[n] for n in mine])
        new[mine] = others.new_words([seen[n] for n in mine])
    wrong, follows = np.array([not one.is_right for one in seen], float), np.array([one.follows for one in seen])
    for name, of in (("first", ~follows), ("follows", follows)):
        shown = np.column_stack([surprise[of], new[of]])
        found[name] = chance(shown, wrong[of])
        print(f"{name}: {found[name]} {told_apart(shown @ found[name][1:], wrong[of])}")
    return found


def write(weights: Weights, worth: dict[str, list[float]], names: frozenset[str], out: Path) -> None:
    """The weights as data: a concept a line, each with the numbers of traits and tenths of log-odds."""
    head = {
        "chance": worth,
        "traits": weights.traits,
        "named": [each for each in weights.traits if each.partition("=")[2] in names],
        "by_name": {
            name.partition("=")[0]: round(float(weight), 2)
            for name, weight in zip(weights.traits, weights.by_name, strict=True)
            if "=" in name
        },
        "bias": [round(float(each), 2) for each in weights.bias],
    }
    rows = {name: np.rint(weights.weights[row] * 10).astype(int) for name, row in weights.concepts.items()}
    told = {name: [[int(n), int(row[n])] for n in np.flatnonzero(row)] for name, row in rows.items()}
    lines = [f"{json.dumps(key)}: {json.dumps(each, ensure_ascii=False)}" for key, each in head.items()]
    words = [
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(each, separators=(',', ':'))}"
        for name, each in told.items()
    ]
    said = ",\n".join(words)
    out.write_text("{\n" + ",\n".join([*lines, '"concepts": {\n' + said + "\n}"]) + "\n}\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--right", nargs="+", type=Path, required=True)
    parser.add_argument("--first-sight", nargs="+", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 6, 30))
    parser.add_argument("--out", type=Path, default=Path("chat_service/translate/expected/weights.json"))
    asked = parser.parse_args()
    learner = Learner(asked.database, asked.as_of)
    right = [one for path in asked.right for one in learner.report(path) if one.is_right] + [*learner.cases()]
    right = [*{(one.question, one.follows, one.shown): one for one in right}.values()]
    worth = chances([one for path in asked.first_sight for one in learner.report(path)], right)
    found = learned(right)
    write(found, worth, names_of(learner.model), asked.out)
    size = asked.out.stat().st_size
    print(f"{len(right)} right readings, {len(found.concepts)} concepts, {len(found.traits)} traits, {size:,} bytes")


if __name__ == "__main__":
    main()
