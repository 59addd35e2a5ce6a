"""The YAML of a semantic model as pydantic models: what an analyst may write, word for word.

Shapes only. Whether names exist and expressions parse is `checks.py`'s; the indexed, immutable result is `model.py`'s.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from semantic_layer.model.loop_definitions import CauseFamily as CauseFamily
from semantic_layer.model.loop_definitions import CauseStrata as CauseStrata
from semantic_layer.model.loop_definitions import Evidence as Evidence
from semantic_layer.model.loop_definitions import Play as Play
from semantic_layer.model.loop_definitions import PlaybookDefinition as PlaybookDefinition
from semantic_layer.model.loop_definitions import ProfileDefinition as ProfileDefinition
from semantic_layer.model.loop_definitions import ProfileSection as ProfileSection
from semantic_layer.model.loop_definitions import TimelineEvents as TimelineEvents
from semantic_layer.model.loop_definitions import Tried as Tried
from semantic_layer.model.worded import Among as Among
from semantic_layer.model.worded import Bilingual as Bilingual
from semantic_layer.model.worded import Definition as Definition
from semantic_layer.model.worded import Synonyms as Synonyms
from semantic_layer.model.worded import ValueWords as ValueWords
from semantic_layer.model.worded import Words

FieldType = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
Role = Literal["dimension", "time", "fact", "key", "attribute"]
Polarity = Literal["higher_is_better", "lower_is_better", "neutral"]


class FieldDefinition(Definition):
    """A column of a dataset, or an SQL expression over its columns (and over to-one neighbours as `dataset.field`).

    role: `dimension` may be grouped and filtered by; `time` is an instant that metrics may be placed at; `fact` is a
    number that is aggregated or compared; `key` identifies; `attribute` describes one entity in a list.
    `values` gives the codes of a closed set in their natural order (weekdays, `extract(isodow FROM …)`, have names
    without it); with `open`, only the best-known ones: others may exist, and the database is asked.
    `same_as: dataset.field` says that this is the same dimension, reached from another dataset. `pii` marks a
    sensitive value, withheld from readers without the right to it. `bands` are the bounds at which a number is cut
    where things are told apart by it (`[1, 24]`: below 1, from 1, 24 and more).
    `ordered` says that the codes are levels, the least first (bronze, silver, gold): drawings keep their order. With
    `explain: false` a dimension nobody acts on (the month of birth) explains a change only where it is asked for by
    name.
    """

    name: str
    expression: str | None = None
    type: FieldType = "text"
    role: Role = "dimension"
    label: Bilingual | None = None
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    values: dict[StrictBool | StrictInt | str, ValueWords] = {}
    open: bool = False
    ordered: bool = False
    explain: bool = True
    unit: str | None = None
    same_as: str | None = None
    pii: Literal["name", "phone", "email", "birth_date", "other"] | None = None
    bands: tuple[StrictInt | StrictFloat, ...] = ()


class DatasetDefinition(Definition):
    """A table, or an SQL query over tables of the same database (or over `{other_dataset}`), one row a thing.

    `time` is the field that its metrics are placed at unless they say otherwise. `requires` names the tables that
    must be there; by default those that `table` or `sql` mentions. `prefers` lists dimensions that win when a word
    (渠道, channel) names several that this dataset's metrics could be grouped by.

    `role_of` names another dataset of which this is a second role, such as the guest and the host of a booking, who
    are both users: it takes rows, key, time, fields and onward relationships from there, and gives only its own words.
    Its dimension `home_state` is asked for as `guest_home_state` (房客的家乡州, guest home state) or
    `guest.home_state`. A relationship of the role itself, to the same dataset or to a role of that, replaces the one
    that it would take over. A dimension that two roles lead to is in doubt until a role is made of its dataset too.
    """

    name: str
    label: Bilingual | None = None
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    table: str | None = None
    sql: str | None = None
    primary_key: Words = ()
    time: str | None = None
    prefers: Words = ()
    fields: tuple[FieldDefinition, ...] = ()
    role_of: str | None = None


class ValidBetween(Definition):
    """Makes each row of a relationship's target a version, good while `from` <= t and (`until` is null or t < `until`).

    Both are fields of the target with a date or timestamp. Versions of one thing may not overlap: `huitou validate`
    looks for those that do. Without `until`, a version is good until the next one of the same thing begins.
    """

    since: str = Field(alias="from")
    until: str | None = None

    @property
    def end(self) -> str:
        """The field at which a version ends: one is there by the time that the model is checked."""
        return self.until or self.since


class RelationshipDefinition(Definition):
    """Rows of `from` point at no more than one row of `to` (its primary key unless `on` says otherwise).

    `on` maps columns of `from` to columns of `to`: all of a key of several columns, and the partition's beside it
    where both are partitioned (`on: {store_id: store_id, ds: ds}`). `type: one_to_one` lets the path be taken both
    ways.

    With `valid`, the target holds versions of a thing (a customer's tier in the course of time), and each row of
    `from` finds the version that was good at its time `at`: a field of `from`, by default its dataset's `time`, or
    `$as_of` for the version as of the end of today. A stock, which counts rows at an instant, finds without `at` the
    version of that instant.
    """

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    on: dict[str, str]
    at: str | None = None
    valid: ValidBetween | None = None
    type: Literal["many_to_one", "one_to_one"] = "many_to_one"


class GrainDefinition(Definition):
    """A unit of time of the model's own to group by, such as a fiscal month.

    Either lengths `every` follow one another in turn, counted from the day `from` in both directions
    (`every: 12 months`; `every: [4 weeks, 4 weeks, 5 weeks]`), all of months or all of days and weeks. Or a calendar
    dataset with one row a day tells: `day` is its field of the day, `unit` one whose value is the same on all days of
    a unit (`day: calendar.day`, `unit: calendar.fiscal_month`); days without a gap, no unit twice.
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


class ValidWhile(Definition):
    """Makes a metric a stock: a row counts at an instant t if `from` < t and (`until` is null or `until` >= t)."""

    since: str = Field(alias="from")
    until: str | None = None


class PerEntity(Definition):
    """First aggregate by `key`, one field or several (within the group and bucket), then aggregate over the keys.

    `values` names the inner aggregates, over which the metric's `expression` is. With the day of a balance as the key,
    `max(total)` over `total: sum(balance)` is the highest day; with the account, `sum(peak)` over
    `peak: max(balance)` adds up the highest of each.
    """

    key: Words
    values: dict[str, str]


class Transition(Definition):
    """Of those (`key`, by default that of the model's first entity) counted by the stock `of` at the start of the
    bucket, the share counted by `who` in it."""

    of: str
    who: str
    key: str = ""


class Window(Definition):
    """For each bucket, count the rows up to its end: of the `last` days (`7 days`), since the calendar unit began
    (`to_date: year`), or with neither of all time. Units may be the model's own (`to_date: fiscal_year`)."""

    last: str | None = None
    to_date: str | None = None


class InputDefinition(Definition):
    """A metric in the formula of another, under a name of its own: over rows that meet `filter` (SQL over dimensions
    and fields) and of entities that are `among` some, in the period `offset` earlier (`1 month`), or in the first
    bucket of its calendar unit (`at_start_of: month`); without buckets, in its first day, or in its first unit like the
    period where that is named as one. Units may be the model's own (`offset: 1 fiscal_month`).

    `over` computes it at a coarser level than the question's: `all` over all of its groups, or by those of its groups
    that are named (`over: [region]`), within each unit of time in any case; what the question filters by holds."""

    metric: str
    filter: str | None = None
    among: Among | None = None
    offset: str | None = None
    at_start_of: str | None = None
    over: Literal["all"] | Words | None = None


class Latest(Definition):
    """Semi-additive: of the rows in each bucket (and of each `per`), only the last, or first, by the field `by`: those
    with its greatest or least value, be it a time, a number or a key. Rows without it never count. A `per` of the
    metric aggregates the rows that are left."""

    by: str
    choose: Literal["last", "first"] = "last"
    per: Words = ()


class Conversion(Definition):
    """How many events of the flow `to` follow an event of the flow `of` by the same `key`, at most `within`
    (`7 days`) later. Each is counted once, for the nearest event before it, at whose time and groups it stands; no
    event follows itself. `same` maps fields of the first to fields of the second that must agree.

    With `count: starts` the events of `of` are counted instead that at least one of `to` follows, each once."""

    of: str
    to: str
    key: str
    within: str | None = None
    same: dict[str, str] = {}
    count: Literal["events", "starts"] = "events"


class Instead(Definition):
    """When grouped or filtered by a dimension of `dataset`, which would multiply rows, use `metric`."""

    dataset: str
    metric: str


class MetricDefinition(Definition):
    """A number. With `dataset`, `expression` is an aggregate over its rows; without, a formula over other metrics.

    `filter` and `among` are part of the definition and shown with every answer. `$as_of` and the model's parameters
    (`$churn_window_days`) may be used in expressions, over rows also `$bucket_start` and `$bucket_end`. `empty` says
    what a bucket without rows shows: a number, `zero`, or `null` for nothing; by default zero for counts and sums,
    nothing for all else. `source` says where the definition is from. `hidden` keeps a building block out of answers'
    reach by name. `beside` names metrics that are shown with this one wherever it alone is asked for, `shown_by` the
    groups that it is shown by unless others are named, `read_as` the metric that is meant by the words for this one.
    `ahead` is a field of its rows with the days from today on which they fall due, which the next 30 days compare.
    """

    name: str
    label: Bilingual | None = None
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    unit: str = "count"
    polarity: Polarity = "neutral"
    dataset: str | None = None
    expression: str | None = None
    filter: str | None = None
    among: Among | None = None
    time: str | None = None
    valid: ValidWhile | None = None
    per: PerEntity | None = None
    transition: Transition | None = None
    window: Window | None = None
    inputs: dict[str, InputDefinition] = {}
    latest: Latest | None = None
    conversion: Conversion | None = None
    empty: Literal["zero", "null"] | StrictInt | StrictFloat | None = None
    default_period: str | None = None
    beside: Words = ()
    read_as: str | None = None
    shown_by: Words = ()
    ahead: str | None = None
    instead: tuple[Instead, ...] = ()
    source: str | None = None
    hidden: bool = False
    owner: str | None = None


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
    grain: Literal["month", "quarter", "year"] = "month"
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
    true or false; so is `success`, whose share is compared. `within` is the field that tells which trial a row is of:
    rows are compared with those of the same one. `amounts` are compared too; `returns` names the one that is set
    against `cost`, a number of the trial itself (`campaigns.cost`). `effects` are the metrics that speak of the same
    effect.
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
