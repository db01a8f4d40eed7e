"""Generate clients with openapi-python-client and openapi-typescript, and try them on a server.

    python -m tests.generators               (`make generators`)

A warning of a generator is a failure. It takes half a minute of processor time and installs the
generators, so `make test` runs tests/faces/test_openapi.py instead, which holds what they need.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ackbox.faces.rest.openapi import document
from tests.npm import install
from tests.serving import serving

HERE = Path(__file__).parent
# The newest that was tried; a newer one may warn of more.
PYTHON_GENERATOR = "openapi-python-client==0.29.1"


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        where = Path(directory)
        (where / "openapi.json").write_text(json.dumps(document()), "utf-8")
        python = _python_client(where)
        _typescript_client(where)
        asyncio.run(_try(where, python))
    print("Both generators made clients without a warning, and the clients work.")


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    said = done.stdout + done.stderr
    if done.returncode or "arning" in said:
        sys.exit(f"{command[0]} failed or warned:\n{said}")
    return done.stdout


def _python_client(where: Path) -> Path:
    """Generate the Python client in an environment of its own, and return its interpreter."""
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    python = where / "venv/bin/python"
    _run(uv, "venv", "--quiet", "--python", sys.executable, "venv", cwd=where)
    _run(uv, "pip", "install", "--quiet", "--python", python, PYTHON_GENERATOR, cwd=where)
    _run(
        python.parent / "openapi-python-client",
        *("generate", "--path", "openapi.json", "--meta", "none"),
        *("--output-path", "generated"),
        cwd=where,
        PATH=f"{python.parent}:{os.environ['PATH']}",
    )
    return python


def _typescript_client(where: Path) -> None:
    """Generate types, and compile the program that uses them as strictly as the compiler can."""
    install(HERE)
    binaries = HERE / "node_modules/.bin"
    _run(binaries / "openapi-typescript", "openapi.json", "-o", "schema.d.ts", cwd=where)
    (where / "node_modules").symlink_to(HERE / "node_modules")
    (where / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "try.ts", where / "try.ts")
    options = ("--strict", "--target", "es2023", "--module", "nodenext", "--types", "node")
    _run(binaries / "tsc", *options, "try.ts", cwd=where)


async def _try(where: Path, python: Path) -> None:
    async with serving(f"sqlite:///{where}/ackbox.db") as served:

        async def key(name: str, **more: Any) -> str:
            made = await served.app.call(
                "key.create", {"name": name, **more}, credential=served.key
            )
            return str(made.key)

        environment = {
            "PYTHONPATH": str(where),
            "ACKBOX_URL": served.url,
            "ACKBOX_KEY": await key("ana", kind="admin"),
        }
        for command in ([python, HERE / "try.py"], [shutil.which("node") or "node", "try.js"]):
            said = await asyncio.to_thread(_run, *command, cwd=where, **environment)
            assert said == "ok\n", said


if __name__ == "__main__":
    main()
