"""Names of schemas in the OpenAPI document: what programmers see in generated clients.

Parameters are called verb and noun, `SendMessage`; results are nouns. Explained in
docs/why/operations.md.
"""

from __future__ import annotations

from ackbox.ops.table import Operation

# Parameters whose verb and noun together do not say what the operation does.
PARAMETERS = {
    "agent.heartbeat": "SendHeartbeat",
    "agent.quiet": "SetQuietRules",
    "agent.set_kind": "SetAgentKind",
    "inbox.wait": "WaitForMessages",
    "login.end": "EndSignIn",
    "login.link": "CreateSignInLink",
    "login.redeem": "RedeemSignInLink",
    "message.ask": "AskQuestion",
    "message.send_many": "SendMessages",
    "note.link": "LinkNotes",
    "note.tidy": "TidyNotes",
    "note.unlink": "UnlinkNotes",
    "program.report": "ReportProgramEvent",
    "program.shown": "ReportShownMessages",
    "program.signalled": "ReportSignal",
    "receipt.mark": "MarkMessages",
    "review.comment": "AddReviewComment",
    "server.backup": "BackUpDatabase",
    "session.conflicts": "FindConflicts",
    "task.create_many": "CreateTasks",
    "webhook_out.add": "AddOutgoingWebhook",
    "webhook_out.list": "ListOutgoingWebhooks",
    "webhook_out.remove": "RemoveOutgoingWebhook",
    "webhook_out.retry": "RetryDeliveries",
    "webhook_out.test": "TestOutgoingWebhook",
    "task.depend": "ChangeTaskDependencies",
    "task.finish_many": "FinishTasks",
    "workspace.settings": "ChangeWorkspaceSettings",
}

# Structs whose name in Python says what happened to a thing, or says too little alone.
STRUCTS = {
    "Acknowledged": "Acknowledgement",
    "Activity": "ActivityPage",
    "Added": "StoredNote",
    "Alive": "HeartbeatResult",
    "Appended": "AppendResult",
    "Asked": "AskedQuestion",
    "BackedUp": "BackupResult",
    "Checked": "InboxPage",
    "CheckedIn": "CheckInResult",
    "CheckedOut": "CheckOutResult",
    "Checkpointed": "CheckpointResult",
    "Claimed": "ClaimedTask",
    "Claims": "ClaimConflicts",
    "Collision": "FileCollision",
    "Comment": "ReviewComment",
    "Created": "CreatedTask",
    "CreatedMany": "CreatedTasks",
    "Dismissed": "DismissalResult",
    "Doing": "TaskInProgress",
    "Events": "EventPage",
    "Explored": "NoteGraph",
    "Exported": "ExportPage",
    "FinishedMany": "FinishedTasks",
    "Flow": "MessageFlow",
    "Found": "MessageSearchPage",
    "GotNote": "NoteWithLinks",
    "Head": "ThreadSummary",
    "Health": "WorkspaceHealth",
    "Imported": "ImportResult",
    "Instance": "AgentInstance",
    "Invited": "Invitation",
    "Kept": "NoteOutcome",
    "KeptCopy": "DatabaseCopy",
    "Keys": "KeyList",
    "KindSet": "AgentKind",
    "Letter": "InboxMessage",
    "Line": "LogLine",
    "Lines": "LogPage",
    "Link": "SignInLink",
    "Linked": "StoredLink",
    "Marked": "MarkResult",
    "Muted": "MuteState",
    "Needs": "NeedList",
    "Neighbour": "LinkedNote",
    "NewLink": "NewNoteLink",
    "Noted": "SignalResult",
    "Opening": "SessionOpening",
    "Outcome": "SendOutcome",
    "Overlap": "ClaimOverlap",
    "Overview": "WorkspaceOverview",
    "Pair": "MessagePair",
    "Past": "MessagePage",
    "PauseChanged": "PauseResult",
    "Paused": "PauseState",
    "Planned": "TurnTask",
    "Previewed": "DeliveryPreview",
    "Received": "WebhookResult",
    "Ref": "Reference",
    "Removed": "RemovedNote",
    "Reported": "ProgramReport",
    "Requested": "RequestResult",
    "Resumed": "ResumeResult",
    "Reviews": "ReviewPage",
    "Roster": "AgentList",
    "Schedules": "ScheduleList",
    "Sent": "SentMessage",
    "SentMany": "SentMessages",
    "Sessions": "SessionPage",
    "Retried": "RetryResult",
    "Shown": "ShownResult",
    "Tested": "TestResult",
    "Started": "StartedSession",
    "Status": "ServerStatus",
    "StatusOf": "MessageStatus",
    "Step": "HealthStep",
    "Tally": "ReceiptCounts",
    "Threads": "ThreadPage",
    "Tidied": "TidyResult",
    "Travel": "MessageTrace",
    "UnderWay": "TasksInProgress",
    "Unlinked": "RemovedLink",
    "Unmuted": "UnmuteResult",
    "Urgent": "UrgentMessage",
    "Webhooks": "WebhookList",
    "Withdrawn": "WithdrawalResult",
    "Woken": "WakeResult",
    "Workspaces": "WorkspaceList",
    "login.Ended": "SignOutResult",
    "server.Status": "ServerStatus",
    "start.Ended": "EndedSession",
}


def parameters_name(operation: Operation) -> str:
    """Return the name of an operation's parameters."""
    return PARAMETERS.get(operation.name) or _joined(operation.verb) + _joined(operation.noun)


def struct_name(component: str) -> str:
    """Return the name of a struct; `component` has its module too when another shares its name."""
    module, _, name = component.rpartition(".")
    home = module.rpartition(".")[2]
    found = STRUCTS.get(f"{home}.{name}") or STRUCTS.get(name)
    return found or (_joined(home) + name if home else name)


def _joined(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("_"))
