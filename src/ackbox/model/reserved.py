"""Reserved words: what nobody may be called. Alone, because a short command needs nothing else of
name.py.

Explained in docs/why/names.md.
"""

from __future__ import annotations

RESERVED = frozenset({"broadcast", "*", "everyone", "user", "human", "system"})
# Refused for new names, because people write it for everyone. Existing holders keep it.
EVERYBODY = "all"
