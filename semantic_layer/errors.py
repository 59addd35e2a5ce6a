"""Every problem as data: a stable code, typed fields, and the sentence made from them in each language.

Families by who must act: `DefinitionProblem` (an analyst fixes the YAML), `QueryProblem` (the asker rephrases),
`EngineProblem` (wait, or ask less). A stage collects all of its problems and raises once. Imports nothing of ours.

A problem is declared with its code and its two sentences, whose `{fields}` are its own:

    @problem("unknown_name", zh="没有叫“{name}”的{kind:word}。", en="There is no {kind} '{name}'.{nearest:offer}")

`{metric:name}` is a name of the model (in chat: its label), `{kind:word}` a word that `WORDS` knows in Chinese,
`{kind:a}` the same with its article; `{names:list}`, `:quoted`, `:both`, `:either`, `:ways` and `:chain` join several;
`{nearest:offer}` asks whether one of them was meant; any other is a format of Python's (`{count:,}`). Of
`[ By {possible:list}.| By nothing.]` the first part is said whose fields all hold something; `{is_open:if}` says
nothing, but must be true. A bracket itself is `[[` or `]]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import ClassVar, Literal, Self, TypeVar, dataclass_transform

from rapidfuzz import fuzz, process

Language = Literal["zh", "en"]
# what the asker calls a thing of the model; None for a name that stands for nothing
Namer = Callable[[str], str | None]
_Declared = TypeVar("_Declared", bound="Problem")
_MAKING = Lock()
_CUTOFF = 60.0
_SHOWN = 8  # of a longer list, so many are named in chat
_OPTIONAL = re.compile(r"\[\[|\]\]|\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{(\w+)(?::([^}]*))?\}")
WORDS: dict[str, str] = {
    # what a model is made of
    "metric": "指标",
    "dimension": "维度",
    "entity": "实体",
    "column": "列",
    "value": "值",
    "dataset": "数据集",
    "field": "字段",
    "grain": "时间单位",
    "unit of time": "时间单位",
    "parameter": "参数",
    "relationship": "关系",
    "list": "清单",
    "cause": "原因",
    "playbook": "预案",
    "profile": "档案",
    "behaviour": "行为",
    "cohort": "同期群",
    "funnel": "漏斗",
    "policy": "行权限",
    "field rule": "字段规则",
    "reader attribute": "读者属性",
    "trial": "对照试验",
    "role": "角色",
    "rollup": "预聚合",
    "time": "时间",
    "definition": "定义",
    "model": "模型",
    # of a dbt project or an Ossie document
    "measure": "度量",
    "semantic model": "语义模型",
    "saved query": "已存查询",
    "time dimension": "时间维度",
    "time spine": "时间主轴",
    "element": "元素",
    "metric's use": "指标的引用",
    "metric's type_params": "指标的 type_params",
    "measure's use": "度量的引用",
    "conversion": "转化",
    "saved query's query_params": "已存查询的 query_params",
    "simple metric": "简单指标",
    "input metric": "输入指标",
    "dimension or entity": "维度或实体",
    # types
    "integer": "整数",
    "number": "数字",
    "text": "文本",
    "boolean": "真假值",
    "date": "日期",
    "timestamp": "时间",
    "true or false": "真假值",
    # units of time
    "second": "秒",
    "minute": "分钟",
    "hour": "小时",
    "day": "天",
    "week": "周",
    "month": "月",
    "quarter": "季度",
    "year": "年",
    "hour_of_day": "钟点",
    "day_of_week": "星期几",
    "day_of_month": "几号",
    "month_of_year": "月份",
}


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence in both languages: a reason, or what a thing is called."""

    zh: str
    en: str

    def in_language(self, language: Language, *words: object, **parts: object) -> str:
        """The phrase in a language, its places filled; as it stands where nothing is given to fill them.

        >>> Phrase(zh="共 {count:,} 位", en="{count:,} in all").in_language("zh", count=1294)
        '共 1,294 位'
        """
        text: str = getattr(self, language)
        return text.format(*words, **parts) if words or parts else text

    def of(self, **values: object) -> Phrase:
        """The phrase with values in its places.

        >>> str(Phrase("没有“{name}”", "there is no '{name}'").of(name="a"))
        "there is no 'a'"
        """
        return Phrase(self.zh.format(**values), self.en.format(**values))

    def __str__(self) -> str:
        return self.en


_JOINED: dict[str, Phrase] = {
    "list": Phrase("、", ", "),
    "quoted": Phrase("、", ", "),
    "both": Phrase("和", " and "),
    "either": Phrase("或", " or "),
    "ways": Phrase("；", "; "),
    "chain": Phrase(" -> ", " -> "),
}
_QUOTED, _OFFERED = Phrase("“{}”", "'{}'"), Phrase("是不是指{}？", " Did you mean {}?")
_MORE, _NEXT = Phrase("等{shown}项", " and {more} more"), Phrase("", " ")


def thing(kind: str, name: str) -> Phrase:
    """A thing by its kind and name, as sentences call it.

    >>> thing("metric", "aov")
    Phrase(zh='指标“aov”', en="metric 'aov'")
    """
    return Phrase(f"{WORDS.get(kind, kind)}“{name}”", f"{kind} '{name}'")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. Subclasses are declared by `problem`."""

    code: ClassVar[str] = "problem"
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""

    def __new__(cls, *_: object, **__: object) -> Self:
        """Makes dataclasses of the classes with the first problem of theirs: where nothing is wrong, none is needed."""
        with _MAKING:
            for each in reversed(cls.__mro__[: cls.__mro__.index(Problem)]):
                if "__match_args__" not in vars(each):
                    dataclass(frozen=True)(each)
        return super().__new__(cls)

    @property
    def message(self) -> str:
        """One English sentence: what is wrong, quoting the user's word; nearest right names; what to do."""
        return self.sentence("en")

    def sentence(self, language: Language, namer: Namer | None = None) -> str:
        """The sentence in a language. With a namer (in chat) things are called what the asker calls them."""
        return _Sentence(self, language, namer).written()

    def phrase(self) -> Phrase:
        """The sentence as a part of another one."""
        return Phrase(self.sentence("zh").rstrip("。"), self.message.rstrip("."))

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass_transform(frozen_default=True)
def problem(code: str, *, zh: str = "", en: str = "") -> Callable[[type[_Declared]], type[_Declared]]:
    """Declare a problem: a frozen dataclass with its code and sentences. Without sentences it has its parent's."""

    def declared(each: type[_Declared]) -> type[_Declared]:
        each.code, each.zh, each.en = code, zh or each.zh, en or each.en
        return each

    return declared


@dataclass(frozen=True)
class DefinitionProblem(Problem):
    """A mistake in the model's files. `where` is `file:line`, or the part of a definition built in memory."""

    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.code}]"


@dataclass(frozen=True)
class QueryProblem(Problem):
    """A request that the model cannot answer as it stands. `part` names the query's part, such as `group_by[1]`."""

    part: str


@dataclass(frozen=True)
class EngineProblem(Problem):
    """The database could not run the query: missing, broken, too slow, too large."""


class HuitouError(Exception):
    """Raised once a stage, with all of its problems."""

    problems: tuple[Problem, ...]

    def __init__(self, *problems: Problem) -> None:
        assert problems, "an error carries at least one problem"
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

    def sentences(self, language: Language, namer: Namer | None = None) -> str:
        """All problems, one sentence each."""
        return _NEXT.in_language(language).join(each.sentence(language, namer) for each in self.problems)


class DefinitionsError(HuitouError):
    """The model's files are wrong: for the analyst."""


class QueryError(HuitouError):
    """The request does not fit the model: for the asker."""


class EngineError(HuitouError):
    """The database failed: for the operator, or for the asker to ask less."""


def nearest(word: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` names that look like `word` whatever their case, best first, ties in order of name.

    >>> nearest("reveune", ["revenue", "orders", "refunds"])
    ('revenue',)
    >>> nearest("weather", ["revenue", "orders"])
    ()
    """
    known = sorted(set(names))
    found = process.extract(word, known, scorer=fuzz.ratio, processor=str.lower, limit=limit, score_cutoff=_CUTOFF)
    return tuple(name for name, _, _ in found)


@dataclass(frozen=True, eq=False)
class _Sentence:
    """A problem being put into words. See the head of this file for what a template may say."""

    problem: Problem
    language: Language
    namer: Namer | None

    def written(self) -> str:
        template: str = getattr(self.problem, self.language)
        assert template, f"{type(self.problem).__name__} has no sentence in '{self.language}'"
        text = _FIELD.sub(self._field, _OPTIONAL.sub(self._chosen, template))
        return text if self.namer is None else text[:1].upper() + text[1:]

    def _chosen(self, found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        return next((each for each in found[1].split("|") if self._holds(each)), "")

    def _holds(self, part: str) -> bool:
        return all(getattr(self.problem, field[1]) not in (None, False, "", ()) for field in _FIELD.finditer(part))

    def _field(self, found: re.Match[str]) -> str:
        value, how = getattr(self.problem, found[1]), found[2] or ""
        match how:
            case "name":
                return self._named(value)
            case "word":
                return self._plain(_called(value))
            case "a":
                return self._plain(_with_article(_called(value)))
            case "offer":
                return self._offer(value)
            case "if":
                return ""
            case _ if how in _JOINED:
                return self._joined(value, how)
            case _ if how:
                return format(value, how)
        return self._plain(value)

    def _plain(self, value: object) -> str:
        return getattr(value, self.language) if isinstance(value, Phrase) else str(value)

    def _quoted(self, text: str) -> str:
        return _QUOTED.in_language(self.language, text)

    def _named(self, name: str) -> str:
        return (self.namer(name) if self.namer is not None else None) or self._quoted(name)

    def _label(self, name: str) -> str:
        return (self.namer(name) if self.namer is not None else None) or name

    def _joined(self, names: tuple[str, ...], how: str) -> str:
        shown = [self._label(name) for name in names]
        if how in ("quoted", "both"):
            shown = [self._quoted(each) for each in shown]
        most = len(shown) if self.namer is None else _SHOWN
        more = _MORE.in_language(self.language, shown=len(shown), more=len(shown) - most) if most < len(shown) else ""
        return _JOINED[how].in_language(self.language).join(shown[:most]) + more

    def _offer(self, nearest: tuple[str, ...]) -> str:
        offered = _JOINED["either"].in_language(self.language).join(self._quoted(self._label(name)) for name in nearest)
        return _OFFERED.in_language(self.language, offered) if offered else ""


def _called(word: str | Phrase) -> Phrase:
    return word if isinstance(word, Phrase) else Phrase(WORDS.get(word, word), word)


def _with_article(thing: Phrase) -> Phrase:
    return Phrase(thing.zh, f"{'an' if thing.en[0] in 'aeiou' else 'a'} {thing.en}")
