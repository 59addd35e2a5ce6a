"""A second reader, learned: what questions in such words were read as before, for whatever words they use."""
