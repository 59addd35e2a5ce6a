"""A request with nothing left to look up, or every problem at once."""
