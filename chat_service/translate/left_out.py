"""A question that is refused for a few of its words, offered without them.

Nothing is answered so: the asker is told which words are left out, and chooses. Words that turn a question around
(not, except) or reckon (average, share of) are never left out: without them another question would be offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chat_service.outcomes import Choice
from chat_service.translate.replies.reworded import LOOSE, without_unknown
from chat_service.translate.rivals import Readings
from chat_service.translate.stops import Denial
from semantic_layer import Request

# refusals whose subject is the very words at fault
AT_FAULT = frozenset({"not_supported", "unknown_word"})
_TURNS = ("negation", "exclusion", "average", "statistic", "share", "rate", "cumulative")
_MOST_LEFT_OUT, _MOST_READ, _MOST_OFFERED = 2, 8, 3
_LeftOut = tuple[str, ...]


def without_words(
    text: str, found: Readings, reads: Callable[[str], Readings]
) -> tuple[tuple[str, ...], tuple[Choice, ...]]:
    """What is left out of a question for the first choice, and the questions that remain; nothing where none does."""
    tried = {text}
    refused: list[tuple[str, Readings, _LeftOut]] = [(text, found, ())]
    for _ in range(_MOST_LEFT_OUT):
        offered: dict[Request, tuple[str, _LeftOut]] = {}
        again: list[tuple[str, Readings, _LeftOut]] = []
        for typed, stopped, left_out in refused:
            for words, less in _lesser(typed, stopped):
                if less in tried or len(tried) > _MOST_READ:
                    continue
                tried.add(less)
                read_, out = reads(less), (*left_out, words)
                request = read_.found[0].decision.request if read_.found else None
                if request is not None:
                    offered.setdefault(request, (less, out))
                elif not stopped.frame.unknown:
                    again.append((less, read_, out))
        if offered:
            named = enumerate(list(offered.items())[:_MOST_OFFERED], 1)
            choices = tuple(Choice(f"without_{n}" if n > 1 else "without", q, q, r) for n, (r, (q, _)) in named)
            return next(iter(offered.values()))[1], choices
        refused = again
    return (), ()


def _lesser(text: str, found: Readings) -> Iterator[tuple[str, str]]:
    """The question without the words of each refusal, with these."""
    frame = found.frame
    if frame.unknown:
        yield frame.lattice.typed(*frame.unknown[0]), without_unknown(text, frame)
        return
    for read_as, stop in found.stops:
        words = stop.reason.subject
        if not isinstance(stop.reason, Denial) or stop.reason.code not in AT_FAULT or text.count(words) != 1:
            continue
        turns = (leaf for leaf in read_as.lattice.leaves if leaf.category.startswith(_TURNS))
        if words and not any(read_as.text(leaf) in words for leaf in turns):
            yield words, " ".join(text.replace(words, " " if words.isascii() else "").split()).strip(LOOSE)
