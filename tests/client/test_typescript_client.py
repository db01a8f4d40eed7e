"""The TypeScript client, compiled as npm publishes it, talks to a server."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import ackbox
from tests.npm import WITH_INSTALL_S, install
from tests.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(WITH_INSTALL_S)]
ROOT = Path(__file__).parents[2]
HOME = ROOT / "clients/typescript"
WEB = ROOT / "tests/web"


async def run(*command: str | Path) -> str:
    made = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await made.communicate()
    assert made.returncode == 0, said.decode()
    return said.decode()


async def test_it_compiles_strictly_and_two_agents_talk_with_it(tmp_path: Path) -> None:
    install(WEB)
    node = shutil.which("node")
    assert node is not None, "node is needed: https://nodejs.org, or apt-get install nodejs"
    compiler = WEB / "node_modules/typescript/bin/tsc"
    await run(node, compiler, "-p", HOME, "--outDir", tmp_path / "dist")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as served:

        async def key(name: str) -> str:
            made: Any = await served.app.call("key.create", {"name": name}, credential=served.key)
            return str(made.key)

        keys = [await key("ana"), await key("bob")]
        built = tmp_path / "dist/index.js"
        assert await run(node, HOME / "test/client.mjs", built, served.url, *keys) == "ok\n"


def test_the_package_is_complete_and_has_the_version_of_the_server() -> None:
    package = json.loads((HOME / "package.json").read_text("utf-8"))
    assert package["version"] == ackbox.__version__
    assert {"name", "description", "license", "exports", "types", "files"} <= set(package)
    assert package["files"] == ["dist", "README.md"]
