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
from ackbox.client.results import (
    Activity,
    Added,
    Alive,
    Asked,
    Checked,
    CheckedIn,
    CheckedOut,
    Checkpointed,
    Claimed,
    Created,
    CreatedMany,
    Event,
    Events,
    Explored,
    FinishedMany,
    Flow,
    Found,
    GotNote,
    Health,
    Invited,
    Keys,
    Letter,
    Lines,
    Link,
    Linked,
    Mailbox,
    Message,
    Muted,
    Needs,
    NewKey,
    NewOutgoing,
    NewWebhook,
    Note,
    NotePage,
    Opening,
    OutgoingWebhook,
    OutgoingWebhooks,
    Overview,
    Past,
    PauseChanged,
    Previewed,
    QuietRules,
    Removed,
    Reported,
    Resumed,
    Review,
    Reviews,
    Roster,
    RotatedKey,
    Schedule,
    Schedules,
    Sent,
    SentMany,
    Sessions,
    Started,
    StartEnded,
    Status,
    StatusOf,
    Task,
    TaskPage,
    Thread,
    Threads,
    Turn,
    Unmuted,
    Webhook,
    Webhooks,
    Woken,
    Workspace,
    Workspaces,
)
from ackbox.model.message import Ref
from ackbox.model.sealed import SealedMessage
from ackbox.ops.agent.dismiss import Dismissed
from ackbox.ops.agent.set_kind import KindSet
from ackbox.ops.agent.whoami import Identity
from ackbox.ops.login import Ended as LoginEnded
from ackbox.ops.message.transcript import Transcript
from ackbox.ops.message.withdraw import Withdrawn
from ackbox.ops.note.change import Tidied
from ackbox.ops.note.link import Unlinked
from ackbox.ops.note.write import NewLink, NewNote
from ackbox.ops.program.shown import Shown
from ackbox.ops.program.wake import Noted
from ackbox.ops.receipt import Marked
from ackbox.ops.roster import Appended, Requested, RosterRecords, SignedRecord, WaitingRequests
from ackbox.ops.server import BackedUp
from ackbox.ops.session.list import Claims
from ackbox.ops.share import AddedShares, GivenShare, ListedShares
from ackbox.ops.table import Context
from ackbox.ops.task.create_many import PlannedTask
from ackbox.ops.task.plan import Planned
from ackbox.ops.text import GivenText, ListedTexts, PutDone
from ackbox.ops.turn import TurnMessage
from ackbox.ops.webhook import Received
from ackbox.ops.webhook_out.manage import Retried, Tested
from ackbox.ops.workspace.export import Exported, Imported

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
        directory: str | None = None,
        repository: str | None = None,
        pid: int | None = None,
        terminal: str | None = None,
        ttl_s: int | None = None,
        name_form: str | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CheckedIn:
        """Report that you are online and what you work on.

        Returns your unread count and the agents that claim the same work. With
        `auto_instance` the
        server chooses an instance, in `me`. An abandoned instance is reused, and starts
        with the
        messages that no instance has read. `copies` lists your other online instances. With
        `name_form`
        the server generates an unused name and returns it in `me`.

        Raises Invalid, NotAllowed, Conflict (a second spelling of a name; no free name of a
        form).
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
        """Report that you go offline; messages wait for you.

        Raises NotAllowed.
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
        """Withdraw all messages that wait for an unknown name.

        The messages stay in the history.

        For people and operators. A later message to the name waits again.

        Raises NotAllowed, NotFound (also for an agent that has connected before).
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
        """Report that you are still online; any other call does so too.

        Raises NotAllowed.
        """

    async def list(
        self,
        *,
        online_only: bool = False,
        others_only: bool = False,
        within: Literal["workspace", "directory", "repository"] = "workspace",
        directory: str | None = None,
        repository: str | None = None,
        name: str | None = None,
        days: int | None = None,
        newest_first: bool = False,
        present_first: bool = False,
        limit: int | None = None,
        skip: int = 0,
        like: str | None = None,
        cursor: str | None = None,
        with_unread: bool = False,
        with_sessions: bool = False,
        waiting: int = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Roster:
        """List agents and people with their presence, and unknown recipients."""

    async def quiet(
        self,
        *,
        until: str | None = None,
        digest_minutes: int | None = None,
        at_turn_end: bool = False,
        off: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> QuietRules:
        """Set when an agent program shows messages that are not urgent.

        Without an instance the rules hold for all instances of the agent. Messages wait in
        the mailbox
        meanwhile, and senders see the rule in `reach`. Urgent messages are shown at once.

        Raises Invalid, NotAllowed.
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
        """Change a registered name's kind to agent or human.

        Earlier messages keep the kind they were sent with. Keys do not change: an agent's
        key cannot
        speak as a person, so create a new key for the person.

        Raises NotFound, Conflict (part of the server, or a person with a valid key).
        """

    async def whoami(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Identity:
        """Return your identity: workspace, name, role and rights of your key."""

class MessageVerbs:
    async def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Message:
        """Return one message without marking it.

        Raises NotFound, also for other workspaces.
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
        """Withdraw a message from recipients who have not read it.

        It moves from their mailboxes to their archives and stays in the history. Recipients
        who have
        read it keep it. Repeating the call changes nothing.

        Raises NotFound, also for a message of another sender.
        """

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
        choices: builtins.list[str] = ...,
        choice: str | None = None,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        reroute: bool = False,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        exact: bool = False,
        lists_everyone: bool = False,
        relaxed_limits: bool = False,
        sealed: SealedMessage | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sent:
        """Send a message; it is on disk before the call returns.

        The result contains the expected delivery to each recipient: how and how soon it
        sees the
        message, as far as the server knows. A message to an unknown name waits until an
        agent with that
        name connects. A reply marks its parent acknowledged for the sender of the reply.
        The same
        idempotency key with the same content returns the first message.

        Raises Invalid, TooLong, UnknownRecipient, NotFound (parent), Conflict, LoopGuard.
        Source:
        docs/why/delivery.md.
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
        choices: builtins.list[str] = ...,
        choice: str | None = None,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        reroute: bool = False,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        exact: bool = False,
        lists_everyone: bool = False,
        relaxed_limits: bool = False,
        sealed: SealedMessage | None = None,
        wait_s: float = 45,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Asked:
        """Send a question and wait up to `wait_s` seconds for a reply.

        Returns early when all recipients go offline. The question stays sent for any
        outcome; to
        continue to wait, call again with the same idempotency key. The reply is an ordinary
        message:
        mark it when you have read it.

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
        audience: builtins.list[str] | None = None,
        with_tallies: bool = False,
        with_sizes: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Past:
        """Return the workspace's messages, newest first without marking anything.

        `ids` selects messages directly; those that do not exist or that you may not see are
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
        """Search subjects and bodies, newest first without marking anything.

        Raises Invalid, NotFound (thread), BadCursor.
        """

    async def preview(
        self,
        *,
        to: str | builtins.list[str],
        to_instance: str | None = None,
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Previewed:
        """Return who would receive a message, and how soon, without sending it.

        Raises Invalid.
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
        """Send up to 500 messages in one call, each with a separate outcome.

        Messages are stored in the order of the list. Raises Invalid only when the list
        itself is
        invalid; the error of one message is in its outcome.
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
        """Return the receipts of one message: who received and read it.

        `is_late` is true when a reply is overdue.

        Raises NotFound, BadCursor.
        """

    async def transcript(
        self,
        *,
        after: int = 0,
        limit: int = 1000,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Transcript:
        """List all sealed messages of the workspace by hash, oldest first.

        Every member sees the same list, in a private workspace too, and withdrawn and
        expired messages
        stay in it. Members compare it: each message names the part that its sender has
        seen.
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
        """Return events after a cursor, oldest first; can wait for new ones.

        With `wait_s` it waits when there are none. A client that keeps its cursor never
        misses an
        event; one cursor is valid for all filters. A page may be empty although `has_more`
        is true:
        call again.

        Raises Invalid, BadCursor.
        """

    async def list(
        self,
        *,
        of: str | None = None,
        kinds: builtins.list[str] | None = None,
        skip: int = 0,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Activity:
        """List events, newest first: ids and kinds, never a body.

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
        """Return the event log with complete messages, oldest first.

        For archives and replays; marks nothing. A message that expects a reply opens a
        contract, which
        the first reply resolves; both have separate lines.

        Raises BadCursor.
        """

class MailboxVerbs:
    async def list(
        self,
        *,
        of: str | None = None,
        unread_only: bool = False,
        include_archived: bool = False,
        counts_listed: bool = False,
        exact: bool = False,
        sender: str | None = None,
        intent: str | None = None,
        limit: int = 30,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Mailbox:
        """List the messages of one mailbox, newest first without marking anything.

        Each has its read and archived flags. The mailbox of an unregistered name is empty;
        listing it
        does not register the name.

        Raises BadCursor, NotFound (the mailbox of another agent in a private workspace),
        NotAllowed,
        Invalid and Conflict (`exact`).
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
        """Return the caller's unread messages, oldest first.

        Returns at most `limit` messages and `max_body_bytes` of body text, without
        splitting a message.
        Unread messages come back on every check until they are marked; `cursor` only pages
        through one
        look. `since`, `metadata`, `intent`, `direct_only` and `state` filter the messages,
        not the
        counts. The states `delivered` and `acknowledged` search the newest 1,000 messages.

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
        """Wait up to `wait_s` seconds for unread messages.

        Returns at once when there are some. Everything else is as in inbox.check. An empty
        result is
        not an error: call again.
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
        dialect: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Create a key for one agent or person; it is shown only once.

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

        A key that covers all workspaces also lists the keys that do, such as the
        operator's.
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
        """Revoke a key and return the workspace's keys.

        Open sockets and waits that use it end within a second.

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
        """Replace a key with a new one that has the same rights.

        The new key is shown only once; the old one ends after `grace_s`. An operator's new
        key is also
        written to `operator.key` on the server's machine.

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
        challenge: str | None = None,
        client: str = "",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Invited:
        """Create an invitation for a second machine.

        It works once, within 24 hours; with a `challenge` within ten minutes.

        Raises Invalid, Conflict.
        """

    async def redeem(
        self,
        *,
        verifier: str = "",
        client: str = "",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Create the key of an agent from an invitation.

        The invitation is the key of this call. The new key is valid for 90 days.

        Raises BadKey when it has been used, and when the verifier does not fit.
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
        """Create a one-time link that signs a person in to the dashboard.

        It is valid for ten minutes. People create links for themselves, admins for any
        person.

        Raises Invalid, NotAllowed, Conflict (the name is an agent's).
        """

    async def redeem(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Redeem a one-time link for a key that is valid for seven days.

        The link is the key of this call. Raises BadKey when it has been used.
        """

    async def end(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> LoginEnded:
        """Sign out: end the key of this call if it came from a link."""

class MuteVerbs:
    async def start(
        self,
        *,
        of: str,
        until: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Muted:
        """Hide an agent, a thread or a message under "Needs you".

        An agent and a thread stay hidden until `mute.end`, or until a time; a message needs
        the time.
        Inboxes and other people do not change, and urgent messages are shown anyway, except
        a message
        that is hidden itself. Muting again replaces the time.

        Raises NotAllowed (an agent calls), NotFound, Invalid (time not within a year),
        Conflict (too
        many).
        """

    async def end(
        self,
        *,
        of: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Unmuted:
        """Show a hidden agent, thread or message under "Needs you" again.

        Raises NotAllowed (an agent calls), NotFound (not found, or not hidden).
        """

class TaskVerbs:
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

        Raises NotFound, also for other workspaces.
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
        without_tag: str | None = None,
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
        """List tasks, newest or most urgent first; by default unfinished ones.

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
        without_tag: str | None = None,
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
        """Search titles, descriptions, tags and notes of tasks, newest first.

        Raises Invalid, BadCursor.
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
        """Assign a task to an agent or person, or to nobody.

        The new and the previous assignee get a message each.

        A claimed or started task becomes open again, for the new assignee to claim. The
        same assignee
        again changes nothing.

        Raises NotFound, Conflict (it is finished), Invalid, UnknownRecipient.
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
        """Claim a task; exactly one of several claimants gets it.

        The result names the winner. Claiming a task that you have changes nothing and is no
        error.
        Without `id` it claims the most urgent open task that waits for nothing and is
        assigned to you
        or nobody.

        Raises NotFound, Conflict (with `or_refuse`).
        """

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
        exact: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Created:
        """Create a task; its assignee gets a task_assignment message.

        Without `to` anyone can claim it. The same idempotency key with the same content
        returns the
        first task.

        Raises Invalid, TooLong, NotFound (depends_on, parent), UnknownRecipient, Conflict.
        """

    async def create_many(
        self,
        *,
        tasks: builtins.list[PlannedTask],
        to: str | None = None,
        start_first: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CreatedMany:
        """Create the tasks of a plan, all or none.

        Each gets the id of the plan in its metadata, and its assignee a task_assignment
        message.

        Raises what task.create raises; nothing is stored then.
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
        """Change which tasks a task depends on; cycles are refused.

        Raises NotFound, Conflict (it would depend on itself), Invalid.
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
        without_tag: str | None = None,
        updated_before: str | None = None,
        note: str | None = None,
        limit: int = 200,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> FinishedMany:
        """Finish all unfinished tasks that match the filters.

        Each is finished as by task.update. `only_look` lists the tasks without a change.

        Raises Invalid (no filter), NotFound (ids).
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
        only_own: bool = False,
        metadata: dict[str, Any] | None = None,
        keep_metadata: bool = False,
        as_creator: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Update a task: change its status or edit its fields.

        Starting an unassigned task assigns it to you. Finishing a task sends a message of
        type system
        to the creator, and to the assignee if another agent finished it. The same status
        again changes
        nothing.

        Raises NotFound, Conflict (a status that cannot follow, another agent's task, a
        dependency
        cycle), NotAllowed (`only_own`, `as_creator`), Invalid, TooLong, UnknownRecipient.
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
        sources: builtins.list[str] = ...,
        folder: str | None = None,
        expires_at: str | None = None,
        write_id: str | None = None,
        unless_known: bool = False,
        task: str | None = None,
        replaces_title: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Add a note for everybody in the workspace.

        A note is never edited; note.supersede replaces it. With `task` it gets the tag
        task:NUMBER.

        Raises Invalid, TooLong, NotFound (a linked note, the folder, the task).
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
        keep_metadata: bool = False,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Supersede a note with a new one; the old one stays readable.

        Raises Invalid, TooLong, NotFound, Conflict (already superseded, by the note in
        `superseded_by`).
        """

    async def append(
        self,
        *,
        title: str,
        text: str,
        kind: str = "document",
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Append text to the newest note of a kind and title, or begin that note.

        The result supersedes the note. `priority` applies to a note that it begins.

        Raises Invalid, TooLong.
        """

    async def move(
        self,
        *,
        id: str,
        folder: str | None = None,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Note:
        """Move a note into a folder, or out of its folder.

        Only the author and admins can move it. A folder can be in another, but not in
        itself.

        Raises NotFound, NotAllowed, Invalid.
        """

    async def archive(
        self,
        *,
        id: str,
        archived: bool = True,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Note:
        """Archive a note, or bring it back.

        Lists, searches and new sessions leave an archived note out; its id still finds it.
        Only the
        author and admins can archive it. Twice changes nothing.

        Raises NotFound, NotAllowed.
        """

    async def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Removed:
        """Remove a note permanently, with all its versions and links.

        Only the author of its first version and admins can. A folder must be empty. The log
        keeps that
        it was removed, and nothing of its text.

        Raises NotFound, NotAllowed, Conflict (a folder that holds notes).
        """

    async def tidy(
        self,
        *,
        kind: str = "episodic",
        kind_days: int = 30,
        max_priority: int = 1,
        days: int = 14,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Tidied:
        """Archive your old notes of a kind, and your old unimportant ones.

        At most 200 in one call, oldest first. An admin archives those of every author.
        Folders and
        documents stay.

        Raises Invalid.
        """

    async def list(
        self,
        *,
        kind: str | None = None,
        not_kind: str | None = None,
        folder: str | None = None,
        tag: str | None = None,
        title: str | None = None,
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
        """List current notes, newest first.

        `include_superseded` adds superseded, archived and expired ones.

        Raises Invalid, BadCursor, NotFound (`ids`, `folder`).
        """

    async def search(
        self,
        *,
        kind: str | None = None,
        not_kind: str | None = None,
        folder: str | None = None,
        tag: str | None = None,
        title: str | None = None,
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
        """Search titles, texts and tags of notes by words, newest first.

        Raises Invalid, BadCursor, NotFound (`folder`).
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
        """Link one note to another by a relation; twice changes nothing.

        Raises Invalid, NotFound.
        """

    async def unlink(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Unlinked:
        """Remove a link between two notes.

        Only the author of the link and admins can. The notes stay.

        Raises NotFound, NotAllowed, Invalid (a note that supersedes another stays linked to
        it).
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
        """Return one note with its links and linked notes.

        With `follow` its links include those of all its versions, and lead to current
        notes.

        Raises NotFound.
        """

    async def explore(
        self,
        *,
        query: str | None = None,
        id: str | None = None,
        depth: int = 2,
        limit: int = 50,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Explored:
        """Follow the links from one note, or from those with the words of a query.

        Superseded notes appear as their current versions. A query begins from the five
        newest notes
        with any of its words.

        Raises NotFound, Invalid (neither `id` nor `query`).
        """

class PauseVerbs:
    async def start(
        self,
        *,
        of: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> PauseChanged:
        """Pause a thread or an agent: agents can send nothing there.

        The server rejects messages of agents into the thread, or from and to the agent,
        until a person
        ends the pause. People can still write. Pausing again changes nothing.

        Raises NotAllowed (an agent calls), NotFound, Invalid (a person is named), Conflict
        (too many).
        """

    async def end(
        self,
        *,
        of: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Resumed:
        """Resume a paused thread or agent.

        Raises NotAllowed (an agent calls), NotFound (no such thread or agent, or it is not
        paused).
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
        """Return sessions that work on an area or files; claims nothing.

        Raises NotAllowed, NotFound (the token's session is over).
        """

    async def list(
        self,
        *,
        of: str | None = None,
        state: Literal["active", "timed_out", "ended"] | None = None,
        skip: int = 0,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sessions:
        """List sessions, newest first, with their claims and outcomes.

        Raises BadCursor.
        """

    async def context(
        self,
        *,
        documents: builtins.list[str] = ...,
        notes_from: int = 4,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Opening:
        """Return what session.start would return, for agents without a session.

        The context is null if you have a session or were active within the last hour; so a
        second call
        in a row returns null. Marks nothing.

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
        directory: str | None = None,
        repository: str | None = None,
        pid: int | None = None,
        terminal: str | None = None,
        ttl_s: int | None = None,
        name_form: str | None = None,
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
        notes_from: int = 4,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Started:
        """Start a session: claim your work and get a token.

        The token identifies you in every call, and each call with it keeps the session
        active. A
        session without a call for `ttl_s` seconds is `timed_out` until its next call.
        `conflicts` lists
        live sessions with the same area or files; with `on_conflict` block the start is
        refused and
        nothing is stored. A caller without a name gets one.

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
        """Report progress, add notes, and get up to five unread messages.

        It keeps the session active. Without a token it applies to your newest session;
        without a
        session it only returns messages.

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
        """End a session: its token and claims end, and you go offline.

        Without a token it ends your newest session. You stay online if another session of
        yours is
        active.

        Raises NotAllowed, NotFound (there is none to end).
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
        """Mark the messages of a report as shown to the model.

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
            "delegating",
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
        has_returned: bool = False,
        can_show: bool = True,
        has_shown_last: bool = False,
        files: builtins.list[str] = ...,
        must_be_known: bool = False,
        with_notes: bool = False,
        notes_from: int = 4,
        prompt: str | None = None,
        known_notes: builtins.list[str] = ...,
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

        A session start returns up to five unread messages, a prompt and the end of a turn
        those that
        this instance has not received yet, a tool call only urgent ones. After a
        compaction, messages
        that are not acknowledged come once more; so do messages whose reply is half over or
        overdue,
        once each time. The operation marks nothing: the messages come again until
        program.shown
        confirms them. From `delegating` to `has_returned`, tool calls return nothing: they
        may be those
        of a sub-agent, whose context is not the session's.

        The operation compares `files` with the claims of others, and reports each collision
        once to
        both sides. With `with_notes` it returns up to five notes too.

        Raises Invalid, NotAllowed, NotFound (`must_be_known`), NotYou.
        """

    async def wake(
        self,
        *,
        program: str,
        program_session: str | None = None,
        way: str | None = None,
        carries_text: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Woken:
        """Return the messages to wake an agent program for now.

        For the bridge of a session: it asks when a message has come and after
        `look_again_s`, and then
        signals the program. Only messages that are unread and not shown to its model yet
        count; the
        attention rules of the receiver hold, and a turn that runs is not interrupted. The
        same
        messages come again after growing gaps, five times at most, until the program has
        shown them.
        Senders see `way` in `reach`.

        Raises Invalid, NotAllowed, NotFound (no such session).
        """

    async def signalled(
        self,
        *,
        program: str,
        program_session: str,
        way: str,
        ids: builtins.list[str],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Noted:
        """Record that a running program was signalled about messages.

        Marks nothing: the evidence `signalled` means that a notice went out by this way,
        not that a
        model was shown anything.

        Raises Invalid, NotAllowed, NotFound (no such session).
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
        """Mark messages as read, acknowledged or archived, or undo it.

        Marks are delivered, read, unread, acknowledged, archived and unarchived; `ids`
        holds message or
        receipt ids. The first time counts: marking again changes nothing and is no error.
        Acknowledged
        implies read, read implies delivered. An instance marks for that instance only; a
        caller without
        an instance marks for all instances or, with the receipt id of one instance, for
        that one. Ids
        that are not in the caller's mailbox come back in `not_found`; with `as_recipient`
        so do
        receipts of names that the key may not speak as.

        Raises NotFound with `or_refuse`.
        """

class ReviewVerbs:
    async def open(
        self,
        *,
        to: str | builtins.list[str],
        body: str,
        subject: str | None = None,
        diff: str | None = None,
        files: builtins.list[str] = ...,
        priority: int = 3,
        expects_reply_by: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Open a review of a diff: a message to the reviewers.

        Raises what message.send raises.
        """

    async def comment(
        self,
        *,
        id: str,
        body: str,
        file: str | None = None,
        line: str | int | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Add a comment to a review, on a file or a line; opens it again.

        Everyone who takes part gets the comment as a message.

        Raises NotFound, Invalid, and what message.send raises.
        """

    async def resolve(
        self,
        *,
        id: str,
        outcome: str = "resolved",
        body: str = "",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Mark a review as resolved, with an outcome.

        Everyone who takes part gets the resolution as a message.

        Raises NotFound, and what message.send raises.
        """

    async def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Return a review with its comments.

        Raises NotFound.
        """

    async def list(
        self,
        *,
        state: Literal["open", "resolved"] | None = None,
        of: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Reviews:
        """List reviews, newest first.

        Raises BadCursor.
        """

class RosterVerbs:
    async def append(
        self,
        *,
        record: SignedRecord,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Appended:
        """Append a record to the roster of a sealed workspace.

        The record names the hash of the newest one and is signed by a member that is an
        admin. The
        first record founds the roster; it needs a key that administers the workspace. The
        roster never
        changes otherwise, and the same record again is no error.

        Raises Conflict (the workspace is not sealed; another record came first), Invalid,
        NotAllowed,
        SealedRefused.
        """

    async def get(
        self,
        *,
        after: int = -1,
        limit: int = 1000,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> RosterRecords:
        """Return the records of a sealed workspace's roster.

        Clients check each signature themselves, from the first record on. In a workspace
        that is not
        sealed there are none.
        """

    async def request(
        self,
        *,
        request: str,
        member: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Requested:
        """Submit a request to become a member of a sealed workspace.

        An admin answers it. The request waits for 24 hours; another one of the same agent
        replaces it.
        It ends when a record adds the member.

        Raises Conflict (the workspace is not sealed), Invalid, RateLimited (100 requests
        wait).
        """

    async def requests(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> WaitingRequests:
        """List the requests to become a member of a sealed workspace.

        Compare the words of a request with the person who made it before you add the
        member.
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
        """Add a schedule that sends a message at the times of a cron expression.

        The sender is `system:cron`. When times pass while no server runs, the server sends
        one message
        with the number of missed times.

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
        """List the workspace's schedules.

        In a private workspace agents see the schedules they added; people and operators see
        all.
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
        """Remove a schedule and return it; sent messages stay.

        Raises NotFound, NotAllowed (an agent's key, and another agent added it).
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
        """Copy the database while the server runs, and check the copy.

        The copy holds every workspace, and the keys' digests. For operators, who may read
        it all.

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
        """Return the database size, open sockets, clock skew and last backup."""

class ShareVerbs:
    async def add(
        self,
        *,
        shares: builtins.list[GivenShare],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> AddedShares:
        """Add shares of older messages and texts for a member that joined later.

        Each share is signed by the caller's member. The first share of a message for a
        member stays.

        Raises Conflict (not sealed), NotFound (no such message), NotYou, Invalid.
        """

    async def list(
        self,
        *,
        numbers: builtins.list[int],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> ListedShares:
        """List the shares of messages and texts for the caller's member."""

class TextVerbs:
    async def put(
        self,
        *,
        sealed: GivenText,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> PutDone:
        """Keep a sealed text of a task, note, link, session or agent.

        Its header names the object, the edition, and the member's text before it. A note
        and a link
        have one edition. The same text again is no error.

        Raises Conflict (not sealed, the roster, the object's text or the member's chain has
        moved on),
        NotFound, NotAllowed (another agent's note, session or card), NotYou, Invalid.
        """

    async def list(
        self,
        *,
        after: int = 0,
        limit: int = 500,
        numbers: builtins.list[int] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> ListedTexts:
        """List the sealed texts of a sealed workspace, oldest first.

        Every member sees the same list. In a private workspace a text for others is listed
        by its hash
        alone. Only the newest edition of a text has a content, and only `numbers` returns
        it.
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
        """Return one conversation, oldest first without marking anything.

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
        """List conversations, newest first without marking anything.

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
        tasks: builtins.list[Planned] = ...,
        answer_within_s: int | None = None,
        answers_oldest: bool = False,
        idempotency_key: str | None = None,
        relaxed_limits: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Turn:
        """Submit the result of a turn: store a note, send messages, create tasks.

        The note holds the summary (without one, the status), status, blockers and plan.
        Tasks depend on
        each other by their keys. Everything is stored, or nothing.

        Raises what message.send, task.create and note.add raise; nothing is stored then.
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
        """Add a webhook, through which another system sends messages.

        The sender is `system:webhook`. The JSON of a request fills the templates of
        subject, text and
        recipients. The secret is shown only once.

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
        """List the workspace's webhooks, without their secrets."""

    async def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Webhook:
        """Remove a webhook and return it; received messages stay.

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
        """Receive a signed request from another system as a message.

        The signature replaces a key. A repeated delivery returns the first message. A
        delivery signed
        more than five minutes ago is refused, in the forms that sign the time.

        Raises BadKey, Invalid, Conflict (other content, or the same under another delivery
        id),
        UnknownRecipient.
        """

class Webhook_OutVerbs:
    async def add(
        self,
        *,
        url: str,
        on: Literal["needs", "urgent", "overdue", "all"] = "needs",
        form: Literal["standard", "slack"] = "standard",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewOutgoing:
        """Add an outgoing webhook, which reports messages to another system.

        The server signs each request and repeats it until the receiver accepts it, at most
        ten times
        within a day. The secret is shown only once. In a sealed workspace the receiver
        learns
        ids and states only.

        Raises Invalid, NotAllowed, Conflict (too many webhooks).
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
    ) -> OutgoingWebhooks:
        """List outgoing webhooks, with their failed deliveries."""

    async def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> OutgoingWebhook:
        """Remove an outgoing webhook and all that waits for it; return it.

        Raises NotFound.
        """

    async def test(
        self,
        *,
        id: str,
        wait_s: float = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Tested:
        """Send a test request to an outgoing webhook, once.

        Can wait for the result. Only the status of the response is kept.

        Raises NotFound.
        """

    async def retry(
        self,
        *,
        id: str,
        delivery: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Retried:
        """Send the failed deliveries of an outgoing webhook again.

        Also ends the pause after failures.

        Raises NotFound (no such webhook, or no such failed delivery).
        """

class WorkspaceVerbs:
    async def needs(
        self,
        *,
        limit: int = 50,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Needs:
        """Return what needs a person: messages, blocked, urgent or overdue work.

        Marks nothing. With a person's key it covers that person's messages, with any other
        key those of
        all people. What the person has hidden (`mute.start`) is left out.
        """

    async def export(
        self,
        *,
        part: Literal[
            "reader", "roster", "message", "event", "schedule", "task", "session", "note"
        ] = "reader",
        after: int = 0,
        upto: int | None = None,
        limit: int = 500,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Exported:
        """Export a page of a workspace's data.

        Receipts and marks are included; keys, webhooks and tokens are left out.

        Marks that are set while an export runs may be missing from it; the messages are
        then unread in
        the copy.

        Raises NotAllowed for an admin's key in a private workspace, whose messages it may
        not read.
        """

    async def import_(
        self,
        *,
        part: Literal[
            "reader", "roster", "message", "event", "schedule", "task", "session", "note"
        ],
        records: builtins.list[dict[str, Any]],
        upto: int,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Imported:
        """Import records of an export; existing records stay unchanged.

        Numbers and ids are kept. A batch is stored completely or not at all; repeating an
        import
        completes an interrupted one.

        Raises Invalid, Conflict.
        """

    async def overview(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Overview:
        """Return an overview of agents and current tasks without marking anything."""

    async def create(
        self,
        *,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        relaxed_hops_limit: int | None = None,
        relaxed_repeats_limit: int | None = None,
        pair_per_minute: int | None = None,
        thread_per_minute: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        heartbeat_s: int | None = None,
        session_ttl_s: int | None = None,
        empty_inbox_text: str | None = None,
        storage_mb: int | None = None,
        schedules_limit: int | None = None,
        schedule_interval_s: int | None = None,
        newcomer_days: int | None = None,
        name: str,
        mode: Literal["open", "private"] = "open",
        sealed: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspace:
        """Create a workspace.

        Raises Conflict when the name is taken, Invalid.
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
    ) -> Workspaces:
        """List the workspaces that your key covers."""

    async def settings(
        self,
        *,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        relaxed_hops_limit: int | None = None,
        relaxed_repeats_limit: int | None = None,
        pair_per_minute: int | None = None,
        thread_per_minute: int | None = None,
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
        """Change or read a workspace's settings.

        Omitted settings stay unchanged. Raises NotAllowed for the limits that only an
        operator can
        change.
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
        """Return who sends messages to whom, with counts without marking anything.

        Each pair has its most frequent intent. In a private workspace it covers the
        caller's messages
        only.
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
        """Return message rates, delays and backlogs without marking anything.

        Delays are from sent to delivered and to acknowledged. In a private workspace it
        covers the
        caller's messages only.
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
    mute: MuteVerbs
    task: TaskVerbs
    note: NoteVerbs
    pause: PauseVerbs
    session: SessionVerbs
    program: ProgramVerbs
    receipt: ReceiptVerbs
    review: ReviewVerbs
    roster: RosterVerbs
    schedule: ScheduleVerbs
    server: ServerVerbs
    share: ShareVerbs
    text: TextVerbs
    thread: ThreadVerbs
    turn: TurnVerbs
    webhook: WebhookVerbs
    webhook_out: Webhook_OutVerbs
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
        directory: str | None = None,
        repository: str | None = None,
        pid: int | None = None,
        terminal: str | None = None,
        ttl_s: int | None = None,
        name_form: str | None = None,
        auto_instance: str | None = None,
        copy_id: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CheckedIn:
        """Report that you are online and what you work on.

        Returns your unread count and the agents that claim the same work. With
        `auto_instance` the
        server chooses an instance, in `me`. An abandoned instance is reused, and starts
        with the
        messages that no instance has read. `copies` lists your other online instances. With
        `name_form`
        the server generates an unused name and returns it in `me`.

        Raises Invalid, NotAllowed, Conflict (a second spelling of a name; no free name of a
        form).
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
        """Report that you go offline; messages wait for you.

        Raises NotAllowed.
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
        """Withdraw all messages that wait for an unknown name.

        The messages stay in the history.

        For people and operators. A later message to the name waits again.

        Raises NotAllowed, NotFound (also for an agent that has connected before).
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
        """Report that you are still online; any other call does so too.

        Raises NotAllowed.
        """

    def list(
        self,
        *,
        online_only: bool = False,
        others_only: bool = False,
        within: Literal["workspace", "directory", "repository"] = "workspace",
        directory: str | None = None,
        repository: str | None = None,
        name: str | None = None,
        days: int | None = None,
        newest_first: bool = False,
        present_first: bool = False,
        limit: int | None = None,
        skip: int = 0,
        like: str | None = None,
        cursor: str | None = None,
        with_unread: bool = False,
        with_sessions: bool = False,
        waiting: int = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Roster:
        """List agents and people with their presence, and unknown recipients."""

    def quiet(
        self,
        *,
        until: str | None = None,
        digest_minutes: int | None = None,
        at_turn_end: bool = False,
        off: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> QuietRules:
        """Set when an agent program shows messages that are not urgent.

        Without an instance the rules hold for all instances of the agent. Messages wait in
        the mailbox
        meanwhile, and senders see the rule in `reach`. Urgent messages are shown at once.

        Raises Invalid, NotAllowed.
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
        """Change a registered name's kind to agent or human.

        Earlier messages keep the kind they were sent with. Keys do not change: an agent's
        key cannot
        speak as a person, so create a new key for the person.

        Raises NotFound, Conflict (part of the server, or a person with a valid key).
        """

    def whoami(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Identity:
        """Return your identity: workspace, name, role and rights of your key."""

class SyncMessageVerbs:
    def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Message:
        """Return one message without marking it.

        Raises NotFound, also for other workspaces.
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
        """Withdraw a message from recipients who have not read it.

        It moves from their mailboxes to their archives and stays in the history. Recipients
        who have
        read it keep it. Repeating the call changes nothing.

        Raises NotFound, also for a message of another sender.
        """

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
        choices: builtins.list[str] = ...,
        choice: str | None = None,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        reroute: bool = False,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        exact: bool = False,
        lists_everyone: bool = False,
        relaxed_limits: bool = False,
        sealed: SealedMessage | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sent:
        """Send a message; it is on disk before the call returns.

        The result contains the expected delivery to each recipient: how and how soon it
        sees the
        message, as far as the server knows. A message to an unknown name waits until an
        agent with that
        name connects. A reply marks its parent acknowledged for the sender of the reply.
        The same
        idempotency key with the same content returns the first message.

        Raises Invalid, TooLong, UnknownRecipient, NotFound (parent), Conflict, LoopGuard.
        Source:
        docs/why/delivery.md.
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
        choices: builtins.list[str] = ...,
        choice: str | None = None,
        parent: str | None = None,
        reply_all: bool = False,
        expects_reply_by: str | None = None,
        expires_in_days: int | None = None,
        reroute: bool = False,
        idempotency_key: str | None = None,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        facts: dict[str, Any] = ...,
        mention: bool = False,
        by_instance: bool = False,
        exact: bool = False,
        lists_everyone: bool = False,
        relaxed_limits: bool = False,
        sealed: SealedMessage | None = None,
        wait_s: float = 45,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Asked:
        """Send a question and wait up to `wait_s` seconds for a reply.

        Returns early when all recipients go offline. The question stays sent for any
        outcome; to
        continue to wait, call again with the same idempotency key. The reply is an ordinary
        message:
        mark it when you have read it.

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
        audience: builtins.list[str] | None = None,
        with_tallies: bool = False,
        with_sizes: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Past:
        """Return the workspace's messages, newest first without marking anything.

        `ids` selects messages directly; those that do not exist or that you may not see are
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
        """Search subjects and bodies, newest first without marking anything.

        Raises Invalid, NotFound (thread), BadCursor.
        """

    def preview(
        self,
        *,
        to: str | builtins.list[str],
        to_instance: str | None = None,
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Previewed:
        """Return who would receive a message, and how soon, without sending it.

        Raises Invalid.
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
        """Send up to 500 messages in one call, each with a separate outcome.

        Messages are stored in the order of the list. Raises Invalid only when the list
        itself is
        invalid; the error of one message is in its outcome.
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
        """Return the receipts of one message: who received and read it.

        `is_late` is true when a reply is overdue.

        Raises NotFound, BadCursor.
        """

    def transcript(
        self,
        *,
        after: int = 0,
        limit: int = 1000,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Transcript:
        """List all sealed messages of the workspace by hash, oldest first.

        Every member sees the same list, in a private workspace too, and withdrawn and
        expired messages
        stay in it. Members compare it: each message names the part that its sender has
        seen.
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
        """Return events after a cursor, oldest first; can wait for new ones.

        With `wait_s` it waits when there are none. A client that keeps its cursor never
        misses an
        event; one cursor is valid for all filters. A page may be empty although `has_more`
        is true:
        call again.

        Raises Invalid, BadCursor.
        """

    def list(
        self,
        *,
        of: str | None = None,
        kinds: builtins.list[str] | None = None,
        skip: int = 0,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Activity:
        """List events, newest first: ids and kinds, never a body.

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
        """Return the event log with complete messages, oldest first.

        For archives and replays; marks nothing. A message that expects a reply opens a
        contract, which
        the first reply resolves; both have separate lines.

        Raises BadCursor.
        """

class SyncMailboxVerbs:
    def list(
        self,
        *,
        of: str | None = None,
        unread_only: bool = False,
        include_archived: bool = False,
        counts_listed: bool = False,
        exact: bool = False,
        sender: str | None = None,
        intent: str | None = None,
        limit: int = 30,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Mailbox:
        """List the messages of one mailbox, newest first without marking anything.

        Each has its read and archived flags. The mailbox of an unregistered name is empty;
        listing it
        does not register the name.

        Raises BadCursor, NotFound (the mailbox of another agent in a private workspace),
        NotAllowed,
        Invalid and Conflict (`exact`).
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
        """Return the caller's unread messages, oldest first.

        Returns at most `limit` messages and `max_body_bytes` of body text, without
        splitting a message.
        Unread messages come back on every check until they are marked; `cursor` only pages
        through one
        look. `since`, `metadata`, `intent`, `direct_only` and `state` filter the messages,
        not the
        counts. The states `delivered` and `acknowledged` search the newest 1,000 messages.

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
        """Wait up to `wait_s` seconds for unread messages.

        Returns at once when there are some. Everything else is as in inbox.check. An empty
        result is
        not an error: call again.
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
        dialect: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Create a key for one agent or person; it is shown only once.

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

        A key that covers all workspaces also lists the keys that do, such as the
        operator's.
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
        """Revoke a key and return the workspace's keys.

        Open sockets and waits that use it end within a second.

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
        """Replace a key with a new one that has the same rights.

        The new key is shown only once; the old one ends after `grace_s`. An operator's new
        key is also
        written to `operator.key` on the server's machine.

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
        challenge: str | None = None,
        client: str = "",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Invited:
        """Create an invitation for a second machine.

        It works once, within 24 hours; with a `challenge` within ten minutes.

        Raises Invalid, Conflict.
        """

    def redeem(
        self,
        *,
        verifier: str = "",
        client: str = "",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Create the key of an agent from an invitation.

        The invitation is the key of this call. The new key is valid for 90 days.

        Raises BadKey when it has been used, and when the verifier does not fit.
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
        """Create a one-time link that signs a person in to the dashboard.

        It is valid for ten minutes. People create links for themselves, admins for any
        person.

        Raises Invalid, NotAllowed, Conflict (the name is an agent's).
        """

    def redeem(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewKey:
        """Redeem a one-time link for a key that is valid for seven days.

        The link is the key of this call. Raises BadKey when it has been used.
        """

    def end(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> LoginEnded:
        """Sign out: end the key of this call if it came from a link."""

class SyncMuteVerbs:
    def start(
        self,
        *,
        of: str,
        until: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Muted:
        """Hide an agent, a thread or a message under "Needs you".

        An agent and a thread stay hidden until `mute.end`, or until a time; a message needs
        the time.
        Inboxes and other people do not change, and urgent messages are shown anyway, except
        a message
        that is hidden itself. Muting again replaces the time.

        Raises NotAllowed (an agent calls), NotFound, Invalid (time not within a year),
        Conflict (too
        many).
        """

    def end(
        self,
        *,
        of: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Unmuted:
        """Show a hidden agent, thread or message under "Needs you" again.

        Raises NotAllowed (an agent calls), NotFound (not found, or not hidden).
        """

class SyncTaskVerbs:
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

        Raises NotFound, also for other workspaces.
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
        without_tag: str | None = None,
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
        """List tasks, newest or most urgent first; by default unfinished ones.

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
        without_tag: str | None = None,
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
        """Search titles, descriptions, tags and notes of tasks, newest first.

        Raises Invalid, BadCursor.
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
        """Assign a task to an agent or person, or to nobody.

        The new and the previous assignee get a message each.

        A claimed or started task becomes open again, for the new assignee to claim. The
        same assignee
        again changes nothing.

        Raises NotFound, Conflict (it is finished), Invalid, UnknownRecipient.
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
        """Claim a task; exactly one of several claimants gets it.

        The result names the winner. Claiming a task that you have changes nothing and is no
        error.
        Without `id` it claims the most urgent open task that waits for nothing and is
        assigned to you
        or nobody.

        Raises NotFound, Conflict (with `or_refuse`).
        """

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
        exact: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Created:
        """Create a task; its assignee gets a task_assignment message.

        Without `to` anyone can claim it. The same idempotency key with the same content
        returns the
        first task.

        Raises Invalid, TooLong, NotFound (depends_on, parent), UnknownRecipient, Conflict.
        """

    def create_many(
        self,
        *,
        tasks: builtins.list[PlannedTask],
        to: str | None = None,
        start_first: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> CreatedMany:
        """Create the tasks of a plan, all or none.

        Each gets the id of the plan in its metadata, and its assignee a task_assignment
        message.

        Raises what task.create raises; nothing is stored then.
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
        """Change which tasks a task depends on; cycles are refused.

        Raises NotFound, Conflict (it would depend on itself), Invalid.
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
        without_tag: str | None = None,
        updated_before: str | None = None,
        note: str | None = None,
        limit: int = 200,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> FinishedMany:
        """Finish all unfinished tasks that match the filters.

        Each is finished as by task.update. `only_look` lists the tasks without a change.

        Raises Invalid (no filter), NotFound (ids).
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
        only_own: bool = False,
        metadata: dict[str, Any] | None = None,
        keep_metadata: bool = False,
        as_creator: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Task:
        """Update a task: change its status or edit its fields.

        Starting an unassigned task assigns it to you. Finishing a task sends a message of
        type system
        to the creator, and to the assignee if another agent finished it. The same status
        again changes
        nothing.

        Raises NotFound, Conflict (a status that cannot follow, another agent's task, a
        dependency
        cycle), NotAllowed (`only_own`, `as_creator`), Invalid, TooLong, UnknownRecipient.
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
        sources: builtins.list[str] = ...,
        folder: str | None = None,
        expires_at: str | None = None,
        write_id: str | None = None,
        unless_known: bool = False,
        task: str | None = None,
        replaces_title: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Add a note for everybody in the workspace.

        A note is never edited; note.supersede replaces it. With `task` it gets the tag
        task:NUMBER.

        Raises Invalid, TooLong, NotFound (a linked note, the folder, the task).
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
        keep_metadata: bool = False,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Supersede a note with a new one; the old one stays readable.

        Raises Invalid, TooLong, NotFound, Conflict (already superseded, by the note in
        `superseded_by`).
        """

    def append(
        self,
        *,
        title: str,
        text: str,
        kind: str = "document",
        priority: int = 3,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Append text to the newest note of a kind and title, or begin that note.

        The result supersedes the note. `priority` applies to a note that it begins.

        Raises Invalid, TooLong.
        """

    def move(
        self,
        *,
        id: str,
        folder: str | None = None,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Note:
        """Move a note into a folder, or out of its folder.

        Only the author and admins can move it. A folder can be in another, but not in
        itself.

        Raises NotFound, NotAllowed, Invalid.
        """

    def archive(
        self,
        *,
        id: str,
        archived: bool = True,
        follow: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Note:
        """Archive a note, or bring it back.

        Lists, searches and new sessions leave an archived note out; its id still finds it.
        Only the
        author and admins can archive it. Twice changes nothing.

        Raises NotFound, NotAllowed.
        """

    def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Removed:
        """Remove a note permanently, with all its versions and links.

        Only the author of its first version and admins can. A folder must be empty. The log
        keeps that
        it was removed, and nothing of its text.

        Raises NotFound, NotAllowed, Conflict (a folder that holds notes).
        """

    def tidy(
        self,
        *,
        kind: str = "episodic",
        kind_days: int = 30,
        max_priority: int = 1,
        days: int = 14,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Tidied:
        """Archive your old notes of a kind, and your old unimportant ones.

        At most 200 in one call, oldest first. An admin archives those of every author.
        Folders and
        documents stay.

        Raises Invalid.
        """

    def list(
        self,
        *,
        kind: str | None = None,
        not_kind: str | None = None,
        folder: str | None = None,
        tag: str | None = None,
        title: str | None = None,
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
        """List current notes, newest first.

        `include_superseded` adds superseded, archived and expired ones.

        Raises Invalid, BadCursor, NotFound (`ids`, `folder`).
        """

    def search(
        self,
        *,
        kind: str | None = None,
        not_kind: str | None = None,
        folder: str | None = None,
        tag: str | None = None,
        title: str | None = None,
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
        """Search titles, texts and tags of notes by words, newest first.

        Raises Invalid, BadCursor, NotFound (`folder`).
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
        """Link one note to another by a relation; twice changes nothing.

        Raises Invalid, NotFound.
        """

    def unlink(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Unlinked:
        """Remove a link between two notes.

        Only the author of the link and admins can. The notes stay.

        Raises NotFound, NotAllowed, Invalid (a note that supersedes another stays linked to
        it).
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
        """Return one note with its links and linked notes.

        With `follow` its links include those of all its versions, and lead to current
        notes.

        Raises NotFound.
        """

    def explore(
        self,
        *,
        query: str | None = None,
        id: str | None = None,
        depth: int = 2,
        limit: int = 50,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Explored:
        """Follow the links from one note, or from those with the words of a query.

        Superseded notes appear as their current versions. A query begins from the five
        newest notes
        with any of its words.

        Raises NotFound, Invalid (neither `id` nor `query`).
        """

class SyncPauseVerbs:
    def start(
        self,
        *,
        of: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> PauseChanged:
        """Pause a thread or an agent: agents can send nothing there.

        The server rejects messages of agents into the thread, or from and to the agent,
        until a person
        ends the pause. People can still write. Pausing again changes nothing.

        Raises NotAllowed (an agent calls), NotFound, Invalid (a person is named), Conflict
        (too many).
        """

    def end(
        self,
        *,
        of: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Resumed:
        """Resume a paused thread or agent.

        Raises NotAllowed (an agent calls), NotFound (no such thread or agent, or it is not
        paused).
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
        """Return sessions that work on an area or files; claims nothing.

        Raises NotAllowed, NotFound (the token's session is over).
        """

    def list(
        self,
        *,
        of: str | None = None,
        state: Literal["active", "timed_out", "ended"] | None = None,
        skip: int = 0,
        limit: int = 20,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Sessions:
        """List sessions, newest first, with their claims and outcomes.

        Raises BadCursor.
        """

    def context(
        self,
        *,
        documents: builtins.list[str] = ...,
        notes_from: int = 4,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Opening:
        """Return what session.start would return, for agents without a session.

        The context is null if you have a session or were active within the last hour; so a
        second call
        in a row returns null. Marks nothing.

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
        directory: str | None = None,
        repository: str | None = None,
        pid: int | None = None,
        terminal: str | None = None,
        ttl_s: int | None = None,
        name_form: str | None = None,
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
        notes_from: int = 4,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Started:
        """Start a session: claim your work and get a token.

        The token identifies you in every call, and each call with it keeps the session
        active. A
        session without a call for `ttl_s` seconds is `timed_out` until its next call.
        `conflicts` lists
        live sessions with the same area or files; with `on_conflict` block the start is
        refused and
        nothing is stored. A caller without a name gets one.

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
        """Report progress, add notes, and get up to five unread messages.

        It keeps the session active. Without a token it applies to your newest session;
        without a
        session it only returns messages.

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
        """End a session: its token and claims end, and you go offline.

        Without a token it ends your newest session. You stay online if another session of
        yours is
        active.

        Raises NotAllowed, NotFound (there is none to end).
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
        """Mark the messages of a report as shown to the model.

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
            "delegating",
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
        has_returned: bool = False,
        can_show: bool = True,
        has_shown_last: bool = False,
        files: builtins.list[str] = ...,
        must_be_known: bool = False,
        with_notes: bool = False,
        notes_from: int = 4,
        prompt: str | None = None,
        known_notes: builtins.list[str] = ...,
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

        A session start returns up to five unread messages, a prompt and the end of a turn
        those that
        this instance has not received yet, a tool call only urgent ones. After a
        compaction, messages
        that are not acknowledged come once more; so do messages whose reply is half over or
        overdue,
        once each time. The operation marks nothing: the messages come again until
        program.shown
        confirms them. From `delegating` to `has_returned`, tool calls return nothing: they
        may be those
        of a sub-agent, whose context is not the session's.

        The operation compares `files` with the claims of others, and reports each collision
        once to
        both sides. With `with_notes` it returns up to five notes too.

        Raises Invalid, NotAllowed, NotFound (`must_be_known`), NotYou.
        """

    def wake(
        self,
        *,
        program: str,
        program_session: str | None = None,
        way: str | None = None,
        carries_text: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Woken:
        """Return the messages to wake an agent program for now.

        For the bridge of a session: it asks when a message has come and after
        `look_again_s`, and then
        signals the program. Only messages that are unread and not shown to its model yet
        count; the
        attention rules of the receiver hold, and a turn that runs is not interrupted. The
        same
        messages come again after growing gaps, five times at most, until the program has
        shown them.
        Senders see `way` in `reach`.

        Raises Invalid, NotAllowed, NotFound (no such session).
        """

    def signalled(
        self,
        *,
        program: str,
        program_session: str,
        way: str,
        ids: builtins.list[str],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Noted:
        """Record that a running program was signalled about messages.

        Marks nothing: the evidence `signalled` means that a notice went out by this way,
        not that a
        model was shown anything.

        Raises Invalid, NotAllowed, NotFound (no such session).
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
        """Mark messages as read, acknowledged or archived, or undo it.

        Marks are delivered, read, unread, acknowledged, archived and unarchived; `ids`
        holds message or
        receipt ids. The first time counts: marking again changes nothing and is no error.
        Acknowledged
        implies read, read implies delivered. An instance marks for that instance only; a
        caller without
        an instance marks for all instances or, with the receipt id of one instance, for
        that one. Ids
        that are not in the caller's mailbox come back in `not_found`; with `as_recipient`
        so do
        receipts of names that the key may not speak as.

        Raises NotFound with `or_refuse`.
        """

class SyncReviewVerbs:
    def open(
        self,
        *,
        to: str | builtins.list[str],
        body: str,
        subject: str | None = None,
        diff: str | None = None,
        files: builtins.list[str] = ...,
        priority: int = 3,
        expects_reply_by: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Open a review of a diff: a message to the reviewers.

        Raises what message.send raises.
        """

    def comment(
        self,
        *,
        id: str,
        body: str,
        file: str | None = None,
        line: str | int | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Add a comment to a review, on a file or a line; opens it again.

        Everyone who takes part gets the comment as a message.

        Raises NotFound, Invalid, and what message.send raises.
        """

    def resolve(
        self,
        *,
        id: str,
        outcome: str = "resolved",
        body: str = "",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Mark a review as resolved, with an outcome.

        Everyone who takes part gets the resolution as a message.

        Raises NotFound, and what message.send raises.
        """

    def get(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Review:
        """Return a review with its comments.

        Raises NotFound.
        """

    def list(
        self,
        *,
        state: Literal["open", "resolved"] | None = None,
        of: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Reviews:
        """List reviews, newest first.

        Raises BadCursor.
        """

class SyncRosterVerbs:
    def append(
        self,
        *,
        record: SignedRecord,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Appended:
        """Append a record to the roster of a sealed workspace.

        The record names the hash of the newest one and is signed by a member that is an
        admin. The
        first record founds the roster; it needs a key that administers the workspace. The
        roster never
        changes otherwise, and the same record again is no error.

        Raises Conflict (the workspace is not sealed; another record came first), Invalid,
        NotAllowed,
        SealedRefused.
        """

    def get(
        self,
        *,
        after: int = -1,
        limit: int = 1000,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> RosterRecords:
        """Return the records of a sealed workspace's roster.

        Clients check each signature themselves, from the first record on. In a workspace
        that is not
        sealed there are none.
        """

    def request(
        self,
        *,
        request: str,
        member: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Requested:
        """Submit a request to become a member of a sealed workspace.

        An admin answers it. The request waits for 24 hours; another one of the same agent
        replaces it.
        It ends when a record adds the member.

        Raises Conflict (the workspace is not sealed), Invalid, RateLimited (100 requests
        wait).
        """

    def requests(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> WaitingRequests:
        """List the requests to become a member of a sealed workspace.

        Compare the words of a request with the person who made it before you add the
        member.
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
        """Add a schedule that sends a message at the times of a cron expression.

        The sender is `system:cron`. When times pass while no server runs, the server sends
        one message
        with the number of missed times.

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
        """List the workspace's schedules.

        In a private workspace agents see the schedules they added; people and operators see
        all.
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
        """Remove a schedule and return it; sent messages stay.

        Raises NotFound, NotAllowed (an agent's key, and another agent added it).
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
        """Copy the database while the server runs, and check the copy.

        The copy holds every workspace, and the keys' digests. For operators, who may read
        it all.

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
        """Return the database size, open sockets, clock skew and last backup."""

class SyncShareVerbs:
    def add(
        self,
        *,
        shares: builtins.list[GivenShare],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> AddedShares:
        """Add shares of older messages and texts for a member that joined later.

        Each share is signed by the caller's member. The first share of a message for a
        member stays.

        Raises Conflict (not sealed), NotFound (no such message), NotYou, Invalid.
        """

    def list(
        self,
        *,
        numbers: builtins.list[int],
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> ListedShares:
        """List the shares of messages and texts for the caller's member."""

class SyncTextVerbs:
    def put(
        self,
        *,
        sealed: GivenText,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> PutDone:
        """Keep a sealed text of a task, note, link, session or agent.

        Its header names the object, the edition, and the member's text before it. A note
        and a link
        have one edition. The same text again is no error.

        Raises Conflict (not sealed, the roster, the object's text or the member's chain has
        moved on),
        NotFound, NotAllowed (another agent's note, session or card), NotYou, Invalid.
        """

    def list(
        self,
        *,
        after: int = 0,
        limit: int = 500,
        numbers: builtins.list[int] = ...,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> ListedTexts:
        """List the sealed texts of a sealed workspace, oldest first.

        Every member sees the same list. In a private workspace a text for others is listed
        by its hash
        alone. Only the newest edition of a text has a content, and only `numbers` returns
        it.
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
        """Return one conversation, oldest first without marking anything.

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
        """List conversations, newest first without marking anything.

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
        tasks: builtins.list[Planned] = ...,
        answer_within_s: int | None = None,
        answers_oldest: bool = False,
        idempotency_key: str | None = None,
        relaxed_limits: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Turn:
        """Submit the result of a turn: store a note, send messages, create tasks.

        The note holds the summary (without one, the status), status, blockers and plan.
        Tasks depend on
        each other by their keys. Everything is stored, or nothing.

        Raises what message.send, task.create and note.add raise; nothing is stored then.
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
        """Add a webhook, through which another system sends messages.

        The sender is `system:webhook`. The JSON of a request fills the templates of
        subject, text and
        recipients. The secret is shown only once.

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
        """List the workspace's webhooks, without their secrets."""

    def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Webhook:
        """Remove a webhook and return it; received messages stay.

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
        """Receive a signed request from another system as a message.

        The signature replaces a key. A repeated delivery returns the first message. A
        delivery signed
        more than five minutes ago is refused, in the forms that sign the time.

        Raises BadKey, Invalid, Conflict (other content, or the same under another delivery
        id),
        UnknownRecipient.
        """

class SyncWebhook_OutVerbs:
    def add(
        self,
        *,
        url: str,
        on: Literal["needs", "urgent", "overdue", "all"] = "needs",
        form: Literal["standard", "slack"] = "standard",
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> NewOutgoing:
        """Add an outgoing webhook, which reports messages to another system.

        The server signs each request and repeats it until the receiver accepts it, at most
        ten times
        within a day. The secret is shown only once. In a sealed workspace the receiver
        learns
        ids and states only.

        Raises Invalid, NotAllowed, Conflict (too many webhooks).
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
    ) -> OutgoingWebhooks:
        """List outgoing webhooks, with their failed deliveries."""

    def remove(
        self,
        *,
        id: str,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> OutgoingWebhook:
        """Remove an outgoing webhook and all that waits for it; return it.

        Raises NotFound.
        """

    def test(
        self,
        *,
        id: str,
        wait_s: float = 0,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Tested:
        """Send a test request to an outgoing webhook, once.

        Can wait for the result. Only the status of the response is kept.

        Raises NotFound.
        """

    def retry(
        self,
        *,
        id: str,
        delivery: str | None = None,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Retried:
        """Send the failed deliveries of an outgoing webhook again.

        Also ends the pause after failures.

        Raises NotFound (no such webhook, or no such failed delivery).
        """

class SyncWorkspaceVerbs:
    def needs(
        self,
        *,
        limit: int = 50,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Needs:
        """Return what needs a person: messages, blocked, urgent or overdue work.

        Marks nothing. With a person's key it covers that person's messages, with any other
        key those of
        all people. What the person has hidden (`mute.start`) is left out.
        """

    def export(
        self,
        *,
        part: Literal[
            "reader", "roster", "message", "event", "schedule", "task", "session", "note"
        ] = "reader",
        after: int = 0,
        upto: int | None = None,
        limit: int = 500,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Exported:
        """Export a page of a workspace's data.

        Receipts and marks are included; keys, webhooks and tokens are left out.

        Marks that are set while an export runs may be missing from it; the messages are
        then unread in
        the copy.

        Raises NotAllowed for an admin's key in a private workspace, whose messages it may
        not read.
        """

    def import_(
        self,
        *,
        part: Literal[
            "reader", "roster", "message", "event", "schedule", "task", "session", "note"
        ],
        records: builtins.list[dict[str, Any]],
        upto: int,
        only_look: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Imported:
        """Import records of an export; existing records stay unchanged.

        Numbers and ids are kept. A batch is stored completely or not at all; repeating an
        import
        completes an interrupted one.

        Raises Invalid, Conflict.
        """

    def overview(
        self,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Overview:
        """Return an overview of agents and current tasks without marking anything."""

    def create(
        self,
        *,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        relaxed_hops_limit: int | None = None,
        relaxed_repeats_limit: int | None = None,
        pair_per_minute: int | None = None,
        thread_per_minute: int | None = None,
        on_conflict: Literal["warn", "block"] | None = None,
        heartbeat_s: int | None = None,
        session_ttl_s: int | None = None,
        empty_inbox_text: str | None = None,
        storage_mb: int | None = None,
        schedules_limit: int | None = None,
        schedule_interval_s: int | None = None,
        newcomer_days: int | None = None,
        name: str,
        mode: Literal["open", "private"] = "open",
        sealed: bool = False,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        session: str | None = None,
    ) -> Workspace:
        """Create a workspace.

        Raises Conflict when the name is taken, Invalid.
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
    ) -> Workspaces:
        """List the workspaces that your key covers."""

    def settings(
        self,
        *,
        unknown: Literal["hold", "refuse", "inactive"] | None = None,
        inactive: Literal["refuse", "hold"] | None = None,
        hops_limit: int | None = None,
        repeats_limit: int | None = None,
        relaxed_hops_limit: int | None = None,
        relaxed_repeats_limit: int | None = None,
        pair_per_minute: int | None = None,
        thread_per_minute: int | None = None,
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
        """Change or read a workspace's settings.

        Omitted settings stay unchanged. Raises NotAllowed for the limits that only an
        operator can
        change.
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
        """Return who sends messages to whom, with counts without marking anything.

        Each pair has its most frequent intent. In a private workspace it covers the
        caller's messages
        only.
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
        """Return message rates, delays and backlogs without marking anything.

        Delays are from sent to delivered and to acknowledged. In a private workspace it
        covers the
        caller's messages only.
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
    mute: SyncMuteVerbs
    task: SyncTaskVerbs
    note: SyncNoteVerbs
    pause: SyncPauseVerbs
    session: SyncSessionVerbs
    program: SyncProgramVerbs
    receipt: SyncReceiptVerbs
    review: SyncReviewVerbs
    roster: SyncRosterVerbs
    schedule: SyncScheduleVerbs
    server: SyncServerVerbs
    share: SyncShareVerbs
    text: SyncTextVerbs
    thread: SyncThreadVerbs
    turn: SyncTurnVerbs
    webhook: SyncWebhookVerbs
    webhook_out: SyncWebhook_OutVerbs
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
        text_times: bool = False,
        transport: Transport | None = None,
    ) -> None: ...
    def call(self, name: str, /, **params: Any) -> Any:
        """Call an operation by its name and return its result struct, with times as
        `datetime`.

        Raises NoServer and the errors of ackbox.errors.
        """

    def do(self, operation: Callable[[Context, P], Awaitable[R]], params: P) -> R:
        """Call an operation with its parameter struct; a type checker knows parameters and
        result,
        in which times are text.

        `sent = await client.do(messages.send, messages.Send(to="bob", body="hello"))`
        """

    def pages(self, **params: Unpack[Follow]) -> Generator[tuple[list[Event], str]]:
        """Yield pages of the feed, as (events, cursor), as long as the caller iterates; the
        first
        has no events and contains the start.

        Takes `of`, `cursor`, `kinds`, `sender`, `thread`, `join_ms`, as a subscription
        does. After
        a lost connection it continues from its cursor.
        """

    def events(self, **params: Unpack[Follow]) -> Generator[Event]:
        """Yield events one at a time; like `pages`, without the cursors."""

    def letters(
        self,
        *,
        mark: Literal["delivered", "read", "unread", "acknowledged", "archived", "unarchived"]
        | Literal["none"] = "none",
    ) -> Generator[Letter]:
        """Yield unread messages, each once: first those that wait, then new ones, by push and
        poll.

        Sets `mark` on each message before yielding it. Mark the messages that you have
        handled, or
        the next run yields them again. If the server goes away after the first message,
        this waits
        for it. Raises NoServer before that, and the errors of ackbox.errors.
        """
