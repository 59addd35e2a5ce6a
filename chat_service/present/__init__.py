"""A table to sentences, figures, notes and suggestions in the asker's language."""
