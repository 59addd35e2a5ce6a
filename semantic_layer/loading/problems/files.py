"""What can be wrong with a model's files before anyone asks what they mean: reading, YAML and shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from semantic_layer.errors import DefinitionProblem, suggestion


@dataclass(frozen=True)
class ModelMissing(DefinitionProblem):
    """There is no file or folder where the model should be."""

    code: ClassVar[str] = "model_missing"

    @property
    def message(self) -> str:
        return "there is no such file or folder. Name the folder that holds the model's YAML files."


@dataclass(frozen=True)
class NoModelFiles(DefinitionProblem):
    """The folder holds no YAML file."""

    code: ClassVar[str] = "no_model_files"

    @property
    def message(self) -> str:
        return "the folder holds no file that ends in .yaml. Put the model's definitions there."


@dataclass(frozen=True)
class FileUnreadable(DefinitionProblem):
    """The operating system does not give the file out."""

    code: ClassVar[str] = "file_unreadable"
    reason: str

    @property
    def message(self) -> str:
        return f"the file cannot be opened: {self.reason}."


@dataclass(frozen=True)
class FileTooLarge(DefinitionProblem):
    """A file larger than any model."""

    code: ClassVar[str] = "file_too_large"
    megabytes: float
    limit: float

    @property
    def message(self) -> str:
        return f"the file has {self.megabytes:.1f} MB; the limit is {self.limit:g} MB. Split it into several files."


@dataclass(frozen=True)
class NotUtf8(DefinitionProblem):
    """The bytes are no UTF-8 text."""

    code: ClassVar[str] = "not_utf8"
    byte: int

    @property
    def message(self) -> str:
        return f"the byte 0x{self.byte:02X} is not UTF-8. Save the file in the encoding UTF-8."


@dataclass(frozen=True)
class EmptyFile(DefinitionProblem):
    """Nothing but white space and comments."""

    code: ClassVar[str] = "empty_file"

    @property
    def message(self) -> str:
        return "the file is empty. Write definitions in it (`metrics:`, `datasets:`, ...), or remove it."


@dataclass(frozen=True)
class YamlSyntax(DefinitionProblem):
    """The text is not YAML, or uses what a model may not use. `near` quotes the line."""

    code: ClassVar[str] = "yaml_syntax"
    reason: str
    near: str = ""

    @property
    def message(self) -> str:
        place = f" near '{self.near}'" if self.near else ""
        return f"the YAML cannot be read{place}: {self.reason}."


@dataclass(frozen=True)
class TabIndentation(DefinitionProblem):
    """YAML forbids tabs at the beginning of a line."""

    code: ClassVar[str] = "tab_indentation"

    @property
    def message(self) -> str:
        return "the line is indented with a tab, which YAML forbids. Use spaces."


@dataclass(frozen=True)
class DuplicateKey(DefinitionProblem):
    """The same key twice in one mapping."""

    code: ClassVar[str] = "duplicate_key"
    key: str
    first_line: int

    @property
    def message(self) -> str:
        return f"the key '{self.key}' stands here a second time; the first is on line {self.first_line}. Keep one."


@dataclass(frozen=True)
class UnknownKey(DefinitionProblem):
    """A key that the format does not have."""

    code: ClassVar[str] = "unknown_key"
    key: str
    of: str
    nearest: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = suggestion(self.nearest) or f" It may have {', '.join(self.allowed)}."
        if not self.key.isidentifier():
            offer = " Within braces, a text with commas or colons needs quotes."
        return f"'{self.key}' is not a key of {self.of}.{offer}"


@dataclass(frozen=True)
class MissingKey(DefinitionProblem):
    """A key that must be there and is not."""

    code: ClassVar[str] = "missing_key"
    key: str
    of: str

    @property
    def message(self) -> str:
        return f"{self.of} has no '{self.key}'. Add it."


@dataclass(frozen=True)
class WrongType(DefinitionProblem):
    """A value of the wrong kind: a list where a text should be."""

    code: ClassVar[str] = "wrong_type"
    key: str
    value: str
    wanted: str

    @property
    def message(self) -> str:
        return f"'{self.key}' is {self.value}, but should be {self.wanted}."


@dataclass(frozen=True)
class WrongChoice(DefinitionProblem):
    """A word that is not one of the few allowed."""

    code: ClassVar[str] = "wrong_choice"
    key: str
    value: str
    nearest: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def message(self) -> str:
        offer = suggestion(self.nearest) or f" It may be {', '.join(self.allowed)}."
        return f"'{self.key}' cannot be '{self.value}'.{offer}"


@dataclass(frozen=True)
class RepeatedSetting(DefinitionProblem):
    """The model's name, its description or a parameter is given by two files."""

    code: ClassVar[str] = "repeated_setting"
    key: str
    first: str

    @property
    def message(self) -> str:
        return f"'{self.key}' is given here a second time; the first is at {self.first}. Keep one."
