"""Sealing: what the server may know of every field in a sealed workspace, as one table.

Data only. `app.call` refuses what the table refuses; tests/test_house_sealing.py checks that every
field of every operation is listed. Explained in docs/why/workspaces.md, "Sealed workspaces".
"""

from __future__ import annotations

import msgspec


class Fields(msgspec.Struct, frozen=True):
    """The fields of a struct in a sealed workspace.

    `sealed` fields are inside the envelope and empty outside of it; `visible` ones are as
    everywhere; `refused` ones do not exist. `words` are visible, but only as fixed words or ids.
    `notice` fields must be there: they say that the text is sealed, and nothing else.
    """

    sealed: frozenset[str] = frozenset()
    visible: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    notice: frozenset[str] = frozenset()


def _fields(
    *, sealed: str = "", visible: str = "", refused: str = "", words: str = "", notice: str = ""
) -> Fields:
    return Fields(*(frozenset(each.split()) for each in (sealed, visible, refused, words, notice)))


# Parameters of every operation; they are visible.
IDENTITY = frozenset({"workspace", "agent", "instance", "session"})

_SEND = {
    "sealed": "body subject intent refs metadata facts choices choice",
    "visible": "to priority parent expects_reply_by idempotency_key unknown exact lists_everyone"
    " relaxed_limits sealed",
    "refused": "to_instance reply_all expires_in_days reroute mention by_instance",
}
_CARD_SEALED = (
    "summary machine title role capabilities area files directory repository pid terminal"
)
_CARD_VISIBLE = "platform program model reach ttl_s name_form auto_instance copy_id"
_INBOX = {
    "visible": "limit cursor mark urgent_first newest max_body_bytes since state direct_only"
    " with_tasks",
    "words": "evidence",
    "refused": "metadata intent",
}
_SETTINGS = (
    "unknown inactive hops_limit repeats_limit relaxed_hops_limit relaxed_repeats_limit"
    " pair_per_minute thread_per_minute on_conflict heartbeat_s session_ttl_s empty_inbox_text"
    " storage_mb schedules_limit schedule_interval_s newcomer_days"
)
_TASKS_LISTED = {
    "visible": "status assignee assignee_instance mine priority unassigned_only ready_only creator"
    " updated_since max_text_bytes limit cursor with_cursors urgent_first",
    "refused": "project mission tag without_tag",
}

# Operations that a sealed workspace does not have, and why.
_SEARCH = "The server cannot search text that it cannot read"
_NO_HOST = "The server would have to write the text, and no member has its key on the server"
_NOT_SEALED = "The server could read its text: reviews are not sealed"
_ONE_BY_ONE = "A client seals each text, and calls the operations for each part"
_KINDS = "The server does not know the kinds of notes, which are sealed"
REFUSED: dict[str, str] = {
    "message.search": _SEARCH,
    "task.search": _SEARCH,
    "note.search": _SEARCH,
    "note.explore": _SEARCH,
    "session.conflicts": "The server cannot compare claims that it cannot read",
    "schedule.add": _NO_HOST,
    "webhook.add": _NO_HOST,
    "webhook.receive": _NO_HOST,
    "review.open": _NOT_SEALED,
    "review.comment": _NOT_SEALED,
    "review.resolve": _NOT_SEALED,
    "task.create_many": _ONE_BY_ONE,
    "note.append": _ONE_BY_ONE,
    "turn.submit": _ONE_BY_ONE,
    "note.move": _KINDS,
    "note.tidy": _KINDS,
}

# Parameters of the operations that a sealed workspace has, without those of every operation.
PARAMS: dict[str, Fields] = {
    "agent.check_in": _fields(sealed=_CARD_SEALED, visible=_CARD_VISIBLE),
    "agent.check_out": _fields(sealed="summary"),
    "agent.dismiss": _fields(visible="name"),
    "agent.heartbeat": _fields(sealed="summary"),
    "agent.list": _fields(
        visible="online_only others_only name days newest_first present_first limit skip like"
        " cursor with_unread with_sessions waiting",
        refused="within directory repository",
    ),
    "agent.quiet": _fields(visible="until digest_minutes at_turn_end off"),
    "agent.set_kind": _fields(visible="name kind"),
    "agent.whoami": _fields(),
    "event.feed": _fields(visible="cursor of kinds sender thread limit wait_s"),
    "event.list": _fields(visible="of kinds skip limit cursor"),
    "event.log": _fields(visible="cursor limit"),
    "inbox.check": _fields(**_INBOX),
    "inbox.wait": _fields(**{**_INBOX, "visible": f"{_INBOX['visible']} wait_s"}),
    "invite.create": _fields(visible="name may_speak_as label challenge client"),
    "invite.redeem": _fields(visible="client verifier"),
    "key.create": _fields(visible="name kind may_speak_as label expires_in_days dialect"),
    "key.list": _fields(visible="limit cursor ended_links"),
    "key.revoke": _fields(visible="id"),
    "key.rotate": _fields(visible="id grace_s"),
    "login.end": _fields(),
    "login.link": _fields(visible="name as_owner"),
    "login.redeem": _fields(),
    "mailbox.list": _fields(
        visible="of unread_only include_archived counts_listed exact sender limit cursor",
        refused="intent",
    ),
    "message.ask": _fields(**{**_SEND, "visible": f"{_SEND['visible']} wait_s"}),
    "message.get": _fields(visible="id"),
    "message.history": _fields(
        visible="since until sender recipient thread limit cursor with_cursors ids body_chars"
        " audience with_tallies with_sizes",
        refused="text intent metadata",
    ),
    "message.preview": _fields(visible="to to_instance priority"),
    "message.send": _fields(**_SEND),
    # Each message is checked as one of message.send.
    "message.send_many": _fields(visible="messages"),
    "message.status": _fields(visible="id limit cursor"),
    "message.transcript": _fields(visible="after limit"),
    "message.withdraw": _fields(visible="id as_sender"),
    "note.add": _fields(
        sealed="title kind tags metadata",
        visible="priority sources expires_at",
        refused="links folder unless_known task replaces_title",
        words="write_id",
        notice="text",
    ),
    "note.archive": _fields(visible="id archived follow"),
    "note.get": _fields(visible="id depth follow direction"),
    "note.link": _fields(visible="id to", notice="relation"),
    "note.list": _fields(
        visible="folder author min_priority since include_superseded max_text_bytes limit cursor"
        " ids follow",
        refused="kind not_kind tag title",
    ),
    "mute.end": _fields(visible="of"),
    "mute.start": _fields(visible="of until"),
    "note.remove": _fields(visible="id"),
    "note.supersede": _fields(
        sealed="text title kind tags metadata", visible="id priority keep_metadata follow"
    ),
    "note.unlink": _fields(visible="id"),
    "pause.end": _fields(visible="of"),
    "pause.start": _fields(visible="of"),
    "program.report": _fields(
        sealed="files machine prompt",
        visible="moment is_new_context is_continued can_show has_shown_last must_be_known"
        " notes_from known_notes model auto_instance copy_id has_returned",
        words="program program_session event",
        refused="with_notes",
    ),
    "program.shown": _fields(visible="offer", words="program program_session"),
    "program.signalled": _fields(visible="ids", words="program program_session way"),
    "program.wake": _fields(visible="carries_text", words="program program_session way"),
    "receipt.mark": _fields(visible="mark ids as_recipient or_refuse", words="evidence"),
    "review.get": _fields(visible="id"),
    "review.list": _fields(visible="state of limit cursor"),
    "roster.append": _fields(visible="record"),
    "roster.get": _fields(visible="after limit"),
    "roster.request": _fields(visible="request member"),
    "roster.requests": _fields(),
    "schedule.list": _fields(visible="limit cursor"),
    "schedule.remove": _fields(visible="id"),
    "server.backup": _fields(visible="path"),
    "server.status": _fields(),
    "session.checkpoint": _fields(
        sealed="summary area files notes", visible="unless_known limit mark state"
    ),
    "session.context": _fields(visible="notes_from", refused="documents"),
    "session.end": _fields(sealed="summary outcome touched", refused="announce"),
    "session.list": _fields(visible="of state skip limit cursor"),
    "session.start": _fields(
        sealed=_CARD_SEALED,
        visible=f"{_CARD_VISIBLE} heartbeat_s online_s on_conflict new_name mark state notes_from",
        refused="announce query documents",
    ),
    "share.add": _fields(visible="shares"),
    "share.list": _fields(visible="numbers"),
    "task.assign": _fields(sealed="note", visible="id to to_instance unknown"),
    "task.claim": _fields(visible="id start or_refuse", refused="project tag tell"),
    "task.create": _fields(
        sealed="description project mission tags done_when metadata",
        visible="to to_instance status priority depends_on due_at estimated_minutes parent"
        " idempotency_key unknown exact",
        notice="title",
    ),
    "task.depend": _fields(visible="id on no_more_on as_assignee"),
    "task.finish_many": _fields(
        sealed="note",
        visible="ids assignee creator updated_before limit only_look as_assignee",
        refused="project mission tag without_tag",
    ),
    "task.get": _fields(visible="id"),
    "task.list": _fields(**_TASKS_LISTED),
    "task.update": _fields(
        sealed="note blocked_by title description project mission tags done_when metadata",
        visible="id status blocked_cause to to_instance priority depends_on due_at"
        " estimated_minutes only_own as_creator as_assignee keep_metadata",
    ),
    "text.list": _fields(visible="after limit numbers"),
    "text.put": _fields(visible="sealed"),
    "thread.get": _fields(visible="id limit cursor"),
    "thread.list": _fields(visible="answered_only limit cursor"),
    "webhook.list": _fields(visible="limit cursor"),
    "webhook.remove": _fields(visible="id"),
    # The receiver learns ids and states only: ops/webhook_out/payload.py.
    "webhook_out.add": _fields(visible="url on form"),
    "webhook_out.list": _fields(visible="limit cursor"),
    "webhook_out.remove": _fields(visible="id"),
    "webhook_out.retry": _fields(visible="id delivery"),
    "webhook_out.test": _fields(visible="id wait_s"),
    # Only sealed messages are imported; the operation checks each record.
    "workspace.export": _fields(visible="part after upto limit"),
    "workspace.import": _fields(visible="part records upto only_look"),
    "workspace.create": _fields(visible=f"{_SETTINGS} name mode sealed"),
    "workspace.flow": _fields(visible="minutes travels"),
    "workspace.health": _fields(visible="minutes"),
    "workspace.list": _fields(visible="limit cursor"),
    "workspace.needs": _fields(visible="limit"),
    "workspace.overview": _fields(),
    "workspace.settings": _fields(visible=_SETTINGS),
}

_TASK = _fields(
    sealed="title description project mission tags done_when note blocked_by metadata",
    visible="id number workspace status priority creator assignee assignee_instance depends_on "
    "waits_for due_at is_late is_stale estimated_minutes parent message blocked_cause "
    "created_at updated_at claimed_at started_at finished_at",
)
_LINK = "id source target author created_at"
_NOTE_SEALED = "title text kind tags metadata"
_NOTE = (
    "id number priority author author_instance supersedes superseded_by folder expires_at "
    "archived_at created_at"
)

# Fields of the results of these operations, by struct; what is inside a sealed field is sealed too.
RESULTS: dict[str, Fields] = {
    "model.message.Letter": _fields(
        sealed="subject body intent refs metadata choices choice",
        visible="id seq workspace sender sender_instance sender_kind type to priority parent "
        "thread expects_reply_by expires_at idempotency_key hops created_at imported "
        "receipt_id read archived overdue sealed",
    ),
    "model.message.Message": _fields(
        sealed="subject body intent refs metadata choices choice",
        visible="id seq workspace sender sender_instance sender_kind type to priority parent "
        "thread expects_reply_by expires_at idempotency_key hops created_at imported "
        "sealed",
    ),
    "model.sealed.ReceivedMessage": _fields(visible="header wraps_hash wrap content signature"),
    "ops.message.transcript.Transcript": _fields(visible="rows more"),
    "ops.message.transcript.TranscriptRow": _fields(visible="seq sender counter hash"),
    "ops.roster.Appended": _fields(visible="position hash duplicate"),
    "ops.roster.Chain": _fields(visible="member counter hash"),
    "ops.roster.KeptRecord": _fields(visible="position body signature created_at"),
    "ops.roster.Requested": _fields(visible="expires_at"),
    "ops.roster.RosterRecords": _fields(visible="is_sealed records position chains"),
    "ops.roster.WaitingRequest": _fields(visible="agent member request created_at"),
    "ops.roster.WaitingRequests": _fields(visible="requests"),
    "model.program.Collision": _fields(sealed="files", visible="agent instance is_claim_mine"),
    "model.receipt.Receipt": _fields(
        visible="receipt_id agent instance kind state delivered_at read_at acknowledged_at "
        "archived_at by"
    ),
    "model.task.Task": _TASK,
    "ops.agent.card.Instance": _fields(
        sealed="summary machine title role capabilities area files directory repository pid "
        "terminal",
        visible="agent instance kind presence is_working last_seen started_at platform program "
        "model reach activity activity_since paused instances unread session",
    ),
    "ops.agent.check_in.CheckedIn": _fields(
        visible="me unread total urgent heartbeat_s ttl_s conflicts notices copies"
    ),
    "ops.agent.check_in.CheckedOut": _fields(visible="agent instance left_at"),
    "ops.agent.check_in.Urgent": _fields(visible="id seq sender"),
    "ops.agent.dismiss.Dismissed": _fields(visible="name withdrawn is_more"),
    "ops.agent.heartbeat.Alive": _fields(visible="agent instance last_seen unread"),
    "ops.agent.list.Roster": _fields(
        visible="workspace agents awaited total online sessions cursor waiting"
    ),
    "ops.agent.list.SessionRules": _fields(visible="on_conflict heartbeat_s ttl_s"),
    "ops.agent.quiet.QuietRules": _fields(
        visible="agent instance quiet_until digest_minutes at_turn_end"
    ),
    "ops.agent.set_kind.KindSet": _fields(visible="agent kind before"),
    "ops.agent.whoami.Identity": _fields(
        visible="role workspace agent instance key_id may_speak_as may sealed"
    ),
    "ops.event.feed.Event": _fields(visible="seq kind at agent id thread details"),
    "ops.event.feed.Events": _fields(visible="events cursor has_more"),
    "ops.event.list.Activity": _fields(visible="events cursor"),
    "ops.event.log.Line": _fields(visible="id type timestamp payload"),
    "ops.event.log.Lines": _fields(visible="lines cursor has_more"),
    "ops.inbox.Checked": _fields(
        visible="messages cursor has_more unread total counts_capped notice known near under_way"
    ),
    "ops.invite.Invited": _fields(visible="path id agent workspace expires_at"),
    "ops.key.KeyInfo": _fields(
        visible="id kind agent may_speak_as label dialect created_at expires_at revoked_at"
    ),
    "ops.key.Keys": _fields(visible="keys cursor"),
    "ops.key.NewKey": _fields(visible="key id workspace agent kind expires_at"),
    "ops.key.RotatedKey": _fields(
        visible="key id workspace agent kind expires_at old_id old_ends_at kept_in"
    ),
    "ops.login.Ended": _fields(visible="ended"),
    "ops.login.Link": _fields(visible="path agent workspace expires_at"),
    "ops.mailbox.Mailbox": _fields(
        visible="agent messages cursor unread total counts_capped known near"
    ),
    "ops.message.ask.Asked": _fields(
        visible="outcome id seq workspace thread sender type created_at duplicate recipient_count "
        "recipients answer"
    ),
    "ops.message.audience.Recipient": _fields(
        visible="agent instance known near presence last_seen reach delivery"
    ),
    "ops.message.history.Past": _fields(visible="messages cursor cursors tallies sizes"),
    "ops.message.history.Tally": _fields(visible="id recipients delivered read acknowledged"),
    "ops.message.preview.Previewed": _fields(
        visible="type sender recipient_count online recipients"
    ),
    "ops.message.send.Sent": _fields(
        visible="id seq workspace thread sender type created_at duplicate recipient_count "
        "recipients"
    ),
    "ops.message.send_many.Outcome": _fields(visible="sent error"),
    "ops.message.send_many.SentMany": _fields(visible="outcomes sent refused"),
    "ops.message.status.StatusOf": _fields(
        sealed="metadata choices chosen",
        visible="id sender type to created_at recipients delivered read acknowledged archived "
        "is_expired is_late receipts cursor",
    ),
    "ops.message.withdraw.Withdrawn": _fields(visible="id withdrawn kept"),
    "ops.note.find.NotePage": _fields(visible="notes cursor"),
    "ops.note.graph.GotNote": _fields(visible="note links neighbours"),
    "ops.note.graph.Neighbour": _fields(
        sealed="title kind opening", visible="id author superseded_by"
    ),
    "ops.note.change.Removed": _fields(visible="id removed removed_at"),
    "ops.note.link.Linked": _fields(sealed="relation", visible=f"{_LINK} duplicate"),
    "ops.note.link.NoteLink": _fields(sealed="relation", visible=_LINK),
    "ops.note.link.Unlinked": _fields(visible="id removed"),
    "ops.note.write.Added": _fields(sealed=_NOTE_SEALED, visible=f"{_NOTE} workspace duplicate"),
    "ops.note.write.Note": _fields(sealed=_NOTE_SEALED, visible=_NOTE),
    "ops.mute.Unmuted": _fields(visible="ended"),
    "ops.pause.PauseChanged": _fields(visible="kind of by at changed"),
    "ops.pause.Resumed": _fields(visible="kind of paused_by paused_at"),
    "ops.program.report.Reported": _fields(
        visible="messages offer agent instance workspace unread urgent too_long collisions notes "
        "reminders"
    ),
    "ops.program.shown.Shown": _fields(visible="marked"),
    "ops.program.wake.Noted": _fields(visible="noted"),
    "ops.program.wake.Woken": _fields(
        visible="program_session ids senders urgent messages offer unread look_again_s"
    ),
    "ops.receipt.Marked": _fields(visible="mark changed unchanged not_found"),
    "ops.review.Comment": _fields(
        sealed="body file line", visible="id author kind resolves created_at"
    ),
    "ops.review.Review": _fields(
        sealed="subject body refs outcome",
        visible="id state author to thread created_at resolved_at resolved_by comment_count "
        "comments",
    ),
    "ops.review.Reviews": _fields(visible="reviews cursor"),
    "ops.rules.in_progress.Doing": _fields(sealed="title", visible="id age_ms"),
    "ops.rules.in_progress.UnderWay": _fields(visible="mine mine_count for_me for_me_count"),
    "ops.rules.overlap.Overlap": _fields(sealed="areas files", visible="agent instance"),
    "ops.rules.mutes.Muted": _fields(visible="kind of at until"),
    "ops.rules.pauses.Paused": _fields(visible="kind of by at"),
    "ops.schedule.Schedule": _fields(
        sealed="subject body intent",
        visible="id priority created_by created_at cron zone to next_at last_at last_error",
    ),
    "ops.schedule.Schedules": _fields(visible="schedules cursor"),
    "ops.server.BackedUp": _fields(visible="path bytes workspaces verified"),
    "ops.server.KeptCopy": _fields(visible="made_at bytes verified"),
    "ops.server.Status": _fields(visible="at version database_bytes sockets clock_skew_ms backup"),
    "ops.session.context.Acknowledged": _fields(visible="id agent acknowledged_at"),
    "ops.session.context.Opening": _fields(visible="agent workspace told"),
    "ops.session.context.SessionContext": _fields(
        visible="messages unread total recent agents tasks notes found documents news "
        "acknowledged kept is_first"
    ),
    "ops.session.list.Session": _fields(
        sealed="area files summary outcome touched",
        visible="id number workspace agent instance kind state ttl_s started_at last_seen ended_at",
    ),
    "ops.session.list.Sessions": _fields(visible="sessions cursor"),
    "ops.session.start.Checkpointed": _fields(
        visible="session notes conflicts acknowledged messages unread total"
    ),
    "ops.session.start.Ended": _fields(visible="session duration_s"),
    "ops.session.start.Kept": _fields(visible="id duplicate error"),
    "ops.session.start.Started": _fields(
        visible="messages unread total recent agents tasks notes found documents news "
        "acknowledged kept is_first token session heartbeat_s ttl_s conflicts"
    ),
    "ops.share.AddedShares": _fields(visible="new known"),
    "ops.share.ListedShare": _fields(visible="seq body signature"),
    "ops.share.ListedShares": _fields(visible="shares"),
    "ops.task.claim.Claimed": _fields(visible="claimed task winner winner_instance reason notice"),
    "ops.task.create.Created": _fields(
        sealed=" ".join(sorted(_TASK.sealed)),
        visible=" ".join([*sorted(_TASK.visible), "duplicate"]),
    ),
    "ops.task.find.TaskPage": _fields(visible="tasks cursor cursors"),
    "ops.task.finish_many.FinishedMany": _fields(visible="run at ids has_more"),
    "ops.text.ListedText": _fields(
        visible="seq sender counter hash header wraps_hash content_hash signature wrap content"
    ),
    "ops.text.ListedTexts": _fields(visible="texts more"),
    "ops.text.PutDone": _fields(visible="seq edition duplicate"),
    "ops.thread.Head": _fields(visible="thread first last messages people paused"),
    "ops.thread.Person": _fields(visible="name kind messages"),
    "ops.thread.Thread": _fields(visible="thread messages paused cursor"),
    "ops.thread.Threads": _fields(visible="threads cursor"),
    "ops.webhook.Webhook": _fields(
        sealed="subject body intent",
        visible="id priority created_by created_at path form to received received_at",
    ),
    "ops.webhook.Webhooks": _fields(visible="webhooks cursor"),
    "ops.webhook_out.manage.FailedDelivery": _fields(
        visible="id reason attempts created_at status error"
    ),
    "ops.webhook_out.manage.OutgoingWebhook": _fields(
        visible="id url on form created_by created_at delivered waiting failed next_at last_at "
        "last_status last_error failures"
    ),
    "ops.webhook_out.manage.NewOutgoing": _fields(
        visible="id url on form created_by created_at delivered waiting failed next_at last_at "
        "last_status last_error failures secret"
    ),
    "ops.webhook_out.manage.OutgoingWebhooks": _fields(visible="webhooks cursor"),
    "ops.webhook_out.manage.Retried": _fields(visible="id deliveries"),
    "ops.webhook_out.manage.Tested": _fields(visible="id delivery state status error"),
    "ops.workspace.export.Exported": _fields(
        visible="workspace mode settings upto records after sealed"
    ),
    "ops.workspace.export.Imported": _fields(visible="new known"),
    "ops.workspace.needs.Need": _fields(visible="kind message waiting_for since is_answered"),
    "ops.workspace.needs.Needs": _fields(visible="needs awaited paused muted"),
    "ops.workspace.overview.Overview": _fields(
        visible="workspace at location agents active review blocked done"
    ),
    "ops.workspace.settings.Workspace": _fields(
        visible="name mode agents settings created_at sealed"
    ),
    "ops.workspace.settings.Workspaces": _fields(visible="workspaces cursor"),
    "ops.workspace.statistics.Delay": _fields(visible="receipts p50_ms p95_ms p99_ms"),
    "ops.workspace.statistics.Flow": _fields(visible="since complete_since pairs left_out travels"),
    "ops.workspace.statistics.Health": _fields(
        visible="since complete_since messages step_s steps picked_up acknowledged agents "
        "left_out behind undelivered"
    ),
    "ops.workspace.statistics.MailboxHealth": _fields(
        visible="agent presence unread oldest_unread_at unacknowledged oldest_unacknowledged_at "
        "sent"
    ),
    "ops.workspace.statistics.Pair": _fields(
        sealed="intent", visible="sender recipient messages urgent last_at"
    ),
    "ops.workspace.statistics.Step": _fields(visible="at messages picked_up acknowledged"),
    "ops.workspace.statistics.Travel": _fields(sealed="intent", visible="id at sender to priority"),
}
