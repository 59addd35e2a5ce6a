"""What a language model is told: Markdown files with front matter, rendered strictly.

The front matter names the prompt, says its purpose, counts its version up and lists its variables. `{{name}}` in the
text is where a variable goes. A variable that is not listed, not used, missing or too many is an error, so that a
prompt with a hole in it is found when the service starts and not by the model. Imports nothing of ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field

_PARTS = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<text>.*)\Z", re.DOTALL)
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


class FrontMatter(BaseModel):
    """The head of a prompt's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    purpose: str
    version: int = Field(ge=1)
    variables: tuple[str, ...] = ()


class PromptError(ValueError):
    """A prompt's file is not as it must be, or is rendered with other variables than it has: a mistake of ours."""


@dataclass(frozen=True)
class Prompt:
    """A prompt as written, with its head."""

    head: FrontMatter
    text: str

    @property
    def version(self) -> str:
        """`name@version`, with the first digits of the text's hash: two texts never share it."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:8]
        return f"{self.head.name}@{self.head.version}-{digest}"

    def render(self, values: Mapping[str, str]) -> str:
        """The text with every variable filled in. What is filled in is never looked into for variables itself.

        >>> Prompt(FrontMatter(name="x", purpose="", version=1, variables=("day",)), "Today: {{day}}").render(
        ...     {"day": "{{day}} is no variable here"}
        ... )
        'Today: {{day}} is no variable here'
        """
        if set(values) != set(self.head.variables):
            wrong = ", ".join(sorted(set(values) ^ set(self.head.variables)))
            raise PromptError(f"prompt '{self.head.name}': missing or unknown variables: {wrong}")
        return _VARIABLE.sub(lambda found: values[found[1]], self.text)


def read_prompt(source: str, where: str) -> Prompt:
    """A prompt from the text of its file. Raises PromptError, naming `where`."""
    found = _PARTS.match(source)
    if found is None:
        raise PromptError(f"{where}: no front matter between two lines of ---")
    try:
        head = FrontMatter.model_validate(yaml.safe_load(found["front"]))
    except (yaml.YAMLError, ValueError) as error:
        raise PromptError(f"{where}: {error}") from error
    text = found["text"].strip()
    if set(_VARIABLE.findall(text)) != set(head.variables):
        wrong = ", ".join(sorted(set(_VARIABLE.findall(text)) ^ set(head.variables)))
        raise PromptError(f"{where}: variables listed but not used, or used but not listed: {wrong}")
    if where.removesuffix(".md") != head.name:
        raise PromptError(f"{where}: is named '{head.name}' in its head")
    return Prompt(head, text)


@lru_cache(maxsize=1)
def prompts() -> Mapping[str, Prompt]:
    """Every prompt by its name. Raises PromptError for the first file that is wrong."""
    found = sorted(
        (each for each in files(__name__).iterdir() if each.name.endswith(".md")), key=lambda each: each.name
    )
    read = (read_prompt(each.read_text(encoding="utf-8"), each.name) for each in found)
    return {prompt.head.name: prompt for prompt in read}
