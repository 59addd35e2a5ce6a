"""The translator that asks a language model, and holds its reply to the question's words."""
