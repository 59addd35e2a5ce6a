"""What can be wrong with policies and field rules. Each for the analyst to mend."""

from __future__ import annotations

from semantic_layer.errors import DefinitionProblem, Phrase, problem


@problem(
    "unknown_attribute",
    zh="{owner}用到“reader.{name}”，但没有声明这个读者属性。[{nearest:offer}|请把它加到 `reader_attributes` 里。]",
    en="{owner} uses 'reader.{name}', which is no attribute of readers.[{nearest:offer}| Add it to "
    "`reader_attributes`.]",
)
class UnknownAttribute(DefinitionProblem):
    """An attribute of the reader that nothing declares."""

    owner: Phrase
    name: str
    nearest: tuple[str, ...]


@problem(
    "quoted_attribute",
    zh="{owner}把 {text} 写在引号里，它就只是文字，永远不会是读者的属性。请去掉引号。",
    en="{owner} has {text} in quotes: that is a text, never what is known of the reader. Leave out the quotes.",
)
class QuotedAttribute(DefinitionProblem):
    """A reader's attribute written as a text: a condition that compares with the words themselves."""

    owner: Phrase
    text: str


@problem(
    "attribute_not_compared",
    zh="{owner}里的“{text}”没有直接和字段比较。请写成“field = reader.region”或“field IN (reader.region)”之类。",
    en="{owner} does not compare '{text}' with a field. Write 'field = reader.region', 'field IN (reader.region)' or "
    "another comparison of the two.",
)
class AttributeNotCompared(DefinitionProblem):
    """A reader's attribute where neither its kind nor several values of it would have a meaning."""

    owner: Phrase
    text: str


@problem(
    "policy_of_role",
    zh="{owner}针对角色“{dataset}”；它的行就是“{base}”的行。请针对“{base}”写。",
    en="{owner} is on the role '{dataset}', whose rows are those of '{base}'. Put it on '{base}'.",
)
class PolicyOfRole(DefinitionProblem):
    """A policy on a role: its rows are another dataset's."""

    owner: Phrase
    dataset: str
    base: str


@problem(
    "bad_rule_field",
    zh="字段规则里的“{name}”不是 `dataset.field`。{nearest:offer}",
    en="the field rule names '{name}', which is no `dataset.field`.{nearest:offer}",
)
class BadRuleField(DefinitionProblem):
    """A field rule about what is no field."""

    name: str
    nearest: tuple[str, ...]
