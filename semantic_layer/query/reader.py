"""Who is asking: the reader that every request carries.

`resolve` adds a reader's policies to every query as filters of origin `policy`, and withholds personal fields from
readers without the right to see them.
"""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.query.requests import FieldFilter


@dataclass(frozen=True)
class Reader:
    """A reader by name, the rows they may count (`policies`, all of which hold), whether personal fields (names, phone
    numbers) are shown to them in clear, and whether statements are."""

    name: str
    policies: tuple[FieldFilter, ...] = ()
    may_see_personal: bool = False
    may_see_sql: bool = True


ANONYMOUS = Reader("anonymous")
