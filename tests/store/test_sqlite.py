"""What only SQLite has to promise: other programs may open the file as well."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from ackbox.app import open_app

pytestmark = pytest.mark.anyio


async def test_a_write_waits_for_another_program_and_reads_go_on(tmp_path: Path) -> None:
    app = await open_app(f"sqlite:///{tmp_path}/ackbox.db")
    key = await app.ensure(workspace="default", operator_key=None)
    other = sqlite3.connect(tmp_path / "ackbox.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    sending = asyncio.create_task(app.call("message.send", {"agent": "ana", "to": "bob", "body": "hi"}, credential=key))
    answers = [await app.call("message.history", {}, credential=key) for _ in range(3)]
    waited = not sending.done()
    other.execute("ROLLBACK")
    sent = await sending
    history = await app.call("message.history", {}, credential=key)

    assert [len(answer.messages) for answer in answers] == [0, 0, 0]
    assert waited
    assert [message.id for message in history.messages] == [sent.id]
    other.close()
    await app.close()
