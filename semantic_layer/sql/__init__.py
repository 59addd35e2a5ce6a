"""The SQL of definitions as trees, and the kinds of values."""
