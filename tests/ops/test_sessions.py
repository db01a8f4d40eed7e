"""Sessions: a token that identifies the caller, claims that collide, time-outs by a clock that
the test moves, and announcements.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
import pytest

from ackbox.errors import BadKey, Conflict, Invalid, NotFound, NotYou
from ackbox.model.moment import to_text
from tests.engines import Clock, Post
from tests.walls.places import rows_of

pytestmark = pytest.mark.anyio


async def states(post: Post, **narrow: Any) -> list[tuple[str, str]]:
    return [(each.agent, each.state) for each in (await post("session.list", **narrow)).sessions]


async def test_a_start_tells_all_that_the_starting_agent_should_know(
    post: Post, clock: Clock
) -> None:
    for n, priority in enumerate((3, 5, 1, 4, 2, 3)):
        await post("message.send", agent="bob", to="ana", body=f"m{n}", priority=priority)
    started = await post(
        "session.start", agent="ana", instance="tau", area="docs", files=["a.md"], summary="writing"
    )
    now = to_text(clock.now)
    assert re.fullmatch(r"[0-9a-f]{64}", started.token)
    assert msgspec.to_builtins(started.session) == {
        "id": started.session.id,
        "number": started.session.number,
        "workspace": "default",
        "agent": "ana",
        "instance": "tau",
        "kind": "agent",
        "state": "active",
        "area": "docs",
        "files": ["a.md"],
        "summary": "writing",
        "outcome": None,
        "touched": [],
        "ttl_s": 180,
        "started_at": now,
        "last_seen": now,
        "ended_at": None,
    }
    assert (
        started.ttl_s,
        started.heartbeat_s,
        started.conflicts,
        started.recent,
        started.is_first,
    ) == (180, 60, [], [], True)
    assert [(each.body, each.priority) for each in started.messages] == [
        ("m1", 5),
        ("m3", 4),
        ("m0", 3),
        ("m5", 3),
        ("m4", 2),
    ]
    assert (started.unread, started.total, [each.agent for each in started.agents]) == (
        6,
        6,
        ["bob"],
    )
    here = (await post("agent.list", name="ana")).agents[0]
    assert (here.presence, here.instances[0].area, here.instances[0].files) == (
        "online",
        "docs",
        ["a.md"],
    )
    again = await post("session.start", agent="ana", instance="tau")
    assert (again.is_first, [each.id for each in again.recent]) == (False, [started.session.id])


async def test_the_token_says_who_calls_and_only_its_digest_is_stored(
    post: Post, database: str
) -> None:
    started = await post("session.start", agent="ana", instance="tau")
    sent = await post("message.send", session=started.token, to="bob", body="x")
    told = await post("agent.whoami", session=started.token)
    assert (sent.sender, told.agent, told.instance) == ("ana", "ana", "tau")
    many = await post(
        "message.send_many", session=started.token, messages=[{"to": "bob", "body": "y"}]
    )
    assert many.outcomes[0].sent.sender == "ana"
    stored = "\n".join(row for rows in (await rows_of(database)).values() for row in rows)
    assert (
        started.token in stored,
        repr(hashlib.sha256(started.token.encode()).digest()) in stored,
    ) == (False, True)


async def test_a_token_is_good_only_with_a_key_that_may_speak_as_its_agent(post: Post) -> None:
    started = await post("session.start", agent="ana")
    own, other = await post.keyed("ana"), await post.keyed("bob")
    assert (await own("agent.whoami", session=started.token)).agent == "ana"
    cursor = (await post("event.feed")).cursor
    with pytest.raises(NotYou):
        await other("inbox.check", session=started.token)
    assert [
        (each.kind, each.details["claimed"])
        for each in (await post("event.feed", cursor=cursor)).events
    ] == [("agent.refused", "ana")]
    with pytest.raises(BadKey):
        await post.app.call("inbox.check", {"session": started.token}, credential=None)
    with pytest.raises(Invalid):
        await own("inbox.check", session=started.token, instance="else")
    for token in ("0" * 64, started.token[:-1]):
        with pytest.raises(NotFound):
            await own("inbox.check", session=token)


async def test_a_caller_without_a_name_gets_one(post: Post) -> None:
    names = [(await post("session.start")).session.agent for _ in range(3)]
    assert len(set(names)) == 3
    assert all(re.fullmatch(r"agent-[a-z]+-\d\d?", name) for name in names)
    fleet = await post.keyed("ana", may_speak_as=["agent-*"])
    assert (await fleet("session.start")).session.agent == "ana"
    assert (await fleet("session.start", new_name=True)).session.agent.startswith("agent-")
    alone = await post.keyed("bob")
    assert (await alone("session.start", new_name=True)).session.agent == "bob"


CLAIMS: list[tuple[dict[str, Any], dict[str, Any], tuple[list[str], list[str]] | None]] = [
    ({"area": "auth"}, {"area": "auth"}, (["auth"], [])),
    ({"area": "auth"}, {"area": "Auth"}, None),
    ({"files": ["a.py", "b.py"]}, {"files": ["b.py", "c.py"]}, ([], ["b.py"])),
    ({"files": ["./a.py"]}, {"files": ["a.py"]}, ([], ["a.py"])),
    ({"files": ["src/"]}, {"files": ["src/x/y.py", "srcs/z.py"]}, ([], ["src/x/y.py"])),
    ({"files": ["src/x/y.py"]}, {"files": ["src/**"]}, ([], ["src/x/y.py"])),
    ({"files": ["src/x/"]}, {"files": ["src/*"]}, ([], ["src/x/"])),
    ({"area": "src/auth/"}, {"area": "src/"}, (["src/auth/"], [])),
    ({"files": ["src"]}, {"files": ["src/x.py"]}, None),
    ({}, {"area": "auth", "files": ["a.py"]}, None),
]


@pytest.mark.parametrize(("theirs", "mine", "common"), CLAIMS)
async def test_claims_that_overlap_are_told(
    post: Post,
    theirs: dict[str, Any],
    mine: dict[str, Any],
    common: tuple[list[str], list[str]] | None,
) -> None:
    await post("session.start", agent="ana", instance="tau", **theirs)
    told = msgspec.to_builtins((await post("session.start", agent="bob", **mine)).conflicts)
    assert told == (
        []
        if common is None
        else [{"agent": "ana", "instance": "tau", "areas": common[0], "files": common[1]}]
    )


async def test_blocking_refuses_the_start_and_touches_nobody(
    post: Post, clock: Clock, database: str
) -> None:
    first = await post("session.start", agent="ana", area="auth")
    before = await rows_of(database)
    with pytest.raises(Conflict) as refused:
        await post("session.start", agent="bob", area="auth", on_conflict="block", announce=True)
    assert refused.value.details == {
        "conflicts": [{"agent": "ana", "instance": None, "areas": ["auth"], "files": []}]
    }
    # How far the index of words has come, it says by itself.
    assert {**await rows_of(database), "search_cursor": []} == {**before, "search_cursor": []}
    await post("workspace.settings", on_conflict="block")
    with pytest.raises(Conflict):
        await post("session.start", agent="bob", area="auth")
    assert (
        len((await post("session.start", agent="bob", area="auth", on_conflict="warn")).conflicts)
        == 1
    )
    assert await states(post, of="ana") == [("ana", "active")]
    assert (await post("session.checkpoint", session=first.token)).session.state == "active"


async def test_who_only_checked_in_is_in_the_way_too_and_the_timed_out_ended_or_oneself_is_not(
    post: Post, clock: Clock
) -> None:
    await post("agent.check_in", agent="cy", area="auth")
    slow = await post("session.start", agent="ana", area="auth", ttl_s=10)
    done = await post("session.start", agent="dan", area="auth")
    await post("session.end", session=done.token)
    assert [
        each.agent for each in (await post("session.start", agent="bob", area="auth")).conflicts
    ] == ["ana", "cy"]
    clock.pass_s(10)
    assert [
        each.agent for each in (await post("session.start", agent="eve", area="auth")).conflicts
    ] == ["bob", "cy"]
    assert [
        each.agent for each in (await post("session.start", agent="eve", area="auth")).conflicts
    ] == ["bob", "cy"]
    told = await post("session.checkpoint", session=slow.token, files=[])
    assert [each.agent for each in told.conflicts] == ["bob", "eve", "cy"]


async def test_a_session_times_out_when_nothing_is_heard_and_lives_on_with_the_next_call(
    post: Post, clock: Clock
) -> None:
    started = await post("session.start", agent="ana", ttl_s=60)
    clock.pass_s(59)
    assert await states(post) == [("ana", "active")]
    await post("agent.heartbeat", session=started.token)
    clock.pass_s(59)
    assert await states(post) == [("ana", "active")]
    await post("agent.heartbeat", agent="ana")
    clock.pass_s(1)
    assert (
        await states(post),
        await states(post, state="active"),
        await states(post, state="timed_out"),
    ) == ([("ana", "timed_out")], [], [("ana", "timed_out")])
    await post("inbox.check", session=started.token)
    assert await states(post) == [("ana", "active")]


async def test_signs_of_life_outlive_the_server(post: Post, clock: Clock) -> None:
    started = await post("session.start", agent="ana", ttl_s=60)
    clock.pass_s(50)
    await post("agent.heartbeat", session=started.token)
    await post.app.close()
    await post.app.open()
    clock.pass_s(50)
    assert await states(post) == [("ana", "active")]
    clock.pass_s(10)
    assert await states(post) == [("ana", "timed_out")]


async def test_the_workspace_says_how_long_and_how_often(post: Post) -> None:
    settings = (await post("workspace.settings", session_ttl_s=120, heartbeat_s=30)).settings
    assert settings == {"session_ttl_s": 120, "heartbeat_s": 30}
    by_workspace, own = (
        await post("session.start", agent="ana"),
        await post("session.start", agent="bob", ttl_s=20, heartbeat_s=5),
    )
    assert [(each.ttl_s, each.heartbeat_s) for each in (by_workspace, own)] == [(120, 30), (20, 5)]


async def test_a_checkpoint_changes_what_is_claimed_and_gives_the_post(post: Post) -> None:
    started = await post("session.start", agent="ana", area="docs", files=["a.md"], summary="one")
    await post("message.send", agent="bob", to="ana", body="hello")
    told = await post("session.checkpoint", session=started.token, files=["b.md"], mark="delivered")
    assert (told.session.area, told.session.files, told.session.summary) == (
        "docs",
        ["b.md"],
        "one",
    )
    assert ([each.body for each in told.messages], told.unread) == (["hello"], 1)
    assert (await post("message.status", id=told.messages[0].id)).delivered == 1
    none = await post("session.checkpoint", session=started.token, area="", summary="two", limit=0)
    assert (none.session.area, none.session.summary, none.messages, none.unread) == (
        None,
        "two",
        [],
        1,
    )
    here = (await post("agent.list", name="ana")).agents[0]
    assert (here.area, here.files, here.summary) == (None, ["b.md"], "two")


async def test_without_a_token_it_is_the_newest_session_that_is_meant(post: Post) -> None:
    assert (await post("session.checkpoint", agent="ana")).session is None
    with pytest.raises(NotFound):
        await post("session.end", agent="ana")
    first, second = (
        await post("session.start", agent="ana"),
        await post("session.start", agent="ana"),
    )
    assert (await post("session.checkpoint", agent="ana")).session.id == second.session.id
    ended = await post(
        "session.end", agent="ana", summary="done", outcome="completed", touched=["a.md"]
    )
    assert (
        ended.session.id,
        ended.session.state,
        ended.session.summary,
        ended.session.outcome,
        ended.session.touched,
    ) == (second.session.id, "ended", "done", "completed", ["a.md"])
    assert (await post("agent.list", name="ana")).agents[0].presence == "online"
    await post("session.end", session=first.token)
    assert (await post("agent.list", name="ana")).agents[0].presence == "away"
    with pytest.raises(NotFound):
        await post("session.end", session=first.token)
    assert await states(post) == [("ana", "ended"), ("ana", "ended")]


async def test_what_is_announced_comes_from_the_system_and_can_be_marked(
    post: Post, clock: Clock
) -> None:
    await post("inbox.check", agent="bob")
    started = await post(
        "session.start", agent="ana", instance="tau", area="docs", files=["a.md"], announce=True
    )
    await post("session.end", session=started.token, summary="written", outcome="completed")
    told = (await post("inbox.check", agent="bob")).messages
    assert [(each.sender, each.sender_kind, each.type, each.to, each.body) for each in told] == [
        ("system", "system", "system", ["*"], "ana/tau started on docs, a.md."),
        ("system", "system", "system", ["*"], "ana/tau ended (completed): written"),
    ]
    assert [each.metadata["event"] for each in told] == ["session.started", "session.ended"]
    assert (
        await post("receipt.mark", agent="bob", mark="acknowledged", ids=[told[0].id])
    ).changed == [told[0].id]
    status = await post("message.status", id=told[0].id)
    assert (status.recipients, status.acknowledged) == (2, 1)
    clock.pass_s(86_400)
    assert (await post("inbox.check", agent="bob")).messages == []
    assert len((await post("message.history", sender="system")).messages) == 2
    roster = await post("agent.list")
    assert ([each.agent for each in roster.agents], roster.awaited) == (["ana", "bob"], [])


async def test_nobody_is_called_system(post: Post) -> None:
    await post("session.start", agent="ana", announce=True)
    for name in ("system", "System"):
        with pytest.raises(Invalid):
            await post("inbox.check", agent=name)
        with pytest.raises(Invalid):
            await post("message.send", agent="ana", to=name, body="x")


async def test_sessions_are_listed_newest_first_in_pages(post: Post) -> None:
    for name in ("ana", "bob", "ana", "cy"):
        await post("session.start", agent=name)
    page = await post("session.list", limit=3)
    rest = await post("session.list", limit=3, cursor=page.cursor)
    assert (
        [each.agent for each in page.sessions],
        [each.agent for each in rest.sessions],
        rest.cursor,
    ) == (["cy", "ana", "bob"], ["ana"], None)
    assert await states(post, of="ana", limit=1) == [("ana", "active")]
    assert await states(post, of="nobody") == []


async def test_sessions_are_skipped_from_the_newest(post: Post) -> None:
    for agent in ("ana", "bob", "eve"):
        await post("session.start", agent=agent)
    assert await states(post, skip=1, limit=1) == [("bob", "active")]
    first = await post("session.list", skip=1, limit=1)
    rest = await post("session.list", cursor=first.cursor)
    assert [each.agent for each in rest.sessions] == ["ana"]
    assert await states(post, skip=3) == []


async def test_a_changed_claim_is_an_event_and_the_same_claim_is_none(
    post: Post, clock: Clock
) -> None:
    started = await post("session.start", agent="ana", area="docs")
    for claims in ({"area": "docs"}, {"area": "api"}, {"files": ["a.md"]}, {"summary": "x"}):
        await post("session.checkpoint", session=started.token, **claims)
    changed = (await post("event.list", kinds=["session.changed"])).events
    assert [(each.agent, each.details["session"]) for each in changed] == [
        ("ana", started.session.id)
    ] * 2
    clock.pass_s(90)
    ended = await post("session.end", session=started.token, summary="x" * 10_000)
    assert (ended.duration_s, ended.session.summary) == (90, "x" * 10_000)


async def test_the_roster_says_who_has_a_session_and_the_settings_of_sessions(post: Post) -> None:
    await post("session.start", agent="ana")
    newest = await post("session.start", agent="ana")
    await post("agent.check_in", agent="bob")
    roster = await post("agent.list", with_sessions=True)
    assert [(each.agent, each.session) for each in roster.agents] == [
        ("ana", newest.session.number),
        ("bob", None),
    ]
    assert [each.session for each in (await post("agent.list")).agents] == [None, None]
    assert msgspec.to_builtins(roster.sessions) == {
        "on_conflict": "warn",
        "heartbeat_s": newest.heartbeat_s,
        "ttl_s": newest.ttl_s,
    }
    await post("workspace.settings", on_conflict="block", session_ttl_s=30, heartbeat_s=90)
    assert msgspec.to_builtins((await post("agent.list")).sessions) == {
        "on_conflict": "block",
        "heartbeat_s": 30,
        "ttl_s": 30,
    }


async def test_a_message_handed_over_is_not_given_again_where_only_pending_ones_are_asked_for(
    post: Post,
) -> None:
    await post("message.send", agent="bob", to="ana", body="one")
    started = await post("session.start", agent="ana", state="pending", mark="delivered")
    await post("message.send", agent="bob", to="ana", body="two")
    told = await post(
        "session.checkpoint", session=started.token, state="pending", mark="delivered"
    )
    assert [[each.body for each in told.messages] for told in (started, told)] == [["one"], ["two"]]
    assert (await post("session.checkpoint", session=started.token, state="pending")).messages == []
    assert [
        each.body for each in (await post("session.checkpoint", session=started.token)).messages
    ] == ["one", "two"]


async def test_agents_are_listed_by_who_was_last_heard_of(post: Post, clock: Clock) -> None:
    for name in ("old", "ana", "bob"):
        await post("agent.check_in", agent=name)
        clock.pass_s(86_400)

    async def names(**narrow: Any) -> list[str]:
        return [each.agent for each in (await post("agent.list", **narrow)).agents]

    assert await names() == ["ana", "bob", "old"]
    assert await names(newest_first=True) == ["bob", "ana", "old"]
    assert (await names(days=2, newest_first=True), await names(limit=1, newest_first=True)) == (
        ["bob", "ana"],
        ["bob"],
    )


async def test_who_begins_without_a_session_is_told_once_what_a_start_tells(
    post: Post, clock: Clock
) -> None:
    await post("message.send", agent="ana", to="bob", body="look")
    await post("note.add", agent="ana", kind="constraint", text="no force pushes")
    ana, bob = [await post("session.context", agent=name) for name in ("ana", "bob")]
    assert (ana.agent, ana.workspace, ana.told) == ("ana", "default", None)
    assert bob.told is not None
    assert (
        [letter.body for letter in bob.told.messages],
        [note.text for note in bob.told.notes],
        bob.told.is_first,
    ) == (["look"], ["no force pushes"], True)
    assert (await post("session.context", agent="bob")).told is None
    assert [
        receipt.state
        for receipt in (await post("message.status", id=bob.told.messages[0].id)).receipts
    ] == ["pending"]
    await post("session.start", agent="bob", ttl_s=7200)
    clock.pass_s(3601)
    assert [
        (await post("session.context", agent=name)).told is None for name in ("ana", "bob")
    ] == [False, True]
    assert (await post("session.list")).sessions[0].agent == "bob"


async def test_a_sender_is_told_who_acknowledged_since_its_last_session(
    post: Post, clock: Clock
) -> None:
    await post("session.start", agent="ana")
    ids = [
        (await post("message.send", agent="ana", to=["bob", "eve"], body=f"{number}")).id
        for number in range(2)
    ]
    theirs = (await post("message.send", agent="bob", to="eve", body="not ana's")).id
    clock.pass_s(1)
    await post("receipt.mark", agent="bob", ids=[ids[0]], mark="read")
    await post("receipt.mark", agent="eve", ids=[ids[0], theirs], mark="acknowledged")
    clock.pass_s(1)

    def pairs(told: Any) -> list[tuple[str, str]]:
        return [(each.id, each.agent) for each in told.acknowledged]

    assert pairs(await post("session.checkpoint", agent="ana")) == [(ids[0], "eve")]
    assert pairs(await post("session.checkpoint", agent="ana")) == []
    clock.pass_s(1)
    await post("receipt.mark", agent="bob", ids=ids, mark="acknowledged")
    assert sorted(pairs(await post("session.start", agent="ana"))) == [
        (ids[0], "bob"),
        (ids[1], "bob"),
    ]


async def test_a_session_is_told_of_notes_from_the_priority_it_asks_for(post: Post) -> None:
    for priority in (1, 2, 3, 4):
        await post("note.add", agent="ana", text=f"{priority}", priority=priority)
    await post("note.add", agent="ana", text="rule", kind="constraint", priority=1)
    told = [
        [each.text for each in (await post("session.start", agent="bob", **more)).notes]
        for more in ({}, {"notes_from": 3}, {"notes_from": 5})
    ]
    assert told == [["rule", "4"], ["rule", "4", "3"], ["rule"]]
