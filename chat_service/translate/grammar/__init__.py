"""The grammar of questions: categories, the frame that covers a text, its rules."""
