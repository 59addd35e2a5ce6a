"""What a message wants done with an answer: kept under a name, watched, told by a schedule.

A small reader before translation. It knows whole frames of closed-class words (`language/words/*/wishes.toml`), takes
the wish off and hands on the question inside, which is translated as any other. Knows no model. Nothing is done here:
what is wished is offered, and done when the offer is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from chat_service.language.folding import fold
from chat_service.language.numbers.read import find_numbers
from chat_service.language.words.tables import Meanings, languages, tables
from chat_service.saved.conditions import Change, NewRows, Side, Threshold, Unusual, Watching

_SLOT = re.compile(r"\{(\w+)(\?)?\}")
_FREE = {"about": r"(?P<about>\S.*?)", "name": r"(?P<name>\S.*?)", "number": r"(?P<number>[^\s,，].*?)"}
_SIDES: dict[str, Side] = {"over": ">", "under": "<", "least": ">=", "most": "<="}
_KINDS = (
    *("watch_rise", "watch_fall", "watch", "watch_new", "watch_odd", "digest", "report", "ours", "ours_end"),
    *("keep_board", "keep"),
)
_AT = {"day": "daily at {}", "week": "every monday at {}", "month": "monthly on 1 at {}", "hour": "every hour"}
_WEEKDAYS = tuple(f"schedule_{day}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
# slots that several meanings fill, told apart by what follows in their names
_SEVERAL = {
    "schedule": ("schedule_",),
    "digest": ("digest_",),
    "weekly": ("digest_week", "digest_month"),
    "weekday": _WEEKDAYS,
}
_USUAL = "09:00"
_LONGEST = 300  # characters: a wish is a sentence, and frames are tried on all of it
_ENDS = " 。.!！?？,，"
_QUOTES = " \"'“”‘’「」《》"


@dataclass(frozen=True)
class Keep:
    """An answer to be kept: `about` is the question, '' for the answer before; `name` may be left to us. `board` says
    that it is for a dashboard, called `board_name` where that is said."""

    about: str
    name: str = ""
    board: bool = False
    board_name: str = ""


@dataclass(frozen=True)
class Watch:
    """A question to be watched, under a condition; '' for the answer before, as in what follows."""

    about: str
    condition: Watching


@dataclass(frozen=True)
class Report:
    """A question whose answer is told by a schedule."""

    about: str
    schedule: str


@dataclass(frozen=True)
class Summary:
    """A digest of the week or month told by a schedule: of the dashboard of that name, '' where none is named."""

    unit: Literal["week", "month"]
    schedule: str
    board_name: str = ""


@dataclass(frozen=True)
class Ours:
    """The alerts that are set: all, or those whose names hold a text; `is_end` to have one of them deleted."""

    name: str = ""
    is_end: bool = False


Wished = Keep | Watch | Report | Summary | Ours


def read_wish(text: str) -> Wished | None:
    """What a message wants done, if that is what it says.

    >>> read_wish("流失率超过20%时提醒我")
    Watch(about='流失率', condition=Threshold(kind='threshold', column='', op='>', value=0.2))
    >>> read_wish("tell me every Monday which gold members are at risk")
    Report(about='which gold members are at risk', schedule='every monday at 09:00')
    >>> read_wish("send me a weekly digest every Monday")
    Summary(unit='week', schedule='every monday at 09:00', board_name='')
    >>> read_wish("tell me which gold members are at risk")
    """
    if len(text) > _LONGEST:
        return None
    folded = fold(text.strip(_ENDS))
    for kind, language, frame in _frames():
        found = _compiled(frame, language).fullmatch(folded.text) if _may_be(frame, language, folded.text) else None
        if found is not None:
            parts = {name: said for name, said in found.groupdict().items() if said is not None}
            wished = _wished(kind, parts, text)
            if wished is not None:
                return wished
    return None


def _wished(kind: str, parts: dict[str, str], text: str) -> Wished | None:
    about = parts.get("about", "").strip(_ENDS)
    about = "" if about in _this() else about
    if kind.startswith("keep"):
        name = _as_typed(parts.get("name", ""), text)
        if kind == "keep_board":
            return Keep(about, board=True, board_name=name)
        return Keep(about, name)
    if kind == "report":
        return Report(about, _schedule(parts))
    if kind == "digest":
        unit: Literal["week", "month"] = "month" if _unit(parts) == "month" else "week"
        return Summary(unit, _schedule(parts), _as_typed(parts.get("name", ""), text))
    if kind.startswith("ours"):
        return Ours(_as_typed(parts.get("name", ""), text), is_end=kind == "ours_end")
    condition = _condition(kind, parts)
    return None if condition is None else Watch(about, condition)


def _condition(kind: str, parts: dict[str, str]) -> Watching | None:
    """The condition of a watch; None for a number that is none."""
    if kind == "watch_odd":
        return Unusual()
    if kind == "watch_new":
        return NewRows()
    value = _number(parts["number"])
    if value is None:
        return None
    if kind == "watch_rise":
        return Change(op=">=", value=value)
    if kind == "watch_fall":
        return Change(op="<=", value=-value)
    side = next(op for word, op in _SIDES.items() if word in parts)
    return Threshold(op=side, value=value)


def _number(said: str) -> float | None:
    """The number that a text is, and nothing else."""
    folded = fold(said.strip(_ENDS))
    found = find_numbers(folded)
    if len(found) != 1 or (found[0].fstart, found[0].fend) != (0, len(folded.text)) or found[0].upto is not None:
        return None
    return found[0].value


def _schedule(parts: dict[str, str]) -> str:
    day = _of_several("schedule", parts) or _unit(parts)
    return _AT.get(day, f"every {day} at {{}}").format(_clock(parts))


def _unit(parts: dict[str, str]) -> str:
    """What a digest is of: the unit that it is named by, else that of its schedule."""
    named = _of_several("digest", parts)
    return _of_several("schedule", parts) if named in ("", "plain") else named


def _of_several(slot: str, parts: dict[str, str]) -> str:
    """Which of the meanings of a slot was said; '' where none was."""
    return next((name.removeprefix(f"{slot}_") for name in parts if name.startswith(f"{slot}_")), "")


def _clock(parts: dict[str, str]) -> str:
    if "hour" not in parts:
        return _USUAL
    hour, minute = int(parts["hour"]), int(parts.get("minute", 0))
    if "evening" in parts and hour < 12:
        hour += 12
    return f"{hour:02}:{minute:02}"


def _as_typed(name: str, text: str) -> str:
    """A name as it was typed, not folded; what stands before has none."""
    at = text.lower().rfind(name.lower())
    found = (text[at : at + len(name)] if name and at >= 0 else name).strip(_QUOTES + _ENDS)
    return "" if found in _this() else found


@lru_cache(maxsize=1)
def _this() -> frozenset[str]:
    """Words for the answer before."""
    return frozenset(word for language in languages() for word in tables(language)["wish"]["this"])


@lru_cache(maxsize=1)
def _frames() -> tuple[tuple[str, str, str], ...]:
    """The frames of all languages, each with its kind, those that say more before those that say less."""
    return tuple((kind, each, frame) for kind in _KINDS for each in languages() for frame in tables(each)["wish"][kind])


def _may_be(frame: str, language: str, text: str) -> bool:
    """Whether a text holds a word of each slot that must be filled: only then is the frame made ready."""
    words = tables(language)["wish"]
    plain = {name for name, may in _SLOT.findall(frame) if not may and name in words} - {*_FREE, *_SEVERAL, "clock"}
    return all(any(each in text for each in words[name]) for name in plain)


@lru_cache(maxsize=256)
def _compiled(frame: str, language: str) -> re.Pattern[str]:
    words = tables(language)["wish"]
    slots = (_pattern(name, words) + ("?" if may else "") for name, may in _SLOT.findall(frame))
    return re.compile(r"\s*,?\s*".join(slots))


def _pattern(name: str, words: Meanings) -> str:
    if name in _FREE:
        return _FREE[name]
    if name in _SEVERAL:
        meant = [each for each in words if each.startswith(_SEVERAL[name])]
        return f"(?:{'|'.join(_named(each, words[each]) for each in meant)})"
    if name == "clock":
        part = f"(?:{_named('morning', words['morning'])}|{_named('evening', words['evening'])})?"
        at = f"(?:{_either(words['clock_at'])})?" if "clock_at" in words else ""
        before, after = (part, "") if not at else ("", part)
        hour = rf"(?P<hour>[01]?\d|2[0-3])(?::(?P<minute>[0-5]\d))?(?!\d)\s*(?:{_either(words['oclock'])})?"
        return rf"(?:{at}\s*{before}\s*{hour}\s*{after})"
    return f"(?:{_named(name, words[name])})" if name in _SIDES else f"(?:{_either(words[name])})"


def _named(name: str, words: tuple[str, ...]) -> str:
    return f"(?P<{name}>{_either(words)})"


def _either(words: tuple[str, ...]) -> str:
    """One of the words, longer ones first; a Latin word begins and ends where its letters do: 8am has one."""
    found = sorted(words, key=lambda word: -len(word))
    return "|".join(
        rf"(?<![a-z]){re.escape(each)}(?![a-z0-9])" if each.isascii() else re.escape(each) for each in found
    )
