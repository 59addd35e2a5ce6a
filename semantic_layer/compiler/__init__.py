"""A resolved request to one SQL statement, by small passes."""
