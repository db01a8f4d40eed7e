"""PgBouncer between a server and PostgreSQL: in session mode everything works, and in transaction
mode a start is refused.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ackbox.app.bell import Follower
from ackbox.app.call import open_app
from ackbox.errors import Unavailable
from tests.engines import Post, fresh_database

pytestmark = pytest.mark.anyio

# Not there on a machine without the package; .ci/run installs it.
PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
MODES = ("session", "transaction") if PGBOUNCER else ()


@contextmanager
def pooled(url: str, mode: str, where: Path) -> Iterator[str]:
    """Run PgBouncer in front of a database, and give the URL that leads through it."""
    assert PGBOUNCER is not None
    parts = urlsplit(url)
    host = parse_qs(parts.query)["host"][0]
    name = parts.path.lstrip("/")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    settings = where / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{name} = host={host} port={parts.port or 5432} dbname={name}"
        f" user={parts.username}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = 40\n"
        "ignore_startup_parameters ="
        " extra_float_digits\n"
    )
    # It serves no root; who owns PostgreSQL's socket may open it.
    become = ["-u", Path(host).owner()] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [PGBOUNCER, *become, str(settings)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"postgresql://{parts.username}@127.0.0.1:{port}/{name}"
    finally:
        process.terminate()
        process.wait(10)


async def reachable(url: str) -> None:
    """Wait until the pooler listens."""
    parts = urlsplit(url)
    while True:
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


@pytest.mark.parametrize("mode", MODES)
async def test_session_mode_works_and_transaction_mode_is_refused(
    mode: str, tmp_path: Path
) -> None:
    url = await asyncio.to_thread(fresh_database, "postgres", tmp_path)
    with pooled(url, mode, tmp_path) as through:
        await asyncio.wait_for(reachable(through), 10)
        if mode == "transaction":
            with pytest.raises(Unavailable) as refused:
                await open_app(through)
            assert refused.value.message == (
                "The database URL leads to a pooler in transaction mode, where notifications"
                " between servers get lost."
            )
            return
        apps = [await open_app(through), await open_app(url)]
        key = await apps[0].ensure(workspace="default", operator_key=None)
        assert key is not None
        here, there = (Post(app, key) for app in apps)
        rows = await apps[0].engine.read(lambda tx: tx.rows("workspace_all"), across=True)
        follower = apps[0].bell.follow(Follower(rows[0][0], None, None))
        follower.rung.clear()
        await asyncio.gather(
            *(here("message.send", agent="ana", to="bob", body=f"{n}") for n in range(40))
        )
        follower.rung.clear()
        sent = await there("message.send", agent="ana", to="bob", body="from the other")
        await asyncio.wait_for(follower.rung.wait(), 5)
        newest = (await here("inbox.check", agent="bob", limit=50)).messages[-1]
        assert (newest.id, newest.body) == (sent.id, "from the other")
        for app in apps:
            await app.close()
