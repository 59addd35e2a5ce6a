"""Every word: from a question to a typed request, and from a table to an answer. Writes no SQL."""

import os

# a question is read on one core: the network's matrices are small, and threads that wait take the time of others
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
