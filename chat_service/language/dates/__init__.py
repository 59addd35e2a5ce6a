"""The grammar of dates in words, Chinese and English: from the smallest words to mentions of periods.

Callers use `read.find_dates` (folded text and today -> mentions) and what `read` says of each kind of mention;
`read.calendar_period_for` and `read.resolve_relative` turn a mention into a period beside a grain or a main period. The
words are data (`language/words/{zh,en}/dates.toml`), and so are the rules (`rules/*.toml`, read by `rules.py`): a
pattern over kinds of words, the maker of what it means, and examples of what it claims and leaves. They run in the
passes that `read` lists. Makers stand by what they make (`near`, `parts`, `bounds`, ...) and reckon with `span.Span`.
"""
