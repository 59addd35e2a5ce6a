"""What holds a request to every word of its question."""
