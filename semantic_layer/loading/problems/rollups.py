"""What can be wrong with what is to be computed beforehand. Each for the analyst to mend."""

from __future__ import annotations

from semantic_layer.errors import DefinitionProblem, Phrase, problem


@problem(
    "rollup_not_additive",
    zh="{owner}里的指标“{metric}”不能由各组相加得到：它不是行的 `sum` 或 `count`（不带 `DISTINCT`），"
    "或者按实体、按最新值、按窗口、按条件人群、走自己的路径计算。请换成它的组成部分。",
    en="{owner} names '{metric}', which cannot be added up from its groups: it is no `sum` or `count` (without "
    "DISTINCT) of rows, or is computed per entity, of the latest rows, over a window, among some or by a way of its "
    "own. Name what it is made of.",
)
class RollupNotAdditive(DefinitionProblem):
    """A metric whose values of groups do not tell the value of them together."""

    owner: Phrase
    metric: str


@problem(
    "rollup_of_several",
    zh="{owner}的指标来自不同的行：“{metric}”按“{place}”，“{other}”按“{other_place}”。"
    "请把它们放进各自的预聚合；没有时间的行不能预聚合。",
    en="{owner} has metrics over different rows: '{metric}' over '{place}', '{other}' over '{other_place}'. Give each "
    "a rollup of its own; rows without a time can have none.",
)
class RollupOfSeveral(DefinitionProblem):
    """Metrics over rows of several datasets, or placed by several times."""

    owner: Phrase
    metric: str
    place: str
    other: str
    other_place: str


@problem(
    "rollup_beyond_reach",
    zh="{owner}的维度“{dimension}”，从“{dataset}”的行到不了，或者不止一条路。请去掉它，或写成“dataset.field”。",
    en="{owner} has the dimension '{dimension}', which rows of '{dataset}' do not lead to, or in several ways. Leave "
    "it out, or write 'dataset.field'.",
)
class RollupBeyondReach(DefinitionProblem):
    """A dimension that the rows do not have."""

    owner: Phrase
    dimension: str
    dataset: str


@problem(
    "rollup_personal",
    zh="{owner}的维度“{dimension}”含个人信息，不另存副本。请去掉它。",
    en="{owner} has the dimension '{dimension}', which is personal: no copy of it is kept. Leave it out.",
)
class RollupPersonal(DefinitionProblem):
    """A personal field, which would stand in another table too."""

    owner: Phrase
    dimension: str
