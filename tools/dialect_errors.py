"""The page of each dialect's errors, read off the transcripts that prove them:
tests/dialects/*.jsonl.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ackbox.dialects import DIALECTS, RESTS

TRANSCRIPTS = Path(__file__).parent.parent / "tests/dialects"
HOW = (
    "# Errors in the dialects\n\nWhat each dialect answers to bad input. Every line is one of a"
    " transcript in `tests/dialects/`, which a test plays over MCP and REST on both databases;"
    " nothing of a refused call is stored. How an error of ours becomes another system's:"
    " [why/dialects.md](../why/dialects.md). Our own errors: [errors.md](errors.md).\n\nOver MCP"
    " the answer is a result with `isError`, and our own error stands beside it in the structured"
    " content, under `_ext`.\n"
)


def dialect_errors_page() -> str:
    """Return the page: a table for each dialect that has a transcript."""
    parts = [HOW]
    for dialect in DIALECTS:
        rows = list(
            dict.fromkeys(
                _row(line)
                for line in _lines(dialect.name)
                if "error" in line or line.get("status", 0) >= 400
            )
        )
        parts.append(
            f"## {dialect.name}\n\n| asked | with | answer |\n|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    for rest in RESTS:
        refusals = [
            f"| {reply.status or 'as ours'} | {f'`{reply.code}`' if reply.code else '–'} |"
            f" {_code(name)} |"
            for name, reply in rest.errors.items()
        ]
        parts.append(
            f"### REST of {rest.name}: which error becomes which\n\n| status | code | of"
            " |\n|---|---|---|\n" + "\n".join(refusals) + "\n"
        )
    return "\n".join(parts)


def _lines(name: str) -> list[dict[str, Any]]:
    path = TRANSCRIPTS / f"{name}.jsonl"
    return (
        [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    )


def _row(line: dict[str, Any]) -> str:
    asked = line["tool"] if "tool" in line else line["rest"]
    answer = line["error"] if "error" in line else line["reply"]
    status = f"{line['status']} " if "status" in line else ""
    given = {
        **{name: value for name, value in line.get("headers", {}).items()},
        **_object(line.get("arguments")),
    }
    return (
        f"| `{asked}` | {_code(_said(given)) if given else '–'} |"
        f" {status}{_code(answer if isinstance(answer, str) else _said(answer))} |"
    )


def _object(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {"(body)": given} if given else {}


def _said(value: Any) -> str:
    """Return data as JSON, with what only a test knows and what is long left out."""
    text = json.dumps(_short(value), ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:299]}…"


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_short(child) for child in value]
    if isinstance(value, str):
        if re.fullmatch(r"\$\w+:\w+|[0-9a-f]{64}", value):
            return "…"
        many = re.fullmatch(r"\$(.)\*(\d+)", value)
        if many:
            return f"{many[1]} × {int(many[2]):,}"
        return (
            value
            if len(value) <= 90
            else f"{value[:4]}… ({len(value):,} characters)"
            if len(set(value)) == 1
            else value
        )
    return value


def _code(text: str) -> str:
    """Return text as code that may stand in a table's cell."""
    ticks = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{text.replace('|', chr(92) + '|')}{pad}{ticks}"
