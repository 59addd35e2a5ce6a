"""What can be wrong with a model's files before anyone asks what they mean: reading, YAML and shape."""

from __future__ import annotations

from semantic_layer.errors import DefinitionProblem, Phrase, problem


@problem(
    "model_missing",
    zh="没有这个文件或文件夹。请指定存放模型 YAML 文件的文件夹。",
    en="there is no such file or folder. Name the folder that holds the model's YAML files.",
)
class ModelMissing(DefinitionProblem):
    """There is no file or folder where the model should be."""


@problem(
    "no_model_files",
    zh="文件夹里没有以 .yaml 结尾的文件。请把模型的定义放在那里。",
    en="the folder holds no file that ends in .yaml. Put the model's definitions there.",
)
class NoModelFiles(DefinitionProblem):
    """The folder holds no YAML file."""


@problem(
    "unknown_base",
    zh="`extends` 所指的“{name}”既不是自带的模型，也不是这里的文件或文件夹。",
    en="`extends` names '{name}', which is neither a model that ships with the program nor a file or folder here.",
)
class UnknownBase(DefinitionProblem):
    """The model to go on from is nowhere."""

    name: str


@problem(
    "circular_base",
    zh="这个模型通过 `extends` 绕回到了自己：“{name}”。",
    en="through `extends` the model goes on from itself: '{name}'.",
)
class CircularBase(DefinitionProblem):
    """A model that extends itself, perhaps by others."""

    name: str


@problem(
    "nothing_to_leave_out",
    zh="`without` 里的“{name}”不在所扩展的模型的 `{section}` 中。[{nearest:offer}]",
    en="`without` names '{name}', which is not among the `{section}` of the model extended.[{nearest:offer}]",
)
class NothingToLeaveOut(DefinitionProblem):
    """Something to be left out that the model extended does not have."""

    section: str
    name: str
    nearest: tuple[str, ...]


@problem(
    "file_unreadable",
    zh="文件无法打开：{reason}。",
    en="the file cannot be opened: {reason}.",
)
class FileUnreadable(DefinitionProblem):
    """The operating system does not give the file out."""

    reason: str | Phrase


@problem(
    "file_too_large",
    zh="文件有 {megabytes:.1f} MB，上限是 {limit:g} MB。请拆成几个文件。",
    en="the file has {megabytes:.1f} MB; the limit is {limit:g} MB. Split it into several files.",
)
class FileTooLarge(DefinitionProblem):
    """A file larger than any model."""

    megabytes: float
    limit: float


@problem(
    "not_utf8",
    zh="字节 0x{byte:02X} 不是 UTF-8。请把文件存为 UTF-8 编码。",
    en="the byte 0x{byte:02X} is not UTF-8. Save the file in the encoding UTF-8.",
)
class NotUtf8(DefinitionProblem):
    """The bytes are no UTF-8 text."""

    byte: int


@problem(
    "empty_file",
    zh="文件是空的。请在里面写定义（`metrics:`、`datasets:`……），或删掉它。",
    en="the file is empty. Write definitions in it (`metrics:`, `datasets:`, ...), or remove it.",
)
class EmptyFile(DefinitionProblem):
    """Nothing but white space and comments."""


@problem(
    "yaml_syntax",
    zh="YAML 无法读取[，在“{near}”附近]：{reason}[；{hint}]。",
    en="the YAML cannot be read[ near '{near}']: {reason}[; {hint}].",
)
class YamlSyntax(DefinitionProblem):
    """The text is not YAML, or uses what a model may not use. `near` quotes the line."""

    reason: str | Phrase
    near: str = ""
    hint: Phrase | None = None


@problem(
    "tab_indentation",
    zh="这一行用制表符缩进，YAML 不允许。请用空格。",
    en="the line is indented with a tab, which YAML forbids. Use spaces.",
)
class TabIndentation(DefinitionProblem):
    """YAML forbids tabs at the beginning of a line."""


@problem(
    "duplicate_key",
    zh="键“{key}”在这里第二次出现，第一次在第 {first_line} 行。请只留一个。",
    en="the key '{key}' stands here a second time; the first is on line {first_line}. Keep one.",
)
class DuplicateKey(DefinitionProblem):
    """The same key twice in one mapping."""

    key: str
    first_line: int


@problem(
    "unknown_key",
    zh="{of}没有“{key}”这个键。"
    "[{is_text:if}花括号里的文本若含逗号或冒号，要加引号。|{nearest:offer}|可以有 {allowed:list}。]",
    en="'{key}' is not a key of {of}.[{is_text:if} Within braces, a text with commas or colons needs quotes.|"
    "{nearest:offer}| It may have {allowed:list}.]",
)
class UnknownKey(DefinitionProblem):
    """A key that the format does not have."""

    key: str
    of: Phrase
    nearest: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def is_text(self) -> bool:
        """Whether the key looks like a piece of a text."""
        return not self.key.isidentifier()


@problem(
    "missing_key",
    zh="{of}缺少“{key}”。请加上。",
    en="{of} has no '{key}'. Add it.",
)
class MissingKey(DefinitionProblem):
    """A key that must be there and is not."""

    key: str
    of: Phrase


@problem(
    "wrong_type",
    zh="“{key}”是{value}，应该是{wanted}。",
    en="'{key}' is {value}, but should be {wanted}.",
)
class WrongType(DefinitionProblem):
    """A value of the wrong kind: a list where a text should be."""

    key: str | Phrase
    value: str | Phrase
    wanted: str | Phrase


@problem(
    "wrong_choice",
    zh="“{key}”不能是“{value}”。[{nearest:offer}|可以是 {allowed:list}。]",
    en="'{key}' cannot be '{value}'.[{nearest:offer}| It may be {allowed:list}.]",
)
class WrongChoice(DefinitionProblem):
    """A word that is not one of the few allowed."""

    key: str
    value: str
    nearest: tuple[str, ...]
    allowed: tuple[str, ...]


@problem(
    "repeated_setting",
    zh="“{key}”在这里第二次给出，第一次在 {first}。请只留一个。",
    en="'{key}' is given here a second time; the first is at {first}. Keep one.",
)
class RepeatedSetting(DefinitionProblem):
    """The model's name, its description or a parameter is given by two files."""

    key: str
    first: str
