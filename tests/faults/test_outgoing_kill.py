"""A server is killed between a request to a receiver and the note of its result."""

from __future__ import annotations

import asyncio
import sys

import pytest

from ackbox.app.call import open_app
from ackbox.app.sender import Sender
from ackbox.model.outgoing import parse_networks
from tests.engines import Clock
from tests.receiver import receiving

pytestmark = pytest.mark.anyio

# A server that reports one message, in a process of its own: argv has the database and the port.
SERVER = """
import asyncio, sys
from ackbox.app.call import open_app
from ackbox.app.sender import Sender
from ackbox.model.outgoing import parse_networks

async def run(url, port):
    app = await open_app(url, sender=Sender(parse_networks("127.0.0.1")))
    app.clock = lambda: 1_800_000_000_000
    key = await app.ensure(workspace="default", operator_key=None)
    params = {"agent": "ana", "url": f"http://127.0.0.1:{port}/", "on": "all"}
    await app.call("webhook_out.add", params, credential=key)
    params = {"agent": "ana", "to": "bob", "body": "one"}
    await app.call("message.send", params, credential=key)
    await app.outgoing.turn()
    await app.outgoing.settled()

asyncio.run(run(*sys.argv[1:]))
"""


async def test_a_killed_server_repeats_the_delivery_under_the_same_id(database: str) -> None:
    async with receiving() as receiver:
        receiver.holds = True
        arguments = [sys.executable, "-c", SERVER, database, str(receiver.port)]
        process = await asyncio.create_subprocess_exec(*arguments)
        await receiver.arrived.wait()
        process.kill()
        await process.wait()
        receiver.holds = False

        app, clock = await open_app(database, sender=Sender(parse_networks("127.0.0.1"))), Clock()
        app.clock = clock
        await app.outgoing.turn()
        await app.outgoing.settled()
        assert len(receiver.requests) == 1, "the lease is not over"
        clock.pass_s(31)
        await app.outgoing.turn()
        await app.outgoing.settled()
        await app.outgoing.turn()
        await app.close()
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
