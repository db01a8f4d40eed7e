"""Writes vectors.json: a roster and messages as an implementation in another language meets them.

The file is frozen: a change of the code that cannot read it any more is a new version of the
format. Run it, `python -m tests.vault.vectors`, only for such a version.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec

from ackbox.vault import acknowledgement, enrolment, envelope
from ackbox.vault.encoding import encode
from ackbox.vault.envelope import Content
from ackbox.vault.keys import key_string, words
from ackbox.vault.roster import record_hash
from tests.vault.cast import Workspace, keys_of

FILE = Path(__file__).with_name("vectors.json")
CONTENT = Content(
    subject="Grüße",
    body="Der Build ist rot. ✗",
    intent="alert",
    refs=[{"kind": "file", "target": "src/a.py", "lines": "10-20"}],
    metadata={"n": 1.5, "list": [1, None, True]},
    facts={"commit": "4f2a"},
)


def text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def make() -> dict[str, Any]:
    team = Workspace("bob", "cy")
    team.remove("cy")
    head = team.draft("ana", ["bob"], parent="a" * 32, priority=5, expires_at=1_900_000_000_000)
    readers = envelope.readers(team.roster, head.sender, ["bob"])
    sealed = envelope.seal(team.ana, head, CONTENT, readers)
    bob = keys_of("bob")
    seq, got = team.deliver(sealed, "bob")
    asked = enrolment.request(
        keys_of("di"), team.roster, name="di", kind="human", secret=bytes(range(16))
    )
    return {
        "members": {
            name: {"root": text(keys_of(name).reveal()), "id": keys_of(name).id}
            for name in ("ana", "bob", "cy")
        },
        "records": [msgspec.to_builtins(record) for record in team.records],
        "record_hashes": [text(record_hash(record)) for record in team.records],
        "vault": team.roster.vault,
        "words": words(b"workspace", bytes.fromhex(team.roster.vault)),
        "sealed": msgspec.to_builtins(sealed),
        "reader": "bob",
        "content": msgspec.to_builtins(CONTENT),
        "message_hash": text(envelope.hash_of(got)),
        "transcript": {"seq": seq, "hash": text(team.transcript.hash)},
        "acknowledgement": acknowledgement.sign(bob, team.roster.vault, envelope.hash_of(got)),
        "request": {"raw": text(encode(asked)), "secret": text(bytes(range(16)))},
        "key_string": key_string(bob, record_hash(team.records[1])),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=1, ensure_ascii=False) + "\n", "utf-8")
