"""The Python client is typed: a type checker and an editor know every noun, verb, parameter and
result, awaited or waited for.
"""

from __future__ import annotations

import inspect
import operator
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ackbox
from ackbox.ops.table import OPERATIONS

ROOT = Path(__file__).parents[2]
# A fault, or what a type turned out to be: its line, its text, its kind.
SAID = re.compile(
    r"^.*?:(\d+): (?:error: |note: (?=Revealed))(.*?)(?:  \[([\w-]+)\])?$", re.MULTILINE
)

# What a checker is to say stands behind its line: the kind of fault, and a word of it. Where
# nothing stands, it is to say nothing.
AWAITED = """
async def awaited(client: ackbox.Client) -> None:
    sent = await client.message.send(to=["bob", "eve"], body="hello", intent="question", priority=4)
    reveal_type(sent)  #: note ackbox.client.results.Sent
    reveal_type(sent.id)  #: note str
    reveal_type(sent.created_at)  #: note datetime.datetime
    reveal_type((await client.session.end()).session)  #: note ackbox.client.results.Session
    reveal_type(await client.login.end())  #: note ackbox.ops.login.Ended
    reveal_type([letter.body async for letter in client.letters(mark="read")])  #: note list[str]
    pages = client.pages(of="inbox", kinds=["message.sent"])
    reveal_type([(events[0].kind, at) async for events, at in pages])  #: note list[tuple[str, str]]
    got = await client.do(messages.get, messages.Get(id=sent.id))
    reveal_type(got)  #: note ackbox.model.message.Message
    await client.inbox.check(workspace="shop", agent="bob", instance="laptop", limit=5)
    await client.workspace.import_(part="reader", records=[], upto=7, workspace="shop")
    client.mesage  #: attr-defined mesage
    client.message.sent  #: attr-defined sent
    await client.message.send(to="bob", body="hello", subjct="x")  #: call-arg subjct
    await client.message.send(to="bob")  #: call-arg body
    await client.message.send(to="bob", body=7)  #: arg-type body
    await client.inbox.check(mark="seen")  #: arg-type mark
    sent.recipient  #: attr-defined recipient
    client.letters(mark="seen")  #: arg-type mark
    client.events(off="inbox")  #: call-arg off
    ackbox.Client(agnt="ana")  #: call-arg agnt
"""
WAITED_FOR = (
    AWAITED.replace("async ", "")
    .replace("await ", "")
    .replace("awaited", "waited_for")
    .replace("ackbox.Client", "ackbox.SyncClient")
)
PROGRAM = f"""import ackbox
from ackbox.ops.message import read as messages
{AWAITED}{WAITED_FOR}
async def in_process() -> None:
    async with ackbox.open("sqlite:///:memory:", agent="ana") as client:
        reveal_type(await client.agent.whoami())  #: note ackbox.ops.agent.whoami.Identity
        client.message.send(to="bob", body="nobody waits for it").id  #: attr-defined id
    ackbox.open("sqlite:///:memory:", agnt="ana")  #: call-arg agnt
"""


def test_a_type_checker_finds_what_is_wrong_and_nothing_else(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--follow-imports=silent",
            "--config-file=",
            f"--cache-dir={tmp_path}",
            str(program),
        ],
        env={**os.environ, "MYPYPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    wanted = [
        (number, *found.groups())
        for number, line in enumerate(PROGRAM.splitlines(), 1)
        for found in [re.search(r"#: (\S+) (.+)", line)]
        if found
    ]
    told = [(int(number), code or "note", text) for number, text, code in SAID.findall(done.stdout)]
    assert [(number, kind) for number, kind, _ in told] == [
        (number, kind) for number, kind, _ in wanted
    ], done.stdout + done.stderr
    assert [
        text
        for (_, _, word), (_, _, text) in zip(wanted, told, strict=True)
        if f'"{word}"' not in text
    ] == []


def test_completion_sees_every_noun_and_verb_and_its_parameters() -> None:
    for client in (
        asynchronous := ackbox.Client("http://127.0.0.1:9", "abx_agt_nobody"),
        ackbox.SyncClient("http://127.0.0.1:9", "abx_agt_nobody"),
    ):
        nouns = {operation.noun for operation in OPERATIONS.values()}
        assert nouns | {"call", "do", "events", "letters", "pages", "close"} <= set(dir(client))
        assert {noun: sorted(dir(getattr(client, noun))) for noun in nouns} == {
            noun: sorted(
                "import_" if operation.verb == "import" else operation.verb
                for operation in OPERATIONS.values()
                if operation.noun == noun
            )
            for noun in nouns
        }
        for operation in OPERATIONS.values():
            method = getattr(getattr(client, operation.noun), operation.verb)
            assert (list(inspect.signature(method).parameters), method.__doc__) == (
                list(inspect.signature(operation.params).parameters),
                operation.description,
            )
        if client is not asynchronous:
            client.close()
    with pytest.raises(AttributeError, match=r"there is no operation message\.send_"):
        operator.attrgetter("send_")(asynchronous.message)
