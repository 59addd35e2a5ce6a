"""Every meaning of every stretch of a question in the terms of a model."""
