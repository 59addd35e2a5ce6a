"""What a reader may not see, by code: personal fields, fields that rules withhold, rows that policies limit."""

from __future__ import annotations

from semantic_layer.errors import QueryProblem, problem


@problem(
    "policy_misses_role",
    zh="你只能看到一部分{base:name}（按{field:name}限定），而{role:name}也属于其中，却没有规定你能看到哪些。"
    "请让管理员为{role:name}设定规则，或者不要用它。",
    en="You may see some of {base:name} only (by {field:name}), and nothing says which of {role:name}, who are also "
    "such. Ask for a rule on {role:name}, or leave it out.",
)
class PolicyMissesRole(QueryProblem):
    """A role of a dataset whose rows are limited for the reader, who would see it unlimited."""

    role: str
    base: str
    field: str


@problem(
    "withheld",
    zh="{field:name}是个人信息，你不能按它筛选或分组。",
    en="{field:name} is personal; you may not filter or group by it.",
)
class Withheld(QueryProblem):
    """The reader may not group or filter by a personal field."""

    field: str


@problem(
    "field_withheld",
    zh="{field:name}不对你开放：不能查看、筛选、分组，也不能用依赖它的指标。",
    en="{field:name} is not open to you: it can neither be shown, filtered or grouped by, nor counted by a metric.",
)
class FieldWithheld(QueryProblem):
    """A field that a rule of the model keeps from this reader, or what reads it."""

    field: str


@problem(
    "attribute_missing",
    zh="行权限“{policy}”要看你的“{attribute}”，而你的账号没有这一项，所以不能回答。请联系管理员。",
    en="Which rows you may see depends on your '{attribute}' (policy '{policy}'), which is not known of you. "
    "Nothing can be answered; ask whoever gave you access.",
)
class AttributeMissing(QueryProblem):
    """A policy names something of the reader that the reader's key or token does not tell."""

    policy: str
    attribute: str


@problem(
    "attribute_unfit",
    zh="行权限“{policy}”不能使用你的“{attribute}”：它的值不合适。请联系管理员。",
    en="The policy '{policy}' cannot use your '{attribute}': its value does not fit. Ask whoever gave you access.",
)
class AttributeUnfit(QueryProblem):
    """What is known of the reader does not fit what a policy compares it with, or is several where one is meant."""

    policy: str
    attribute: str
