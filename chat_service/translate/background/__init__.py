"""Stretches that only tell why a question is asked, set aside before it is read."""
