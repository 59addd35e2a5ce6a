"""Whether lengths of time and default periods can be read, in units of the calendar or of the model's own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from semantic_layer.model.windows import rolling
from semantic_layer.time.lengths import Length, in_months, in_seconds, length

MAX_YEARS = 500


def is_period(text: str, own: Collection[str]) -> bool:
    """Whether a default period can be read: `last`, and a length of days or of the model's own units."""
    if _is_readable(lambda each: rolling(each, date(2000, 1, 1)), text):
        return True
    head, _, rest = text.strip().partition(" ")
    return head == "last" and _is_readable(lambda each: length(each, own), rest) and rest.split()[-1] in own


def is_length(text: str, own: Collection[str]) -> bool:
    """Whether a length can be read that does not lead out of the calendar."""
    return _is_readable(lambda each: _sane_length(each, own), text)


def _sane_length(text: str, own: Collection[str]) -> Length:
    """A length that does not lead out of the calendar. Raises ValueError."""
    found = length(text, own)
    months, seconds = in_months(found), in_seconds(found)
    years = months / 12 if months is not None else seconds / 31_536_000 if seconds is not None else found.count
    if years > MAX_YEARS:
        raise ValueError(f"'{text}' is longer than any history")
    return found


def _is_readable(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except (ValueError, OverflowError):
        return False
    return True
