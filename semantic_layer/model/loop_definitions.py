"""The loyalty loop in a model's YAML: causes by their evidence, profiles, playbooks."""

from __future__ import annotations

from pydantic import Field, StrictFloat, StrictInt

from semantic_layer.model.worded import Among, Bilingual, Definition, Synonyms, Words


class Evidence(Definition):
    """What in the data speaks for a cause: a condition on behaviour (`having: complaints >= 1`) that holds for an
    entity in the time `within` before its outcome is looked at. `filter` narrows the metrics in it to rows with these
    values."""

    name: str
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    having: str
    filter: dict[str, Words] = {}
    within: str = "90 days"

    @property
    def condition(self) -> Among:
        """The condition over the days up to today."""
        return Among(having=self.having, period=f"last {self.within}")


class CauseFamily(Definition):
    """Causes of one kind for which entities leave (service, price), each known by its evidence in the data."""

    name: str
    entity: str = ""
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class ProfileSection(Definition):
    """A part of a profile: fields of the entity or within its reach, and metrics of it alone, over all history."""

    name: str
    label: Bilingual
    columns: Words = ()
    measured: Words = ()


class TimelineEvents(Definition):
    """Things that happened to an entity: rows of `dataset` that meet `filter` (values by name), each at the time `at`
    (the dataset's own, if none is named). `what` is a field that tells what it was, `amount` a number of it."""

    name: str
    label: Bilingual
    dataset: str
    at: str | None = None
    filter: dict[str, Words] = {}
    what: str | None = None
    amount: str | None = None


class ProfileDefinition(Definition):
    """All that is known of one entity: facts in sections, and what happened, the latest first."""

    name: str
    entity: str = ""
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    sections: tuple[ProfileSection, ...] = Field(min_length=1)
    timeline: tuple[TimelineEvents, ...] = ()


class Tried(Definition):
    """A metric, over rows with these values of dimensions."""

    metric: str
    filter: dict[str, Words] = {}


class Play(Definition):
    """One thing to do for a group: through which `channel`, when (`timing`), the `effect` to expect and the `source`
    that says so, who does it (`owner`). `tried` names what the company's own campaigns of that kind came to: a metric,
    over rows with these values (`{metric: campaign_lift, filter: {campaign_type: win_back}}`)."""

    name: str
    label: Bilingual
    channel: Bilingual
    timing: Bilingual
    effect: Bilingual
    source: Bilingual
    owner: Bilingual
    tried: Tried | None = None


class PlaybookDefinition(Definition):
    """What to do for a group of entities: those on the named `list`, or those with the values of `filter`. `value` is
    the metric that tells what the group is worth."""

    name: str
    entity: str = ""
    label: Bilingual
    synonyms: Synonyms = Synonyms()
    description: Bilingual | None = None
    list: str | None = None
    filter: dict[str, Words] = {}
    value: str | None = None
    plays: tuple[Play, ...] = Field(min_length=1)


class CauseStrata(Definition):
    """How alike are compared with alike where causes are looked for: by the value of `metric` in the time `within`
    before the outcome is looked at, in strata that begin at each of the `levels`."""

    metric: str
    within: str = "90 days"
    levels: tuple[StrictInt | StrictFloat, ...] = Field(min_length=1)
