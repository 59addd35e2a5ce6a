"""The words of each language as data: a language is a folder."""
