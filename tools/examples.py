"""Examples of the OpenAPI document: one real call of every operation, recorded from a
temporary database.

    python -m tools.examples                 (`make docs` runs it)

Two agents, ana and bob, and a person, eve, work together for an hour. Random values are replaced,
so that the file changes only when an answer does.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from ackbox.app.call import App, open_app
from ackbox.model.signature import FORMS, sign, write
from ackbox.ops.table import OPERATIONS, Unread

FILE = Path(__file__).parent.parent / "src/ackbox/faces/rest/examples.json"
START = 1_798_797_600_000
# What the server draws at random, and what follows from it: keys, secrets, tokens, ids, cursors,
# and numbers of readers in an export.
_RANDOM = re.compile(
    r"abx_(?:\w{2,4})_\w+|whsec_[\w+/=]+|v1,[\w+/=]{44}|\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b"
    r'|(?<=id":"|ey":")\w{11}(?=")|(?<=")[\w-]{22}(?=")|\b\d{17,19}\b'
)


class Recorder:
    """A temporary workspace, and the first call of each operation in it."""

    def __init__(self, app: App, operator: str, directory: Path) -> None:
        self.app, self.directory = app, directory
        self.keys = {"operator": operator}
        self.calls: dict[str, dict[str, Any]] = {}
        self.now = START
        app.clock = lambda: self.now

    async def call(self, who: str, operation: str, /, **params: Any) -> Any:
        """Call an operation with somebody's key; the first call of each is its example."""
        self.now += 1537
        result = await self.app.call(operation, params, credential=self.keys[who])
        self._keep(operation, params, result)
        # The background does this each second; here no clock decides what an answer contains.
        await self.app._background.flush()
        await self.app._background._index()
        return result

    def _keep(self, name: str, params: dict[str, Any], result: Any, **more: Any) -> None:
        response = msgspec.to_builtins(result)
        self.calls.setdefault(name, {"request": params, "response": response, **more})

    def recorded(self) -> dict[str, Any]:
        """Return the examples in the order of the table, without anything random in them."""
        found = {name: self.calls[name] for name in OPERATIONS if name in self.calls}
        text = msgspec.json.encode(found).decode().replace(str(self.directory), "/var/backups")
        known: dict[str, str] = {}

        def replaced(match: re.Match[str]) -> str:
            return known.setdefault(match[0], _stable(match[0], len(known)))

        recorded: dict[str, Any] = msgspec.json.decode(_RANDOM.sub(replaced, text))
        return recorded


def _stable(value: str, number: int) -> str:
    """Return a value of the same form in the place of a random one."""
    digest = hashlib.sha256(f"example {number}".encode())
    letters = base64.b64encode(digest.digest(), altchars=b"xy").decode()
    if value.startswith("abx_"):
        return f"abx_{value.split('_')[1]}_EXAMPLE"
    if value.startswith("whsec_"):
        return f"whsec_{letters}"
    if value.startswith("v1,"):
        return f"v1,{letters}"
    if value.isdecimal():
        return str(100 + number)
    if len(value) in (11, 22):
        return letters[: len(value)]
    if len(value) == 64:
        return digest.hexdigest()
    # An id begins with its time.
    head = value[:12] if value.startswith(f"{START:012x}"[:4]) else digest.hexdigest()[-12:]
    return f"{head}7{digest.hexdigest()[:3]}8{digest.hexdigest()[3:18]}"


async def record() -> dict[str, Any]:
    """Return the examples of all operations."""
    with tempfile.TemporaryDirectory() as directory:
        app = await open_app(f"sqlite:///{directory}/ackbox.db")
        app.clock = lambda: START
        try:
            operator = await app.ensure(workspace="default", operator_key=None)
            assert operator is not None
            recorder = Recorder(app, operator, Path(directory))
            for part in (
                _people,
                _messages,
                _tasks,
                _notes,
                _sessions,
                _programs,
                _reviews,
                _automatic,
                _watching,
                _ends,
            ):
                await part(recorder)
            return recorder.recorded()
        finally:
            await app.close()


async def _people(it: Recorder) -> None:
    call, keys = it.call, it.keys
    await call("operator", "workspace.create", name="shop")
    await call("operator", "workspace.list")
    it.keys["ana"] = (
        await call("operator", "key.create", name="ana", label="ana's laptop", workspace="default")
    ).key
    for name, kind in (("bob", "agent"), ("eve", "human"), ("dev", "admin")):
        keys[name] = (await call("operator", "key.create", name=name, kind=kind)).key
    link = await call("operator", "login.link", name="eve")
    keys["link"] = link.path.rpartition("=")[2].rpartition("#")[2].rpartition("/")[2]
    invited = await call("operator", "invite.create", name="cy", label="cy's server")
    keys["invite"] = invited.path.rpartition("=")[2].rpartition("#")[2].rpartition("/")[2]
    await call("ana", "agent.check_in", summary="Builds the release", area="release", model="opus")
    await call("bob", "agent.check_in", summary="Writes the tests", files=["tests/test_pay.py"])
    await call("ana", "agent.heartbeat")
    await call("ana", "agent.whoami")
    await call("eve", "agent.list")
    await call("bob", "agent.quiet", until="2h", digest_minutes=30)
    await call("bob", "agent.quiet", off=True)


async def _messages(it: Recorder) -> None:
    call = it.call
    sent = await call(
        "ana",
        "message.send",
        to="bob",
        subject="Release",
        body="May I tag 1.4?",
        intent="question",
        expects_reply_by="2h",
        idempotency_key="release-1.4",
    )
    await call("ana", "message.preview", to=["bob", "eve", "zoe"])
    await call(
        "eve",
        "message.send_many",
        messages=[
            {"to": "ana", "body": "The build is green."},
            {"to": "bob", "body": "Please review the diff.", "intent": "review_request"},
        ],
    )
    await call("bob", "inbox.check", limit=20)
    await call("bob", "inbox.wait", limit=20, wait_s=0)
    await call("bob", "receipt.mark", mark="read", ids=[sent.id])
    await call("bob", "message.send", to="ana", body="Yes.", intent="answer", parent=sent.id)
    await call("ana", "message.status", id=sent.id)
    await call("ana", "message.get", id=sent.id)
    await call("ana", "message.history", limit=2)
    await call("ana", "message.search", query="release OR tag", limit=2)
    await call("ana", "message.ask", to="bob", body="Which port does staging use?", wait_s=0)
    question = await call(
        "ana", "message.send", to="bob", body="Delete the table?", choices=["yes", "no"]
    )
    await call("bob", "message.send", body="no", parent=question.id, choice="no")
    wrong = await call("ana", "message.send", to="bob", body="Sent by mistake")
    await call("ana", "message.withdraw", id=wrong.id)
    await call("eve", "thread.list", limit=2)
    await call("eve", "thread.get", id=sent.thread)
    await call("eve", "mailbox.list", of="bob", limit=2)
    await call("eve", "pause.start", of="bob")
    await call("eve", "pause.end", of="bob")
    await call("eve", "mute.start", of=sent.id, until="tomorrow 9:00")
    await call("eve", "mute.end", of=sent.id)
    await call("ana", "message.send", to="bobb", body="Hello")
    await call("eve", "agent.dismiss", name="bobb")


async def _tasks(it: Recorder) -> None:
    call = it.call
    task = await call("ana", "task.create", title="Tag the release", to="bob", priority=4)
    other = await call("ana", "task.create", title="Write the release notes")
    await call("ana", "task.create_many", tasks=[{"title": "Build"}, {"title": "Publish"}])
    await call("bob", "task.claim", id=task.id)
    await call("bob", "task.update", id=task.id, status="in_progress", note="Waits for CI")
    await call("ana", "task.depend", id=other.id, on=[task.id])
    await call("ana", "task.assign", id=other.id, to="bob")
    await call("ana", "task.get", id=task.id)
    await call("ana", "task.list", limit=2)
    await call("ana", "task.search", query="release", limit=2)
    await call("bob", "task.finish_many", ids=[task.id])
    await call(
        "bob",
        "turn.submit",
        summary="Tagged the release.",
        plan=["Tag", "Announce"],
        messages=[{"to": "ana", "body": "1.4 is tagged."}],
    )


async def _notes(it: Recorder) -> None:
    call = it.call
    folder = await call("ana", "note.add", kind="folder", title="Decisions", text="Decisions")
    it.calls.pop("note.add")
    note = await call("ana", "note.add", title="Database", text="SQLite first.", tags=["decision"])
    other = await call("bob", "note.add", title="Ports", text="Staging uses 7717.")
    link = await call("bob", "note.link", id=other.id, relation="supports", to=note.id)
    await call("ana", "note.get", id=note.id)
    await call("ana", "note.list", tag="decision")
    await call("ana", "note.search", query="sqlite")
    await call("ana", "note.explore", query="sqlite")
    await call("bob", "note.unlink", id=link.id)
    await call("ana", "note.append", title="Log", text="Release 1.4 is out.", kind="log")
    await call("ana", "note.move", id=note.id, folder=folder.id)
    await call("ana", "note.supersede", id=note.id, text="SQLite first, then PostgreSQL.")
    await call("bob", "note.archive", id=other.id)
    await call("bob", "note.remove", id=other.id)
    await call("ana", "note.tidy", kind="log", kind_days=30, only_look=True)


async def _sessions(it: Recorder) -> None:
    call = it.call
    await call("bob", "session.context")
    session = await call("bob", "session.start", area="payments", files=["src/pay.py"])
    await call("ana", "session.conflicts", area="payments")
    await call("ana", "session.list")
    await call(
        "bob", "session.checkpoint", session=session.token, notes=[{"text": "Pay tests pass."}]
    )
    await call("bob", "session.end", session=session.token, summary="Pay tests pass.")


async def _programs(it: Recorder) -> None:
    call, program = it.call, {"program": "claude", "program_session": "5b1e0c6f"}
    await call("ana", "message.send", to="bob", body="Lunch?")
    reported = await call("bob", "program.report", **program, moment="prompt")
    await call("bob", "program.shown", **program, offer=reported.offer)
    sent = await call("ana", "message.send", to="bob", body="Stop the deployment", priority=5)
    await call("bob", "program.wake", **program, way="monitor")
    await call("bob", "program.signalled", **program, way="monitor", ids=[sent.id])


async def _reviews(it: Recorder) -> None:
    call = it.call
    review = await call(
        "ana",
        "review.open",
        to="bob",
        body="Please look at the retries.",
        diff="@@ -1 +1 @@\n-a\n+b",
    )
    await call(
        "bob", "review.comment", id=review.id, body="Looks right.", file="src/pay.py", line=7
    )
    await call("bob", "review.resolve", id=review.id, outcome="approved")
    await call("ana", "review.get", id=review.id)
    await call("ana", "review.list")


async def _automatic(it: Recorder) -> None:
    call = it.call
    schedule = await call(
        "ana", "schedule.add", cron="0 9 * * 1", zone="Europe/Berlin", to="bob", body="Stand-up?"
    )
    await call("ana", "schedule.list")
    await call("ana", "schedule.remove", id=schedule.id)
    webhook = await call(
        "dev", "webhook.add", to="ana", subject="Build {status}", body="{job}: {status}"
    )
    await _deliver(it, webhook.id, webhook.secret)
    await call("dev", "webhook.list")
    await call("dev", "webhook.remove", id=webhook.id)
    out = await call("dev", "webhook_out.add", url="https://gate.example/ackbox", on="urgent")
    await call("dev", "webhook_out.list")
    await call("dev", "webhook_out.test", id=out.id)
    await call("dev", "webhook_out.retry", id=out.id)
    await call("dev", "webhook_out.remove", id=out.id)


async def _deliver(it: Recorder, id: str, secret: str) -> None:
    """Deliver to a webhook as another system does."""
    form, payload = FORMS["standard"], {"job": "release-1.4", "status": "failed"}
    body = msgspec.json.encode(payload)
    headers = {"webhook-id": "build-1871", "webhook-timestamp": str(it.now // 1000)}
    digest = sign(form, base64.b64decode(secret.removeprefix("whsec_")), headers, body)
    headers[form.signature] = write(form, digest)
    params = {"id": id, "headers": headers, "body": base64.b64encode(body).decode()}

    async def read(held: Any) -> Any:
        return params

    result = await it.app.call(
        "webhook.receive", Unread(id, headers, "192.0.2.1", read), credential=None
    )
    it._keep("webhook.receive", params, result, payload=payload)


async def _watching(it: Recorder) -> None:
    call = it.call
    await call("ana", "event.feed", cursor="start", limit=2)
    await call("ana", "event.list", limit=2)
    await call("ana", "event.log", limit=2)
    await call("eve", "workspace.needs", limit=2)
    await call("eve", "workspace.overview")
    await call("eve", "workspace.flow", minutes=60)
    await call("eve", "workspace.health", minutes=10)
    await call("operator", "server.status")
    await call("dev", "workspace.settings", hops_limit=32)


async def _ends(it: Recorder) -> None:
    call, keys = it.call, it.keys
    keys["cy"] = (await call("invite", "invite.redeem")).key
    keys["browser"] = (await call("link", "login.redeem")).key
    await call("browser", "login.end")
    await call("dev", "key.list", limit=2)
    made = await call("operator", "key.create", name="old")
    await call("operator", "key.rotate", id=made.id)
    await call("operator", "key.revoke", id=made.id)
    await call("operator", "agent.set_kind", name="ana", kind="agent")
    await call("bob", "agent.check_out")
    await call("operator", "server.backup", path=str(it.directory / "copy.db"))
    part = await call("operator", "workspace.export", part="note", limit=1)
    await call(
        "operator",
        "workspace.import",
        workspace="shop",
        part="note",
        records=part.records,
        upto=part.upto,
    )


def text() -> str:
    """Return the file."""
    return msgspec.json.format(msgspec.json.encode(asyncio.run(record())), indent=1).decode() + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
