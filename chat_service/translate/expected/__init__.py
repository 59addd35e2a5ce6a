"""What a question in such words is expected to ask for, learned from questions that were read right."""
