"""How long things take, and whether they agree with peers."""
