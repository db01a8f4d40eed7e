"""Vendoring: the browser's libraries, taken from the public registry into the package, checked and
licensed.

`tools/vendor.py` fetches what vendor.toml names; `--check` needs no network and fails on a file
that is changed or unlisted.
Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PLACE = ROOT / "src/ackbox/faces/web/static/vendor"
LOCK = PLACE / "vendor.lock.json"


def asked() -> list[dict[str, Any]]:
    """Return what vendor.toml names: package, version, licence, and the wanted files with their
    new names.
    """
    return list(tomllib.loads((PLACE / "vendor.toml").read_text("utf-8"))["package"])


def fetch(name: str, version: str) -> tuple[bytes, str]:
    """Return a package's archive and its integrity. Raises ValueError when they do not agree."""
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            ["npm", "pack", "--json", f"{name}@{version}"],
            cwd=place,
            check=True,
            capture_output=True,
            text=True,
        )
        told = json.loads(done.stdout)
        packed = told[0] if isinstance(told, list) else next(iter(told.values()))
        archive = (Path(place) / packed["filename"]).read_bytes()
    sums = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if sums != packed["integrity"]:
        raise ValueError(f"{name} {version} is not what the registry says it is")
    return archive, sums


def shipped(raw: bytes, name: str, imports: dict[str, str]) -> bytes:
    """Return a file as it is shipped: modules import their neighbours, and name no source maps."""
    if not name.endswith(".js"):
        return raw
    text = re.sub(r"//# sourceMappingURL=\S+", "", raw.decode())
    text = re.sub(
        r'(from\s*|import\s*)"([@a-z][\w./-]*)"',
        lambda found: f'{found[1]}"./{imports[found[2]]}"',
        text,
    )
    return text.rstrip().encode() + b"\n"


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def write() -> None:
    """Fetch every package, write its files and licence, and the lock."""
    imports = {
        each["import"]: next(iter(each["files"].values())) for each in asked() if "import" in each
    }
    lock = []
    for each in asked():
        archive, integrity = fetch(each["name"], each["version"])
        files = {}
        with tempfile.TemporaryFile() as held:
            held.write(archive)
            held.seek(0)
            with tarfile.open(fileobj=held) as tar:
                wanted = {
                    **each["files"],
                    each.get("licence_file", "LICENSE"): f"licenses/{each['key']}.txt",
                }
                for inside, name in wanted.items():
                    member = tar.extractfile(f"package/{inside}")
                    assert member is not None
                    raw = member.read()
                    out = shipped(raw, name, imports)
                    (PLACE / name).parent.mkdir(parents=True, exist_ok=True)
                    (PLACE / name).write_bytes(out)
                    files[name] = {
                        "upstream": sha256(raw),
                        "shipped": sha256(out),
                        "changed": raw != out,
                    }
        lock.append(
            {
                "name": each["name"],
                "version": each["version"],
                "licence": each["licence"],
                "integrity": integrity,
                "files": files,
            }
        )
    LOCK.write_text(json.dumps(lock, indent=1) + "\n", "utf-8")


def check() -> list[str]:
    """Return what is wrong with the files that are here: changed, missing, unlisted, or not
    what vendor.toml names.
    """
    lock = json.loads(LOCK.read_text("utf-8"))
    wrong = [
        f"{each['name']} is not locked"
        for each in asked()
        if (each["name"], each["version"], each["licence"])
        not in {(own["name"], own["version"], own["licence"]) for own in lock}
    ]
    listed = {name: sums["shipped"] for each in lock for name, sums in each["files"].items()}
    here = {path.relative_to(PLACE).as_posix(): path for path in PLACE.rglob("*") if path.is_file()}
    for name in sorted({*listed, *here} - {"vendor.toml", "vendor.lock.json"}):
        if name not in here:
            wrong.append(f"{name} is missing")
        elif name not in listed:
            wrong.append(f"{name} is not listed")
        elif sha256(here[name].read_bytes()) != listed[name]:
            wrong.append(f"{name} is changed")
    return wrong


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write()
    found = check()
    print("\n".join(found) or "vendored files are as locked")
    sys.exit(bool(found))
