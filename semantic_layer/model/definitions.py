"""The YAML of a semantic model as pydantic models: what an analyst may write, word for word.

Shapes only. Whether names exist and expressions parse is `checks.py`'s; the indexed, immutable result is `model.py`'s.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, StrictFloat, StrictInt

from semantic_layer.model.dataset_definitions import DatasetDefinition as DatasetDefinition
from semantic_layer.model.dataset_definitions import FieldDefinition as FieldDefinition
from semantic_layer.model.dataset_definitions import FieldType as FieldType
from semantic_layer.model.dataset_definitions import RelationshipDefinition as RelationshipDefinition
from semantic_layer.model.dataset_definitions import Role as Role
from semantic_layer.model.dataset_definitions import ValidBetween as ValidBetween
from semantic_layer.model.loop_definitions import CauseFamily as CauseFamily
from semantic_layer.model.loop_definitions import CauseStrata as CauseStrata
from semantic_layer.model.loop_definitions import Evidence as Evidence
from semantic_layer.model.loop_definitions import Play as Play
from semantic_layer.model.loop_definitions import PlaybookDefinition as PlaybookDefinition
from semantic_layer.model.loop_definitions import ProfileDefinition as ProfileDefinition
from semantic_layer.model.loop_definitions import ProfileSection as ProfileSection
from semantic_layer.model.loop_definitions import TimelineEvents as TimelineEvents
from semantic_layer.model.loop_definitions import Tried as Tried
from semantic_layer.model.metric_definitions import Conversion as Conversion
from semantic_layer.model.metric_definitions import InputDefinition as InputDefinition
from semantic_layer.model.metric_definitions import Instead as Instead
from semantic_layer.model.metric_definitions import Latest as Latest
from semantic_layer.model.metric_definitions import MetricDefinition as MetricDefinition
from semantic_layer.model.metric_definitions import Numbered as Numbered
from semantic_layer.model.metric_definitions import PerEntity as PerEntity
from semantic_layer.model.metric_definitions import Polarity as Polarity
from semantic_layer.model.metric_definitions import Rank as Rank
from semantic_layer.model.metric_definitions import Transition as Transition
from semantic_layer.model.metric_definitions import ValidWhile as ValidWhile
from semantic_layer.model.metric_definitions import Window as Window
from semantic_layer.model.worded import Among as Among
from semantic_layer.model.worded import Bilingual as Bilingual
from semantic_layer.model.worded import Definition as Definition
from semantic_layer.model.worded import Synonyms as Synonyms
from semantic_layer.model.worded import ValueWords as ValueWords
from semantic_layer.model.worded import Words


class GrainDefinition(Definition):
    """A unit of time of the model's own to group by, such as a fiscal month.

    Either lengths `every` follow one another in turn, counted from the day `from` in both directions
    (`every: 12 months`; `every: [4 weeks, 4 weeks, 5 weeks]`), all of months or all of days and weeks. Or a calendar
    dataset with one row a day tells: `day` is its field of the day, `unit` one whose value is the same on all days of
    a unit (`day: calendar.day`, `unit: calendar.fiscal_month`); days without a gap, no unit twice.

    Beside a unit of time, what a calendar with one row a day tells (the name of a week, a weekday, a holiday) is told
    of the unit where it is the same on all of its days, so that shifts, windows and comparisons have one row for each
    unit; where it differs within units, comparisons need most of its values in both.
    """

    name: str
    label: Bilingual | None = None
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    every: Words = ()
    origin: date | None = Field(default=None, alias="from")
    day: str | None = None
    unit: str | None = None


class EntityDefinition(Definition):
    """A thing that can be listed and that behaviour conditions speak of: the customer.

    `dataset` holds one row each, identified by `key`. `list_columns` are shown in every list of it.
    `counted_by` is the metric that counts it. `counter` is the word that stands between a number and the noun where a
    language has one: 位 of customers, 张 of policies (个 where none is given).
    """

    name: str
    dataset: str
    key: str
    label: Bilingual
    counter: str | None = None
    synonyms: Synonyms = Synonyms()
    list_columns: Words = ()
    counted_by: str | None = None


class ListDefinition(Definition):
    """A named population of an entity ("may churn", a segment of one's own), with what its list shows and how it is
    sorted. The entity is the model's first where none is named, here and wherever else one is asked for. Its name
    filters, groups and lists.

    Its members meet all that is said of them: `filter`, values of dimensions and fields by name; `among`, conditions on
    behaviour (`having: orders = 0`, `period: last 90 days`); `within`, the names of lists that they are on too.
    `metric` is the metric that counts it. Of the whole list are told the metrics of `summary` (what all are worth), its
    share of those that the metric `share_of` counts, and the commonest values of the dimension `commonest`. `against`
    holds the values by which those are known with whom causes compare its members; without it, all others.
    """

    name: str
    entity: str = ""
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    filter: dict[str, Words] = {}
    among: tuple[Among, ...] = ()
    within: Words = ()
    against: dict[str, Words] = {}
    columns: Words = ()
    order_by: str | None = None
    descending: bool = True
    metric: str | None = None
    summary: Words = ()
    share_of: str | None = None
    commonest: str | None = None


class Behaviour(Definition):
    """A verb that conditions on behaviour use (买过, logged in): the metric that counts it.

    `amount` is the metric that a money amount with this verb compares ("spent over 1000"). `event` is the metric whose
    rows hold what is known of the very thing, where those of `metric` do not: the discount of a first order. A `step`
    is one of the things that are looked for where it is asked what customers do next.
    """

    name: str
    metric: str
    amount: str | None = None
    event: str | None = None
    step: bool = False
    label: Bilingual
    synonyms: Synonyms = Synonyms()


class CohortDefinition(Definition):
    """Entities grouped by the calendar unit of their first event, and the share of them with an event in each unit
    since. `metric` counts the events: a flow over rows that know the entity.
    `first` is what the first of them is called (`{zh: 首单, en: first order}`)."""

    name: str
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    entity: str = ""
    metric: str
    grain: Literal["week", "month", "quarter", "year"] = "month"
    first: Bilingual | None = None


class FunnelStep(Definition):
    """One step: the entities with an event that the flow `metric` counts, after their step before."""

    name: str
    label: Bilingual
    metric: str


class FunnelDefinition(Definition):
    """Steps that entities take in this order within a period."""

    name: str
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    entity: str = ""
    steps: tuple[FunnelStep, ...] = Field(min_length=2)


class TrialAmount(Definition):
    """A number of each row of a trial (what was spent while it ran), whose mean is compared between the arms."""

    name: str
    label: Bilingual
    expression: str
    unit: str = "count"


class TrialDefinition(Definition):
    """An experiment: rows of `dataset`, one for each entity that was to be reached, in one of two arms.

    `treatment`, `control` and `seen` (those of the treatment who took notice) are SQL over the rows' fields that is
    true or false; so is `success`, whose share is compared, and `before`, the same of as long a time before: what those
    of the treatment did then is set against what they did after, with a warning. `within` is the field that tells which
    trial a row is of: rows are compared with those of the same one. `amounts` are compared too; `returns` names the one
    that is set against `cost`, a number of the trial itself (`campaigns.cost`). `effects` are the metrics that speak of
    the same effect.
    """

    name: str
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    dataset: str
    within: str
    treatment: str
    control: str
    success: str
    succeeded: Bilingual
    seen: str | None = None
    before: str | None = None
    amounts: tuple[TrialAmount, ...] = ()
    returns: str | None = None
    cost: str | None = None
    effects: Words = ()


class ReaderAttribute(Definition):
    """Something that is known of whoever asks, which policies name as `reader.region`. Keys and tokens tell its value,
    or several, for each reader; `reader.name` is everybody's without being declared."""

    name: str
    description: Bilingual | None = None


class PolicyDefinition(Definition):
    """Which rows of `dataset` a reader sees: those for which `filter` holds, SQL over its fields (and those of to-one
    neighbours as `dataset.field`) and what is known of the reader (`region = reader.region`; of several values, any).

    Rows of other datasets that lead to `dataset` are seen where the row that they lead to is: a policy on customers
    limits their orders, and what is in these. It holds for the table itself, whatever asks for it, and for queries
    (`sql`) over it. All policies hold together. `except` names roles that this one does not limit.
    """

    name: str
    dataset: str
    filter: str
    description: Bilingual | None = None
    exempt: Words = Field(default=(), alias="except")


class FieldRule(Definition):
    """What readers see of `fields` (`customers.phone`), unless they have one of the roles in `except`.

    `withheld`: nothing, not in a list, group or condition, and no metric that reads it. `masked`: lists show that there
    is a value, and no group or condition takes it. The rule also holds for roles of the dataset, for fields that are
    `same_as` one of these, and for fields that read one of them; of those, `clear` ends it.
    """

    fields: Words
    show: Literal["clear", "masked", "withheld"]
    exempt: Words = Field(default=(), alias="except")


class RollupDefinition(Definition):
    """Metrics computed beforehand: the sums and counts that `metrics` are made of, by `dimensions` (also parts of a
    time such as `day_of_week`, or `dataset.field`) and by the unit of time `grain`.

    `huitou refresh` builds it in tables of our own. A question is answered from it only where that must give the same:
    where its metrics add up, its days are whole units, its groups and conditions stand on the dimensions alone, its
    reader's policies too, and the data are those that it was built from. Everything else reads the tables as ever. All
    `metrics` are over rows of one dataset, placed by one time; formulas over such metrics can be named too.
    """

    name: str
    metrics: Words = Field(min_length=1)
    dimensions: Words = ()
    grain: Literal["day", "week", "month", "quarter", "year"] = "day"


class ModelDefinition(Definition):
    """A whole semantic model; the files of a folder are read in order of name and put together.

    `currency` is the code of that in which its money is (`BRL`): a unit `money` stands for it. Without it, the model's
    is the one that its units name.
    `timezone` is where its days begin and end (`Asia/Shanghai`), for times that are kept as instants; times without a
    zone are taken as they are.

    `extends` goes on from another model: one that ships with the program (`extends: loyalty`), or the path of one.
    Items of the same name are that model's with the keys given here laid over them, others are added, and `without`
    (`without: {metrics: [nps]}`) leaves some out.
    """

    name: str = "model"
    extends: str | None = None
    without: dict[str, Words] = {}
    description: Bilingual | None = None
    currency: str | None = None
    timezone: str = "UTC"
    parameters: dict[str, StrictInt | StrictFloat | str] = {}
    datasets: tuple[DatasetDefinition, ...] = ()
    relationships: tuple[RelationshipDefinition, ...] = ()
    grains: tuple[GrainDefinition, ...] = ()
    entities: tuple[EntityDefinition, ...] = ()
    metrics: tuple[MetricDefinition, ...] = ()
    lists: tuple[ListDefinition, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()
    cohorts: tuple[CohortDefinition, ...] = ()
    funnels: tuple[FunnelDefinition, ...] = ()
    reader_attributes: tuple[ReaderAttribute, ...] = ()
    policies: tuple[PolicyDefinition, ...] = ()
    field_rules: tuple[FieldRule, ...] = ()
    trials: tuple[TrialDefinition, ...] = ()
    causes: tuple[CauseFamily, ...] = ()
    profiles: tuple[ProfileDefinition, ...] = ()
    playbooks: tuple[PlaybookDefinition, ...] = ()
    cause_strata: CauseStrata | None = None
    rollups: tuple[RollupDefinition, ...] = ()
