"""A workspace with something of every kind that another could ask for."""

from __future__ import annotations

from typing import Any

from ackbox.app.call import App
from ackbox.ops.rules.cursors import make_cursor
from tests.walls.places import Place, settle


class Furnisher:
    """Makes what a workspace can hold; only the letter in its names tells it from the next."""

    def __init__(self, app: App, operator: str, letter: str) -> None:
        self.app = app
        self.operator = operator
        self.workspace, self.agent, self.human, self.instance, self.area, self.file = (
            f"{kind}-{letter}1" for kind in ("place", "worker", "person", "copy", "area", "file")
        )
        self.word, self.once = f"word{letter}1", f"once-{letter}1"
        self.copy = f"the-token-of-copy-{letter}1"
        self.program_session = f"program-session-{letter}1"

    async def do(self, operation: str, **params: Any) -> Any:
        return await self.app.call(
            operation, {"workspace": self.workspace, **params}, credential=self.operator
        )

    async def keys(self) -> dict[str, str]:
        """Make a key of each role for ana, and return them."""
        keys = {}
        for role in ("admin", "server-admin", "agent"):
            made = await self.do(
                "key.create",
                name="ana",
                kind=role,
                may_speak_as=["*"] if role == "admin" else [],
                label="quokka",
            )
            keys[role] = made.key
        return keys

    async def agents(self) -> None:
        for who in ("ana", "bob", self.agent):
            await self.do(
                "agent.check_in", agent=who, area=self.area, files=[self.file], summary="quokka"
            )
        await self.do(
            "agent.check_in",
            agent="bob",
            instance=self.instance,
            summary="quokka",
            copy_id=self.copy,
        )

    async def message(self) -> str:
        """Send messages and return the id of the first, which is answered and acknowledged."""
        first = await self.do(
            "message.send",
            agent="ana",
            to=["bob", self.agent, self.human],
            subject="quokka",
            body=f"quokka {self.word}",
            idempotency_key=self.once,
        )
        await self.do("message.send", agent="bob", to="ana", body="quokka", parent=first.id)
        await self.do("message.send", agent="bob", to="*", body="quokka")
        await self.do("message.send", agent="ana", to="bob", body="quokka")
        await self.do("receipt.mark", agent="bob", ids=[first.id], mark="acknowledged")
        return str(first.id)

    async def offer(self) -> str:
        """Return the id of messages that a hook of bob's was given and has not shown."""
        reported = await self.do(
            "program.report",
            agent="bob",
            program="claude",
            program_session=self.program_session,
            moment="prompt",
        )
        return str(reported.offer)

    async def task(self) -> str:
        task = await self.do(
            "task.create",
            agent="ana",
            title="quokka",
            description=f"quokka {self.word}",
            to=self.agent,
            project=self.area,
            mission=self.area,
            tags=[self.area],
        )
        await self.do("task.create", agent="ana", title="quokka", priority=5)
        return str(task.id)

    async def webhook(self) -> str:
        webhook = await self.do(
            "webhook.add", agent="ana", to=self.agent, body=f"quokka {self.word}"
        )
        return str(webhook.id)

    async def outgoing(self) -> str:
        """Make an outgoing webhook that has nothing to tell."""
        url = f"https://{self.word}.invalid/"
        return str((await self.do("webhook_out.add", agent="ana", url=url, on="overdue")).id)

    async def schedule(self) -> str:
        schedule = await self.do(
            "schedule.add",
            agent="ana",
            cron="@yearly",
            to=[self.agent, self.human],
            body=f"quokka {self.word}",
        )
        return str(schedule.id)

    async def note(self) -> tuple[str, str, str]:
        """Make notes; returns the ids of the first, of a folder and of a link."""
        folder = await self.do("note.add", agent=self.agent, kind="folder", text="quokka")
        note = await self.do(
            "note.add",
            agent=self.agent,
            kind=self.area,
            title="quokka",
            text=f"quokka {self.word}",
            tags=[self.area],
            folder=folder.id,
            write_id=self.once,
        )
        links = [{"relation": "supports", "to": note.id}]
        other = await self.do("note.add", agent="ana", text="quokka", links=links)
        return str(note.id), str(folder.id), f"{other.id}.supports.{note.id}"

    async def cursors(self, message: str) -> dict[str, str]:
        """Return a cursor of every kind."""
        do = self.do
        status = await do("message.status", id=message, limit=1)
        return {
            "feed": (await do("event.feed", cursor="start")).cursor,
            "history": (await do("message.history", limit=1)).cursor,
            "search": (await do("message.search", query="quokka", limit=1)).cursor,
            "inbox": (await do("inbox.check", agent="bob", limit=1)).cursor,
            "mailbox": (await do("mailbox.list", agent="bob", limit=1)).cursor,
            "thread": (await do("thread.get", id=message, limit=1)).cursor,
            "notes": (await do("note.list", limit=1)).cursor,
            "sessions": (await do("session.list", limit=1)).cursor,
            "log": (await do("event.log", limit=1)).cursor,
            "tasks": (await do("task.list", limit=1)).cursor,
            "reviews": make_cursor(2, "reviews None None", 1),
            "status": status.cursor or make_cursor(2, "status", 1),
        }


async def furnish(app: App, operator: str, letter: str) -> Place:
    """Make a workspace with something of every kind, and return what its things are called."""
    made = Furnisher(app, operator, letter)
    do = made.do
    await app.call("workspace.create", {"name": made.workspace}, credential=operator)
    keys = await made.keys()
    key = await do("key.create", name=made.human, kind="human")
    await made.agents()
    message, task = await made.message(), await made.task()
    webhook, schedule = await made.webhook(), await made.schedule()
    outgoing = await made.outgoing()
    note, folder, link = await made.note()
    session = await do("session.start", agent=made.agent, area=made.area, files=[made.file])
    receipt = (await do("inbox.check", agent=made.agent, limit=1)).messages[0].receipt_id
    cursors = await made.cursors(message)
    exported = await do("workspace.export", part="message", limit=1)
    offer = await made.offer()
    await settle(app)
    return Place(
        workspace=made.workspace,
        agent=made.agent,
        human=made.human,
        instance=made.instance,
        message=message,
        schedule=schedule,
        webhook=webhook,
        outgoing=outgoing,
        receipt=receipt,
        task=task,
        key=key.id,
        session=session.token,
        note=note,
        folder=folder,
        link=link,
        idempotency=made.once,
        word=made.word,
        copy=made.copy,
        program_session=made.program_session,
        offer=offer,
        area=made.area,
        file=made.file,
        cursors=cursors,
        records=exported.records,
        keys=keys,
    )
