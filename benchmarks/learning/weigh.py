"""Fits how much each reader's reading is worth: `chat_service/translate/learned/odds.toml`.

    python -m benchmarks.learning.weigh company.duckdb --lists LIST.yaml …

Lists that neither reader has seen. Each question is asked as a service is; all requests that were weighed are judged by
its SQL, and a multinomial logit is fitted to which of them is right, or none. Printed is what would become of the
questions at several thresholds, each list weighed by the others. Needs PyTorch (`pip install torch`).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import torch
from torch import Tensor

from chat_service.channels.dialogue import Dialogue
from chat_service.channels.wire import ChatRequest
from chat_service.conversation.memory import MemoryStore
from chat_service.evaluate.in_process import DialogueAsker
from chat_service.evaluate.judge import judge
from chat_service.evaluate.reply import Reply
from chat_service.evaluate.run import run_suite
from chat_service.evaluate.suite import Turn, load_suite
from chat_service.services import Services, open_services
from chat_service.settings import Settings
from chat_service.translate import second
from chat_service.translate.learned.weighing import Candidate, candidates, weighed
from semantic_layer import EngineError, HuitouError

ODDS = Path(second.__file__).parent / "learned" / "odds.toml"
_TIMES, _HELD_NEAR = 60, 0.02  # a weight is held near nothing: few questions tell of some
_THRESHOLDS = (0.7, 0.8, 0.85, 0.9, 0.95)
_NO_REQUEST = ("refused", "clarification")


@dataclass(frozen=True)
class Weighing:
    """What was weighed of a question of a list: the values of each candidate, and which are right."""

    of: str
    values: Tensor
    right: Tensor


def weighings(path: Path, services: Services, names: Sequence[str]) -> Iterator[Weighing]:
    """Of each question of a list whose requests are weighed. A dialogue goes on as the service answers it."""
    seen: list[tuple[Candidate, ...]] = []

    def watched(*read: object) -> object:
        seen.append(candidates(*read))  # type: ignore[arg-type]
        return weighed(*read)  # type: ignore[arg-type]

    asker, judging = DialogueAsker(_dialogue(services), services.reader, "offline"), _dialogue(services)
    cases = load_suite(path)
    turns = iter([turn for case in cases for turn in case.turns])
    with patch.object(second, "weighed", watched):
        judged = run_suite(cases, asker, services.engine, services.layer.as_of)
        while True:
            seen.clear()
            if next(judged, None) is None:
                return
            turn, found = next(turns), seen[0] if seen else ()  # later ones are choices that were tried
            if found:
                right = [_is_right(each, turn, judging, services) for each in found]
                values = [[float(each.known[name]) for name in names] for each in found]
                yield Weighing(path.stem, torch.tensor(values), torch.tensor(right))


def _dialogue(services: Services) -> Dialogue:
    return Dialogue(services, MemoryStore(), now=lambda: datetime.now(UTC), new_id=lambda: str(uuid4()))


def _is_right(candidate: Candidate, turn: Turn, dialogue: Dialogue, services: Services) -> bool:
    if turn.check in _NO_REQUEST:
        return False
    try:
        rows = services.engine.run(turn.reference_sql(services.layer.as_of)).rows if turn.sql else ()
        asked = ChatRequest(message=turn.question, query=candidate.request)
        reply = Reply.model_validate_json(dialogue.respond(asked, services.reader, str(uuid4())))
    except (EngineError, HuitouError):
        return False
    return judge(turn, reply, rows).outcome == "right"


def fitted(found: Sequence[Weighing], names: Sequence[str]) -> Tensor:
    """The weights that make what is right the likeliest."""
    weights = torch.zeros(len(names), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=_TIMES, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        total = _HELD_NEAR * (weights**2).sum()
        for each in found:
            told = torch.cat([each.values @ weights, torch.zeros(1)])
            meant = torch.cat([each.right, ~each.right.any().reshape(1)])
            total = total - (told[meant].logsumexp(0) - told.logsumexp(0))
        total.backward()
        return total

    optimizer.step(loss)
    return weights.detach()


def outcome(each: Weighing, weights: Tensor, least: float) -> str:
    """What becomes of a question: answered right or wrong, or asked about with the right reading or without."""
    sure = torch.cat([each.values @ weights, torch.zeros(1)]).softmax(0)[:-1]
    best = int(sure.argmax())
    if float(sure[best]) >= least:
        return "right" if bool(each.right[best]) else "wrong"
    return "offered" if bool(each.right.any()) else "asked"


def main() -> None:
    """Reads the arguments, asks, fits, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 6, 30))
    parser.add_argument("--lists", type=Path, nargs="+", required=True)
    given = parser.parse_args()
    names = [line.partition(" = ")[0] for line in _lines() if not line.startswith("#")]
    with closing(open_services(Settings(database=given.database, as_of=given.as_of), lambda: 0.0)) as services:
        found = [each for path in given.lists for each in weighings(path, services, names)]
    lists = [path.stem for path in given.lists]
    by_others = {one: fitted([each for each in found if each.of != one], names) for one in lists}
    for least in _THRESHOLDS:
        told = Counter(outcome(each, by_others[each.of], least) for each in found)
        shares = ", ".join(f"{kind} {told[kind] / len(found):.1%}" for kind in ("right", "wrong", "offered", "asked"))
        print(f"asked below {least}: {shares} of {len(found)}")
    weights = dict(zip(names, fitted(found, names).tolist(), strict=True))
    lines = [line if line.startswith("#") else _line(line, weights) for line in _lines()]
    ODDS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lines() -> list[str]:
    return ODDS.read_text(encoding="utf-8").splitlines()


def _line(line: str, weights: dict[str, float]) -> str:
    name = line.partition(" = ")[0]
    return f"{name} = {weights[name]:.2f}"


if __name__ == "__main__":
    main()
