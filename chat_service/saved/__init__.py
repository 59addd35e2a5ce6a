"""Answers kept under names, and the alerts that watch them."""
