"""Discovery: how the commands of a machine find its server, and which key they send to it.

The server writes `server.json` (0600) into the data directory while it runs; the operator key is in
`operator.key` (0600). The commands send that key only to the address in `server.json`. Explained in
docs/why/keys.md, "Destinations of a key".
"""

from __future__ import annotations

import json
import os

from ackbox import config
from ackbox.client.http import HttpCaller, NoServer, parse_url
from ackbox.client.http import same_address as same_address
from ackbox.client.running import read_operator_key, read_server
from ackbox.errors import AckboxError, BadKey, Unavailable
from ackbox.private import make_directory, read_private, write_private

# Not from typing, and paths are made late: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from ackbox.config import Source

DEFAULT_PORT = 7717
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"


def data_dir_of(given: str | None) -> Path:
    """Return the data directory from the settings."""
    return config.data_dir(given)


def caller(
    *,
    data_dir: str | None = None,
    url: str | None = None,
    key: str | None = None,
    face: str = "cli",
) -> HttpCaller:
    """Return a caller for the server in the settings, with the key that belongs to it.

    Raises NoServer if that server does not run, BadKey if there is no key for it, BadSettings and
    Unavailable.
    """
    where = config.data_place(data_dir)
    address, address_from = config.look_up("url", url)
    own_key = _key_for(address, address_from, key)
    server = read_server(where)
    if address is None:
        # Without this check, the operator key could go to another program on the default port.
        if server is None and own_key is None:
            raise NoServer(f"No server is running on {where}.")
        address = server["url"] if server else DEFAULT_URL
    if server is not None and (address == server["url"] or same_address(address, server["url"])):
        # Exactly the address that the server wrote: `localhost` may lead to another program on the
        # same port of ::1.
        return _caller(
            where,
            server["url"],
            own_key or read_operator_key(where),
            face=face,
            home=where,
            is_there=lambda: _runs_at(where, server["url"]),
        )
    if own_key is None:
        if not HttpCaller(address, None).is_open():
            raise NoServer(f"No server answers at {address}.")
        raise no_key(address)
    return _caller(where, address.rstrip("/"), own_key, face=face)


def _caller(where: str, url: str, key: str | None, **options: Any) -> HttpCaller:
    """Return a caller that seals where the data directory holds vault keys."""
    if not os.path.isdir(os.path.join(where, "vaults")):
        return HttpCaller(url, key, **options)
    from pathlib import Path

    from ackbox.client.sealed import SealedCaller

    return SealedCaller(url, key, data_dir=Path(where), **options)


def _key_for(address: str | None, address_from: Source, given: str | None) -> str | None:
    """Return the configured key if it may go to an address: a key in the settings file goes only to
    the address in that file.
    """
    key, key_from = config.look_up("key", given)
    if key is None or key_from != "file" or address is None or address_from == "file":
        return key
    by_file = config.in_file("url")
    return key if by_file is not None and same_address(address, by_file) else None


def no_key(address: str) -> BadKey:
    """Return the error for an address that no known key belongs to."""
    parts = parse_url(address)
    return BadKey(
        f"No key for {parts.scheme}://{parts.netloc}. The operator key is sent to the server of"
        " its data directory only.",
        hint=(
            "Set ACKBOX_KEY to a key of that server, or pass --key-file. Its admin makes one with:"
            " ackbox key create"
        ),
        reason="elsewhere",
    )


def announce(server: dict[str, Any]) -> Path:
    """Record which data directory of this user has a port, so that another server that finds the
    port in use can name it.

    Returns the path of the file. Writes nothing if another user has put something in its place, or
    if the directory is not writable.
    """
    from contextlib import suppress

    own = _announced(parse_url(server["url"]).port or 0)
    with suppress(Unavailable, OSError):
        make_directory(own.parent)
        for path in own.parent.glob("*.json"):
            if path.stem.isdigit() and holder(int(path.stem)) is None:
                path.unlink(missing_ok=True)
        write_private(own, json.dumps({"data_dir": server["data_dir"]}))
    return own


def holder(port: int) -> dict[str, Any] | None:
    """Return the description of this user's server on a port.

    Null when there is none.
    """
    try:
        server = read_server(str(json.loads(read_private(_announced(port)) or "")["data_dir"]))
    except (ValueError, TypeError, KeyError, AckboxError):
        return None
    return server if server is not None and parse_url(server["url"]).port == port else None


def _announced(port: int) -> Path:
    from pathlib import Path

    # Not in the home directory: two homes of one user share the ports of the machine.
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"ackbox-{os.geteuid()}" / f"{port}.json"


def _runs_at(where: str, url: str) -> bool:
    server = read_server(where)
    return server is not None and server["url"] == url
