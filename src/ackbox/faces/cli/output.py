"""Output: JSON with chosen fields or filtered with jq.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Any

from ackbox.faces.terminal_text import as_json


def pick(answer: Any, fields: str) -> Any:
    """Return the chosen fields of one result. Raises ValueError for one that it does not have."""
    if not isinstance(answer, dict):
        return answer
    names = [name.strip() for name in fields.split(",")]
    unknown = [name for name in names if name not in answer]
    if unknown:
        raise ValueError(f"Unknown field {unknown[0]!r}. Use some of: {', '.join(sorted(answer))}.")
    return {name: answer[name] for name in names}


def filtered(answer: Any, expression: str) -> list[str]:
    """Return the lines that a jq expression makes of one result; text comes without quotes.

    Raises ValueError.
    """
    import jq

    try:
        found = jq.compile(expression).input_value(answer).all()
    except ValueError as error:
        reason = str(error).removeprefix("jq: ").removeprefix("error: ").partition(" at <top")[0]
        raise ValueError(
            f"The jq expression {expression!r} does not work: {reason.strip()}."
        ) from None
    return [each if isinstance(each, str) else as_json(each) for each in found]
