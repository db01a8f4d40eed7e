"""What clients of other systems need of the operations: names to the letter, limits on loops that
they were not written for, and changes that only one may make.
"""

from __future__ import annotations

import pytest

from ackbox.errors import AckboxError, Conflict, Invalid, LoopGuard, NotAllowed, NotYou
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_relaxed_limits_hold_the_eleventh_identical_text_in_a_minute(post: Post) -> None:
    async def send() -> None:
        await post("message.send", agent="ana", to="bob", body="done?", relaxed_limits=True)

    for _ in range(10):
        await send()
    with pytest.raises(LoopGuard, match="10 times within a minute"):
        await send()
    await post("workspace.settings", relaxed_repeats_limit=0)
    await send()
    # The other limit counts for itself.
    await post("message.send", agent="ana", to="bob", body="done?")


async def test_relaxed_limits_have_a_number_of_replies_of_their_own(post: Post) -> None:
    await post("workspace.settings", hops_limit=1, relaxed_hops_limit=3)
    last = (await post("message.send", agent="ana", to="bob", body="0")).id
    for number in range(3):
        sent = await post(
            "message.send",
            agent=("bob", "ana")[number % 2],
            to=("ana", "bob")[number % 2],
            body=str(number),
            parent=last,
            relaxed_limits=True,
        )
        last = sent.id
    with pytest.raises(LoopGuard, match="3 replies in this thread"):
        await post(
            "message.send", agent="bob", to="ana", body="x", parent=last, relaxed_limits=True
        )


async def test_without_a_setting_relaxed_limits_allow_500_replies(post: Post) -> None:
    parent = (await post("message.send", agent="ana", to="bob", body="0")).id
    for number in range(500):
        sender, other = ("bob", "ana") if number % 2 == 0 else ("ana", "bob")
        sent = await post(
            "message.send",
            agent=sender,
            to=other,
            body=str(number),
            parent=parent,
            relaxed_limits=True,
        )
        parent = sent.id
    with pytest.raises(LoopGuard, match="500 replies in this thread"):
        await post(
            "message.send", agent="bob", to="ana", body="x", parent=parent, relaxed_limits=True
        )


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("ANA", Conflict), ("ana ", Invalid), (" ana", Invalid), ("an\u0430", Conflict)],
)
async def test_an_exact_name_is_refused_in_any_other_spelling_and_the_right_one_is_named(
    post: Post, name: str, refusal: type[AckboxError]
) -> None:
    await post("agent.check_in", agent="ana")
    for operation, params in (
        ("message.send", {"agent": "bob", "to": name, "body": "x"}),
        ("mailbox.list", {"agent": "bob", "of": name}),
        ("task.create", {"agent": "bob", "title": "x", "to": name}),
    ):
        with pytest.raises(refusal) as refused:
            await post(operation, exact=True, **params)
        assert "'ana'" in f"{refused.value.message} {refused.value.hint}", operation
    assert (await post("mailbox.list", agent="ana")).total == 0


async def test_an_exact_name_that_nobody_has_is_a_new_name(post: Post) -> None:
    sent = await post("message.send", agent="bob", to="cy", body="x", exact=True)
    assert [(each.agent, each.known) for each in sent.recipients] == [("cy", False)]
    assert (await post("mailbox.list", agent="bob", of="cy", exact=True)).total == 1


async def test_only_a_key_that_names_it_speaks_under_a_name_of_the_server(
    post: Post,
) -> None:
    named = await post.keyed("ci", may_speak_as=["system:webhook", "system"])
    any_name = await post.keyed("shared", may_speak_as=["*"])
    sent = await named("message.send", agent="system:webhook", to="bob", body="x")
    message = await post("message.get", id=sent.id)
    assert (message.sender, message.sender_kind) == ("system:webhook", "agent")
    assert (await named("message.send", agent="system", to="bob", body="y")).sender == "system"
    for caller in (post, any_name):
        with pytest.raises(NotYou):
            await caller("message.send", agent="system:webhook", to="bob", body="x")
        with pytest.raises(Invalid):
            await caller("message.send", agent="system", to="bob", body="x")
    with pytest.raises(NotYou):
        await named("message.send", agent="system:cron", to="bob", body="x")


async def test_the_servers_mailboxes_take_messages_and_only_a_key_that_names_one_marks_them(
    post: Post,
) -> None:
    sent = await post("message.send", agent="ana", to="system:cron", body="No run today")
    box = await post("mailbox.list", agent="ana", of="system:cron")
    assert ([each.id for each in box.messages], box.unread) == ([sent.id], 1)
    cron = await post.keyed("clock", may_speak_as=["system:cron"])
    any_name = await post.keyed("shared", may_speak_as=["*"])
    (receipt,) = (await post("message.status", id=sent.id)).receipts
    for caller in (post, any_name):
        marked = await caller(
            "receipt.mark", mark="read", ids=[receipt.receipt_id], as_recipient=True
        )
        assert marked.not_found == [receipt.receipt_id]
    await cron("receipt.mark", agent="system:cron", mark="read", ids=[sent.id])
    assert (await post("mailbox.list", agent="ana", of="system:cron")).unread == 0
    with pytest.raises(Invalid, match="reserved"):
        await post("message.send", agent="ana", to="system:other", body="x")


async def test_a_broadcast_lists_its_recipients_on_request(post: Post) -> None:
    for name in ("ana", "bob", "cy"):
        await post("agent.check_in", agent=name)
    sent = await post("message.send", agent="ana", to="*", body="x", lists_everyone=True)
    assert ([each.agent for each in sent.recipients], sent.recipient_count) == (["bob", "cy"], 2)
    assert (await post("message.send", agent="ana", to="*", body="y")).recipients == []


async def test_a_total_of_what_is_listed_leaves_archived_messages_out(post: Post) -> None:
    sent = [await post("message.send", agent="ana", to="bob", body=str(n)) for n in range(3)]
    await post("receipt.mark", agent="bob", mark="archived", ids=[sent[0].id])
    for archived, total in ((False, 2), (True, 3)):
        box = await post("mailbox.list", agent="bob", counts_listed=True, include_archived=archived)
        assert (len(box.messages), box.total) == (total, total)
    assert (await post("mailbox.list", agent="bob")).total == 3


async def test_a_check_in_names_the_urgent_messages_that_are_unread(post: Post) -> None:
    await post("message.send", agent="ana", to="bob", body="later")
    urgent = await post("message.send", agent="ana", to="bob", body="now", priority=5)
    found = (await post("agent.check_in", agent="bob")).urgent
    assert [(each.id, each.seq, each.sender) for each in found] == [(urgent.id, urgent.seq, "ana")]
    await post("receipt.mark", agent="bob", mark="read", ids=[urgent.id])
    assert (await post("agent.check_in", agent="bob")).urgent == []


async def test_a_history_of_one_audience_shows_what_was_addressed_to_exactly_these(
    post: Post,
) -> None:
    for to in ("bob", "bob,cy", "bob/tau", "*"):
        await post("message.send", agent="ana", to=to, body=to)

    async def bodies(*audience: str) -> list[str]:
        page = await post("message.history", audience=list(audience))
        return [each.body for each in page.messages]

    assert await bodies("bob") == ["bob/tau", "bob"]
    assert await bodies("cy", "bob") == ["bob,cy"]
    assert await bodies("*") == ["*"]
    assert await bodies("cy") == []


async def test_a_key_that_may_speak_as_others_changes_a_task_as_its_assignee(post: Post) -> None:
    shared = await post.keyed("shared", may_speak_as=["*"])
    alone = await post.keyed("alone")
    task = await post("task.create", agent="bob", title="Nav", to="ana")
    with pytest.raises(Conflict, match="belongs to ana"):
        await alone("task.update", id=task.id, status="in_progress", as_assignee=True)
    begun = await shared("task.update", id=task.id, status="in_progress", as_assignee=True)
    assert (begun.status, begun.assignee) == ("in_progress", "ana")


async def test_only_its_creator_makes_a_change_of_the_creator(post: Post) -> None:
    shared = await post.keyed("shared", may_speak_as=["*"])
    task = await post("task.create", agent="bob", title="Nav", to="ana")
    with pytest.raises(NotAllowed, match="created by 'bob'"):
        await post("task.update", agent="ana", id=task.id, status="cancelled", as_creator=True)
    assert (await post("task.get", id=task.id)).status == "open"
    ended = await shared("task.update", id=task.id, status="cancelled", as_creator=True)
    assert ended.status == "cancelled"


async def test_metadata_that_is_not_named_stays_on_request(post: Post) -> None:
    task = await post("task.create", agent="bob", title="x", metadata={"a": 1, "b": 2})
    changed = await post(
        "task.update", agent="bob", id=task.id, metadata={"b": 3}, keep_metadata=True
    )
    assert changed.metadata == {"a": 1, "b": 3}
    changed = await post("task.update", agent="bob", id=task.id, metadata={"b": 3})
    assert changed.metadata == {"b": 3}
    note = await post("note.add", agent="bob", text="x", metadata={"a": 1, "b": 2})
    newer = await post(
        "note.supersede", agent="bob", id=note.id, metadata={"b": 3}, keep_metadata=True
    )
    assert newer.metadata == {"a": 1, "b": 3}


async def test_tasks_with_a_tag_are_left_out_of_lists_searches_and_bulk_changes(post: Post) -> None:
    for title, tags in (("plan", ["mission"]), ("plan the nav", [])):
        await post("task.create", agent="bob", title=title, tags=tags, project="shop")
    for operation, params in (("task.list", {}), ("task.search", {"query": "plan"})):
        page = await post(operation, without_tag="mission", **params)
        assert [task.title for task in page.tasks] == ["plan the nav"], operation
    done = await post("task.finish_many", agent="bob", project="shop", without_tag="mission")
    assert len(done.ids) == 1
    assert [task.title for task in (await post("task.list")).tasks] == ["plan"]


async def test_a_note_replaces_the_authors_own_of_its_kind_and_title_on_request(post: Post) -> None:
    async def write(agent: str, text: str, **more: object) -> None:
        await post("note.add", agent=agent, kind="diary", title="Monday", text=text, **more)

    await write("ana", "first", replaces_title=True)
    await write("bob", "other", replaces_title=True)
    await write("ana", "second", replaces_title=True)
    await post("note.add", agent="ana", kind="note", title="Monday", text="no diary")
    page = await post("note.list", kind="diary", title="Monday")
    assert [(note.author, note.text) for note in page.notes] == [
        ("ana", "second"),
        ("bob", "other"),
    ]
    assert (await post("note.list", title="Tuesday")).notes == []
    with pytest.raises(Invalid, match="`replaces_title` needs a title"):
        await post("note.add", agent="ana", text="x", replaces_title=True)
