"""A question about a model to a request, a question back, or a refusal."""
