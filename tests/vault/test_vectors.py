"""The frozen vectors: this version reads what an earlier one wrote, and so does WebCrypto."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ackbox.vault import acknowledgement, enrolment, envelope, roster
from ackbox.vault.envelope import Sealed
from ackbox.vault.keys import Keys, parse_key_string, words
from ackbox.vault.roster import Record
from ackbox.vault.transcript import Row, Transcript
from tests.vault.vectors import CONTENT, FILE


@pytest.fixture(scope="module")
def vectors() -> Any:
    return json.loads(FILE.read_text("utf-8"))


def raw(text: str) -> bytes:
    return base64.b64decode(text)


def test_this_version_reads_the_vectors(vectors: Any) -> None:
    keys = {name: Keys(raw(each["root"])) for name, each in vectors["members"].items()}
    assert {name: each.id for name, each in keys.items()} == {
        name: each["id"] for name, each in vectors["members"].items()
    }
    records = msgspec.convert(vectors["records"], list[Record])
    known = roster.read(records)
    assert [*map(roster.record_hash, records)] == [*map(raw, vectors["record_hashes"])]
    assert known.vault == vectors["vault"]
    assert words(*roster.fingerprint(known.vault)) == vectors["words"]
    assert [each.name for each in known.current()] == ["ana", "bob"]
    sealed = msgspec.convert(vectors["sealed"], Sealed)
    head = envelope.check(sealed, known)
    bob = keys["bob"]
    got = envelope.received(sealed, bob.id)
    assert envelope.open_sealed(bob, got, envelope.verify_received(got, known)) == CONTENT
    own = envelope.hash_of(got)
    assert own == raw(vectors["message_hash"])
    acknowledgement.check(vectors["acknowledgement"], known.vault, own, known.members[bob.id])
    transcript = Transcript(known.vault)
    transcript.extend([Row(vectors["transcript"]["seq"], head.sender, head.counter, own)])
    assert transcript.hash == raw(vectors["transcript"]["hash"])
    request = enrolment.parse_request(raw(vectors["request"]["raw"]))
    enrolment.check_code(request, known.vault, raw(vectors["request"]["secret"]))
    kept = parse_key_string(vectors["key_string"])
    assert (kept.keys.id, kept.pin) == (bob.id, known.hashes[1])


def test_webcrypto_alone_opens_the_vectors(vectors: Any) -> None:
    script = Path(__file__).with_name("open.mjs")
    done = subprocess.run(
        ["node", "--no-warnings", str(script), str(FILE)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "members": {name: each["id"] for name, each in vectors["members"].items()},
        "records": [True, True, True, True],
        "hashes": vectors["record_hashes"],
        "signature": True,
        "message_hash": vectors["message_hash"],
        "commitment": True,
        "content": vectors["content"],
        "acknowledgement": True,
        "transcript": True,
    }
