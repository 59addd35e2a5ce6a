"""Questions whose requests are known, as pages and the words of their requests.

Three sources: answers that were right in reports of `huitou eval LIST.yaml --json`; the questions to be refused or
asked back of those lists; and `questions/*.yaml`, written for this by hand, each with its typed request, some once more
with words of `asides.yaml` before or behind.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard

import yaml
from pydantic import JsonValue, TypeAdapter, ValidationError

from chat_service.outcomes import Previous, Question
from chat_service.services import open_services
from chat_service.settings import Settings
from chat_service.translate.agent.building import UnbuildableError, built
from chat_service.translate.learned.page import Laid, Page
from chat_service.translate.learned.plain import plain
from chat_service.translate.learned.script import ASKED, END, LOST, REFUSED
from semantic_layer import GRAINS, FieldFilter, ListQuery, MetricQuery, Request

_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
_ENDS: Mapping[str, str] = {"refused": REFUSED, "refuse": REFUSED, "clarification": ASKED, "ask": ASKED}
_WORDS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("modifiers.yaml").read_text(encoding="utf-8"))
_ASIDES: dict[str, dict[str, list[Any]]] = yaml.safe_load(
    Path(__file__).with_name("asides.yaml").read_text(encoding="utf-8")
)
_BEFORE, _AROUND, _ENDING = 0.5, 0.9, "，。！？…,.!?:：；;~～ "
_WRITTEN, _CASES = Path(__file__).parent / "questions", Path("tests/translate/cases")
_KINDS = ("metrics", "cohort", "funnel", "explain")


@dataclass(frozen=True)
class Example:
    """What the network is shown, and what it is to write; `of` is the list it is from."""

    laid: tuple[Laid, ...]
    words: tuple[str, ...]
    of: str
    follows: bool


@dataclass(frozen=True)
class _Turn:
    """What was asked, the request that it means or how it ends, and the request before it."""

    text: str
    means: Request | str
    before: Request | None
    of: str


class Examples:
    """Reads them by what one translator knows of words."""

    def __init__(self, database: str, today: date) -> None:
        services = open_services(Settings(database=Path(database), as_of=today), lambda: 0.0)
        self.model, self._today, self._translator = services.model, today, services.translator

    def of_reports(self, paths: Iterable[Path]) -> Iterator[Example]:
        """The right answers of reports, each turn after the one before."""
        for path in paths:
            entries = {one["id"]: one for one in json.loads(path.read_text(encoding="utf-8"))["entries"]}
            for name, one in entries.items():
                base, _, turn = name.partition("#")
                before = entries.get(f"{base}#{int(turn) - 1}") if turn and turn != "1" else None
                if one["outcome"] != "right" or not one.get("request") or (before and not before.get("request")):
                    continue
                last = _REQUEST.validate_python(before["request"]) if before else None
                yield from self._asked(one["question"], _REQUEST.validate_python(one["request"]), last, path.stem)

    def of_lists(self, paths: Iterable[Path]) -> Iterator[Example]:
        """The questions of lists that are to be refused or asked back."""
        for path in paths:
            for each in yaml.safe_load(path.read_text(encoding="utf-8")):
                if "turns" not in each and each.get("check") in _ENDS:
                    yield self._ended(each["q"], _ENDS[each["check"]], path.stem)

    def of_cases(self) -> Iterator[Example]:
        """The sentences of the case files that are requests by themselves."""
        for path in sorted(_CASES.glob("*.yaml")):
            for case in yaml.safe_load(path.read_text(encoding="utf-8")):
                if isinstance(case, dict) and isinstance(case.get("request"), dict) and not case.get("gap"):
                    yield from self._asked(case["q"], _of_case(case["request"]), None, "cases")

    def written(self) -> Iterator[Example]:
        """Those written for this, with typed requests; `q` is one wording, or several."""
        for each in self._turns():
            yield from self._examples(each)

    def with_asides(self, many: int = 20_000) -> Iterator[Example]:
        """Turns of those written, with words before or after them that change nothing of what is asked."""
        chance = random.Random(0)  # noqa: S311
        for each in chance.sample(list(self._turns()), many):
            yield from self._examples(replace(each, text=with_aside(each.text, chance)))

    def _turns(self) -> Iterator[_Turn]:
        for path in sorted(_WRITTEN.glob("*.yaml")):
            for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
                last: Request | None = None
                for turn in entry.get("turns", [entry]):
                    answer, of = turn.get("answer", "metrics"), entry.get("of", path.stem)
                    texts = [turn["q"]] if isinstance(turn["q"], str) else turn["q"]
                    if "request" not in turn or answer == "definition":
                        if answer in _ENDS and "turns" not in entry:
                            yield from (_Turn(text, _ENDS[answer], None, of) for text in texts)
                        break
                    try:
                        request, _ = built(answer, turn["request"], self._today)
                    except UnbuildableError as error:
                        raise SystemExit(f"{path.name}: {turn['q']}: {error}") from error
                    yield from (_Turn(text, request, last, of) for text in texts)
                    last = request

    def _examples(self, turn: _Turn) -> Iterator[Example]:
        if isinstance(turn.means, str):
            yield self._ended(turn.text, turn.means, turn.of)
        else:
            yield from self._asked(turn.text, turn.means, turn.before, turn.of)

    def regrouped(self, many: int = 700) -> Iterator[Example]:
        """Follow-ups of those written that are grouped: another grouping in its place, or beside it by such words."""
        grouped = {each: of for of, _, each in self._written("metrics") if _is_grouped(each)}
        fits = {
            metric: {each.group_by[0] for each in grouped if metric in each.metrics} for metric in self.model.metrics
        }
        chance = random.Random(0)  # noqa: S311
        for before in chance.choices(list(grouped), k=many):
            fit = set.intersection(*(fits[each] for each in before.metrics)) & self.model.dimensions.keys()
            others = sorted(fit - set(before.group_by))
            if others:
                name, language, adds = chance.choice(others), chance.choice(("zh", "en")), chance.random() < 1 / 3
                said = chance.choice(_WORDS[f"{language}_{'also' if adds else 'instead'}"])
                after = before.model_copy(update={"group_by": (*before.group_by, name) if adds else (name,)})
                yield from self._asked(said.format(self._called(name, language)), after, before, grouped[before])

    def with_columns(self, many: int = 500) -> Iterator[Example]:
        """Lists of those written, and of all there are, that are to show something beside."""
        lists = [(of, text, each) for of, text, each in self._written("list") if isinstance(each, ListQuery)]
        known = {*self.model.dimensions, *(each.rpartition(".")[2] for each in self.model.fields)}
        shown = [each for _, _, one in lists for each in one.columns if each in known]
        bare = [(of, text.rstrip("?？。. "), each) for of, text, each in lists if not each.columns]
        chance = random.Random(0)  # noqa: S311
        for of, text, request in chance.choices(bare, k=many):
            language = "zh" if any("\u4e00" <= each <= "\u9fff" for each in text) else "en"
            if chance.random() < 1 / 3:
                text, request = chance.choice(_WORDS[f"{language}_all"]), ListQuery(entity=request.entity)
            names = dict.fromkeys(chance.choices(shown, k=chance.choice((1, 1, 2))))
            said = ("和" if language == "zh" else " and ").join(self._called(each, language) for each in names)
            asked = request.model_copy(update={"columns": tuple(names)})
            yield from self._asked(text + chance.choice(_WORDS[f"{language}_columns"]).format(said), asked, None, of)

    def _called(self, name: str, language: str) -> str:
        fields = (field for each, field in self.model.fields.items() if each.rpartition(".")[2] == name)
        label = (self.model.dimensions.get(name) or next(fields)).label
        en = label.en if label.en[1:2].isupper() else label.en[:1].lower() + label.en[1:]
        return label.zh if language == "zh" else en

    def _written(self, answer: str) -> Iterator[tuple[str, str, Request]]:
        """Single questions of a kind: what they go back to, their first wording, their request."""
        for path in sorted(_WRITTEN.glob("*.yaml")):
            for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
                if "request" in entry and entry.get("answer", "metrics") == answer:
                    text = entry["q"] if isinstance(entry["q"], str) else entry["q"][0]
                    yield entry.get("of", path.stem), text, built(answer, entry["request"], self._today)[0]

    def _asked(self, text: str, request: Request, before: Request | None, of: str) -> Iterator[Example]:
        page = self._page(text, before)
        words = page.script.written(plain(request, self.model))
        if LOST not in words:  # a period that nothing names is not learned from
            yield Example(tuple(page.laid_out()), words, of, before is not None)

    def _ended(self, text: str, end: str, of: str) -> Example:
        return Example(tuple(self._page(text, None).laid_out()), (end, END), of, follows=False)

    def _page(self, text: str, before: Request | None) -> Page:
        question = Question(text, self._today, previous=Previous(before) if before is not None else None)
        return Page(question, self._translator.mentions(question), self.model)


def with_aside(text: str, chance: random.Random) -> str:
    """A question with something said before it, after it, or on both sides."""
    is_zh = any("\u4e00" <= each <= "\u9fff" for each in text)
    asides, drawn = _ASIDES["zh" if is_zh else "en"], chance.random()
    before, after = map(str, chance.choice(asides["around"]))
    if drawn < _BEFORE:
        before, after = str(chance.choice(asides["before"])), ""
    elif drawn < _AROUND:
        before, after = "", str(chance.choice(asides["after"]))
    bare = text.rstrip("?？。. ")
    if is_zh:
        led = before + (chance.choice(("，", " ", "")) if before and before[-1] not in _ENDING else "")
        return led + (bare + chance.choice(("，", "，", "。", "？", " ")) + after if after else text)
    led = f"{before} " if before else ""
    return led + (bare + ("" if after[0] in ",.;" else " ") + after if after else text)


def _is_grouped(request: Request) -> TypeGuard[MetricQuery]:
    """Whether a request is of one grouping other than time, and nothing refers to that."""
    if not isinstance(request, MetricQuery) or len(request.group_by) != 1 or request.group_by[0] in GRAINS:
        return False
    kept = {each.field for each in request.filters if isinstance(each, FieldFilter)}
    more = (
        request.order_by,
        request.having,
        request.keep,
        request.show,
        request.shares,
        request.limit,
        request.subtotals,
    )
    return not any(more) and request.group_by[0] not in kept


def _of_case(written: Mapping[str, Any]) -> Request:
    """The request of a case file, which writes periods short and leaves out a kind that its parts tell."""
    for kind in _KINDS:
        try:
            return _REQUEST.validate_python({"kind": kind, **{name: _opened(each) for name, each in written.items()}})
        except ValidationError:
            continue
    raise SystemExit(f"no request: {written}")


def _opened(part: JsonValue) -> JsonValue:
    if isinstance(part, dict):
        return {name: _opened(each) for name, each in part.items()}
    if isinstance(part, list):
        return [_opened(each) for each in part]
    days, _, grain = part.partition(" ") if isinstance(part, str) else ("", "", "")
    start, slash, end = days.partition("/")
    if not slash:
        return part
    period = {"start": start, "end": end, "grain": grain}
    return {name: each for name, each in period.items() if each not in ("", "..")}


__all__ = ["Example", "Examples", "with_aside"]
