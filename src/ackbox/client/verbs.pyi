# Written by tools/make_reference.py from the table of operations.
# Change the code, then run `make docs`.
"""What a client has, for type checkers and editors: a class for each noun.

Each class has a method for each verb.

Nothing of it is there at run time. Explained in docs/howto/use-the-python-client.md.
"""

import builtins
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Literal, TypedDict, Unpack

from ackbox.client.client import P, R, Transport
from ackbox.model.message import Letter, Message, Ref
from ackbox.model.task import Task
from ackbox.ops.agent.check_in import Alive, CheckedIn, CheckedOut, Identity, Roster
from ackbox.ops.agent.dismiss import Dismissed
from ackbox.ops.agent.set_kind import KindSet
from ackbox.ops.event.feed import Event, Events
from ackbox.ops.event.list import Activity
from ackbox.ops.event.log import Lines
from ackbox.ops.inbox import Checked
from ackbox.ops.invite import Invited
from ackbox.ops.key import Keys, NewKey, RotatedKey
from ackbox.ops.login import Ended as LoginEnded
from ackbox.ops.login import Link
from ackbox.ops.mailbox import Mailbox
from ackbox.ops.message.ask import Asked
from ackbox.ops.message.history import Found, Past
from ackbox.ops.message.preview import Previewed
from ackbox.ops.message.send import Sent, SentMany, StatusOf
from ackbox.ops.message.withdraw import Withdrawn
from ackbox.ops.note.link import GotNote, Linked
from ackbox.ops.note.write import Added, NewLink, NewNote, NotePage
from ackbox.ops.program.report import Reported
from ackbox.ops.program.shown import Shown
from ackbox.ops.receipt import Marked
from ackbox.ops.schedule import Schedule, Schedules
from ackbox.ops.server import BackedUp, Status
from ackbox.ops.session.context import Opening
from ackbox.ops.session.list import Claims, Sessions
from ackbox.ops.session.start import Checkpointed, Started
from ackbox.ops.session.start import Ended as StartEnded
from ackbox.ops.table import Context
from ackbox.ops.task.change import Claimed
from ackbox.ops.task.find import Created, TaskPage
from ackbox.ops.task.finish_many import FinishedMany
from ackbox.ops.thread import Thread, Threads
from ackbox.ops.turn import Turn, TurnMessage
from ackbox.ops.webhook import NewWebhook, Received, Webhook, Webhooks
from ackbox.ops.workspace.export import Exported, Imported
from ackbox.ops.workspace.needs import Needs
from ackbox.ops.workspace.overview import Overview
from ackbox.ops.workspace.settings import Workspace, Workspaces
from ackbox.ops.workspace.statistics import Flow, Health

class Follow(TypedDict, total=False):
    workspace: str | None
    agent: str | None
    instance: str | None
    session: str | None
    cursor: str | None
    of: Literal["workspace", "inbox"] | None
    kinds: builtins.list[str] | None
    sender: str | None
    thread: str | None
    limit: int | None
    join_ms: float | None

class AgentVerbs:
    async def check_in(
        self,
        *,
        summary: str | None = None,
        machine: str | None = None,
        platform: str | None = None,
        program: str | None = None,
        model: str | None = None,
        title: str | None = None,
        role: str | None = None,
        capabilities: builtins.list[str] | None = None,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        reach: str | None = None,
        ttl_s: int | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CheckedIn:
        """Say that you are here and what you are doing; tells how much post waits and who
        works on the
        same things.

        With `auto_instance` the server chooses the instance; `me` says which. One that was
        left is
        given again, and starts as a new
        one does: with what no copy has read. `copies` names the other live copies.

        Raises Invalid, NotAllowed, Conflict (a second spelling of a name).
        """

    async def heartbeat(
        self,
        *,
        summary: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Alive:
        """Say that you are still here. Any call counts as a sign of life; this one does
        nothing else.

        Raises NotAllowed.
        """

    async def check_out(
        self,
        *,
        summary: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CheckedOut:
        """Say that you are leaving; you show as away at once, and your post waits.

        Raises NotAllowed.
        """

    async def list(
        self,
        *,
        online_only: bool = False,
        name: str | None = None,
        days: int | None = None,
        newest_first: bool = False,
        present_first: bool = False,
        limit: int | None = None,
        skip: int = 0,
        like: str | None = None,
        cursor: str | None = None,
        with_unread: bool = False,
        waiting: int = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Roster:
        """Return who is here: every agent and person with presence, and names that post waits
        for.
        """

    async def whoami(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Identity:
        """Return whom your key makes you: workspace, name, role, and as whom else it may
        speak.
        """

    async def dismiss(
        self,
        *,
        name: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Dismissed:
        """Wait no longer for a name that has never been here: what waits for it is taken back,
        and
        stays in the history.

        People and operators may. It is awaited again as soon as somebody writes to it
        again.

        Raises NotAllowed, NotFound (also for who has been here).
        """

    async def set_kind(
        self,
        *,
        name: str,
        kind: Literal["agent", "human"],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> KindSet:
        """Make a registered name a person's, or an agent's.

        Messages that were sent before keep the kind they were sent with. Keys of the name
        stay as they
        are: an agent's key no longer
        speaks as a person, so make a new one for the person.

        Raises NotFound, Conflict (a part of the server; a person who still has a key).
        """

class MessageVerbs:
    async def send(
        self,
        *,
        to: str | builtins.list[str] | None = None,
        body: str,
        to_instance: str | None = None,
        subject: str | None = None,
        intent: str = "inform",
        priority: int = 3,
        refs: builtins.list[Ref] = ...,
        metadata: dict[str, Any] = ...,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sent:
        """Send a message; it is on disk before this answers.

        The reply says for each recipient whether it is known, online, and since when. A
        name that
        nobody has seen yet gets its post when it first appears. The same idempotency key
        with the
        same content returns the first message.

        Raises Invalid, TooLong, UnknownRecipient, NotFound (parent), Conflict, LoopGuard.
        Source: docs/why/delivery.md.
        """

    async def send_many(
        self,
        *,
        messages: builtins.list[dict[str, Any]],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> SentMany:
        """Send up to 500 messages in one call; each is stored or refused by itself, in their
        order.

        Raises Invalid only for the call as a whole; a message's own error stands in its
        outcome.
        """

    async def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Message:
        """Return one message. Looking marks nothing.

        Raises NotFound, also for what is in somebody else's workspace.
        """

    async def status(
        self,
        *,
        id: str,
        limit: int = 100,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> StatusOf:
        """Return what became of one message: every recipient's receipt.

        `is_late` says that an answer was expected by now and none came.
        Raises NotFound, BadCursor.
        """

    async def withdraw(
        self,
        *,
        id: str,
        as_sender: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Withdrawn:
        """Take back a message of yours from everyone who has not read it.

        It leaves their mailboxes for their archive, and stays in the history. Who has read
        it keeps it.
        Doing it again changes nothing.

        Raises NotFound, also for a message that somebody else sent.
        """

    async def ask(
        self,
        *,
        to: str | builtins.list[str] | None = None,
        body: str,
        to_instance: str | None = None,
        subject: str | None = None,
        intent: str = "question",
        priority: int = 3,
        refs: builtins.list[Ref] = ...,
        metadata: dict[str, Any] = ...,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        wait_s: float = 45,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Asked:
        """Send a question and wait for its answer, up to `wait_s` seconds.

        Returns early when everybody it was for goes away. The question stays sent whatever
        the
        outcome; to wait on, ask again with the same idempotency key. The answer is ordinary
        post:
        mark it when you have dealt with it.

        Raises what message.send raises.
        """

    async def history(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        sender: str | None = None,
        recipient: str | None = None,
        thread: str | None = None,
        intent: str | None = None,
        metadata: dict[str, Any] = ...,
        limit: int = 20,
        cursor: str | None = None,
        with_cursors: bool = False,
        text: str | None = None,
        ids: str | builtins.list[str] | None = None,
        body_chars: int | None = None,
        with_tallies: bool = False,
        with_sizes: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Past:
        """Return the workspace's messages, newest first. Looking marks nothing.

        `ids` names the messages instead of narrowing; those that are not here, or not yours
        to see, are
        left out.
        Raises Invalid, TooLong, NotFound (thread), BadCursor.
        """

    async def search(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        sender: str | None = None,
        recipient: str | None = None,
        thread: str | None = None,
        intent: str | None = None,
        metadata: dict[str, Any] = ...,
        limit: int = 20,
        cursor: str | None = None,
        with_cursors: bool = False,
        query: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Found:
        """Return messages with these words in subject or body, newest first. Looking marks
        nothing.

        Raises Invalid, NotFound (thread), BadCursor.
        """

    async def preview(
        self,
        *,
        to: str | builtins.list[str],
        to_instance: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Previewed:
        """Say who would get a message and how each is reached, without sending it.

        Raises Invalid.
        """

class EventVerbs:
    async def feed(
        self,
        *,
        cursor: str | None = None,
        of: Literal["workspace", "inbox"] = "workspace",
        kinds: builtins.list[str] = ...,
        sender: str | None = None,
        thread: str | None = None,
        limit: int = 100,
        wait_s: float = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Events:
        """Return events after a cursor, oldest first; waits up to `wait_s` when there are
        none.

        A reader that keeps its cursor never skips an event. One cursor serves every choice
        of
        events. A page may be empty and have more after it: ask again.

        Raises Invalid, BadCursor.
        """

    async def list(
        self,
        *,
        of: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Activity:
        """Return what happened, newest first: ids and kinds, never a body.

        Raises BadCursor.
        """

    async def log(
        self,
        *,
        cursor: str | None = None,
        limit: int = 100,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Lines:
        """Return what happened, oldest first, messages whole; for keeping and for reading
        back. Looking
        marks nothing.

        A message that expects an answer opens a contract, and the first answer to it
        resolves that;
        both have lines of their own.

        Raises BadCursor.
        """

class MailboxVerbs:
    async def list(
        self,
        *,
        of: str | None = None,
        unread_only: bool = False,
        include_archived: bool = False,
        sender: str | None = None,
        intent: str | None = None,
        limit: int = 30,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Mailbox:
        """Return everything for one recipient, newest first, with read and archived flags.
        Marks
        nothing.

        The mailbox of a name that is not registered is empty, and looking into another's
        registers
        nobody.
        Raises BadCursor, NotFound (a mailbox that is not yours, in a private workspace),
        NotAllowed.
        """

class InboxVerbs:
    async def check(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        mark: Literal["none", "delivered", "read"] = "none",
        urgent_first: bool = False,
        newest: bool = False,
        max_body_bytes: int = 40000,
        evidence: str | None = None,
        since: str | None = None,
        metadata: dict[str, Any] = ...,
        state: Literal["unread", "pending", "delivered", "acknowledged"] = "unread",
        intent: str | None = None,
        direct_only: bool = False,
        with_tasks: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Checked:
        """Return the caller's unread post, oldest first.

        Gives at most `limit` messages and `max_body_bytes` of body text, cutting at a whole
        message
        and saying so. Unread post comes back on every check until it is marked; `cursor`
        only goes
        on to the rest of this look. `since`, `metadata`, `intent`, `direct_only` and
        `state` narrow
        what
        is shown, not the counts; of what was handed over before, the newest 1,000 messages
        are looked
        through.

        Raises Invalid, BadCursor, NotAllowed. Source: docs/why/delivery.md, "At least
        once".
        """

    async def wait(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        mark: Literal["none", "delivered", "read"] = "none",
        urgent_first: bool = False,
        newest: bool = False,
        max_body_bytes: int = 40000,
        evidence: str | None = None,
        since: str | None = None,
        metadata: dict[str, Any] = ...,
        state: Literal["unread", "pending", "delivered", "acknowledged"] = "unread",
        intent: str | None = None,
        direct_only: bool = False,
        with_tasks: bool = False,
        wait_s: float = 30,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Checked:
        """Wait for unread post, up to `wait_s` seconds; returns at once when there is some.

        Otherwise as inbox.check. An empty reply is not an error: ask again.
        """

class KeyVerbs:
    async def create(
        self,
        *,
        name: str | None = None,
        kind: Literal["agent", "human", "owner", "read-only", "admin", "server-admin"] = "agent",
        may_speak_as: builtins.list[str] = ...,
        label: str = "",
        expires_in_days: int = 90,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Create a key for one agent or person. It is shown once and cannot be read again.

        Raises Invalid, NotAllowed, Conflict (a person's key for an agent's name).
        """

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        ended_links: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Keys:
        """List the workspace's keys, without their secrets.

        A caller that covers all workspaces also sees the keys that do, the operator's among
        them.
        """

    async def revoke(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Keys:
        """Revoke a key: open sockets and waits that use it end within a second. Returns the
        workspace's
        keys.

        Raises NotFound; NotAllowed for a key of all workspaces that may do more than the
        caller's.
        """

    async def rotate(
        self,
        *,
        id: str,
        grace_s: int = 86400,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> RotatedKey:
        """Replace a key by a new one with the same rights; the old one ends later.

        The new key is shown this once. The operator's own is also written to `operator.key`
        on the
        server's machine.
        Raises NotFound, Conflict (the key has ended), NotAllowed (it may do more than the
        caller's).
        """

class InviteVerbs:
    async def create(
        self,
        *,
        name: str,
        may_speak_as: builtins.list[str] = ...,
        label: str = "invite",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Invited:
        """Create an invitation for a second machine that works once, within 24 hours.

        Raises Invalid, Conflict.
        """

    async def redeem(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Turn an invitation, given as the key of this call, into a key of its agent for 90
        days.

        Raises BadKey when it has been used.
        """

class LoginVerbs:
    async def link(
        self,
        *,
        name: str | None = None,
        as_owner: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Link:
        """Make a link that signs a person in to the dashboard, once, within ten minutes.

        A person makes one for themselves; an admin for any person. Raises Invalid,
        NotAllowed, Conflict
        (the name is an agent's).
        """

    async def redeem(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Turn a one-time link, given as the key of this call, into an ordinary key of its
        person, good
        for seven days.

        Raises BadKey when it has been used.
        """

    async def end(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> LoginEnded:
        """Sign out: end the key of this call, when a link made it."""

class TaskVerbs:
    async def create(
        self,
        *,
        title: str,
        description: str = "",
        to: str | None = None,
        to_instance: str | None = None,
        status: Literal[
            "open", "claimed", "in_progress", "review", "done", "blocked", "failed", "cancelled"
        ] = "open",
        priority: int = 3,
        project: str | None = None,
        mission: str | None = None,
        tags: builtins.list[str] = ...,
        depends_on: builtins.list[str] = ...,
        done_when: str | None = None,
        due_at: str | None = None,
        estimated_minutes: int | None = None,
        parent: str | None = None,
        metadata: dict[str, Any] = ...,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Created:
        """Make a task; whoever it is for gets a message of type task_assignment.

        Without `to` it is for whoever claims it. The same idempotency key with the same
        content returns
        the first task.

        Raises Invalid, TooLong, NotFound (depends_on, parent), UnknownRecipient, Conflict.
        """

    async def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Return one task.

        Raises NotFound, also for what is in somebody else's workspace.
        """

    async def list(
        self,
        *,
        status: str | builtins.list[str] = "unfinished",
        assignee: str | None = None,
        assignee_instance: str | None = None,
        mine: bool = False,
        priority: builtins.list[int] | None = None,
        unassigned_only: bool = False,
        ready_only: bool = False,
        creator: str | None = None,
        project: str | None = None,
        mission: str | None = None,
        tag: str | None = None,
        updated_since: str | None = None,
        max_text_bytes: int = 40000,
        limit: int = 50,
        cursor: str | None = None,
        with_cursors: bool = False,
        urgent_first: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> TaskPage:
        """Return tasks, newest or most urgent first; those not finished, unless `status` says
        otherwise.

        Raises Invalid, BadCursor.
        """

    async def search(
        self,
        *,
        status: str | builtins.list[str] = "all",
        assignee: str | None = None,
        assignee_instance: str | None = None,
        mine: bool = False,
        priority: builtins.list[int] | None = None,
        unassigned_only: bool = False,
        ready_only: bool = False,
        creator: str | None = None,
        project: str | None = None,
        mission: str | None = None,
        tag: str | None = None,
        updated_since: str | None = None,
        max_text_bytes: int = 40000,
        limit: int = 50,
        cursor: str | None = None,
        with_cursors: bool = False,
        query: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> TaskPage:
        """Return tasks with these words in title, description, tags or note, newest first.

        Raises Invalid, BadCursor.
        """

    async def claim(
        self,
        *,
        id: str | None = None,
        start: bool = False,
        project: str | None = None,
        tag: str | None = None,
        or_refuse: bool = False,
        tell: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Claimed:
        """Take a task: one of any number of claimants gets it, each other is told who did.

        Claiming again what you have changes nothing and is no error. Without an id, takes
        the most
        urgent task that is
        open, waits for nothing and is for you or for whoever claims it.

        Raises NotFound, Conflict (with `or_refuse`).
        """

    async def update(
        self,
        *,
        as_assignee: bool = False,
        id: str,
        status: Literal[
            "open", "claimed", "in_progress", "review", "done", "blocked", "failed", "cancelled"
        ]
        | None = None,
        note: str | None = None,
        blocked_by: str | None = None,
        blocked_cause: Literal["peer_task", "human", "authorisation", "other"] | None = None,
        title: str | None = None,
        description: str | None = None,
        to: str | None = None,
        to_instance: str | None = None,
        priority: int | None = None,
        project: str | None = None,
        mission: str | None = None,
        tags: builtins.list[str] | None = None,
        depends_on: builtins.list[str] | None = None,
        done_when: str | None = None,
        due_at: str | None = None,
        estimated_minutes: int | None = None,
        metadata: dict[str, Any] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Change a task: begin it, block it, send it to review, finish or fail or cancel it,
        open it
        again, or edit it.

        Beginning what is nobody's makes it yours. Finishing writes a message of type system
        to the
        creator, and to the
        assignee when somebody else finished it. The same state again changes nothing.

        Raises NotFound, Conflict (a state that cannot follow, somebody else's task, a
        circle), Invalid,
        TooLong, UnknownRecipient.
        """

    async def assign(
        self,
        *,
        id: str,
        to: str = "",
        to_instance: str | None = None,
        note: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Give a task to somebody, or to whoever claims it; the new assignee and the last one
        get a
        message each.

        What was claimed or begun is open again, for the new assignee to claim. The same
        assignee again
        changes nothing.

        Raises NotFound, Conflict (it is finished), Invalid, UnknownRecipient.
        """

    async def depend(
        self,
        *,
        as_assignee: bool = False,
        id: str,
        on: builtins.list[str] = ...,
        no_more_on: builtins.list[str] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Let a task wait for others, or no more; a circle is refused.

        Raises NotFound, Conflict (it would wait for itself), Invalid.
        """

    async def finish_many(
        self,
        *,
        as_assignee: bool = False,
        ids: builtins.list[str] | None = None,
        assignee: str | None = None,
        creator: str | None = None,
        project: str | None = None,
        mission: str | None = None,
        tag: str | None = None,
        updated_before: str | None = None,
        note: str | None = None,
        limit: int = 200,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> FinishedMany:
        """Finish all tasks that fit and are not finished, each as task.update does; with
        `only_look`,
        say which they are.

        Raises Invalid (nothing that narrows), NotFound (ids).
        """

class NoteVerbs:
    async def add(
        self,
        *,
        text: str,
        title: str | None = None,
        kind: str = "note",
        tags: builtins.list[str] = ...,
        priority: int = 3,
        metadata: dict[str, Any] = ...,
        links: builtins.list[NewLink] = ...,
        unless_known: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Keep a note for everybody in the workspace.

        It is never edited: to change it, supersede it. Raises Invalid, TooLong, NotFound (a
        link's
        note).
        """

    async def supersede(
        self,
        *,
        id: str,
        text: str | None = None,
        title: str | None = None,
        kind: str | None = None,
        tags: builtins.list[str] | None = None,
        priority: int | None = None,
        metadata: dict[str, Any] | None = None,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Keep a note that stands for another from now on; the other stays, and says by which
        it was
        superseded.

        Raises Invalid, TooLong, NotFound, Conflict (it was superseded before, by which note
        stands in
        `superseded_by`).
        """

    async def list(
        self,
        *,
        kind: str | None = None,
        tag: str | None = None,
        author: str | None = None,
        min_priority: int | None = None,
        since: str | None = None,
        include_superseded: bool = False,
        max_text_bytes: int = 40000,
        limit: int = 20,
        cursor: str | None = None,
        ids: builtins.list[str] | None = None,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NotePage:
        """Return the workspace's notes, newest first; those that stand, unless
        `include_superseded`
        says otherwise.

        Raises Invalid, BadCursor, NotFound (`ids`).
        """

    async def search(
        self,
        *,
        kind: str | None = None,
        tag: str | None = None,
        author: str | None = None,
        min_priority: int | None = None,
        since: str | None = None,
        include_superseded: bool = False,
        max_text_bytes: int = 40000,
        limit: int = 20,
        cursor: str | None = None,
        query: str,
        any_word: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NotePage:
        """Return notes with these words in title, text or tags, newest first.

        Raises Invalid, BadCursor.
        """

    async def link(
        self,
        *,
        id: str,
        relation: str,
        to: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Linked:
        """Say how one note is related to another; saying it twice changes nothing.

        Raises Invalid, NotFound.
        """

    async def get(
        self,
        *,
        id: str,
        depth: int = 1,
        follow: bool = False,
        direction: Literal["both", "out", "in"] = "both",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> GotNote:
        """Return one note with its neighbours: the graph around it.

        Raises NotFound.
        """

class ProgramVerbs:
    async def shown(
        self,
        *,
        program: str,
        program_session: str,
        offer: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Shown:
        """Say that an agent program has shown the messages of a report.

        Marks them delivered, with the program, its session and the event as evidence. An
        offer that
        was confirmed before, or that a later report replaced, marks nothing.

        Raises NotFound (no such session), NotAllowed.
        """

    async def report(
        self,
        *,
        program: str,
        program_session: str,
        moment: Literal[
            "session_start",
            "prompt",
            "tool",
            "turn_end",
            "asking",
            "compacting",
            "compacted",
            "session_end",
        ],
        event: str = "",
        is_new_context: bool = False,
        is_continued: bool = False,
        has_shown_last: bool = False,
        model: str | None = None,
        machine: str | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Reported:
        """Report an event of an agent program and get the messages to show.

        A session start gives up to five unread messages, a prompt and the end of a turn
        those that
        this instance has not been given yet, a tool call the urgent ones among them. After
        a
        compaction, messages that are not acknowledged come once more. Nothing is marked:
        the messages
        come again until program.shown says that they were shown.

        Raises Invalid, NotAllowed, NotYou.
        """

class ReceiptVerbs:
    async def mark(
        self,
        *,
        mark: Literal["delivered", "read", "unread", "acknowledged", "archived", "unarchived"],
        ids: builtins.list[str],
        as_recipient: bool = False,
        evidence: str | None = None,
        or_refuse: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Marked:
        """Mark post as delivered, read, unread, acknowledged, archived or unarchived, by
        message or
        receipt ids.

        The first time wins: marking again changes nothing and is no error. Acknowledging
        implies
        read, reading implies delivered. An instance marks for itself; a caller with no
        instance
        marks for every instance, or, with the receipt id that an instance was given, for
        that one.
        Ids that are not the caller's post come back in `not_found`; with
        `as_recipient` so do receipts of readers that the key may not speak as.

        Raises NotFound with `or_refuse`.
        """

class ScheduleVerbs:
    async def add(
        self,
        *,
        cron: str,
        to: str | builtins.list[str],
        body: str,
        subject: str | None = None,
        zone: str = "UTC",
        intent: str = "inform",
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Schedule:
        """Send a message again and again, by the clock, from `system:cron`.

        A time that passes while no server runs is made up for once, in a message that says
        how many
        were missed.

        Raises Invalid, UnknownRecipient, Conflict (a look-alike name, or too many
        schedules).
        """

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Schedules:
        """Return the workspace's schedules.

        In a private workspace your own, or all for those who see all.
        """

    async def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Schedule:
        """End a schedule; what it has sent stays. Returns it as it was.

        Raises NotFound, NotAllowed (somebody else's, for a key of an agent).
        """

class ServerVerbs:
    async def backup(
        self,
        *,
        path: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> BackedUp:
        """Copy the whole database while the server runs, keys included, and check the copy;
        for
        operators, who may read it all.

        Raises Invalid (a path that is taken, or not absolute), Unavailable.
        """

    async def status(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Status:
        """Return how large the database is, how many sockets are open, and when it was last
        copied
        and found whole.
        """

class SessionVerbs:
    async def conflicts(
        self,
        *,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Claims:
        """Return who works on an area or files now. Declares nothing.

        Raises NotAllowed, NotFound (the token's session is over).
        """

    async def list(
        self,
        *,
        of: str | None = None,
        state: Literal["active", "timed_out", "ended"] | None = None,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sessions:
        """Return the workspace's sessions, newest first: who runs or ran, on what, and how it
        ended.

        Raises BadCursor.
        """

    async def context(
        self,
        *,
        documents: builtins.list[str] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Opening:
        """Return what a start of a session tells, to who begins without one: was not heard of
        for an
        hour and has no session going.

        Marks nothing. It is a sign of life like any call, so whoever asks twice is told
        once.

        Raises Invalid, NotAllowed.
        """

    async def start(
        self,
        *,
        summary: str | None = None,
        machine: str | None = None,
        platform: str | None = None,
        program: str | None = None,
        model: str | None = None,
        title: str | None = None,
        role: str | None = None,
        capabilities: builtins.list[str] | None = None,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        reach: str | None = None,
        ttl_s: int | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        heartbeat_s: int | None = None,
        online_s: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        announce: bool = False,
        new_name: bool = False,
        mark: Literal["none", "delivered", "read"] = "none",
        state: Literal["unread", "pending"] = "unread",
        query: str | None = None,
        documents: builtins.list[str] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Started:
        """Declare a run: who you are, what you work on, and get a token that stands for it.

        The token says who calls, with every operation; each call with it is a sign of life.
        A run
        of which nothing is heard for its ttl is `timed_out` until it is heard of again.
        `conflicts`
        names live sessions with the same area or files; with `on_conflict` block the start
        is
        refused instead and nothing is stored. A caller without a name gets one.

        Raises Invalid, NotAllowed, Conflict. Source: docs/why/sessions.md.
        """

    async def checkpoint(
        self,
        *,
        summary: str | None = None,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        notes: builtins.list[NewNote] = ...,
        unless_known: bool = True,
        limit: int = 5,
        mark: Literal["none", "delivered", "read"] = "none",
        state: Literal["unread", "pending"] = "unread",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Checkpointed:
        """Say how far you have come, keep notes, and get up to five unread messages. A sign of
        life of
        the session.

        Without a token it is about your newest session; without any session it only gives
        the post.

        Raises Invalid, NotAllowed, NotFound (the token's session is over).
        """

    async def end(
        self,
        *,
        summary: str | None = None,
        outcome: str | None = None,
        touched: builtins.list[str] = ...,
        announce: bool | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> StartEnded:
        """End a run: its token stands for nothing from now on, what it claimed is free, and
        you show as
        away.

        Without a token it is your newest session that ends. Whoever has another session
        running stays
        here.

        Raises NotAllowed, NotFound (there is none to end).
        """

class ThreadVerbs:
    async def get(
        self,
        *,
        id: str,
        limit: int = 100,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Thread:
        """Return one conversation, oldest first. Looking marks nothing.

        Raises NotFound, BadCursor.
        """

    async def list(
        self,
        *,
        answered_only: bool = False,
        limit: int = 50,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Threads:
        """Return the workspace's conversations, the one with the newest message first. Looking
        marks
        nothing.

        Raises BadCursor.
        """

class TurnVerbs:
    async def submit(
        self,
        *,
        summary: str,
        status: str = "completed",
        blockers: builtins.list[str] = ...,
        next: str | None = None,
        plan: dict[str, Any] | builtins.list[Any] | str | None = None,
        task: str | None = None,
        messages: builtins.list[TurnMessage] = ...,
        answer_within_s: int | None = None,
        answers_oldest: bool = False,
        idempotency_key: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Turn:
        """End a turn: keep its summary, state, blockers and plan as a note, and send what it
        says to
        others, all or nothing.

        Raises what message.send and note.add raise; nothing is stored then.
        """

class WebhookVerbs:
    async def add(
        self,
        *,
        to: str,
        subject: str | None = None,
        body: str = "{.}",
        form: Literal["standard", "github"] = "standard",
        intent: str = "inform",
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewWebhook:
        """Let another system post messages, from `system:webhook`; its secret is shown this
        once.

        What it posts fills the templates of subject, text and audience.

        Raises Invalid, UnknownRecipient, Conflict (a look-alike name, or too many
        webhooks).
        """

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Webhooks:
        """Return the workspace's webhooks, without their secrets."""

    async def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Webhook:
        """End a webhook; what it has brought stays. Returns it as it was.

        Raises NotFound.
        """

    async def receive(
        self,
        *,
        id: str,
        headers: dict[str, str],
        body: bytes,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Received:
        """Turn what another system posted into a message; called by its signature, without a
        key.

        The same delivery again returns the first message. One that was signed more than
        five minutes
        ago is refused, in the forms
        that sign the time.

        Raises BadKey, Invalid, Conflict (other content, or the same under another delivery
        id),
        UnknownRecipient.
        """

class WorkspaceVerbs:
    async def export(
        self,
        *,
        part: Literal[
            "reader", "message", "event", "schedule", "task", "session", "note"
        ] = "reader",
        after: int = 0,
        upto: int | None = None,
        limit: int = 500,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Exported:
        """Return a page of everything in a workspace, receipts and marks included, keys,
        webhooks and
        tokens left out.

        Marks that are set while an export runs may be missing from it; then the post is
        unread in the
        copy.

        Raises NotAllowed for an admin's key in a private workspace, which would show what
        it may not
        read.
        """

    async def import_(
        self,
        *,
        part: Literal["reader", "message", "event", "schedule", "task", "session", "note"],
        records: builtins.list[dict[str, Any]],
        upto: int,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Imported:
        """Store records of an export, with their numbers and ids; what is here already is left
        as it
        is.

        A batch is stored whole or not at all; importing again completes what broke off.
        Raises Invalid,
        Conflict.
        """

    async def needs(
        self,
        *,
        limit: int = 50,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Needs:
        """Return what waits for a person: their mail, who is blocked, what is urgent, late or
        stuck.
        Looking marks nothing.

        A person's key is told of that person's mail, any other key of every person's.
        """

    async def overview(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Overview:
        """Return where things stand: who is here, tasks under way, in review, blocked and
        finished
        of late. Looking marks nothing.
        """

    async def create(
        self,
        *,
        name: str,
        mode: Literal["open", "private"] = "open",
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        heartbeat_s: int | None = None,
        session_ttl_s: int | None = None,
        empty_inbox_text: str | None = None,
        storage_mb: int | None = None,
        schedules_limit: int | None = None,
        schedule_interval_s: int | None = None,
        newcomer_days: int | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspace:
        """Create a workspace. Raises Conflict when the name is taken, Invalid."""

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspaces:
        """Return the workspaces that your key covers."""

    async def settings(
        self,
        *,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        heartbeat_s: int | None = None,
        session_ttl_s: int | None = None,
        empty_inbox_text: str | None = None,
        storage_mb: int | None = None,
        schedules_limit: int | None = None,
        schedule_interval_s: int | None = None,
        newcomer_days: int | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspace:
        """Change or read a workspace's settings; what is left out stays as it was.

        Raises NotAllowed for the limits that only an operator changes.
        """

    async def flow(
        self,
        *,
        minutes: int = 15,
        travels: int = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Flow:
        """Return who talks to whom: pairs with counts and their most frequent intent. Looking
        marks
        nothing.

        In a private workspace a caller is told of its own messages only.
        """

    async def health(
        self,
        *,
        minutes: int = 15,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Health:
        """Return how the post runs: messages by intent, delays to delivered and acknowledged,
        and whose
        post waits. Looking marks nothing.

        In a private workspace a caller is told of its own post only.
        """

class Nouns:
    agent: AgentVerbs
    message: MessageVerbs
    event: EventVerbs
    mailbox: MailboxVerbs
    inbox: InboxVerbs
    key: KeyVerbs
    invite: InviteVerbs
    login: LoginVerbs
    task: TaskVerbs
    note: NoteVerbs
    program: ProgramVerbs
    receipt: ReceiptVerbs
    schedule: ScheduleVerbs
    server: ServerVerbs
    session: SessionVerbs
    thread: ThreadVerbs
    turn: TurnVerbs
    webhook: WebhookVerbs
    workspace: WorkspaceVerbs

class SyncAgentVerbs:
    def check_in(
        self,
        *,
        summary: str | None = None,
        machine: str | None = None,
        platform: str | None = None,
        program: str | None = None,
        model: str | None = None,
        title: str | None = None,
        role: str | None = None,
        capabilities: builtins.list[str] | None = None,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        reach: str | None = None,
        ttl_s: int | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CheckedIn:
        """Say that you are here and what you are doing; tells how much post waits and who
        works on the
        same things.

        With `auto_instance` the server chooses the instance; `me` says which. One that was
        left is
        given again, and starts as a new
        one does: with what no copy has read. `copies` names the other live copies.

        Raises Invalid, NotAllowed, Conflict (a second spelling of a name).
        """

    def heartbeat(
        self,
        *,
        summary: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Alive:
        """Say that you are still here. Any call counts as a sign of life; this one does
        nothing else.

        Raises NotAllowed.
        """

    def check_out(
        self,
        *,
        summary: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CheckedOut:
        """Say that you are leaving; you show as away at once, and your post waits.

        Raises NotAllowed.
        """

    def list(
        self,
        *,
        online_only: bool = False,
        name: str | None = None,
        days: int | None = None,
        newest_first: bool = False,
        present_first: bool = False,
        limit: int | None = None,
        skip: int = 0,
        like: str | None = None,
        cursor: str | None = None,
        with_unread: bool = False,
        waiting: int = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Roster:
        """Return who is here: every agent and person with presence, and names that post waits
        for.
        """

    def whoami(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Identity:
        """Return whom your key makes you: workspace, name, role, and as whom else it may
        speak.
        """

    def dismiss(
        self,
        *,
        name: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Dismissed:
        """Wait no longer for a name that has never been here: what waits for it is taken back,
        and
        stays in the history.

        People and operators may. It is awaited again as soon as somebody writes to it
        again.

        Raises NotAllowed, NotFound (also for who has been here).
        """

    def set_kind(
        self,
        *,
        name: str,
        kind: Literal["agent", "human"],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> KindSet:
        """Make a registered name a person's, or an agent's.

        Messages that were sent before keep the kind they were sent with. Keys of the name
        stay as they
        are: an agent's key no longer
        speaks as a person, so make a new one for the person.

        Raises NotFound, Conflict (a part of the server; a person who still has a key).
        """

class SyncMessageVerbs:
    def send(
        self,
        *,
        to: str | builtins.list[str] | None = None,
        body: str,
        to_instance: str | None = None,
        subject: str | None = None,
        intent: str = "inform",
        priority: int = 3,
        refs: builtins.list[Ref] = ...,
        metadata: dict[str, Any] = ...,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sent:
        """Send a message; it is on disk before this answers.

        The reply says for each recipient whether it is known, online, and since when. A
        name that
        nobody has seen yet gets its post when it first appears. The same idempotency key
        with the
        same content returns the first message.

        Raises Invalid, TooLong, UnknownRecipient, NotFound (parent), Conflict, LoopGuard.
        Source: docs/why/delivery.md.
        """

    def send_many(
        self,
        *,
        messages: builtins.list[dict[str, Any]],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> SentMany:
        """Send up to 500 messages in one call; each is stored or refused by itself, in their
        order.

        Raises Invalid only for the call as a whole; a message's own error stands in its
        outcome.
        """

    def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Message:
        """Return one message. Looking marks nothing.

        Raises NotFound, also for what is in somebody else's workspace.
        """

    def status(
        self,
        *,
        id: str,
        limit: int = 100,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> StatusOf:
        """Return what became of one message: every recipient's receipt.

        `is_late` says that an answer was expected by now and none came.
        Raises NotFound, BadCursor.
        """

    def withdraw(
        self,
        *,
        id: str,
        as_sender: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Withdrawn:
        """Take back a message of yours from everyone who has not read it.

        It leaves their mailboxes for their archive, and stays in the history. Who has read
        it keeps it.
        Doing it again changes nothing.

        Raises NotFound, also for a message that somebody else sent.
        """

    def ask(
        self,
        *,
        to: str | builtins.list[str] | None = None,
        body: str,
        to_instance: str | None = None,
        subject: str | None = None,
        intent: str = "question",
        priority: int = 3,
        refs: builtins.list[Ref] = ...,
        metadata: dict[str, Any] = ...,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        wait_s: float = 45,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Asked:
        """Send a question and wait for its answer, up to `wait_s` seconds.

        Returns early when everybody it was for goes away. The question stays sent whatever
        the
        outcome; to wait on, ask again with the same idempotency key. The answer is ordinary
        post:
        mark it when you have dealt with it.

        Raises what message.send raises.
        """

    def history(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        sender: str | None = None,
        recipient: str | None = None,
        thread: str | None = None,
        intent: str | None = None,
        metadata: dict[str, Any] = ...,
        limit: int = 20,
        cursor: str | None = None,
        with_cursors: bool = False,
        text: str | None = None,
        ids: str | builtins.list[str] | None = None,
        body_chars: int | None = None,
        with_tallies: bool = False,
        with_sizes: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Past:
        """Return the workspace's messages, newest first. Looking marks nothing.

        `ids` names the messages instead of narrowing; those that are not here, or not yours
        to see, are
        left out.
        Raises Invalid, TooLong, NotFound (thread), BadCursor.
        """

    def search(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        sender: str | None = None,
        recipient: str | None = None,
        thread: str | None = None,
        intent: str | None = None,
        metadata: dict[str, Any] = ...,
        limit: int = 20,
        cursor: str | None = None,
        with_cursors: bool = False,
        query: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Found:
        """Return messages with these words in subject or body, newest first. Looking marks
        nothing.

        Raises Invalid, NotFound (thread), BadCursor.
        """

    def preview(
        self,
        *,
        to: str | builtins.list[str],
        to_instance: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Previewed:
        """Say who would get a message and how each is reached, without sending it.

        Raises Invalid.
        """

class SyncEventVerbs:
    def feed(
        self,
        *,
        cursor: str | None = None,
        of: Literal["workspace", "inbox"] = "workspace",
        kinds: builtins.list[str] = ...,
        sender: str | None = None,
        thread: str | None = None,
        limit: int = 100,
        wait_s: float = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Events:
        """Return events after a cursor, oldest first; waits up to `wait_s` when there are
        none.

        A reader that keeps its cursor never skips an event. One cursor serves every choice
        of
        events. A page may be empty and have more after it: ask again.

        Raises Invalid, BadCursor.
        """

    def list(
        self,
        *,
        of: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Activity:
        """Return what happened, newest first: ids and kinds, never a body.

        Raises BadCursor.
        """

    def log(
        self,
        *,
        cursor: str | None = None,
        limit: int = 100,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Lines:
        """Return what happened, oldest first, messages whole; for keeping and for reading
        back. Looking
        marks nothing.

        A message that expects an answer opens a contract, and the first answer to it
        resolves that;
        both have lines of their own.

        Raises BadCursor.
        """

class SyncMailboxVerbs:
    def list(
        self,
        *,
        of: str | None = None,
        unread_only: bool = False,
        include_archived: bool = False,
        sender: str | None = None,
        intent: str | None = None,
        limit: int = 30,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Mailbox:
        """Return everything for one recipient, newest first, with read and archived flags.
        Marks
        nothing.

        The mailbox of a name that is not registered is empty, and looking into another's
        registers
        nobody.
        Raises BadCursor, NotFound (a mailbox that is not yours, in a private workspace),
        NotAllowed.
        """

class SyncInboxVerbs:
    def check(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        mark: Literal["none", "delivered", "read"] = "none",
        urgent_first: bool = False,
        newest: bool = False,
        max_body_bytes: int = 40000,
        evidence: str | None = None,
        since: str | None = None,
        metadata: dict[str, Any] = ...,
        state: Literal["unread", "pending", "delivered", "acknowledged"] = "unread",
        intent: str | None = None,
        direct_only: bool = False,
        with_tasks: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Checked:
        """Return the caller's unread post, oldest first.

        Gives at most `limit` messages and `max_body_bytes` of body text, cutting at a whole
        message
        and saying so. Unread post comes back on every check until it is marked; `cursor`
        only goes
        on to the rest of this look. `since`, `metadata`, `intent`, `direct_only` and
        `state` narrow
        what
        is shown, not the counts; of what was handed over before, the newest 1,000 messages
        are looked
        through.

        Raises Invalid, BadCursor, NotAllowed. Source: docs/why/delivery.md, "At least
        once".
        """

    def wait(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        mark: Literal["none", "delivered", "read"] = "none",
        urgent_first: bool = False,
        newest: bool = False,
        max_body_bytes: int = 40000,
        evidence: str | None = None,
        since: str | None = None,
        metadata: dict[str, Any] = ...,
        state: Literal["unread", "pending", "delivered", "acknowledged"] = "unread",
        intent: str | None = None,
        direct_only: bool = False,
        with_tasks: bool = False,
        wait_s: float = 30,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Checked:
        """Wait for unread post, up to `wait_s` seconds; returns at once when there is some.

        Otherwise as inbox.check. An empty reply is not an error: ask again.
        """

class SyncKeyVerbs:
    def create(
        self,
        *,
        name: str | None = None,
        kind: Literal["agent", "human", "owner", "read-only", "admin", "server-admin"] = "agent",
        may_speak_as: builtins.list[str] = ...,
        label: str = "",
        expires_in_days: int = 90,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Create a key for one agent or person. It is shown once and cannot be read again.

        Raises Invalid, NotAllowed, Conflict (a person's key for an agent's name).
        """

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        ended_links: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Keys:
        """List the workspace's keys, without their secrets.

        A caller that covers all workspaces also sees the keys that do, the operator's among
        them.
        """

    def revoke(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Keys:
        """Revoke a key: open sockets and waits that use it end within a second. Returns the
        workspace's
        keys.

        Raises NotFound; NotAllowed for a key of all workspaces that may do more than the
        caller's.
        """

    def rotate(
        self,
        *,
        id: str,
        grace_s: int = 86400,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> RotatedKey:
        """Replace a key by a new one with the same rights; the old one ends later.

        The new key is shown this once. The operator's own is also written to `operator.key`
        on the
        server's machine.
        Raises NotFound, Conflict (the key has ended), NotAllowed (it may do more than the
        caller's).
        """

class SyncInviteVerbs:
    def create(
        self,
        *,
        name: str,
        may_speak_as: builtins.list[str] = ...,
        label: str = "invite",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Invited:
        """Create an invitation for a second machine that works once, within 24 hours.

        Raises Invalid, Conflict.
        """

    def redeem(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Turn an invitation, given as the key of this call, into a key of its agent for 90
        days.

        Raises BadKey when it has been used.
        """

class SyncLoginVerbs:
    def link(
        self,
        *,
        name: str | None = None,
        as_owner: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Link:
        """Make a link that signs a person in to the dashboard, once, within ten minutes.

        A person makes one for themselves; an admin for any person. Raises Invalid,
        NotAllowed, Conflict
        (the name is an agent's).
        """

    def redeem(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Turn a one-time link, given as the key of this call, into an ordinary key of its
        person, good
        for seven days.

        Raises BadKey when it has been used.
        """

    def end(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> LoginEnded:
        """Sign out: end the key of this call, when a link made it."""

class SyncTaskVerbs:
    def create(
        self,
        *,
        title: str,
        description: str = "",
        to: str | None = None,
        to_instance: str | None = None,
        status: Literal[
            "open", "claimed", "in_progress", "review", "done", "blocked", "failed", "cancelled"
        ] = "open",
        priority: int = 3,
        project: str | None = None,
        mission: str | None = None,
        tags: builtins.list[str] = ...,
        depends_on: builtins.list[str] = ...,
        done_when: str | None = None,
        due_at: str | None = None,
        estimated_minutes: int | None = None,
        parent: str | None = None,
        metadata: dict[str, Any] = ...,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Created:
        """Make a task; whoever it is for gets a message of type task_assignment.

        Without `to` it is for whoever claims it. The same idempotency key with the same
        content returns
        the first task.

        Raises Invalid, TooLong, NotFound (depends_on, parent), UnknownRecipient, Conflict.
        """

    def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Return one task.

        Raises NotFound, also for what is in somebody else's workspace.
        """

    def list(
        self,
        *,
        status: str | builtins.list[str] = "unfinished",
        assignee: str | None = None,
        assignee_instance: str | None = None,
        mine: bool = False,
        priority: builtins.list[int] | None = None,
        unassigned_only: bool = False,
        ready_only: bool = False,
        creator: str | None = None,
        project: str | None = None,
        mission: str | None = None,
        tag: str | None = None,
        updated_since: str | None = None,
        max_text_bytes: int = 40000,
        limit: int = 50,
        cursor: str | None = None,
        with_cursors: bool = False,
        urgent_first: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> TaskPage:
        """Return tasks, newest or most urgent first; those not finished, unless `status` says
        otherwise.

        Raises Invalid, BadCursor.
        """

    def search(
        self,
        *,
        status: str | builtins.list[str] = "all",
        assignee: str | None = None,
        assignee_instance: str | None = None,
        mine: bool = False,
        priority: builtins.list[int] | None = None,
        unassigned_only: bool = False,
        ready_only: bool = False,
        creator: str | None = None,
        project: str | None = None,
        mission: str | None = None,
        tag: str | None = None,
        updated_since: str | None = None,
        max_text_bytes: int = 40000,
        limit: int = 50,
        cursor: str | None = None,
        with_cursors: bool = False,
        query: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> TaskPage:
        """Return tasks with these words in title, description, tags or note, newest first.

        Raises Invalid, BadCursor.
        """

    def claim(
        self,
        *,
        id: str | None = None,
        start: bool = False,
        project: str | None = None,
        tag: str | None = None,
        or_refuse: bool = False,
        tell: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Claimed:
        """Take a task: one of any number of claimants gets it, each other is told who did.

        Claiming again what you have changes nothing and is no error. Without an id, takes
        the most
        urgent task that is
        open, waits for nothing and is for you or for whoever claims it.

        Raises NotFound, Conflict (with `or_refuse`).
        """

    def update(
        self,
        *,
        as_assignee: bool = False,
        id: str,
        status: Literal[
            "open", "claimed", "in_progress", "review", "done", "blocked", "failed", "cancelled"
        ]
        | None = None,
        note: str | None = None,
        blocked_by: str | None = None,
        blocked_cause: Literal["peer_task", "human", "authorisation", "other"] | None = None,
        title: str | None = None,
        description: str | None = None,
        to: str | None = None,
        to_instance: str | None = None,
        priority: int | None = None,
        project: str | None = None,
        mission: str | None = None,
        tags: builtins.list[str] | None = None,
        depends_on: builtins.list[str] | None = None,
        done_when: str | None = None,
        due_at: str | None = None,
        estimated_minutes: int | None = None,
        metadata: dict[str, Any] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Change a task: begin it, block it, send it to review, finish or fail or cancel it,
        open it
        again, or edit it.

        Beginning what is nobody's makes it yours. Finishing writes a message of type system
        to the
        creator, and to the
        assignee when somebody else finished it. The same state again changes nothing.

        Raises NotFound, Conflict (a state that cannot follow, somebody else's task, a
        circle), Invalid,
        TooLong, UnknownRecipient.
        """

    def assign(
        self,
        *,
        id: str,
        to: str = "",
        to_instance: str | None = None,
        note: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Give a task to somebody, or to whoever claims it; the new assignee and the last one
        get a
        message each.

        What was claimed or begun is open again, for the new assignee to claim. The same
        assignee again
        changes nothing.

        Raises NotFound, Conflict (it is finished), Invalid, UnknownRecipient.
        """

    def depend(
        self,
        *,
        as_assignee: bool = False,
        id: str,
        on: builtins.list[str] = ...,
        no_more_on: builtins.list[str] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Let a task wait for others, or no more; a circle is refused.

        Raises NotFound, Conflict (it would wait for itself), Invalid.
        """

    def finish_many(
        self,
        *,
        as_assignee: bool = False,
        ids: builtins.list[str] | None = None,
        assignee: str | None = None,
        creator: str | None = None,
        project: str | None = None,
        mission: str | None = None,
        tag: str | None = None,
        updated_before: str | None = None,
        note: str | None = None,
        limit: int = 200,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> FinishedMany:
        """Finish all tasks that fit and are not finished, each as task.update does; with
        `only_look`,
        say which they are.

        Raises Invalid (nothing that narrows), NotFound (ids).
        """

class SyncNoteVerbs:
    def add(
        self,
        *,
        text: str,
        title: str | None = None,
        kind: str = "note",
        tags: builtins.list[str] = ...,
        priority: int = 3,
        metadata: dict[str, Any] = ...,
        links: builtins.list[NewLink] = ...,
        unless_known: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Keep a note for everybody in the workspace.

        It is never edited: to change it, supersede it. Raises Invalid, TooLong, NotFound (a
        link's
        note).
        """

    def supersede(
        self,
        *,
        id: str,
        text: str | None = None,
        title: str | None = None,
        kind: str | None = None,
        tags: builtins.list[str] | None = None,
        priority: int | None = None,
        metadata: dict[str, Any] | None = None,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Keep a note that stands for another from now on; the other stays, and says by which
        it was
        superseded.

        Raises Invalid, TooLong, NotFound, Conflict (it was superseded before, by which note
        stands in
        `superseded_by`).
        """

    def list(
        self,
        *,
        kind: str | None = None,
        tag: str | None = None,
        author: str | None = None,
        min_priority: int | None = None,
        since: str | None = None,
        include_superseded: bool = False,
        max_text_bytes: int = 40000,
        limit: int = 20,
        cursor: str | None = None,
        ids: builtins.list[str] | None = None,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NotePage:
        """Return the workspace's notes, newest first; those that stand, unless
        `include_superseded`
        says otherwise.

        Raises Invalid, BadCursor, NotFound (`ids`).
        """

    def search(
        self,
        *,
        kind: str | None = None,
        tag: str | None = None,
        author: str | None = None,
        min_priority: int | None = None,
        since: str | None = None,
        include_superseded: bool = False,
        max_text_bytes: int = 40000,
        limit: int = 20,
        cursor: str | None = None,
        query: str,
        any_word: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NotePage:
        """Return notes with these words in title, text or tags, newest first.

        Raises Invalid, BadCursor.
        """

    def link(
        self,
        *,
        id: str,
        relation: str,
        to: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Linked:
        """Say how one note is related to another; saying it twice changes nothing.

        Raises Invalid, NotFound.
        """

    def get(
        self,
        *,
        id: str,
        depth: int = 1,
        follow: bool = False,
        direction: Literal["both", "out", "in"] = "both",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> GotNote:
        """Return one note with its neighbours: the graph around it.

        Raises NotFound.
        """

class SyncProgramVerbs:
    def shown(
        self,
        *,
        program: str,
        program_session: str,
        offer: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Shown:
        """Say that an agent program has shown the messages of a report.

        Marks them delivered, with the program, its session and the event as evidence. An
        offer that
        was confirmed before, or that a later report replaced, marks nothing.

        Raises NotFound (no such session), NotAllowed.
        """

    def report(
        self,
        *,
        program: str,
        program_session: str,
        moment: Literal[
            "session_start",
            "prompt",
            "tool",
            "turn_end",
            "asking",
            "compacting",
            "compacted",
            "session_end",
        ],
        event: str = "",
        is_new_context: bool = False,
        is_continued: bool = False,
        has_shown_last: bool = False,
        model: str | None = None,
        machine: str | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Reported:
        """Report an event of an agent program and get the messages to show.

        A session start gives up to five unread messages, a prompt and the end of a turn
        those that
        this instance has not been given yet, a tool call the urgent ones among them. After
        a
        compaction, messages that are not acknowledged come once more. Nothing is marked:
        the messages
        come again until program.shown says that they were shown.

        Raises Invalid, NotAllowed, NotYou.
        """

class SyncReceiptVerbs:
    def mark(
        self,
        *,
        mark: Literal["delivered", "read", "unread", "acknowledged", "archived", "unarchived"],
        ids: builtins.list[str],
        as_recipient: bool = False,
        evidence: str | None = None,
        or_refuse: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Marked:
        """Mark post as delivered, read, unread, acknowledged, archived or unarchived, by
        message or
        receipt ids.

        The first time wins: marking again changes nothing and is no error. Acknowledging
        implies
        read, reading implies delivered. An instance marks for itself; a caller with no
        instance
        marks for every instance, or, with the receipt id that an instance was given, for
        that one.
        Ids that are not the caller's post come back in `not_found`; with
        `as_recipient` so do receipts of readers that the key may not speak as.

        Raises NotFound with `or_refuse`.
        """

class SyncScheduleVerbs:
    def add(
        self,
        *,
        cron: str,
        to: str | builtins.list[str],
        body: str,
        subject: str | None = None,
        zone: str = "UTC",
        intent: str = "inform",
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Schedule:
        """Send a message again and again, by the clock, from `system:cron`.

        A time that passes while no server runs is made up for once, in a message that says
        how many
        were missed.

        Raises Invalid, UnknownRecipient, Conflict (a look-alike name, or too many
        schedules).
        """

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Schedules:
        """Return the workspace's schedules.

        In a private workspace your own, or all for those who see all.
        """

    def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Schedule:
        """End a schedule; what it has sent stays. Returns it as it was.

        Raises NotFound, NotAllowed (somebody else's, for a key of an agent).
        """

class SyncServerVerbs:
    def backup(
        self,
        *,
        path: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> BackedUp:
        """Copy the whole database while the server runs, keys included, and check the copy;
        for
        operators, who may read it all.

        Raises Invalid (a path that is taken, or not absolute), Unavailable.
        """

    def status(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Status:
        """Return how large the database is, how many sockets are open, and when it was last
        copied
        and found whole.
        """

class SyncSessionVerbs:
    def conflicts(
        self,
        *,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Claims:
        """Return who works on an area or files now. Declares nothing.

        Raises NotAllowed, NotFound (the token's session is over).
        """

    def list(
        self,
        *,
        of: str | None = None,
        state: Literal["active", "timed_out", "ended"] | None = None,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sessions:
        """Return the workspace's sessions, newest first: who runs or ran, on what, and how it
        ended.

        Raises BadCursor.
        """

    def context(
        self,
        *,
        documents: builtins.list[str] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Opening:
        """Return what a start of a session tells, to who begins without one: was not heard of
        for an
        hour and has no session going.

        Marks nothing. It is a sign of life like any call, so whoever asks twice is told
        once.

        Raises Invalid, NotAllowed.
        """

    def start(
        self,
        *,
        summary: str | None = None,
        machine: str | None = None,
        platform: str | None = None,
        program: str | None = None,
        model: str | None = None,
        title: str | None = None,
        role: str | None = None,
        capabilities: builtins.list[str] | None = None,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        reach: str | None = None,
        ttl_s: int | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        heartbeat_s: int | None = None,
        online_s: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        announce: bool = False,
        new_name: bool = False,
        mark: Literal["none", "delivered", "read"] = "none",
        state: Literal["unread", "pending"] = "unread",
        query: str | None = None,
        documents: builtins.list[str] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Started:
        """Declare a run: who you are, what you work on, and get a token that stands for it.

        The token says who calls, with every operation; each call with it is a sign of life.
        A run
        of which nothing is heard for its ttl is `timed_out` until it is heard of again.
        `conflicts`
        names live sessions with the same area or files; with `on_conflict` block the start
        is
        refused instead and nothing is stored. A caller without a name gets one.

        Raises Invalid, NotAllowed, Conflict. Source: docs/why/sessions.md.
        """

    def checkpoint(
        self,
        *,
        summary: str | None = None,
        area: str | None = None,
        files: builtins.list[str] | None = None,
        notes: builtins.list[NewNote] = ...,
        unless_known: bool = True,
        limit: int = 5,
        mark: Literal["none", "delivered", "read"] = "none",
        state: Literal["unread", "pending"] = "unread",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Checkpointed:
        """Say how far you have come, keep notes, and get up to five unread messages. A sign of
        life of
        the session.

        Without a token it is about your newest session; without any session it only gives
        the post.

        Raises Invalid, NotAllowed, NotFound (the token's session is over).
        """

    def end(
        self,
        *,
        summary: str | None = None,
        outcome: str | None = None,
        touched: builtins.list[str] = ...,
        announce: bool | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> StartEnded:
        """End a run: its token stands for nothing from now on, what it claimed is free, and
        you show as
        away.

        Without a token it is your newest session that ends. Whoever has another session
        running stays
        here.

        Raises NotAllowed, NotFound (there is none to end).
        """

class SyncThreadVerbs:
    def get(
        self,
        *,
        id: str,
        limit: int = 100,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Thread:
        """Return one conversation, oldest first. Looking marks nothing.

        Raises NotFound, BadCursor.
        """

    def list(
        self,
        *,
        answered_only: bool = False,
        limit: int = 50,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Threads:
        """Return the workspace's conversations, the one with the newest message first. Looking
        marks
        nothing.

        Raises BadCursor.
        """

class SyncTurnVerbs:
    def submit(
        self,
        *,
        summary: str,
        status: str = "completed",
        blockers: builtins.list[str] = ...,
        next: str | None = None,
        plan: dict[str, Any] | builtins.list[Any] | str | None = None,
        task: str | None = None,
        messages: builtins.list[TurnMessage] = ...,
        answer_within_s: int | None = None,
        answers_oldest: bool = False,
        idempotency_key: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Turn:
        """End a turn: keep its summary, state, blockers and plan as a note, and send what it
        says to
        others, all or nothing.

        Raises what message.send and note.add raise; nothing is stored then.
        """

class SyncWebhookVerbs:
    def add(
        self,
        *,
        to: str,
        subject: str | None = None,
        body: str = "{.}",
        form: Literal["standard", "github"] = "standard",
        intent: str = "inform",
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewWebhook:
        """Let another system post messages, from `system:webhook`; its secret is shown this
        once.

        What it posts fills the templates of subject, text and audience.

        Raises Invalid, UnknownRecipient, Conflict (a look-alike name, or too many
        webhooks).
        """

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Webhooks:
        """Return the workspace's webhooks, without their secrets."""

    def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Webhook:
        """End a webhook; what it has brought stays. Returns it as it was.

        Raises NotFound.
        """

    def receive(
        self,
        *,
        id: str,
        headers: dict[str, str],
        body: bytes,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Received:
        """Turn what another system posted into a message; called by its signature, without a
        key.

        The same delivery again returns the first message. One that was signed more than
        five minutes
        ago is refused, in the forms
        that sign the time.

        Raises BadKey, Invalid, Conflict (other content, or the same under another delivery
        id),
        UnknownRecipient.
        """

class SyncWorkspaceVerbs:
    def export(
        self,
        *,
        part: Literal[
            "reader", "message", "event", "schedule", "task", "session", "note"
        ] = "reader",
        after: int = 0,
        upto: int | None = None,
        limit: int = 500,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Exported:
        """Return a page of everything in a workspace, receipts and marks included, keys,
        webhooks and
        tokens left out.

        Marks that are set while an export runs may be missing from it; then the post is
        unread in the
        copy.

        Raises NotAllowed for an admin's key in a private workspace, which would show what
        it may not
        read.
        """

    def import_(
        self,
        *,
        part: Literal["reader", "message", "event", "schedule", "task", "session", "note"],
        records: builtins.list[dict[str, Any]],
        upto: int,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Imported:
        """Store records of an export, with their numbers and ids; what is here already is left
        as it
        is.

        A batch is stored whole or not at all; importing again completes what broke off.
        Raises Invalid,
        Conflict.
        """

    def needs(
        self,
        *,
        limit: int = 50,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Needs:
        """Return what waits for a person: their mail, who is blocked, what is urgent, late or
        stuck.
        Looking marks nothing.

        A person's key is told of that person's mail, any other key of every person's.
        """

    def overview(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Overview:
        """Return where things stand: who is here, tasks under way, in review, blocked and
        finished
        of late. Looking marks nothing.
        """

    def create(
        self,
        *,
        name: str,
        mode: Literal["open", "private"] = "open",
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        heartbeat_s: int | None = None,
        session_ttl_s: int | None = None,
        empty_inbox_text: str | None = None,
        storage_mb: int | None = None,
        schedules_limit: int | None = None,
        schedule_interval_s: int | None = None,
        newcomer_days: int | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspace:
        """Create a workspace. Raises Conflict when the name is taken, Invalid."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspaces:
        """Return the workspaces that your key covers."""

    def settings(
        self,
        *,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        heartbeat_s: int | None = None,
        session_ttl_s: int | None = None,
        empty_inbox_text: str | None = None,
        storage_mb: int | None = None,
        schedules_limit: int | None = None,
        schedule_interval_s: int | None = None,
        newcomer_days: int | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspace:
        """Change or read a workspace's settings; what is left out stays as it was.

        Raises NotAllowed for the limits that only an operator changes.
        """

    def flow(
        self,
        *,
        minutes: int = 15,
        travels: int = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Flow:
        """Return who talks to whom: pairs with counts and their most frequent intent. Looking
        marks
        nothing.

        In a private workspace a caller is told of its own messages only.
        """

    def health(
        self,
        *,
        minutes: int = 15,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Health:
        """Return how the post runs: messages by intent, delays to delivered and acknowledged,
        and whose
        post waits. Looking marks nothing.

        In a private workspace a caller is told of its own post only.
        """

class SyncNouns:
    agent: SyncAgentVerbs
    message: SyncMessageVerbs
    event: SyncEventVerbs
    mailbox: SyncMailboxVerbs
    inbox: SyncInboxVerbs
    key: SyncKeyVerbs
    invite: SyncInviteVerbs
    login: SyncLoginVerbs
    task: SyncTaskVerbs
    note: SyncNoteVerbs
    program: SyncProgramVerbs
    receipt: SyncReceiptVerbs
    schedule: SyncScheduleVerbs
    server: SyncServerVerbs
    session: SyncSessionVerbs
    thread: SyncThreadVerbs
    turn: SyncTurnVerbs
    webhook: SyncWebhookVerbs
    workspace: SyncWorkspaceVerbs

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        data_dir: str | None = None,
        patience_s: float = 10.0,
        transport: Transport | None = None,
    ) -> None: ...
    def call(self, name: str, /, **params: Any) -> Any:
        """Do an operation by its name and return its result struct.

        Raises NoServer and the errors of ackbox.errors.
        """

    def do(self, operation: Callable[[Context, P], Awaitable[R]], params: P) -> R:
        """Do an operation with its own parameter struct; a type checker knows parameters and
        result.

        `sent = await client.do(messages.send, messages.Send(to="bob", body="hello"))`
        """

    def pages(self, **params: Unpack[Follow]) -> Generator[tuple[list[Event], str]]:
        """Give what happens, as (events, cursor), as long as it is asked for; the first has no
        events and says where it begins.

        Takes `of`, `cursor`, `kinds`, `sender`, `thread`, `join_ms`, as a subscription
        does. Goes
        on after a break where it was.
        """

    def events(self, **params: Unpack[Follow]) -> Generator[Event]:
        """Give what happens, one event at a time; as `pages`, without the cursors."""

    def letters(
        self,
        *,
        mark: Literal["delivered", "read", "unread", "acknowledged", "archived", "unarchived"]
        | Literal["none"] = "none",
    ) -> Generator[Letter]:
        """Give unread post, each letter once, what waits already and then what comes, by push
        and
        by poll.

        `mark` is set on each letter before it is given. Mark what you have dealt with, or
        it is
        here again next time.
        Once it has begun, it waits for a server that is away. Raises NoServer before, and
        the
        errors of ackbox.errors.
        """
