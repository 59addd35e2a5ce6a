"""Trains the network of `chat_service/translate/learned` on questions whose requests are known; see __main__.py."""
