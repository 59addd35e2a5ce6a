"""Tables of the YAML, word for word: their columns, and how rows of one point at rows of another."""

from __future__ import annotations

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
    name. `sparse` says that many rows have none (a feature, of events that use none): a ranking of the things leaves
    these rows out.
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
    sparse: bool = False
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
