"""What can be wrong with a request of the loyalty loop: causes, profiles, playbooks."""

from __future__ import annotations

from semantic_layer.errors import QueryProblem, problem


@problem(
    "not_an_outcome",
    zh="{metric:name}不是从一群人里离开或留下的占比，不能问它的原因证据。[可以问：{possible:list}。]",
    en="{metric:name} is no share of people of whom some leave, so nothing speaks for it or against it."
    "[ Ask for {possible:either}.]",
)
class NotAnOutcome(QueryProblem):
    """Causes are asked of a metric that is no transition."""

    metric: str
    possible: tuple[str, ...] = ()


@problem(
    "no_causes",
    zh="模型没有定义{entity:name}的原因证据（`causes`）。",
    en="The model defines no evidence (`causes`) for why {entity:name} leave.",
)
class NoCauses(QueryProblem):
    """Causes are asked of a model that knows none of the entity."""

    entity: str


@problem(
    "unknown_entity",
    zh="没有{key:name}为 {value} 的{entity:name}，或者你无权查看。",
    en="There is no {entity:name} with {key:name} {value}, or you may not see it.",
)
class NoSuchEntity(QueryProblem):
    """A profile of somebody who is not there, or not for the reader's eyes."""

    entity: str
    key: str
    value: str


@problem(
    "no_profile",
    zh="模型没有定义{entity:name}的档案（`profiles`）。",
    en="The model defines no profile of {entity:name}.",
)
class NoProfile(QueryProblem):
    """A profile is asked of an entity for which the model has none."""

    entity: str


@problem(
    "no_playbook",
    zh="模型没有适用于{subject:name}的预案（`playbooks`）。[有预案的是：{possible:list}。]",
    en="The model has no playbook for {subject:name}.[ There are some for {possible:list}.]",
)
class NoPlaybook(QueryProblem):
    """What to do is asked for a group that no playbook is for."""

    subject: str
    possible: tuple[str, ...] = ()
