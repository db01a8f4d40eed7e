"""Configuration: one row for each setting, from flag, environment or default.

Explained in docs/reference/settings.md.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec


class Setting(msgspec.Struct, frozen=True):
    """One setting: its name, environment variable, default and sentence."""

    name: str
    env: str
    default: str | None
    help: str


SETTINGS = (
    Setting("data_dir", "ACKBOX_DATA_DIR", None, "Where the database, the operator key and the discovery file are"),
    Setting("host", "ACKBOX_HOST", "127.0.0.1", "Address to listen on"),
    Setting("port", "ACKBOX_PORT", "7717", "Port to listen on; 0 takes a free one"),
    Setting("database", "ACKBOX_DATABASE", None, "Database URL; SQLite in the data directory when left out"),
    Setting("url", "ACKBOX_URL", None, "Server to talk to; the one of the data directory when left out"),
    Setting("key", "ACKBOX_KEY", None, "Key to talk with; the operator key of the data directory when left out"),
    Setting("workspace", "ACKBOX_WORKSPACE", None, "Workspace to act in; the key's own when left out"),
    Setting("agent", "ACKBOX_AGENT", None, "Who you are; the key's own name when left out"),
    Setting("instance", "ACKBOX_INSTANCE", None, "Which running copy of you this is"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def get(name: str, given: str | None = None) -> str | None:
    """Return a setting: what was given, else the environment's, else the default."""
    setting = _BY_NAME[name]
    return given if given is not None else os.environ.get(setting.env) or setting.default


def data_dir(given: str | None = None) -> Path:
    """Return the data directory; without a setting it is ackbox in the user's data home."""
    chosen = get("data_dir", given)
    if chosen:
        return Path(chosen).expanduser()
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local/share") / "ackbox"
