"""The log: structured lines on stderr, without keys, bodies, subjects or query strings.

One filter processes every line, from ackbox and from libraries. Explained in docs/why/serving.md.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_KEY = re.compile(r"abx_[a-z]{2,3}_[0-9A-Za-z]+")
_QUERY = re.compile(r"\?\S*")
# Fields that may hold a caller's text or credentials.
UNSAID = frozenset(
    {
        "body",
        "subject",
        "metadata",
        "params",
        "authorization",
        "key",
        "credential",
        "token",
        "query",
        "headers",
        "cookie",
    }
)


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove fields that a log must not contain."""
    for name, value in list(event.items()):
        if name.lower() in UNSAID:
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _KEY.sub("abx_***", value)
    return event


def _without_message(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the place and type of an error; its text may quote a caller's input."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames, trace = [], error.__traceback__
        while trace is not None:
            frames.append(
                f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
                f" {trace.tb_frame.f_code.co_name}"
            )
            trace = trace.tb_next
        event["error"], event["at"] = type(error).__name__, frames[-8:]
    return event


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        text = _QUERY.sub("?***", _KEY.sub("abx_***", record.getMessage()))
        return f"{record.levelname.lower()} {record.name}: {text}{f' ({kind})' if kind else ''}"


def start_log(*, level: int = logging.INFO) -> None:
    """Send every line, from ackbox and from libraries, through the filter to stderr."""
    shape = (
        structlog.dev.ConsoleRenderer(colors=False)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_message,
            redact,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
