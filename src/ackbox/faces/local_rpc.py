"""Local RPC: another system's Unix socket, served from a dialect's data by a client of the server.

One JSON object a line: `{"id", "method", "params"}`, answered by `{"id", "result"}` or `{"id",
"error": {"message"}}`, and `{"method", "params"}` for news. Only the user of the process can open
the socket. No system is named here. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from ackbox.client.client import Client
from ackbox.client.http import NoServer
from ackbox.dialects.engine.local_rpc import LocalRpc, Project, View
from ackbox.dialects.engine.mapping import MappedCall
from ackbox.errors import AckboxError, Conflict, Invalid, TooLong, Unavailable

# A request in bytes, clients at once, and bytes that wait for a client that does not read.
MAX_LINE = 256 * 1024
MAX_CLIENTS = 64
MAX_UNREAD = 4 << 20
# Changes within this time become one notification.
TOGETHER_S = 0.2
# The longest path that an address of a Unix socket holds.
MAX_PATH = 103
Id = int | str


class _Asked(msgspec.Struct, forbid_unknown_fields=False):
    """One request."""

    id: Id
    method: str
    params: Any = None


_asked = msgspec.json.Decoder(_Asked)


class LocalServer:
    """One socket, and the clients that are connected to it."""

    def __init__(self, rpc: LocalRpc, client: Client, root: Path, place: str) -> None:
        self._rpc = rpc
        self._client = client
        self._place = place
        self._root = str(root)
        self._session = str(uuid.uuid4())
        self._started_at = _now()
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._followers: set[asyncio.StreamWriter] = set()

    @property
    def project(self) -> Project:
        return Project(
            root=self._root,
            socket=self._place,
            pid=os.getpid(),
            session=self._session,
            started_at=self._started_at,
            now=_now(),
        )

    async def state(self) -> Any:
        """Return the state as the system shows it. Raises NoServer and the errors of calls."""
        return await self._view(self._rpc.views[self._rpc.state])

    async def serve(self, ready: Callable[[], None]) -> None:
        """Serve until cancelled; `ready` is called when clients can connect.

        Raises Conflict if another program serves the socket.
        """
        with suppress(FileNotFoundError):
            self._refuse_taken()
            os.unlink(self._place)
        listening = await asyncio.start_unix_server(
            self._take, self._place, limit=MAX_LINE, start_serving=False
        )
        os.chmod(self._place, 0o600)
        async with listening, _file(self._rpc.state_file_of(self._root), await self._kept()):
            await listening.start_serving()
            ready()
            try:
                await self._follow()
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(self._place)
                await self._hang_up()

    def _refuse_taken(self) -> None:
        """Raise Conflict if a program accepts connections on the socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(self._place)
            except ConnectionRefusedError:
                return
        raise Conflict(
            f"Another program serves {self._place}.",
            hint=f"Stop it first, for example with: {self._rpc.stop}",
        )

    async def _hang_up(self) -> None:
        """End all connections, and wait until their requests have ended."""
        tasks = [task for task in self._clients.values() if task is not None]
        for writer in list(self._clients):
            writer.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _kept(self) -> bytes:
        return msgspec.json.encode(self._rpc.kept(await self.state()))

    async def _follow(self) -> None:
        """Tell followers what changes, for as long as the server can be reached."""
        async for events, _ in self._client.pages(kinds=list(self._rpc.kinds)):
            if not events or not self._followers:
                continue
            await asyncio.sleep(TOGETHER_S)
            with suppress(NoServer, AckboxError):
                news = {"reason": events[-1].kind, "snapshot": await self.state()}
                self._tell({"method": self._rpc.pushed, "params": news})

    def _tell(self, news: Mapping[str, Any]) -> None:
        line = msgspec.json.encode(news) + b"\n"
        for writer in list(self._followers):
            if writer.transport.get_write_buffer_size() > MAX_UNREAD:
                writer.transport.abort()
            else:
                writer.write(line)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= MAX_CLIENTS:
            error = Unavailable(
                f"{MAX_CLIENTS} programs are connected already.", hint="Close one of them."
            )
            writer.write(_line(None, error=self._rpc.refuse(error, None)))
            writer.close()
            return
        self._clients[writer] = asyncio.current_task()
        try:
            while line := await _read(reader):
                if line.strip():
                    writer.write(await self._answer(line, writer))
                    await writer.drain()
        except TooLong as error:
            writer.write(_line(None, error=self._rpc.refuse(error, None)))
        except ConnectionError:
            pass
        finally:
            del self._clients[writer]
            self._followers.discard(writer)
            writer.close()

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> bytes:
        try:
            asked = _asked.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            wrong = Invalid(
                f"This request cannot be read: {error}.",
                hint='Send one line, such as {"id": 1, "method": "ping", "params": {}}.',
            )
            return _line(None, error=self._rpc.refuse(wrong, None))
        call: MappedCall | None = None
        try:
            if (tool := self._rpc.tools.get(asked.method)) is not None:
                call = self._rpc.ask(asked.method, {} if asked.params is None else asked.params)
                result = await self._client.call(tool.operation, **call.params)
                return _line(asked.id, result=self._rpc.say(call, result))
            if asked.method == self._rpc.followed:
                shown = await self.state()
                self._followers.add(writer)
                return _line(asked.id, result=shown)
            if (view := self._rpc.views.get(asked.method)) is not None:
                return _line(asked.id, result=await self._view(view))
            raise self._rpc.unknown(asked.method)
        except NoServer as error:
            lost = Unavailable(str(error), hint="Start it with: ackbox up")
            return _line(asked.id, error=self._rpc.refuse(lost, None))
        except AckboxError as error:
            return _line(asked.id, error=self._rpc.refuse(error, call))

    async def _view(self, view: View) -> Any:
        names, reads = view.parts.keys(), view.parts.values()
        results = await asyncio.gather(
            *(self._client.call(read.operation, **read.params) for read in reads)
        )
        return view.reply(self.project, dict(zip(names, results, strict=True)))


def place_of(rpc: LocalRpc, root: Path) -> str:
    """Return the path of a project's socket, in a directory of the user. Raises Invalid."""
    place = rpc.socket_of(str(root), str(Path.home()), os.environ)
    if len(os.fsencode(place)) > MAX_PATH:
        raise Invalid(
            f"The path of the socket is too long: {place}",
            hint=f"A socket's path has at most {MAX_PATH} bytes; use a shorter home directory.",
        )
    Path(place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


@asynccontextmanager
async def _file(path: str, content: bytes) -> AsyncIterator[None]:
    """Keep a file for as long as it is needed, unless there is one already."""
    place = Path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            file.write(content)
    except FileExistsError:
        yield
        return
    try:
        yield
    finally:
        place.unlink(missing_ok=True)


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Return the next line; empty at the end. Raises TooLong, ConnectionError."""
    try:
        return await reader.readline()
    except ValueError:
        raise TooLong(
            f"A request has more than {MAX_LINE:,} bytes.",
            field="params",
            size=MAX_LINE + 1,
            limit=MAX_LINE,
            hint="Send less at once.",
        ) from None


def _line(id: Id | None, **what: Any) -> bytes:
    return msgspec.json.encode({"id": id, **what}) + b"\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
