"""Which engine a database URL means. What an engine does is said in engine.py.

Explained in docs/why/storage.md.
"""

from __future__ import annotations

from ackbox.config import database_connections
from ackbox.errors import Invalid
from ackbox.store.engine import Engine


def make_engine(url: str) -> Engine:
    """Return the engine a URL names: `sqlite:///path`, `sqlite://:memory:` or `postgresql://…`.

    Raises Invalid for any other scheme, BadSettings.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        from ackbox.store.engines.sqlite import SqliteEngine

        # Three slashes and a name are relative, four are absolute, as in other programs.
        return SqliteEngine(
            ":memory:" if rest in ("", ":memory:", "/:memory:") else rest.removeprefix("/")
        )
    if scheme in ("postgresql", "postgres"):
        from ackbox.store.engines.postgres import PostgresEngine

        return PostgresEngine(url, connections=database_connections())
    # Text that is not a URL may be a password.
    shown = repr(scheme) if scheme.isalnum() and rest else "text that is not a URL"
    raise Invalid(
        f"No engine for {shown}.",
        hint="Use sqlite:////path/to/ackbox.db or postgresql://user@host/name.",
    )
