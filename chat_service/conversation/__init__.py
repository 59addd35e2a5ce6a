"""What a conversation remembers, and our own database that keeps it."""
