"""No phrase is torn: a word that belongs to the one beside it is not read with another, nor as nothing."""

from __future__ import annotations

from chat_service.language.grammar.rule import Edge
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Clauses, Group, Rank
from chat_service.translate.requests.assembly import Assembly
from chat_service.translate.requests.slots import Slots
from chat_service.translate.stops import Denial, LostError, StopError

_TIMES = frozenset({"date.period", "date.rolling", "date.open"})
_SEVERAL_TOKENS = 2


def refuse_torn_phrases(slots: Slots, assembly: Assembly) -> None:
    """Raise StopError for the first phrase of which a part was read without the rest."""
    _refuse_torn_compound(slots, assembly)
    _refuse_bare_but(slots, assembly)
    _refuse_kept(slots, assembly)
    _refuse_torn_rank(slots, assembly)
    _refuse_torn_order(slots, assembly)
    _refuse_torn(slots)


def is_unit(item: Edge, *, every: bool = False) -> bool:
    """Whether a stretch groups by a unit of time: by month; `every`, by each of them."""
    group = item.meaning
    return isinstance(group, Group) and group.grain is not None and (group.every or not every)


def _refuse_torn_compound(slots: Slots, assembly: Assembly) -> None:
    """Referral-acquired customers: a word with a hyphen is one, and its second half names nothing with what follows."""
    frame, tokens = slots.frame, slots.frame.lattice.tokens
    for edge in (e for e in frame.covering.edges if frame.folded(e) == "-"):
        before, after = frame.before(edge), frame.after(edge)
        if before is None or after is None or before.is_empty or after.is_empty:
            continue
        close = tokens[before.end - 1].fend == tokens[edge.start].fstart
        close = close and tokens[edge.end - 1].fend == tokens[after.start].fstart
        of_name = before.category in ("measure", "values") and after.category == "measure"
        if close and of_name and " " in frame.folded(after):
            raise LostError(Denial("not_supported", assembly.said(after)), after)


def _refuse_kept(slots: Slots, assembly: Assembly) -> None:
    """How many customers did we keep: what we did with them is no word of the asker's, and says more than nothing."""
    said = [(edge, slots.frame.folded(edge)) for item in slots.frame.covering.edges for edge in item.leaves()]
    for at, (edge, text) in enumerate(said):
        led = " ".join(before for _, before in said[:at]).endswith(tuple(word_set("did_we")))
        if led and text in word_set("keeps_people"):
            raise StopError(Denial("not_supported", assembly.said(edge)))


def _refuse_bare_but(slots: Slots, assembly: Assembly) -> None:
    """All cities but Shanghai; in 'revenue this year but in Shanghai', with nothing that is all, it only leads on."""
    said = [(edge, slots.frame.folded(edge)) for item in slots.frame.covering.edges for edge in item.leaves()]
    for at, (edge, text) in enumerate(said):
        whole = {word for _, before in said[:at] for word in before.split(" ")}
        if (
            edge.category == "exclusion.open"
            and text in word_set("but_of_all")
            and whole.isdisjoint(word_set("is_all"))
        ):
            raise StopError(Denial("not_supported", assembly.said(edge)))


def _refuse_torn_rank(slots: Slots, assembly: Assembly) -> None:
    """Orders that came in last week: the word before a unit of time is that of the time, not of a rank."""
    for item, rank in slots.ranks:
        after, words = slots.frame.after(item), slots.frame.folded(item).split(" ")
        if after is not None and (_is_counted_value(rank, after, slots) or _passes_average(item, slots)):
            raise StopError(Denial("not_supported", assembly.said(item)))
        unit = after is not None and (after.category == "grain_noun" or is_unit(after))
        if unit and len(words) > 1 and words[-1] in word_set("date_opener"):
            raise StopError(Denial("not_supported", assembly.said(item)))


def _refuse_torn_order(slots: Slots, assembly: Assembly) -> None:
    """Of the top 5 cities by orders: what a rank is by is no deed."""
    for item in slots.frame.of(Clauses) if slots.ranks else ():
        led = slots.frame.before(item)
        if led is not None and slots.frame.folded(led) in word_set("by_it"):
            raise StopError(Denial("not_supported", assembly.said(item)))


def _is_counted_value(rank: Rank, after: Edge, slots: Slots) -> bool:
    """Top 3 stores: so many of the things that are called so, and not by way of stores."""
    same = (leaf for leaf in slots.frame.lattice.leaves if (leaf.start, leaf.end) == (after.start, after.end))
    return rank.stated and after.category == "values" and any(leaf.category == "dimension" for leaf in same)


def _passes_average(item: Edge, slots: Slots) -> bool:
    """Which stores underperformed the average: all that lie below it, and not the last of them."""
    after = slots.frame.spoken(item)
    verb = slots.frame.folded(item) in word_set("outdoes")
    return verb and after is not None and after.leaves()[0].category.startswith("average")


def _refuse_torn(slots: Slots) -> None:
    """Ordered … this year, in May: a time is not said by words without meaning, nor by its unit alone.

    What means something as a whole, and never nothing, is not torn into words without meaning either.
    """
    frame = slots.frame
    for edge in frame.covering.edges:
        before = frame.before(edge)  # orders in May not counting cancelled ones
        led = before is not None and frame.folded(before) in word_set("where")
        if edge.is_empty and led and frame.folded(edge) in word_set("may_happen"):
            raise StopError(Denial("not_supported", frame.text(edge)))
    whole = {(leaf.start, leaf.end) for leaf in frame.lattice.leaves if leaf.is_empty}
    for leaf in frame.lattice.leaves:
        if leaf.is_empty or leaf.end - leaf.start < _SEVERAL_TOKENS or (leaf.start, leaf.end) in whole:
            continue
        covered = [edge for edge in frame.covering.edges if edge.start < leaf.end and leaf.start < edge.end]
        inside = all(leaf.start <= edge.start and edge.end <= leaf.end for edge in covered)
        if any(edge.category == "values" for edge in covered):
            continue  # 过去30天里星期五的: any Friday is a value, and no stretch of time
        if leaf.category in _TIMES and inside and not _holds_date(covered):
            raise StopError(Denial("not_supported", frame.text(leaf)))
        if inside and all(edge.is_empty for edge in covered):
            raise StopError(Denial("not_supported", frame.text(leaf)))  # 以|上 behind a number: no words of their own


def _holds_date(edges: list[Edge]) -> bool:
    return any(part.category.startswith("date") for edge in edges for part in edge.leaves())
