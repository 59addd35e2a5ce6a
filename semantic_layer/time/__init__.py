"""Periods, lengths and units of time."""
