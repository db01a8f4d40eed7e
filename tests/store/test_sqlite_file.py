"""What only SQLite has to promise of its file: one process has it open, and damage stops writes."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from ackbox import private
from ackbox.app.call import App, open_app
from ackbox.app.library import ensure_operator
from ackbox.errors import Unavailable
from ackbox.model.key import mint
from ackbox.store.damage import RESTORE, Damaged, find_damage
from tests.command import Command
from tests.engines import Post

pytestmark = pytest.mark.anyio

HOLDER = """
import asyncio, os, sys
from ackbox import private
from ackbox.app.call import open_app

async def hold():
    app = await open_app(sys.argv[1])
    # A fork that lives on must not keep the lock.
    if sys.argv[2] == "fork" and (child := os.fork()) == 0:
        sys.stdin.read()
        os._exit(0)
    print(os.getpid(), flush=True)
    await asyncio.Event().wait()

asyncio.run(hold())
"""


@contextlib.contextmanager
def holder(url: str, kind: str = "alone") -> Iterator[subprocess.Popen[str]]:
    """Let another process have a database open until it is killed; its forks live on until the
    end.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline().strip() == str(process.pid)
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


async def test_a_file_that_another_process_has_open_is_refused_until_that_process_is_killed(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/ackbox.db"
    with holder(url, "fork") as other:
        (tmp_path / "link").symlink_to(tmp_path)
        for path in (tmp_path / "ackbox.db", tmp_path / "link/ackbox.db"):
            with pytest.raises(Unavailable) as refused:
                await open_app(f"sqlite:///{path}")
            assert (refused.value.message, refused.value.hint) == (
                f"{path} cannot be used as a database: Another ackbox process has it open"
                f" (process {other.pid}).",
                "Use that server, or stop it with: ackbox stop. For several servers, use"
                " PostgreSQL.",
            )
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        # Its fork is still there.
        app = await open_app(url)
        await app.close()


async def test_a_closed_database_can_be_opened_again_and_an_open_one_cannot(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ackbox.db"
    for _ in range(2):
        app = await open_app(url)
        with pytest.raises(Unavailable, match="has it open"):
            await open_app(url)
        await app.close()


def test_a_server_starts_on_no_lost_database_and_on_no_file_of_another_server(
    tmp_path: Path,
) -> None:
    ackbox, database = Command(tmp_path), f"sqlite:///{tmp_path}/shared.db"
    private.make_directory(ackbox.data)
    private.write_private(ackbox.data / "operator.key", mint("adm").reveal())
    lost = ackbox("up", "--port", "0", "--no-open", "--database", database)
    with holder(database):
        taken = ackbox("up", "--port", "0", "--no-open", "--database", database)
    said = [json.loads(each.stderr)["error"]["message"] for each in (lost, taken)]
    assert (
        [each.returncode for each in (lost, taken)],
        said[0][:22],
        "process has it open (" in said[1],
    ) == (
        [1, 1],
        "The database is empty,",
        True,
    )


def write_garbage(path: Path) -> None:
    """Write over the middle of a file."""
    middle = path.stat().st_size // 2
    with path.open("r+b") as file:
        file.seek(middle - 80_000)
        file.write(os.urandom(160_000))


async def fill(app: App) -> Post:
    """Store messages that are larger than other rows, and return a caller."""
    key = await app.ensure(workspace="default", operator_key=None, label="filler")
    assert key is not None
    post = Post(app, key)
    # One page each, so that garbage meets the tree and not only texts.
    for number in range(500):
        await post("message.send", agent="ana", to="bob", body=f"{number} {'word ' * 500}")
    return post


async def test_damage_stops_writes_and_is_logged_once_and_told_with_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path}/ackbox.db"
    app = await open_app(url)
    key = (await fill(app)).key
    await app.close()
    write_garbage(tmp_path / "ackbox.db")
    assert find_damage(tmp_path / "ackbox.db")

    app = await open_app(url)
    post = Post(app, key)
    await app.check()
    told = []
    with caplog.at_level(logging.CRITICAL):
        for _ in range(3):
            with pytest.raises(Damaged) as refused:
                await read_all(post)
            told.append(refused.value)
    for name, given in (
        ("message.send", {"to": "bob", "body": "x"}),
        ("task.create", {"title": "x"}),
    ):
        with pytest.raises(Damaged) as refused:
            await post(name, agent="ana", **given)
        told.append(refused.value)
    with pytest.raises(Damaged) as refused:
        await app.check()
    told.append(refused.value)
    with pytest.raises(Damaged) as refused:
        await post("server.backup", path=str(tmp_path / "copy.db"))
    told.append(refused.value)
    await app.close()

    assert {(each.message, each.hint, each.retry_after_s) for each in told} == {
        ("The database file is damaged. The server stores nothing in it any more.", RESTORE, None)
    }
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert not (tmp_path / "copy.db").exists()


async def test_a_server_on_a_damaged_file_is_not_ready_and_doctor_names_the_damage(
    tmp_path: Path,
) -> None:
    ackbox = Command(tmp_path)
    file = ackbox.data / "ackbox.db"
    app = await open_app(f"sqlite:///{file}")
    await ensure_operator(app, ackbox.data)
    await fill(app)
    await app.close()
    before = finding(ackbox)
    write_garbage(file)
    url = ackbox.up()["url"]
    try:
        refused = ackbox("export", str(tmp_path / "all.jsonl"))
        ready = httpx.get(f"{url}/readyz")
        after = finding(ackbox)
    finally:
        ackbox.stop()
    assert before == {
        "state": "ok",
        "what": "file",
        "seen": f"{file}: SQLite's quick check found no damage",
        "do": "",
    }
    assert (refused.returncode, json.loads(refused.stderr)["error"]["hint"]) == (1, RESTORE)
    assert (ready.status_code, ready.json()["error"]["hint"]) == (503, RESTORE)
    assert (after["state"], after["do"]) == ("bad", RESTORE)
    assert after["seen"].startswith(f"{file} is damaged: ")


async def read_all(post: Post) -> None:
    """Read every message, page by page."""
    cursor: str | None = None
    while (page := await post("message.history", limit=200, cursor=cursor)).messages:
        cursor = page.cursor


def finding(ackbox: Command) -> dict[str, str]:
    """Return what doctor says about the file of the database."""
    found = json.loads(ackbox("doctor").stdout)["findings"]
    return next(each for each in found if each["what"] == "file")
