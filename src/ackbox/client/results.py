"""Results of the client, for annotations: `from ackbox.client.results import Letter`.

How they are made is in times.py; results.pyi shows their fields to type checkers.
Explained in docs/howto/use-the-python-client.md.
"""

from __future__ import annotations

from typing import Any

from ackbox.client.times import names, with_times


def __getattr__(name: str) -> Any:
    if name.startswith("_") or name not in names():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return with_times(names()[name])


def __dir__() -> list[str]:
    return sorted(names())
