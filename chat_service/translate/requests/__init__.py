"""From a frame to a typed request, kind by kind, and from one request to the next."""
