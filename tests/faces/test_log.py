"""The log holds no key, no body, no subject and no query string in any case."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from ackbox.faces.server.log import redact

CANARY = "canary-7f3a"
SCRIPT = """
import asyncio, logging, sys
sys.path[:0] = %r
import httpx2
from ackbox.faces.server.log import start_log
from ackbox.model.key import mint
from tests.serving import serving

async def main():
    start_log(level=logging.DEBUG)
    async with serving("sqlite://:memory:") as served:
        async with httpx2.AsyncClient(base_url=served.url) as client:
            own = {"Authorization": f"Bearer {served.key}"}
            body = {"agent": "ana", "to": "bob", "metadata": {"CANARY": 1}}
            body |= {"body": "CANARY", "subject": "CANARY"}
            await client.post("/v1/messages", json=body, headers=own)
            await client.get("/v1/messages/search?query=CANARY&agent=ana", headers=own)
            unknown = {"Authorization": f"Bearer {mint('agt').reveal()}"}
            await client.get("/v1/messages?text=CANARY&agent=ana", headers=unknown)
            await client.post("/v1/messages", content=b'{"body": "CANARY', headers=own)
            async def broken(*_, **__):
                raise RuntimeError("CANARY " + served.key)
            served.app._run = broken
            answer = await client.post("/v1/messages", json=body, headers=own)
            assert answer.status_code == 503 and "CANARY" not in answer.text, answer.text
        logging.getLogger("uvicorn.error").warning("GET /v1/x?token=CANARY %%s", served.key)
        print(served.key, file=sys.stdout)

asyncio.run(main())
"""


def test_a_canary_in_every_field_never_reaches_the_log() -> None:
    root = Path(__file__).parents[2]
    script = SCRIPT.replace("CANARY", CANARY) % [str(root), str(root / "src")]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    key = done.stdout.strip()
    assert "RuntimeError" in done.stderr
    assert [word for word in (CANARY, key, key[8:40]) if word in done.stderr] == []


@pytest.mark.parametrize("field", ["body", "Authorization", "query"])
def test_fields_that_hold_what_people_wrote_are_starred(field: str) -> None:
    assert redact(logging, "info", {field: "x", "event": "e"}) == {field: "***", "event": "e"}
