"""Sealed workspaces at the server's faces: what they show of what nobody opened, and vault keys in
requests.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from ackbox.model.sealed import NOTICE
from tests.answers import text_of
from tests.engines import Post
from tests.faces.test_canary import client
from tests.serving import serving
from tests.vaults import Vault
from tests.walls.places import rows_of

pytestmark = pytest.mark.anyio
KEY = "avk1_" + "abcdefghijklmnopqrstuvwxyz234567" * 3


async def test_a_model_reads_that_a_message_is_sealed_and_never_a_text(database: str) -> None:
    async with serving(database) as served:
        vault = await Vault(Post(served.app, served.key)).found("ana", "bob")
        sent = await vault.send("ana", "canary", to=["bob"])
        key = (await vault("key.create", name="bob")).key
        served.key = key
        async with client(served, "/mcp", "bob") as it:
            shown = text_of(await it.session.call_tool("inbox", {}))
            refused = text_of(await it.session.call_tool("send", {"to": "ana", "body": "plain"}))
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http:
            answer = (await http.get(f"{served.url}/v1/messages/{sent.id}")).json()
            page = await http.get(f"{served.url}/t/{sent.id}", headers={"Accept": "text/plain"})
    assert NOTICE in shown and "canary" not in shown
    assert "sealed" in refused and "vault key" in refused
    assert (answer["body"], answer["subject"], set(answer["sealed"])) == (
        "",
        None,
        {"header", "wraps_hash", "wrap", "content", "signature"},
    )
    assert "canary" not in page.text


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"to": "bob", "body": f"here is {KEY}"}},
        {"json": {"to": "bob", "body": "x", "metadata": {"deep": [{"er": KEY}]}}},
        {"json": {"to": "bob", "body": "x", "idempotency_key": KEY}},
        {"content": b'{"to": "bob", "body": "' + KEY.replace("_", "\\u005f").encode() + b'"}'},
        {"json": {"to": "bob", "body": "x"}, "headers": {"X-Note": KEY}},
        {"json": {"to": "bob", "body": "x"}, "headers": {"Authorization": f"Bearer {KEY}"}},
        {"json": {"to": "bob", "body": "x"}, "params": {"key": KEY}},
    ],
    ids=["body", "metadata", "idempotency key", "escaped", "header", "as API key", "query"],
)
async def test_a_vault_key_anywhere_in_a_request_is_refused_and_not_stored(
    database: str, request_: dict[str, Any]
) -> None:
    async with serving(database) as served:
        headers = {
            "Authorization": f"Bearer {served.key}",
            "Content-Type": "application/json",
            "Ackbox-Agent": "ana",
        }
        async with httpx2.AsyncClient() as http:
            answer = await http.post(
                f"{served.url}/v1/messages",
                **{**request_, "headers": headers | request_.get("headers", {})},
            )
        rows = await rows_of(database)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid")
    assert "vault key" in error["message"] and KEY[:20] not in answer.text
    assert rows["message"] == [] and KEY[:20] not in str(rows)
