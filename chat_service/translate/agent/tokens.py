"""How many tokens a text is, without a tokenizer: none comes with the project, and servers differ in theirs.

An estimate on the safe side: over the shipped prompts it lies up to a sixth above OpenAI's o200k. What servers report
is counted where they report it; this stands in before a call, and where they do not.
"""

from __future__ import annotations

import math
import re

_PIECES = re.compile(r"[A-Za-z]+|\d{1,3}|[\u3400-\u9fff]|[^\sA-Za-z\d\u3400-\u9fff]+|\n+")
_LETTERS, _MARKS = 7, 2
_HAN = 0.72


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is.

    >>> estimated_tokens("repurchase rate of gold members last month"), estimated_tokens("上个月金卡会员的复购率同比")
    (8, 10)
    """
    found = 0.0
    for piece in _PIECES.findall(text):
        if "\u3400" <= piece[0] <= "\u9fff":
            found += _HAN
        elif piece[0].isascii() and piece[0].isalpha():
            found += math.ceil(len(piece) / _LETTERS)
        elif piece[0].isdigit() or piece[0] == "\n":
            found += 1
        else:
            found += math.ceil(len(piece) / _MARKS)
    return math.ceil(found)
