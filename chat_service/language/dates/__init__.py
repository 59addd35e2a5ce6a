"""The grammar of dates in words, Chinese and English: from the smallest words to mentions of periods.

Callers use `read.find_dates` (folded text and today -> mentions) and what `read` says of each kind of mention;
`read.calendar_period_for` and `read.resolve_relative` turn a mention into a period beside a grain or a main period. The
words are data (`language/words/{zh,en}/dates.toml`), the rules stand in `*_rules.py` with examples of what they claim
and what they leave, and run in the passes that `read` lists.
"""
