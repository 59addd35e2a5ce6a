"""The forms of language, each with what it finds and what it leaves."""
