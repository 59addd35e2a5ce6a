"""What can be wrong with an Ossie document, and what our format or theirs cannot say.

`NotCarriedOver` and its like are definitions that are missing afterwards. A `Remark` changes no number.
"""

from __future__ import annotations

from semantic_layer.errors import DefinitionProblem, Phrase, problem


class Remark(DefinitionProblem):
    """Something that people should know of, though every number stays right."""


@problem(
    "ossie_no_model",
    zh="{reason}。请指定 YAML 或 JSON 的 Ossie 文档，或存放它们的文件夹。",
    en="{reason}. Name an Ossie document in YAML or JSON, or a folder of them.",
)
class NoOssieModel(DefinitionProblem):
    """There is nothing at the path that is an Ossie document, or it holds no semantic model of that name."""

    reason: Phrase


@problem(
    "ossie_several_models",
    zh="有几个语义模型：{names:quoted}。请用名字选一个。",
    en="there are several semantic models: {names:quoted}. Choose one by its name.",
)
class SeveralModels(DefinitionProblem):
    """The document holds several semantic models where one is wanted."""

    names: tuple[str, ...]


@problem("ossie_unreadable_json", zh="文件不是 JSON：{reason}。", en="the file is not JSON: {reason}.")
class UnreadableJson(DefinitionProblem):
    """A file that ends in .json and is not JSON."""

    reason: str


@problem(
    "ossie_unknown_version",
    zh="文档用的是规范的版本“{version}”；能读的是“{known}”。",
    en="the document is of version '{version}' of the specification; '{known}' is read.",
)
class UnknownVersion(DefinitionProblem):
    """A document of another version of the specification."""

    version: str
    known: str


@problem("ossie_schema", zh="{part}{reason}。", en="{part} {reason}.")
class SchemaViolation(DefinitionProblem):
    """What the specification's JSON Schema does not allow."""

    part: Phrase
    reason: Phrase


@problem(
    "ossie_duplicate_name",
    zh="有第二个{thing:word}叫“{name}”，第一个在 {first}。",
    en="a second {thing} is named '{name}'; the first is at {first}.",
)
class DuplicateName(DefinitionProblem):
    """The same name for two things of a kind; case makes no difference."""

    thing: str | Phrase
    name: str
    first: str


@problem(
    "ossie_unknown_reference",
    zh="{owner}用到{thing:word}“{name}”，但没有这一个。{nearest:offer}",
    en="{owner} names the {thing} '{name}', which there is not.{nearest:offer}",
)
class UnknownReference(DefinitionProblem):
    """A name that stands for no dataset, field or metric of the document."""

    owner: Phrase
    thing: str
    name: str
    nearest: tuple[str, ...] = ()


@problem(
    "ossie_ambiguous_reference",
    zh="{owner}用到“{name}”，而 {datasets:list} 都有这个字段。请写“dataset.field”。",
    en="{owner} uses '{name}', a field of {datasets:list}. Write 'dataset.field'.",
)
class AmbiguousReference(DefinitionProblem):
    """A field's name without its dataset, where several have one of that name."""

    owner: Phrase
    name: str
    datasets: tuple[str, ...]


@problem(
    "ossie_bad_expression",
    zh="{owner}的表达式“{text}”无法读取：{reason}。",
    en="the expression of {owner}, '{text}', cannot be read: {reason}.",
)
class BadExpression(DefinitionProblem):
    """An expression that does not parse in its dialect."""

    owner: Phrase
    text: str
    reason: str | Phrase


@problem(
    "ossie_no_known_dialect",
    zh="{owner}只用 {dialects:list} 写成，无法读取。请用其中一种加上它的表达式：{known:list}。",
    en="{owner} is written in {dialects:list} only, which cannot be read. Add its expression in {known:either}.",
)
class NoKnownDialect(DefinitionProblem):
    """An expression that is written only in languages which are not SQL."""

    owner: Phrase
    dialects: tuple[str, ...]
    known: tuple[str, ...]


@problem(
    "ossie_uneven_columns",
    zh="关系“{name}”的把 {left} 列和 {right} 列连接起来。请让它们一一对应。",
    en="the relationship '{name}' joins {left} columns to {right}. Pair them.",
)
class UnevenColumns(DefinitionProblem):
    """The two sides of a relationship have different numbers of columns."""

    name: str
    left: int
    right: int


@problem(
    "ossie_not_a_key",
    zh="关系“{name}”指向“{target}”的（{columns:list}），而它的键是{told_keys:either}：行数可能成倍增加。"
    "请按键连接，或在 `unique_keys` 里声明一个。",
    en="the relationship '{name}' leads to ({columns:list}) of '{target}', whose keys are {told_keys:either}: rows "
    "could multiply. Join by a key, or declare one in `unique_keys`.",
)
class NotAKey(DefinitionProblem):
    """A relationship leads to columns that no key of the dataset stands for, so rows could multiply."""

    name: str
    target: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]

    @property
    def told_keys(self) -> tuple[str, ...]:
        """Each key with its columns."""
        return tuple(f"({', '.join(key)})" for key in self.keys)


@problem("ossie_not_carried_over", zh="{owner}没有转换过来：{reason}。", en="{owner} is not carried over: {reason}.")
class NotCarriedOver(DefinitionProblem):
    """A definition that our format has no words for, or that our checks refuse."""

    owner: str | Phrase
    reason: Phrase


@problem(
    "ossie_bad_extension",
    zh="HUITOU 的扩展无法读取：{reason}。文档按没有它来读。",
    en="the extension of HUITOU cannot be read: {reason}. The document is read without it.",
)
class BadExtension(DefinitionProblem):
    """Our own extension in a document cannot be read."""

    reason: str | Phrase


@problem(
    "ossie_changed_since",
    zh="{owner}在导出以后{change}：只有我们的扩展里才有的内容不再采用。",
    en="{owner} {change} since it was exported: what only our extension said of it is left out.",
)
class ChangedSince(DefinitionProblem):
    """What another tool has changed in a document of ours: the document is believed, what we had beside it is lost."""

    owner: Phrase
    change: Phrase


@problem(
    "ossie_left_behind",
    zh="{owner}的{what}在我们的格式里没有位置，没有带过来。",
    en="{what} of {owner} has no place in our format and is left behind.",
)
class LeftBehind(Remark):
    """Something of a document that touches no number and has no place in our format."""

    owner: Phrase
    what: Phrase


@problem(
    "ossie_time_not_chosen",
    zh="没有写明“{dataset}”的指标发生在什么时间，可能是 {candidates:quoted}。"
    "在选定之前（--time {dataset}={first}），它们只有全部行的值，不能按时间段看。",
    en="nothing says when the metrics of '{dataset}' happen; it could be {candidates:quoted}. Until it is chosen "
    "(--time {dataset}={first}) they have values over all rows, not by period.",
)
class TimeNotChosen(Remark):
    """A dataset with several times, of which none is marked as the one that its metrics are placed at."""

    dataset: str
    candidates: tuple[str, ...]

    @property
    def first(self) -> str:
        """One that could be chosen."""
        return self.candidates[0]


@problem(
    "ossie_role_made",
    zh="关系“{relationship}”是通往“{dataset}”的几条路径之一，或又回到它自己：它所指的在这里叫“{name}”，是“{dataset}”的角色。",
    en="the relationship '{relationship}' is one of several ways to '{dataset}', or leads back to it: what it leads to "
    "is '{name}' here, a role of '{dataset}'.",
)
class RoleMade(Remark):
    """A dataset is pointed at in several ways by another, or by itself: each way is a role of it."""

    relationship: str
    name: str
    dataset: str


@problem("ossie_renamed", zh="{owner}在这里叫“{name}”。", en="{owner} is called '{name}' here.")
class Renamed(Remark):
    """A name that cannot stand in our format, and the one that takes its place."""

    owner: Phrase
    name: str
