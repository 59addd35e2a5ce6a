"""A metric of the YAML, word for word: which rows it counts, when, and how it is made of other metrics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictFloat, StrictInt

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
from semantic_layer.query.result import AS_USUAL, Format

Polarity = Literal["higher_is_better", "lower_is_better", "neutral"]


class ValidWhile(Definition):
    """Makes a metric a stock: a row counts at an instant t if `from` < t and (`until` is null or `until` >= t)."""

    since: str = Field(alias="from")
    until: str | None = None


class PerEntity(Definition):
    """First aggregate by `key`, one field or several (within the group and bucket), then aggregate over the keys.

    `values` names the inner aggregates, over which the metric's `expression` is. With the day of a balance as the key,
    `max(total)` over `total: sum(balance)` is the highest day; with the account, `sum(peak)` over
    `peak: max(balance)` adds up the highest of each. `above` names, for a value, the share of the keys that come before
    in its order, highest first: with `before: spent`, those with `before < 0.1` are the tenth that spent most.
    """

    key: Words
    values: dict[str, str]
    above: dict[str, str] = {}


class Numbered(Definition):
    """A whole number in a metric that whoever asks chooses, from `least` to `most`: `{number}` in its expression and
    words, and `{share}` for a hundredth of it. The metric `top_share` has its `usual` number, `top_share_15` has 15."""

    usual: StrictInt
    least: StrictInt
    most: StrictInt


class Transition(Definition):
    """Of those (`key`, by default that of the model's first entity) counted by the stock `of` at the start of the
    bucket, the share counted by `who` in it."""

    of: str
    who: str
    key: str = ""


class Window(Definition):
    """For each bucket, count the rows up to its end: of the `last` days (`7 days`), since the calendar unit began
    (`to_date: year`), or with neither of all time. Units may be the model's own (`to_date: fiscal_year`).

    With `next` (`30 days`) those from its beginning on are counted. `current: false` leaves the bucket itself out: the
    `last` 3 months then are those before it, and the `next` 30 days those after it. Nothing after today is counted; a
    window that is not over yet is told to be incomplete."""

    last: str | None = None
    next: str | None = None
    to_date: str | None = None
    current: bool = True


class InputDefinition(Definition):
    """A metric in the formula of another, under a name of its own: over rows that meet `filter` (SQL over dimensions
    and fields) and of entities that are `among` some, in the period `offset` earlier (`1 month`), or in the first
    bucket of its calendar unit (`at_start_of: month`); without buckets, in its first day, or in its first unit like the
    period where that is named as one. Units may be the model's own (`offset: 1 fiscal_month`).

    `average_of` (`3 months`) is the mean of its values 1, 2 and 3 months earlier, of those that there are: what is
    usual, for a formula to compare with (`revenue / usual - 1`).

    `on_day` (`calendar.same_day_last_year`) is a field with a day, of a calendar with one row a day: the metric is read
    on the day that stands beside each, such as the same trading day a year earlier. Days of a month must be mapped to
    days that follow one another, else it is told by day only.

    `over` computes it at a coarser level than the question's: `all` over all of its groups, or by those of its groups
    that are named (`over: [region]`), within each unit of time in any case; what the question filters by holds."""

    metric: str
    filter: str | None = None
    among: Among | None = None
    offset: str | None = None
    at_start_of: str | None = None
    average_of: str | None = None
    on_day: str | None = None
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


class Rank(Definition):
    """The place of each group `of` (a dimension, or the key of an entity) by the metric `by`: 1 for the highest, or
    with `lowest: true` for the lowest, equal ones at one place. It is told among those with the same other groups of
    the question, in the same unit of time; `within` names groups that the question must have (`of: city, within:
    [region]`). Of those whose name or value is not there, none is told.

    Conditions of the question on what is ranked choose among the finished places, all others among what is ranked."""

    of: str
    by: str
    within: Words = ()
    lowest: bool = False


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
    Where several ways lead from its rows to a dataset, `via` names the one that it goes: a column that its rows go on
    by (`billing_city_id`), or with `dataset.column` rows on the way, or a dataset on the way. All that lies behind is
    reached so, by filters, groups and the metric's own text alike.
    `ahead` is a field of its rows with the days from today on which they fall due, which the next 30 days compare.
    """

    name: str
    label: Bilingual | None = None
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    unit: str = "count"
    format: Format = AS_USUAL
    polarity: Polarity = "neutral"
    dataset: str | None = None
    expression: str | None = None
    via: Words = ()
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
    rank: Rank | None = None
    numbered: Numbered | None = None
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
