"""Who is asking: the reader that every request carries.

What a reader may see is the model's to say, by policies and field rules (`database/views.py` puts them between every
request and its tables). A program that embeds the layer may also give a reader filters of its own: `resolve` adds these
to every request, and refuses what they cannot reach.
"""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.query.requests import FieldFilter, Scalar

OWN_NAME = "name"


@dataclass(frozen=True)
class Reader:
    """A reader by name, the rows they may count (`policies`, all of which hold), whether personal fields (names, phone
    numbers) are shown to them in clear, and whether statements are.

    `roles` are what policies and field rules make exceptions for; `attributes` what policies name as `reader.region`,
    each with one value or several. An `audience` are all for whom one answer is meant: rows of the model's policies are
    those that every one of them may count, in place of the reader's own; roles are then those that all of them have.
    """

    name: str
    policies: tuple[FieldFilter, ...] = ()
    may_see_personal: bool = False
    may_see_sql: bool = True
    roles: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, tuple[Scalar, ...]], ...] = ()
    audience: tuple[Reader, ...] = ()

    def attribute(self, name: str) -> tuple[Scalar, ...]:
        """The values of what is known of the reader; none where it is not known."""
        return (self.name,) if name == OWN_NAME else dict(self.attributes).get(name, ())


ANONYMOUS = Reader("anonymous")


def audience_of(name: str, readers: tuple[Reader, ...]) -> Reader:
    """The reader who may see what every one of those may: for an answer that all of them read. No personal field."""
    roles = frozenset.intersection(*(each.roles for each in readers))
    return Reader(
        name,
        policies=tuple(policy for each in readers for policy in each.policies),
        may_see_sql=all(each.may_see_sql for each in readers),
        roles=roles - {"personal"},
        audience=readers,
    )
