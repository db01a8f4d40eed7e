"""Starting: from an empty directory to a server that is ready, once for each data directory.

Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import gc
import ipaddress
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from ackbox import __version__, config
from ackbox.app.call import App, open_app
from ackbox.app.library import ensure_keyless, ensure_operator
from ackbox.app.sender import Sender
from ackbox.app.serving import Serving
from ackbox.client.discovery import DEFAULT_PORT, announce, holder
from ackbox.client.http import HttpCaller
from ackbox.client.running import read_operator_key, read_server
from ackbox.config import BadSettings, without_password
from ackbox.dialects import RESTS
from ackbox.dialects.engine.rest import Rest
from ackbox.errors import NotAllowed, Unavailable
from ackbox.faces.hook import fast
from ackbox.faces.http.connection import BACKLOG, raise_descriptors
from ackbox.faces.server.asgi import KeylessPort, make_web
from ackbox.faces.server.log import start_log
from ackbox.faces.server.request_head import Head
from ackbox.faces.ws.line import FRAME_LIMIT, Line
from ackbox.model.moment import to_text
from ackbox.model.outgoing import Network, parse_networks
from ackbox.private import make_directory, open_private, tighten_file, write_private

# Options of the protocols on the port: limits on heads, sockets with bounded frames, no
# compression.
PROTOCOLS: dict[str, Any] = {
    "http": Head,
    "ws": Line,
    "ws_max_size": FRAME_LIMIT,
    "ws_per_message_deflate": False,
    "backlog": BACKLOG,
}

# Files of a data directory that an older ackbox, or a copy, may have left readable to others.
KEPT = (
    "operator.key",
    "server.json",
    "hook.pass",
    "keyless.key",
    "server.log",
    "ackbox.db",
    "ackbox.db-wal",
    "ackbox.db-shm",
    "ackbox.db-journal",
    "ackbox.db.lock",
)

# New objects before the collector looks for cycles; many waiting calls are many objects without a
# cycle.
COLLECT_AFTER = (20_000, 20, 20)


def database_url(where: Path, given: str | None) -> str:
    """Return the database to serve: the configured one, or else SQLite in the data directory.

    Raises BadSettings.
    """
    return config.database(given) or f"sqlite:///{where.resolve()}/ackbox.db"


def webhook_networks() -> list[Network]:
    """Return the networks that outgoing webhooks may reach although they are not public.

    Raises BadSettings.
    """
    try:
        return parse_networks(config.get("webhook_networks") or "")
    except ValueError as error:
        raise BadSettings(
            f"The setting webhook_networks is not a list of networks: {error}. Write for example:"
            " 10.0.0.0/8, 192.168.1.7"
        ) from None


def dashboard_address(place: Place, port: int) -> str:
    """Return the dashboard's address for links: the name of the server, or where it listens."""
    if place.names:
        return f"https://{place.names[0]}"
    return f"http://{_reached(place.host)}:{port}"


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises Unavailable, and names the owner of the port if that is an ackbox.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's delay only for sockets that name the protocol; otherwise each
    # response waits 40 ms.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} is in use by {whose_port(host, port)}.",
                hint="Choose another port with --port, or stop that program.",
            ) from None
        raise Unavailable(
            f"Cannot listen on {host}:{port}: {error.strerror}.",
            hint="Choose another port with --port.",
        ) from None
    # The server notices a caller whose machine has vanished before the longest wait ends.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    sock.listen(BACKLOG)
    return sock


class PortTaken(Unavailable):
    """Another program listens on the port."""


def keyless_routes() -> Rest:
    """Return the routes of the dialect whose clients call without a key."""
    return next(rest for rest in RESTS if rest.keyless is not None)


async def open_keyless(place: Place, app: App) -> tuple[list[socket.socket], KeylessPort | None]:
    """Return the listening socket of the port for clients without keys, and what it serves; none if
    the user did not ask for it. Raises Unavailable.
    """
    if place.keyless_port is None:
        return [], None
    rest = keyless_routes()
    assert rest.keyless is not None
    # Never another address: a program that reaches this port needs no key.
    try:
        sock = bind("127.0.0.1", place.keyless_port)
    except PortTaken as taken:
        taken.hint = "Stop that program, or choose another port with --claude-peers PORT."
        raise
    key = await ensure_keyless(app, place.where, may_speak_as=list(rest.keyless.speaks_as))
    return [sock], KeylessPort(rest=rest, port=sock.getsockname()[1], key=key)


def bind_for(place: Place) -> tuple[socket.socket, str | None]:
    """Return a listening socket and a notice for the user, or null. A port set by the user is that
    port or an error; the default port may be replaced by another. Raises Unavailable.
    """
    if place.port is not None:
        return bind(place.host, place.port), None
    try:
        return bind(place.host, DEFAULT_PORT), None
    except PortTaken as taken:
        sock = bind(place.host, 0)
        return sock, f"{taken.message} This server listens on port {sock.getsockname()[1]}."


def whose_port(host: str, port: int) -> str:
    """Return a description of the program that has a port, as far as it can be found out."""
    own = holder(port)
    if own is not None:
        return f"the ackbox with the data directory {own['data_dir']} (pid {own['pid']})"
    try:
        is_ackbox = HttpCaller(f"http://{_reached(host)}:{port}", None).is_ackbox()
    except BadSettings:
        is_ackbox = False
    return "another ackbox" if is_ackbox else "another program"


def _reached(host: str) -> str:
    """Return a listening address in the form that callers on this machine use."""
    local = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return f"[{local}]" if ":" in local else local


def who_may_knock(host: str, port: int, names: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Return the exact Hosts and Origins to accept: this server's addresses, and the configured
    names.
    """
    own = dict.fromkeys([f"[{host}]" if ":" in host else host, "127.0.0.1", "localhost", "[::1]"])
    hosts = [f"{name}:{port}" for name in own]
    origins = [f"http://{each}" for each in hosts]
    for name in names:
        # Behind a proxy the name comes without a port, or with the proxy's.
        hosts += [name, f"{name}:{port}"] if ":" not in name else [name]
        origins += [f"https://{name}", f"http://{name}"]
    return hosts, origins


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a server stores its data and listens.

    Without a port it listens on the default one, or on a free one if that is in use. On
    `keyless_port` it also serves clients without keys.
    """

    where: Path
    host: str
    port: int | None = None
    database: str | None = None
    allow_remote: bool = False
    names: tuple[str, ...] = ()
    keyless_port: int | None = None

    @property
    def is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class OneServer:
    """The lock that prevents a second server on a data directory."""

    def __init__(self, where: Path) -> None:
        make_directory(where, tighten=True)
        self._where = where
        try:
            # Held as long as the server runs.
            self._file = open_private(where / "server.lock", os.O_CREAT | os.O_RDWR)
            for name in KEPT:
                tighten_file(where / name)
        except OSError as error:
            raise Unavailable(
                f"The data directory {where} cannot be used: {error.strerror}.",
                hint="Choose another directory with --data-dir.",
            ) from None

    def take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        # The files of a killed server: a reader would think that they describe this server.
        _forget(self._where)
        return True


def _forget(where: Path) -> None:
    """Remove what a server wrote about itself."""
    for name in ("server.json", fast.FILE):
        (where / name).unlink(missing_ok=True)


Say = Callable[[dict[str, Any], bool], None]


async def serve(place: Place, *, say: Say) -> None:
    """Open the store, create the operator key if there is none, and serve until stopped.

    Calls `say` with the contents of server.json when the server is ready, and with false if another
    server already has the directory. Raises Unavailable, NotAllowed.
    """
    if not (place.is_loopback or place.allow_remote):
        raise NotAllowed(
            f"Other machines can reach the address {place.host}.",
            hint=(
                "If you want that, add --allow-remote, put an HTTPS proxy in front, and give each"
                " caller a key."
            ),
        )
    lock = OneServer(place.where)
    other = await _other(place.where, lock)
    if other is not None:
        say(other, False)
        return
    start_log()
    app = await open_app(
        database_url(place.where, place.database), sender=Sender(webhook_networks())
    )
    try:
        await ensure_operator(app, place.where)
        await _serve(place, app, say)
    finally:
        _forget(place.where)
        await app.close()


class _Server(uvicorn.Server):
    """uvicorn's server, changed to end by returning: it would raise the signal again before the
    store is closed.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _serve(place: Place, app: App, say: Say) -> None:
    raise_descriptors()
    sock, notice = bind_for(place)
    keyless_socks, keyless = await open_keyless(place, app)
    address, port = sock.getsockname()[:2]
    app.notices += [notice] if notice else []
    app.outgoing.address = dashboard_address(place, port)
    hosts, origins = who_may_knock(place.host, port, place.names)
    fast_hook = fast.new_pass(lambda: read_operator_key(place.where))
    web = make_web(
        app,
        hosts=hosts,
        origins=origins,
        fast_hook=fast_hook,
        keyless=keyless,
        data_dir=place.where,
    )
    running, watch = await start(web, [sock, *keyless_socks], app)
    facts = app.engine.facts()
    # The numeric address that it listens on, not a name: `localhost` may lead a caller to another
    # program on the same port of ::1.
    discovery = {
        "url": f"http://{_reached(address)}:{port}",
        "pid": os.getpid(),
        "version": __version__,
        "data_dir": str(place.where.resolve()),
        "started_at": to_text(app.clock()),
        "database": f"{facts.get('path') or 'postgresql'} ({facts['engine']} {facts['version']})",
        "keyless_url": None if keyless is None else f"http://127.0.0.1:{keyless.port}",
        "options": options_of(place),
        "notices": app.notices,
    }
    write_private(place.where / "server.json", json.dumps(discovery) + "\n")
    write_private(place.where / fast.FILE, fast_hook.line(_reached(address), port))
    announced = announce(discovery)
    say(discovery, True)
    await running
    with contextlib.suppress(OSError):
        announced.unlink(missing_ok=True)
    watch.cancel()


async def start(
    web: Any, socks: list[socket.socket], app: Serving
) -> tuple[asyncio.Task[None], asyncio.Task[None]]:
    """Serve an application on listening sockets until the process is asked to stop.

    Returns when it is ready, with the task that ends when it has stopped, and the one that answers
    waiting callers then. Raises Unavailable.
    """
    settings = uvicorn.Config(
        web,
        log_config=None,
        lifespan="on",
        access_log=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        server_header=False,
        **PROTOCOLS,
    )
    server = _Server(settings)
    running = asyncio.create_task(server.serve(sockets=socks))
    while not server.started and not running.done():
        await asyncio.sleep(0.005)
    if not server.started:
        await running
        raise Unavailable("The server could not start.", hint="Read its log.")
    settle_memory()
    # Waiting callers must not delay the shutdown: they get a response as soon as it is requested.
    return running, asyncio.create_task(_answer_all_at_the_end(server, app))


def options_of(place: Place) -> dict[str, Any]:
    """Return the options that a server was started with, for comparison by a second `up`; without a
    password.
    """
    return {
        "host": place.host,
        "port": place.port,
        "database": without_password(database_url(place.where, place.database)),
        "allow_remote": place.allow_remote,
        "names": list(place.names),
        "keyless_port": place.keyless_port,
    }


def settle_memory() -> None:
    """Make the cycle collector ignore the objects loaded so far and run less often: most calls
    leave no cycle behind.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _answer_all_at_the_end(server: uvicorn.Server, app: Serving) -> None:
    while not server.should_exit:
        await asyncio.sleep(0.1)
    app.bell.close()


async def _other(where: Path, lock: OneServer) -> dict[str, Any] | None:
    """Return the server that has the directory, or null if this process has it now.

    The other server may still be starting or stopping.
    """
    for _ in range(400):
        if lock.take():
            return None
        server = read_server(where)
        if server is not None:
            return server
        await asyncio.sleep(0.025)
    raise Unavailable(
        f"Another program holds {where / 'server.lock'} and does not answer.",
        hint="Find it with: ackbox status",
    )
