"""The grammar of dates in words, Chinese and English: from the smallest words to mentions of periods."""
