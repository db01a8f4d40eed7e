"""Reserved words, which no agent may have as its name.

In a file of their own: a short command needs nothing else of name.py. Explained in
docs/why/names.md.
"""

from __future__ import annotations

RESERVED = frozenset({"broadcast", "*", "everyone", "user", "human", "system"})
# Refused for new names, because people write it for everyone. Existing holders keep it.
EVERYBODY = "all"
