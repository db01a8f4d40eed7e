"""Configuration: one row for each setting, from flag, environment, file or default.

Explained in docs/reference/settings.md.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec


class BadSettings(ValueError):
    """The settings file cannot be used; the message says why and what to do."""


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
    """Return a setting: what was given, else the environment's, else the file's, else the default."""
    setting = _BY_NAME[name]
    if given is not None:
        return given
    return os.environ.get(setting.env) or _from_file().get(name) or setting.default


def file() -> Path:
    """Return where the settings file is looked for: config.toml in the user's config home."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "ackbox" / "config.toml"


def _from_file() -> dict[str, str]:
    """Return what the file says. Raises BadSettings."""
    path = file()
    try:
        text = path.read_text("utf-8")
    except OSError:
        return {}
    except UnicodeDecodeError:
        raise BadSettings(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f'{path} is not valid TOML: {error}. Write lines such as: agent = "ana"') from None
    unknown = [name for name in found if name not in _BY_NAME]
    if unknown:
        raise BadSettings(f"{path} has an unknown setting {unknown[0]!r}. Known: {', '.join(_BY_NAME)}.")
    odd = [name for name, value in found.items() if isinstance(value, bool) or not isinstance(value, str | int)]
    if odd:
        raise BadSettings(f'{path} has no text or number for {odd[0]!r}. Write lines such as: agent = "ana"')
    return {name: str(value) for name, value in found.items()}


def data_dir(given: str | None = None) -> Path:
    """Return the data directory; without a setting it is ackbox in the user's data home."""
    chosen = get("data_dir", given)
    if chosen:
        return Path(chosen).expanduser()
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local/share") / "ackbox"
