"""The bridge's server: its address and key; started if none is running here.

client/discovery.py decides which key goes to which address. Explained in docs/why/keys.md,
"Destinations of a key".
"""

from __future__ import annotations

import os
import sys

from ackbox import config
from ackbox.client.discovery import DEFAULT_PORT, DEFAULT_URL, caller, holder
from ackbox.client.http import HttpCaller, NoServer, parse_url
from ackbox.client.starting import live_server, start_again
from ackbox.errors import AckboxError


def environment_of(dialect: str) -> dict[str, str]:
    """Return the settings in a dialect's environment variables."""
    # Imported here only: the native tools do not need it.
    from ackbox.dialects import DIALECTS

    names = next((each.environment for each in DIALECTS if each.name == dialect), {})
    options = {
        name: os.environ[variable] for name, variable in names.items() if os.environ.get(variable)
    }
    # A key of the other system in the environment is not an ackbox key.
    return {
        name: value for name, value in options.items() if name != "key" or value.startswith("abx_")
    }


def address(
    url: str | None, key: str | None, theirs: dict[str, str]
) -> tuple[str | None, str | None]:
    """Return the address and the key to use, except those from ackbox's settings file.

    Another system's variables apply only if ackbox's are not set; its address only together with an
    ackbox key from a flag or the environment. Otherwise that address is the other system's server,
    which must not get an ackbox key.
    """
    has_key = config.look_up("key", key)[1] in ("flag", "environment")
    if not has_key and (found := theirs.get("key")):
        key, has_key = found, True
    if config.look_up("url", url)[0] is None and (found := theirs.get("url")):
        if has_key:
            return found, config.get("key", key)
        print(
            "ackbox mcp: Ignoring the address in the other system's environment variable, because"
            " no ackbox key is set. To use an ackbox server there, set ACKBOX_KEY as well.",
            file=sys.stderr,
        )
    return url, key


def own_name(server: HttpCaller) -> str | None:
    """Return the agent name of the key, so that presence works without a setting; null for none."""
    try:
        name: str | None = server.call("agent.whoami", {}, timeout_s=5)["agent"]
    except (NoServer, AckboxError):
        return None
    return name


def find_server(
    data_dir: str | None, url: str | None, key: str | None, *, before: HttpCaller | None = None
) -> HttpCaller:
    """Return the server; start one in the background if it is local and none is running.

    `before` is the server found earlier.

    Raises NoServer, BadSettings and the errors of ackbox.errors.
    """
    if config.get("url", url):
        return caller(data_dir=data_dir, url=url, key=key, face="bridge")
    if before is not None:
        if before.home is None:
            return before
        # The same data directory as before: another one has other messages.
        data_dir = str(before.home)
    where = config.data_dir(data_dir)
    if live_server(where) is not None:
        return caller(data_dir=data_dir, key=key, face="bridge")
    other = _other_server(data_dir, key) if before is None else None
    if other is not None:
        return other
    try:
        started = start_again(
            where, port=parse_url(before.url).port if before is not None else None
        )
    except AckboxError as error:
        raise NoServer(
            f"No server is running here, and none could be started: {error.message}"
        ) from None
    for notice in started.get("notices", []):
        print(f"ackbox mcp: {notice}", file=sys.stderr)
    return caller(data_dir=data_dir, key=key, face="bridge")


def _other_server(data_dir: str | None, key: str | None) -> HttpCaller | None:
    """Return the server on the default port if a known key fits it, else null.

    The operator key fits the server of its data directory, unless another directory was set.
    """
    own, (given, _) = holder(DEFAULT_PORT), config.look_up("key", key)
    other = None
    if given is not None:
        other = HttpCaller(DEFAULT_URL, given, face="bridge")
        if not other.is_ackbox() or not _fits(other):
            return None
    elif own is not None and config.look_up("data_dir", data_dir)[1] == "default":
        other = caller(data_dir=own["data_dir"], face="bridge")
    if other is not None:
        whose = f" with the data directory {own['data_dir']}" if own is not None else ""
        print(
            f"ackbox mcp: Using the server at {other.url}{whose}; none is running on"
            f" {config.data_dir(data_dir)}.",
            file=sys.stderr,
        )
    return other


def _fits(server: HttpCaller) -> bool:
    try:
        server.call("agent.whoami", {}, timeout_s=5)
    except (NoServer, AckboxError):
        return False
    return True
