"""Kavi's socket: the methods that its programs call, as data.

Explained in docs/howto/coming-from-kavi.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.local_rpc import LocalRpc, Read, View
from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.kavi import convert
from ackbox.dialects.kavi import snapshot_replies as replies

AGENTS_ONLY = "it starts agents, merges worktrees or stops the daemon, and ackbox runs no agents"
APPROVALS = "it answers permission questions of agents that the daemon started"
HUNKS = "it belongs to hunks of the daemon's worktrees; ackbox has review tools of its own"
MISSIONS = "missions, recommendations, blueprints and the brain have no counterpart in ackbox"
ARTIFACTS = "it belongs to tasks that the daemon runs"
MESSAGES = Read("message.history", {"limit": 100})


KAVI_RPC = LocalRpc(
    name="kavi",
    stop="kavi stop",
    tools={
        "enqueueTask": ToolMapping(
            name="enqueueTask",
            operation="task.create",
            description="Add a task for an agent.",
            args=(
                Arg(
                    "prompt",
                    Annotated[str, Meta(min_length=1, max_length=20_000)],
                    "description",
                    also=(Arg("title", str, "title", convert.first_line),),
                ),
                Arg("title", Annotated[str, Meta(max_length=500)] | None, "title", default=None),
                Arg("owner", Literal["codex", "claude"], "to"),
                Arg("routeReason", str | None, "metadata.reason", default=None),
                Arg("claimedPaths", list[str], "metadata.claimedPaths", default=[]),
            ),
            ignores_unknown=True,
            reply=replies.task_queued,
        ),
    },
    views={
        "ping": View(parts={}, reply=replies.ping),
        "snapshot": View(
            parts={
                "messages": MESSAGES,
                "tasks": Read("task.list", {"status": "all", "limit": 100}),
                "agents": Read("agent.list", {"limit": 200, "present_first": True}),
            },
            reply=replies.snapshot,
        ),
        "events": View(parts={"messages": MESSAGES}, reply=replies.events),
        "notifyExternalUpdate": View(parts={}, reply=replies.noted),
    },
    state="snapshot",
    followed="subscribe",
    pushed="snapshot.updated",
    kinds=(
        "message.sent",
        "task.created",
        "task.claimed",
        "task.assigned",
        "task.updated",
        "agent.checked_in",
        "agent.checked_out",
    ),
    absent={
        **dict.fromkeys(("kickoff", "retryTask", "land", "shutdown"), AGENTS_ONLY),
        **dict.fromkeys(("resolveApproval", "setFullAccessMode"), APPROVALS),
        **dict.fromkeys(
            (
                "addReviewNote",
                "updateReviewNote",
                "addReviewReply",
                "setReviewNoteStatus",
                "enqueueReviewFollowUp",
                "worktreeDiff",
            ),
            HUNKS,
        ),
        **dict.fromkeys(
            ("taskArtifact", "setAgentContractStatus", "appendHookProgress"), ARTIFACTS
        ),
        **dict.fromkeys(
            (
                "selectMission",
                "updateMissionPolicy",
                "applyMissionBlueprint",
                "dismissRecommendation",
                "restoreRecommendation",
                "setBrainEntryPinned",
                "retireBrainEntry",
                "mergeBrainEntries",
            ),
            MISSIONS,
        ),
    },
    socket_of=convert.socket_of,
    state_file_of=convert.state_file_of,
    kept=replies.session_of,
)
