# Written by tools/make_reference.py from the table of operations.
# Change the code, then run `make docs`.
"""Results of the client that have times in them, for type checkers and editors.

Explained in docs/howto/use-the-python-client.md.
"""

import builtins
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UnsetType

from ackbox.model.message import Ref
from ackbox.model.program import Collision
from ackbox.model.sealed import ReceivedMessage
from ackbox.ops.agent.check_in import Urgent
from ackbox.ops.agent.list import SessionRules
from ackbox.ops.message.history import Tally
from ackbox.ops.note.graph import Neighbour
from ackbox.ops.rules.in_progress import UnderWay
from ackbox.ops.rules.overlap import Overlap
from ackbox.ops.session.start import Kept
from ackbox.ops.thread import Person
from ackbox.ops.workspace.statistics import Delay

class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    agent: str
    acknowledged_at: datetime

class Activity(msgspec.Struct, frozen=True, kw_only=True):
    events: builtins.list[Event]
    cursor: str | None

class Added(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: int
    kind: str
    title: str | None
    text: str
    tags: builtins.list[str]
    priority: int
    metadata: dict[str, Any]
    author: str
    author_instance: str | None
    supersedes: str | None
    superseded_by: str | None
    folder: str | None
    expires_at: datetime | None
    archived_at: datetime | None
    created_at: datetime
    workspace: str | None
    duplicate: bool

class Alive(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    instance: str | None
    last_seen: datetime
    unread: int

class Asked(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    seq: int
    workspace: str | None
    thread: str
    sender: str
    type: str
    created_at: datetime
    duplicate: bool
    recipient_count: int
    recipients: builtins.list[Recipient]
    outcome: Literal["answered", "timed_out", "gone"]
    answer: Message | None

class Checked(msgspec.Struct, frozen=True, kw_only=True):
    messages: builtins.list[Letter]
    cursor: str | None
    has_more: bool
    unread: int
    total: int
    counts_capped: bool
    notice: str | None
    known: bool
    near: builtins.list[str]
    under_way: UnderWay | None

class CheckedIn(msgspec.Struct, frozen=True, kw_only=True):
    me: Instance
    unread: int
    total: int
    urgent: builtins.list[Urgent]
    heartbeat_s: int
    ttl_s: int
    conflicts: builtins.list[Overlap]
    notices: builtins.list[str]
    copies: builtins.list[Instance]

class CheckedOut(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    instance: str | None
    left_at: datetime

class Checkpointed(msgspec.Struct, frozen=True, kw_only=True):
    session: Session | None
    notes: builtins.list[Kept]
    conflicts: builtins.list[Overlap]
    acknowledged: builtins.list[Acknowledged]
    messages: builtins.list[Letter]
    unread: int
    total: int

class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    claimed: bool
    task: Task | None
    winner: str | None
    winner_instance: str | None
    reason: Literal["taken", "assigned", "waiting", "finished", "nothing"] | None
    notice: str | None

class Comment(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    author: str
    kind: str
    file: str | None
    line: str | None
    body: str
    resolves: bool
    created_at: datetime

class Created(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: int
    workspace: str
    title: str
    description: str
    status: Literal[
        "open", "claimed", "in_progress", "review", "done", "blocked", "failed", "cancelled"
    ]
    priority: int
    creator: str
    assignee: str | None
    assignee_instance: str | None
    project: str | None
    mission: str | None
    tags: builtins.list[str]
    depends_on: builtins.list[str]
    waits_for: builtins.list[str]
    done_when: str | None
    due_at: datetime | None
    is_late: bool
    is_stale: bool
    estimated_minutes: int | None
    note: str | None
    blocked_by: str | None
    blocked_cause: Literal["peer_task", "human", "authorisation", "other"] | None
    parent: str | None
    message: str | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    claimed_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    duplicate: bool

class CreatedMany(msgspec.Struct, frozen=True, kw_only=True):
    plan: str
    workspace: str
    tasks: builtins.list[Created]

class StartEnded(msgspec.Struct, frozen=True, kw_only=True):
    session: Session
    duration_s: int

class Event(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    kind: str
    at: datetime
    agent: str | None
    id: str | None
    thread: str | None
    details: dict[str, Any]

class Events(msgspec.Struct, frozen=True, kw_only=True):
    events: builtins.list[Event]
    cursor: str
    has_more: bool

class Explored(msgspec.Struct, frozen=True, kw_only=True):
    notes: builtins.list[Neighbour]
    links: builtins.list[NoteLink]
    entries: builtins.list[str]

class FailedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    reason: str
    attempts: int
    created_at: datetime
    status: int | None
    error: str | None

class FinishedMany(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    at: datetime | None
    ids: builtins.list[str]
    has_more: bool

class Flow(msgspec.Struct, frozen=True, kw_only=True):
    since: datetime
    complete_since: datetime
    pairs: builtins.list[Pair]
    left_out: int
    travels: builtins.list[Travel]

class Found(msgspec.Struct, frozen=True, kw_only=True):
    messages: builtins.list[Message]
    cursor: str | None
    cursors: builtins.list[str]
    indexed_to: int
    behind: int

class GotNote(msgspec.Struct, frozen=True, kw_only=True):
    note: Note
    links: builtins.list[NoteLink]
    neighbours: builtins.list[Neighbour]

class Head(msgspec.Struct, frozen=True, kw_only=True):
    thread: str
    first: Message
    last: Message
    messages: int
    people: builtins.list[Person]
    paused: Paused | None

class Health(msgspec.Struct, frozen=True, kw_only=True):
    since: datetime
    complete_since: datetime
    messages: int
    step_s: int
    steps: builtins.list[Step]
    picked_up: Delay | None
    acknowledged: Delay | None
    agents: builtins.list[MailboxHealth]
    left_out: int
    behind: int
    undelivered: int

class Instance(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    instance: str | None
    kind: str
    presence: Literal["online", "idle", "away"]
    is_working: bool
    last_seen: datetime | None
    started_at: datetime | None
    summary: str | None
    machine: str | None
    platform: str | None
    program: str | None
    model: str | None
    title: str | None
    role: str | None
    capabilities: builtins.list[str]
    area: str | None
    files: builtins.list[str]
    directory: str | None
    repository: str | None
    pid: int | None
    terminal: str | None
    reach: str
    activity: str | None
    activity_since: datetime | None
    paused: Paused | None
    instances: builtins.list[Instance]
    unread: int | None
    session: int | None

class Invited(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    id: str
    agent: str
    workspace: str
    expires_at: datetime

class KeptCopy(msgspec.Struct, frozen=True, kw_only=True):
    made_at: datetime
    bytes: int
    verified: str

class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    agent: str | None
    may_speak_as: builtins.list[str]
    label: str
    dialect: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

class Keys(msgspec.Struct, frozen=True, kw_only=True):
    keys: builtins.list[KeyInfo]
    cursor: str | None

class Letter(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    seq: int
    workspace: str
    sender: str
    sender_instance: str | None
    sender_kind: Literal["agent", "human", "system", "external"]
    type: Literal["direct", "broadcast", "system", "task_assignment"]
    to: builtins.list[str]
    subject: str | None
    body: str
    intent: str
    priority: int
    refs: builtins.list[Ref]
    metadata: dict[str, Any]
    choices: builtins.list[str] | UnsetType
    choice: str | UnsetType
    parent: str | None
    thread: str
    expects_reply_by: datetime | None
    expires_at: datetime | None
    idempotency_key: str | None
    hops: int
    created_at: datetime
    imported: bool | UnsetType
    sealed: ReceivedMessage | UnsetType
    receipt_id: str
    read: bool
    archived: bool
    overdue: bool | UnsetType

class Line(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    type: str
    timestamp: datetime
    payload: dict[str, Any]

class Lines(msgspec.Struct, frozen=True, kw_only=True):
    lines: builtins.list[Line]
    cursor: str
    has_more: bool

class Link(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    agent: str
    workspace: str | None
    expires_at: datetime

class Linked(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    source: str
    relation: str
    target: str
    author: str | None
    created_at: datetime
    duplicate: bool

class Mailbox(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    messages: builtins.list[Letter]
    cursor: str | None
    unread: int
    total: int
    counts_capped: bool
    known: bool
    near: builtins.list[str]

class MailboxHealth(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    presence: Literal["online", "idle", "away"]
    unread: int
    oldest_unread_at: datetime | None
    unacknowledged: int
    oldest_unacknowledged_at: datetime | None
    sent: builtins.list[int]

class Message(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    seq: int
    workspace: str
    sender: str
    sender_instance: str | None
    sender_kind: Literal["agent", "human", "system", "external"]
    type: Literal["direct", "broadcast", "system", "task_assignment"]
    to: builtins.list[str]
    subject: str | None
    body: str
    intent: str
    priority: int
    refs: builtins.list[Ref]
    metadata: dict[str, Any]
    choices: builtins.list[str] | UnsetType
    choice: str | UnsetType
    parent: str | None
    thread: str
    expects_reply_by: datetime | None
    expires_at: datetime | None
    idempotency_key: str | None
    hops: int
    created_at: datetime
    imported: bool | UnsetType
    sealed: ReceivedMessage | UnsetType

class Muted(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["message", "thread", "agent"]
    of: str
    at: datetime
    until: datetime | None

class Need(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["mail", "blocked", "question", "urgent", "late", "stuck", "expired"]
    message: Message
    waiting_for: builtins.list[str]
    since: datetime
    is_answered: bool

class Needs(msgspec.Struct, frozen=True, kw_only=True):
    needs: builtins.list[Need]
    awaited: builtins.list[str]
    paused: builtins.list[Paused]
    muted: builtins.list[Muted]

class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    id: str
    workspace: str
    agent: str | None
    kind: str
    expires_at: datetime | None

class NewOutgoing(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    url: str
    on: str
    form: str
    created_by: str
    created_at: datetime
    delivered: int
    waiting: int
    failed: int
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None
    last_error: str | None
    failures: builtins.list[FailedDelivery]
    secret: str

class NewWebhook(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    subject: str | None
    body: str
    intent: str
    priority: int
    created_by: str
    created_at: datetime
    path: str
    form: str
    to: str
    received: int
    received_at: datetime | None
    secret: str

class Note(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: int
    kind: str
    title: str | None
    text: str
    tags: builtins.list[str]
    priority: int
    metadata: dict[str, Any]
    author: str
    author_instance: str | None
    supersedes: str | None
    superseded_by: str | None
    folder: str | None
    expires_at: datetime | None
    archived_at: datetime | None
    created_at: datetime

class NoteLink(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    source: str
    relation: str
    target: str
    author: str | None
    created_at: datetime

class NotePage(msgspec.Struct, frozen=True, kw_only=True):
    notes: builtins.list[Note]
    cursor: str | None

class Opening(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    workspace: str
    told: SessionContext | None

class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    sent: Sent | None
    error: dict[str, Any] | None

class OutgoingWebhook(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    url: str
    on: str
    form: str
    created_by: str
    created_at: datetime
    delivered: int
    waiting: int
    failed: int
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None
    last_error: str | None
    failures: builtins.list[FailedDelivery]

class OutgoingWebhooks(msgspec.Struct, frozen=True, kw_only=True):
    webhooks: builtins.list[OutgoingWebhook]
    cursor: str | None

class Overview(msgspec.Struct, frozen=True, kw_only=True):
    workspace: str
    at: datetime
    location: Note | None
    agents: builtins.list[Instance]
    active: builtins.list[Task]
    review: builtins.list[Task]
    blocked: builtins.list[Task]
    done: builtins.list[Task]

class Pair(msgspec.Struct, frozen=True, kw_only=True):
    sender: str
    recipient: str
    messages: int
    urgent: int
    intent: str
    last_at: datetime

class Past(msgspec.Struct, frozen=True, kw_only=True):
    messages: builtins.list[Message]
    cursor: str | None
    cursors: builtins.list[str]
    tallies: builtins.list[Tally]
    sizes: builtins.list[int]

class PauseChanged(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["thread", "agent"]
    of: str
    by: str
    at: datetime
    changed: bool

class Paused(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["thread", "agent"]
    of: str
    by: str
    at: datetime

class Previewed(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    sender: str | None
    recipient_count: int
    online: int
    recipients: builtins.list[Recipient]

class QuietRules(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    instance: str | None
    quiet_until: datetime | None
    digest_minutes: int | None
    at_turn_end: bool

class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    receipt_id: str
    agent: str
    instance: str | None
    kind: str
    state: Literal["pending", "delivered", "read", "acknowledged", "expired", "withdrawn"]
    delivered_at: datetime | None
    read_at: datetime | None
    acknowledged_at: datetime | None
    archived_at: datetime | None
    by: builtins.list[dict[str, Any]]

class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    agent: str
    instance: str | None
    known: bool
    near: builtins.list[str]
    presence: Literal["online", "idle", "away"]
    last_seen: datetime | None
    reach: str
    delivery: str

class Removed(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    removed: int
    removed_at: datetime

class Reported(msgspec.Struct, frozen=True, kw_only=True):
    messages: builtins.list[Letter]
    offer: str | None
    agent: str
    instance: str | None
    workspace: str
    unread: int
    urgent: int
    too_long: builtins.list[str]
    collisions: builtins.list[Collision]
    notes: builtins.list[Note]
    reminders: dict[str, Literal["half_time", "overdue"]]

class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["thread", "agent"]
    of: str
    paused_by: str
    paused_at: datetime

class Review(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    state: Literal["open", "resolved"]
    author: str
    to: builtins.list[str]
    subject: str | None
    body: str
    refs: builtins.list[Ref]
    thread: str
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    outcome: str | None
    comment_count: int
    comments: builtins.list[Comment]

class Reviews(msgspec.Struct, frozen=True, kw_only=True):
    reviews: builtins.list[Review]
    cursor: str | None

class Roster(msgspec.Struct, frozen=True, kw_only=True):
    workspace: str
    agents: builtins.list[Instance]
    awaited: builtins.list[str]
    total: int
    online: int
    sessions: SessionRules
    cursor: str | None
    waiting: builtins.list[Instance]

class RotatedKey(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    id: str
    workspace: str
    agent: str | None
    kind: str
    expires_at: datetime | None
    old_id: str
    old_ends_at: datetime
    kept_in: str | None

class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    subject: str | None
    body: str
    intent: str
    priority: int
    created_by: str
    created_at: datetime
    cron: str
    zone: str
    to: builtins.list[str]
    next_at: datetime
    last_at: datetime | None
    last_error: str | None

class Schedules(msgspec.Struct, frozen=True, kw_only=True):
    schedules: builtins.list[Schedule]
    cursor: str | None

class Sent(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    seq: int
    workspace: str | None
    thread: str
    sender: str
    type: str
    created_at: datetime
    duplicate: bool
    recipient_count: int
    recipients: builtins.list[Recipient]

class SentMany(msgspec.Struct, frozen=True, kw_only=True):
    outcomes: builtins.list[Outcome]
    sent: int
    refused: int

class Session(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: int
    workspace: str
    agent: str
    instance: str | None
    kind: str
    state: Literal["active", "timed_out", "ended"]
    area: str | None
    files: builtins.list[str]
    summary: str | None
    outcome: str | None
    touched: builtins.list[str]
    ttl_s: int
    started_at: datetime
    last_seen: datetime
    ended_at: datetime | None

class SessionContext(msgspec.Struct, frozen=True, kw_only=True):
    messages: builtins.list[Letter]
    unread: int
    total: int
    recent: builtins.list[Session]
    agents: builtins.list[Instance]
    tasks: builtins.list[Task]
    notes: builtins.list[Note]
    found: builtins.list[Note]
    documents: builtins.list[Note]
    news: builtins.list[Note]
    acknowledged: builtins.list[Acknowledged]
    kept: int
    is_first: bool

class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    sessions: builtins.list[Session]
    cursor: str | None

class Started(msgspec.Struct, frozen=True, kw_only=True):
    messages: builtins.list[Letter]
    unread: int
    total: int
    recent: builtins.list[Session]
    agents: builtins.list[Instance]
    tasks: builtins.list[Task]
    notes: builtins.list[Note]
    found: builtins.list[Note]
    documents: builtins.list[Note]
    news: builtins.list[Note]
    acknowledged: builtins.list[Acknowledged]
    kept: int
    is_first: bool
    token: str
    session: Session
    heartbeat_s: int
    ttl_s: int
    conflicts: builtins.list[Overlap]

class Status(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    version: str
    database_bytes: int
    sockets: int
    clock_skew_ms: int | None
    backup: KeptCopy | None

class StatusOf(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    sender: str
    type: str
    to: builtins.list[str]
    metadata: dict[str, Any]
    choices: builtins.list[str] | UnsetType
    chosen: dict[str, str] | UnsetType
    created_at: datetime
    recipients: int
    delivered: int
    read: int
    acknowledged: int
    archived: int
    is_expired: bool
    is_late: bool
    receipts: builtins.list[Receipt]
    cursor: str | None

class Step(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    messages: dict[str, int]
    picked_up: Delay | None
    acknowledged: Delay | None

class Task(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: int
    workspace: str
    title: str
    description: str
    status: Literal[
        "open", "claimed", "in_progress", "review", "done", "blocked", "failed", "cancelled"
    ]
    priority: int
    creator: str
    assignee: str | None
    assignee_instance: str | None
    project: str | None
    mission: str | None
    tags: builtins.list[str]
    depends_on: builtins.list[str]
    waits_for: builtins.list[str]
    done_when: str | None
    due_at: datetime | None
    is_late: bool
    is_stale: bool
    estimated_minutes: int | None
    note: str | None
    blocked_by: str | None
    blocked_cause: Literal["peer_task", "human", "authorisation", "other"] | None
    parent: str | None
    message: str | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    claimed_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None

class TaskPage(msgspec.Struct, frozen=True, kw_only=True):
    tasks: builtins.list[Task]
    cursor: str | None
    cursors: builtins.list[str]

class Thread(msgspec.Struct, frozen=True, kw_only=True):
    thread: str
    messages: builtins.list[Message]
    paused: Paused | None
    cursor: str | None

class Threads(msgspec.Struct, frozen=True, kw_only=True):
    threads: builtins.list[Head]
    cursor: str | None

class Travel(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    at: datetime
    sender: str
    to: builtins.list[str]
    intent: str
    priority: int

class Turn(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    agent: str
    status: str
    task: str | None
    created_at: datetime
    duplicate: bool
    messages: builtins.list[Message]
    tasks: builtins.list[Task]

class Unmuted(msgspec.Struct, frozen=True, kw_only=True):
    ended: builtins.list[Muted]

class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    subject: str | None
    body: str
    intent: str
    priority: int
    created_by: str
    created_at: datetime
    path: str
    form: str
    to: str
    received: int
    received_at: datetime | None

class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    webhooks: builtins.list[Webhook]
    cursor: str | None

class Woken(msgspec.Struct, frozen=True, kw_only=True):
    program_session: str | None
    ids: builtins.list[str]
    senders: builtins.list[str]
    urgent: int
    messages: builtins.list[Letter]
    offer: str | None
    unread: int
    look_again_s: float

class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    mode: str
    agents: int
    settings: dict[str, Any]
    created_at: datetime
    sealed: bool | UnsetType

class Workspaces(msgspec.Struct, frozen=True, kw_only=True):
    workspaces: builtins.list[Workspace]
    cursor: str | None
