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

# refusals whose subject is the very words at fault
AT_FAULT = frozenset({"not_supported", "unknown_word"})
_TURNS = ("negation", "exclusion", "average", "statistic", "share", "rate", "cumulative")
_MOST_LEFT_OUT, _MOST_READ, _MOST_OFFERED = 2, 8, 3


def without_words(
    text: str, found: Readings, reads: Callable[[str], Readings]
) -> tuple[tuple[str, ...], tuple[Choice, ...]]:
    """What is left out of a question for the first choice, and the questions that remain; nothing where none does."""
    choices: dict[str, tuple[tuple[str, ...], Choice]] = {}
    tried = {text}
    refused: list[tuple[str, Readings, tuple[str, ...]]] = [(text, found, ())]
    for _ in range(_MOST_LEFT_OUT):
        again: list[tuple[str, Readings, tuple[str, ...]]] = []
        for typed, stopped, left_out in refused:
            for words, less in _lesser(typed, stopped):
                if less in tried or len(tried) > _MOST_READ:
                    continue
                tried.add(less)
                read_ = reads(less)
                request = read_.found[0].decision.request if read_.found else None
                if request is None and not stopped.frame.unknown:
                    again.append((less, read_, (*left_out, words)))
                elif request is not None and all(choice.request != request for _, choice in choices.values()):
                    name = f"without_{len(choices) + 1}" if choices else "without"
                    choices[less] = (*left_out, words), Choice(name, less, less, request)
        if choices:
            break
        refused = again
    chosen = list(choices.values())[:_MOST_OFFERED]
    return (chosen[0][0] if chosen else ()), tuple(choice for _, choice in chosen)


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
