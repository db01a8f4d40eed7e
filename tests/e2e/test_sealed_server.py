"""What the process of a server holds of sealed messages: its files, its log and its memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

import httpx2
import msgspec
import pytest

from tests.engines import Post
from tests.vaults import Vault

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
CANARY = "quetzal-that-only-members-read"


class Remote:
    """The operator's key on a server in another process, called over HTTP."""

    def __init__(self, url: str, key: str, http: httpx2.AsyncClient) -> None:
        self._url, self._http = url, http
        self._headers = {"Authorization": f"Bearer {key}"}
        self.app = self

    def clock(self) -> int:
        return time.time_ns() // 1_000_000

    async def __call__(self, operation: str, /, **params: Any) -> Any:
        url = f"{self._url}/v1/call/{operation}"
        answer = await self._http.post(url, json=params, headers=self._headers)
        assert answer.status_code < 300, answer.text
        return msgspec.convert(
            {"duplicate": False, **answer.json()},
            msgspec.defstruct("Answer", [(name, Any) for name in ("duplicate", *answer.json())]),
        )


def memory_of(pid: int) -> list[bytes]:
    """Return everything that a process has in its memory."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text("utf-8").splitlines():
            where, rights = line.split()[:2]
            low, high = (int(each, 16) for each in where.split("-"))
            if "r" in rights and "[v" not in line:
                memory.seek(low)
                found.append(memory.read(high - low))
    return found


def count(parts: list[bytes], word: str) -> int:
    return sum(part.count(word.encode()) for part in parts)


async def test_no_text_of_a_sealed_message_is_in_the_servers_files_log_or_memory(
    tmp_path: Path,
) -> None:
    home = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with (
        open(tmp_path / "log", "w", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, "-m", "ackbox", "up", "--port", "0", "--json"],
            env={**os.environ, **home, "XDG_RUNTIME_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=log,
        ) as server,
    ):
        try:
            assert server.stdout is not None
            up = json.loads(server.stdout.readline())
            kept = b"".join(files_in(Path(up["data_dir"])))
            key = re.search(rb"abx_[a-z]{2,3}_[0-9A-Za-z]{40,}", kept)
            assert key is not None
            async with httpx2.AsyncClient(timeout=60) as http:
                post = cast(Post, Remote(up["url"], key[0].decode(), http))
                vault = await Vault(post).found("ana", "bob")
                for number in range(50):
                    await vault.send("ana", f"{CANARY} {number}", to=["bob"])
                shown = await vault("inbox.check", agent="bob", limit=50, mark="read")
            files, memory = files_in(tmp_path), memory_of(server.pid)
        finally:
            server.terminate()
    sender = vault.keys["ana"].id
    assert len(shown.messages) > 10
    assert (count(files, CANARY), count(memory, CANARY)) == (0, 0)
    # The same look finds what is visible.
    assert min(count(files, sender), count(memory, sender)) > 50


def files_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
