"""Configuration: one row for each setting, from flag, environment, file or default.

Explained in docs/reference/settings.md.
"""

from __future__ import annotations

import os
import stat

# Not from typing, and paths are made late: each command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    Source = Literal["flag", "environment", "file", "default"]

# Secrets; only the owner may be able to write a file that contains one.
SECRET = ("key", "database")


class BadSettings(ValueError):
    """The settings file cannot be used; the message says why and what to do."""


class Setting:
    """One setting: its name, environment variable, default and sentence."""

    __slots__ = ("default", "env", "help", "name")

    def __init__(self, name: str, env: str, default: str | None, help: str) -> None:
        self.name, self.env, self.default, self.help = name, env, default, help


SETTINGS = (
    Setting(
        "data_dir",
        "ACKBOX_DATA_DIR",
        None,
        "Directory of the database, the operator key and the discovery file",
    ),
    Setting("host", "ACKBOX_HOST", "127.0.0.1", "Address to listen on"),
    Setting("port", "ACKBOX_PORT", "7717", "Port to listen on; 0 for any free port"),
    Setting(
        "database",
        "ACKBOX_DATABASE",
        None,
        "Database URL (default: SQLite in the data directory)",
    ),
    Setting(
        "database_file",
        "ACKBOX_DATABASE_FILE",
        None,
        "File that contains the database URL, to keep its password out of the environment",
    ),
    Setting(
        "database_connections",
        "ACKBOX_DATABASE_CONNECTIONS",
        "16",
        "Maximum number of connections of the server to PostgreSQL, besides one that listens",
    ),
    Setting(
        "url", "ACKBOX_URL", None, "URL of the server (default: the one of the data directory)"
    ),
    Setting(
        "key",
        "ACKBOX_KEY",
        None,
        "API key (default: the operator key of the data directory)",
    ),
    Setting(
        "workspace", "ACKBOX_WORKSPACE", None, "Workspace to use (default: the key's workspace)"
    ),
    Setting("agent", "ACKBOX_AGENT", None, "Your agent name (default: the key's name)"),
    Setting("instance", "ACKBOX_INSTANCE", None, "Your instance name"),
    Setting(
        "webhook_networks",
        "ACKBOX_WEBHOOK_NETWORKS",
        None,
        "Networks that outgoing webhooks may reach although they are not public, such as"
        " 10.0.0.0/8 (for the server)",
    ),
    Setting("output", "ACKBOX_OUTPUT", "text", "Form of the results of commands: text or json"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def get(name: str, given: str | None = None) -> str | None:
    """Return a setting: from the flag, the environment, the file or the default, in this order."""
    return look_up(name, given)[0]


def look_up(name: str, given: str | None = None) -> tuple[str | None, Source]:
    """Return a setting and where it was found.

    The default and "default" when it was set nowhere.
    """
    setting = _BY_NAME[name]
    if given is not None:
        return given, "flag"
    if value := os.environ.get(setting.env):
        return value, "environment"
    if value := _from_file().get(name):
        return value, "file"
    return setting.default, "default"


def file() -> Path:
    """Return where the settings file is looked for: config.toml in the user's config home."""
    from pathlib import Path

    return Path(_file())


def _file() -> str:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(home, "ackbox", "config.toml")


def _from_file() -> dict[str, str]:
    """Return what the file says. Raises BadSettings."""
    path = _file()
    try:
        with open(path, encoding="utf-8") as opened:
            text = opened.read()
    except OSError:
        return {}
    except UnicodeDecodeError:
        raise BadSettings(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(
            f'{path} is not valid TOML: {error}. Write lines such as: agent = "ana"'
        ) from None
    # Read by `keys`, for the terminal UI.
    found.pop("keys", None)
    unknown = [name for name in found if name not in _BY_NAME]
    if unknown:
        raise BadSettings(
            f"{path} has an unknown setting {unknown[0]!r}. Known: {', '.join(_BY_NAME)}."
        )
    odd = [
        name
        for name, value in found.items()
        if isinstance(value, bool) or not isinstance(value, str | int)
    ]
    if odd:
        raise BadSettings(
            f'{path} has no text or number for {odd[0]!r}. Write lines such as: agent = "ana"'
        )
    if any(name in found for name in SECRET):
        _refuse_open(path)
    return {name: str(value) for name, value in found.items()}


def _refuse_open(path: Path | str) -> None:
    """Raise BadSettings when somebody else can change a file that holds a secret, and so say
    where it goes.
    """
    if not hasattr(os, "geteuid"):
        # Windows keeps others out of a home with access lists.
        return
    status = os.stat(path)
    if status.st_uid not in (0, os.geteuid()):
        raise BadSettings(
            f"{path} holds a secret and belongs to another user (uid {status.st_uid}). Make it"
            " yours with chown."
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise BadSettings(
            f"{path} holds a secret and other users can write it. Close it with: chmod 600 {path}"
        )


def keys() -> dict[str, str]:
    """Return the keys of the terminal UI from the table [keys] of the file: own key → our key.

    Raises BadSettings.
    """
    import tomllib

    _from_file()
    try:
        found = tomllib.loads(file().read_text("utf-8")).get("keys", {})
    except OSError:
        return {}
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise BadSettings(f'{file()}: write the keys as a table: [keys] and lines such as z = "e"')
    return {str(name): str(meant) for name, meant in found.items()}


def data_dir(given: str | None = None) -> Path:
    """Return the data directory; without a setting it is ackbox in the user's data home."""
    from pathlib import Path

    return Path(data_place(given))


def data_place(given: str | None = None) -> str:
    """Return the data directory as text."""
    chosen = get("data_dir", given)
    if chosen:
        return os.path.expanduser(chosen)
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(home, "ackbox")


def in_file(name: str) -> str | None:
    """Return what the settings file says, and nothing else; null when it does not.

    Raises BadSettings.
    """
    return _from_file().get(name)


def has_password(url: str) -> bool:
    """Whether a database's URL holds a password."""
    return without_password(url) != url


def without_password(url: str) -> str:
    """Return a database's URL as others may see it."""
    scheme, found, rest = url.partition("://")
    place, mark, query = rest.partition("?")
    credentials, at, host = place.rpartition("@")
    user, colon, password = credentials.partition(":")
    kept = [each for each in query.split("&") if "password" not in each.partition("=")[0].lower()]
    left = f"{mark if any(kept) else ''}{'&'.join(kept)}"
    return (
        f"{scheme}{found}{user}{colon if not password else ''}{at}{host}{left}"
        if found and scheme != "sqlite"
        else url
    )


def database(given: str | None = None) -> str | None:
    """Return the database URL that is set, itself or in a file; null for the one of the data
    directory.

    Raises BadSettings for a password on the command line, which every user of the machine can read
    there.
    """
    url, source = look_up("database", given)
    path, path_source = look_up("database_file")
    if source == "flag" and url is not None and has_password(url):
        raise BadSettings(
            "The database URL on the command line holds a password, and every user of this machine"
            f" can read it there. Give the URL in ACKBOX_DATABASE, as `database` in {file()}, or in"
            " a file that ACKBOX_DATABASE_FILE names; or leave the password out and keep it in"
            " ~/.pgpass."
        )
    if (
        path is None
        or source == "flag"
        or (url is not None and (source, path_source) != ("file", "environment"))
    ):
        return url
    return read_secret(path, "database URL")


def database_connections() -> int:
    """Return the maximum number of connections to PostgreSQL. Raises BadSettings."""
    text = get("database_connections") or ""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):
        raise BadSettings(
            f"`database_connections` is {text!r}. Write a whole number from 1 to 1000."
        )
    return int(text)


def read_secret(path: str, what: str) -> str:
    """Return the text of a file that holds a secret, such as a key.

    Raises BadSettings when it cannot be read, is empty, or other users can write it.
    """
    place = os.path.expanduser(path)
    try:
        with open(place, encoding="utf-8") as opened:
            text = opened.read().strip()
        _refuse_open(place)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The file with the {what}, {place}, cannot be read: {error}.") from None
    if not text:
        raise BadSettings(f"The file with the {what}, {place}, is empty.")
    return text
