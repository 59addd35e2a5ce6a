"""Every word: from a question to a typed request, and from a table to an answer. Writes no SQL."""
