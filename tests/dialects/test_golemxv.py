"""GolemXV beyond its transcript: keys, people, sessions, limits, and one id on every path."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from ackbox.app.limits import Limits
from tests.answers import text_of
from tests.dialects.golemxv import SHARED, Api, made, mcp, plain
from tests.engines import Clock
from tests.serving import Served, serving
from tests.sockets import opened

pytestmark = pytest.mark.anyio


async def test_one_key_serves_all_agents_of_a_project_each_with_a_name_of_its_own(
    database: str,
) -> None:
    async with serving(database) as served:
        api = Api(served, await made(served, **SHARED))
        named = [(await api("POST", "/checkin"))[1]["data"]["agent_name"] for _ in range(3)]
        assert (len(set(named)), all(name.startswith("agent-") for name in named)) == (3, True)
        assert (await api("POST", "/checkin", agent_name="agent-keen-7"))[1]["data"][
            "agent_name"
        ] == "agent-keen-7"
        refused = {
            "data": None,
            "errors": [{"code": "FORBIDDEN", "message": "This key speaks as 'ci', not as 'boss'."}],
        }
        status, told = await api("POST", "/checkin", agent_name="boss")
        assert (
            status,
            {**told, "errors": [{name: told["errors"][0][name] for name in ("code", "message")}]},
        ) == (403, refused)
        own = Api(served, await made(served, kind="agent", name="boss"))
        assert (await own("POST", "/checkin"))[1]["data"]["agent_name"] == "boss"
        await api.close()
        await own.close()


async def test_a_token_is_worth_nothing_to_a_key_that_may_not_speak_as_its_agent(
    database: str,
) -> None:
    async with serving(database) as served:
        api, other = (
            Api(served, await made(served, **SHARED)),
            Api(served, await made(served, kind="agent", name="mallory")),
        )
        token = await api.checkin(agent_name="agent-keen-7")
        for status, told in (
            await other("POST", "/messages", session_token=token, to="broadcast", content="x"),
            await other("POST", "/checkout", session_token=token),
            await other("GET", "/messages", session_token=token),
        ):
            assert (status, told["errors"][0]["code"]) == (403, "FORBIDDEN")
        assert [row["type"] for row in (await api("GET", "/messages"))[1]["data"]] == ["system"]
        await api.close()
        await other.close()


async def test_a_key_of_several_projects_says_which_by_its_slug(database: str) -> None:
    async with serving(database) as served:
        for name in ("shop", "site"):
            await served.app.call("workspace.create", {"name": name}, credential=served.key)
        api = Api(served, served.key)
        tokens = {
            slug: await api.checkin(agent_name="agent-keen-7", project_slug=slug)
            for slug in ("shop", "site")
        }
        assert (
            await api(
                "POST",
                "/messages",
                project_slug="shop",
                session_token=tokens["shop"],
                to="broadcast",
                content="in the shop",
            )
        )[0] == 201
        assert (
            await api(
                "POST",
                "/messages",
                project_slug="site",
                session_token=tokens["shop"],
                to="broadcast",
                content="x",
            )
        )[0] == 404
        texts = [
            [
                row["content"]
                for row in (
                    await api("GET", "/messages", project_slug=slug, sender="agent-keen-7")
                )[1]["data"]
            ]
            for slug in ("shop", "site")
        ]
        assert texts == [["in the shop"], []]
        await api.close()


async def test_the_header_of_the_system_carries_the_key_over_mcp_too(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        key = await made(served, **SHARED)
        async with mcp(served, {"X-API-Key": key}) as client:
            checked = await client.call_tool("checkin", {"agent_name": "agent-keen-7"})
            assert (checked.is_error, checked.structured_content["agent_name"]) == (
                False,
                "agent-keen-7",
            )
        async with httpx2.AsyncClient() as http:
            told = await http.post(
                served.url + "/mcp/vantagepeers", headers={"X-API-Key": key}, json={}
            )
        assert told.status_code == 401


async def test_what_a_person_writes_is_theirs_and_goes_to_the_name_it_starts_with(
    database: str,
) -> None:
    async with serving(database) as served:
        api, eve = (
            Api(served, await made(served, **SHARED)),
            Api(served, await made(served, kind="human", name="eve"), "/_gxv/api/v1"),
        )
        keen = await api.checkin(agent_name="agent-keen-7")
        token = await eve.checkin()
        sends = [
            {"to": "broadcast", "content": "@agent-keen-7 please look"},
            {"to": "broadcast", "content": "hello"},
        ]
        assert [
            (await eve("POST", "/messages", session_token=token, **each))[0] for each in sends
        ] == [201, 201]
        status, told = await eve(
            "POST",
            "/messages",
            session_token=token,
            to="broadcast",
            content="@agent-keen-8 please look",
        )
        assert (status, told["errors"][0]["message"]) == (404, "No active agent 'agent-keen-8'")
        assert (
            await api(
                "POST",
                "/messages",
                session_token=keen,
                to="eve (human)",
                content="@agent-keen-7 I am one",
            )
        )[0] == 201
        shown = [
            plain(row, "sender_name", "recipient_type", "recipient_name", "content")
            for row in (await api("GET", "/messages", limit=3))[1]["data"]
        ]
        assert shown == [
            ["agent-keen-7", "direct", "eve", "@agent-keen-7 I am one"],
            ["eve (human)", "broadcast", None, "hello"],
            ["eve (human)", "direct", "agent-keen-7", "@agent-keen-7 please look"],
        ]
        for sender in ("eve", "eve (human)"):
            assert len((await api("GET", "/messages", sender=sender))[1]["data"]) == 2
        await a_person_is_labelled_in_presence_sessions_and_activity(served)
        await api.close()
        await eve.close()


async def a_person_is_labelled_in_presence_sessions_and_activity(served: Served) -> None:
    async with mcp(
        served, {"X-API-Key": await made(served, **{**SHARED, "name": "ci2"})}
    ) as client:
        present = (await client.call_tool("presence", {})).structured_content["agents"]
        hers = [
            json.loads(text_of(await client.call_tool(tool, {"agent_name": name})))
            for name in ("eve", "eve (human)")
            for tool in ("sessions", "activity_log")
        ]
    assert [each["agent_name"] for each in present] == ["agent-keen-7", "eve (human)"]
    assert hers[:2] == hers[2:]
    assert ([row["agent_name"] for row in hers[0]], [row["event"] for row in hers[1]]) == (
        ["eve (human)"],
        [
            "message.sent",
            "message.sent",
            "session.started",
            "agent.checked_in",
            "agent.registered",
        ],
    )


async def test_a_message_has_one_uuid_on_every_path(database: str) -> None:
    async with serving(database) as served:
        key = await made(served, **SHARED)
        api, old = Api(served, key), Api(served, key, "/_gxv/api/v1")
        token = await api.checkin(agent_name="agent-keen-7")
        async with opened(served.url, key) as socket:
            await socket.ask({"id": 1, "subscribe": {"of": "workspace", "join_ms": 0}})
            _, told = await api(
                "POST", "/messages", session_token=token, to="broadcast", content="x"
            )
            id, uuid = told["data"]["id"], told["data"]["uuid"]
            pushed: list[str] = []
            while not pushed:
                pushed = [
                    event["id"]
                    for event in (await socket.receive())["events"]
                    if event["kind"] == "message.sent"
                ]
        assert pushed == [uuid.replace("-", "")]
        assert [
            (await each("GET", "/messages", limit=1))[1]["data"][0]["uuid"] for each in (api, old)
        ] == [uuid, uuid]
        async with mcp(served, {"X-API-Key": key}) as client:
            assert (
                json.loads(text_of(await client.call_tool("get_messages", {"limit": 1})))[
                    "messages"
                ][0]["uuid"]
                == uuid
            )
            assert (
                json.loads(text_of(await client.call_tool("activity_log", {"limit": 1})))[0][
                    "message_uuid"
                ]
                == uuid
            )
        feed = (
            await served.app.call(
                "event.feed", {"cursor": "start", "limit": 200}, credential=served.key
            )
        ).events[-1]
        native = (
            await served.app.call("message.history", {"limit": 1}, credential=served.key)
        ).messages[0]
        assert [(each.id, each.seq) for each in (feed, native)] == [(uuid.replace("-", ""), id)] * 2
        await api.close()
        await old.close()


async def test_a_session_that_is_not_heard_of_times_out_and_comes_back_with_a_heartbeat(
    database: str,
) -> None:
    clock = Clock()
    async with serving(database, clock=clock) as served:
        await served.app.call(
            "workspace.settings", {"session_ttl_s": 120, "heartbeat_s": 30}, credential=served.key
        )
        api = Api(served, await made(served, **SHARED))
        _, told = await api("POST", "/checkin", agent_name="agent-swift-42")
        assert plain(told["data"], "heartbeat_interval_seconds", "heartbeat_ttl_seconds") == [
            30,
            120,
        ]
        swift, keen = (
            told["data"]["session_token"],
            await api.checkin(agent_name="agent-keen-7", heartbeat_ttl_seconds=600),
        )
        await served.app.call(
            "task.create", {"agent": "lead", "title": "One"}, credential=served.key
        )
        assert (await api("POST", "/tasks/claim", session_token=swift, task_id=1))[1]["data"][
            "_ext"
        ]["is_stale"] is False
        clock.pass_s(120)
        assert (await api("GET", "/tasks"))[1]["data"][0]["_ext"]["is_stale"] is True
        status, refused = await api(
            "POST", "/messages", session_token=keen, to="agent-swift-42", content="x"
        )
        assert (status, refused["errors"][0]["code"]) == (404, "RECIPIENT_NOT_FOUND")
        async with mcp(
            served, {"X-API-Key": await made(served, **{**SHARED, "name": "ci2"})}
        ) as client:
            rows = json.loads(text_of(await client.call_tool("sessions", {})))
            assert [plain(row, "agent_name", "status") for row in rows] == [
                ["agent-keen-7", "active"],
                ["agent-swift-42", "timed_out"],
            ]
            told = await client.call_tool("sessions", {"status": "timed_out"})
            assert [row["agent_name"] for row in json.loads(text_of(told))] == ["agent-swift-42"]
        assert (await api("POST", "/heartbeat", session_token=swift))[1]["data"][
            "status"
        ] == "active"
        assert (
            await api("POST", "/messages", session_token=keen, to="agent-swift-42", content="x")
        )[0] == 201
        await api.close()


async def test_an_agent_in_ones_way_is_named_once_however_many_runs_and_copies_of_it_there_are(
    database: str,
) -> None:
    async with serving(database) as served:
        api = Api(served, await made(served, **SHARED))
        for claims in ({"declared_files": ["b.py", "a.py"]}, {"declared_area": "backend"}):
            await api.checkin(agent_name="agent-keen-7", **claims)
        await served.app.call(
            "session.start",
            {"agent": "agent-keen-7", "instance": "tau", "files": ["a.py", "c.py"]},
            credential=served.key,
        )
        mine = {"declared_area": "backend", "declared_files": ["a.py", "b.py", "c.py"]}
        both = [
            {
                "agent_name": "agent-keen-7",
                "overlapping_areas": ["backend"],
                "overlapping_files": ["a.py", "b.py", "c.py"],
                "type": "file",
                "overlap": ["a.py", "b.py", "c.py"],
            }
        ]
        _, told = await api("POST", "/checkin", agent_name="agent-swift-42", **mine)
        assert told["meta"] == {"has_conflicts": True, "conflicts": both}
        token = told["data"]["session_token"]
        assert (await api("POST", "/heartbeat", session_token=token, **mine))[1]["meta"][
            "conflicts"
        ] == both
        await api("POST", "/checkout", session_token=token)
        await served.app.call("workspace.settings", {"on_conflict": "block"}, credential=served.key)
        status, told = await api("POST", "/checkin", agent_name="agent-swift-42", **mine)
        assert (status, told["errors"][0]["code"], told["meta"]) == (
            409,
            "CONFLICT",
            {"has_conflicts": True, "conflicts": both},
        )
        async with mcp(
            served, {"X-API-Key": await made(served, **{**SHARED, "name": "ci2"})}
        ) as client:
            refused = await client.call_tool("checkin", {"agent_name": "agent-swift-42", **mine})
            assert (refused.is_error, refused.structured_content["meta"]["conflicts"]) == (
                True,
                both,
            )
            present = (await client.call_tool("presence", {})).structured_content["agents"]
        # A refused agent has no session.
        assert [each["agent_name"] for each in present] == ["agent-keen-7"]
        await api.close()


async def test_a_time_in_the_address_may_have_its_plus_unescaped(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        key = await made(served, **SHARED)
        async with httpx2.AsyncClient(headers={"X-API-Key": key}) as http:
            await http.post(f"{served.url}/api/v1/checkin", json={"agent_name": "agent-keen-7"})
            told = [
                await http.get(f"{served.url}/api/v1/messages?since={since}")
                for since in ("2026-01-01T00:00:00+00:00", "9000-01-01T00:00:00.5+02:00")
            ]
        assert [(each.status_code, len(each.json()["data"])) for each in told] == [
            (200, 1),
            (200, 0),
        ]


async def test_a_key_asks_120_times_a_minute_and_is_then_told_when_to_come_back(
    tmp_path: Path,
) -> None:
    now = [0.0]
    async with serving(f"sqlite:///{tmp_path}/a.db", limits=Limits(clock=lambda: now[0])) as served:
        key = await made(served, **SHARED)
        async with httpx2.AsyncClient(headers={"X-API-Key": key}) as http:
            statuses = [
                (await http.get(f"{served.url}/api/v1/messages")).status_code for _ in range(121)
            ]
            refused = await http.get(f"{served.url}/_gxv/api/v1/messages")
            assert (
                statuses.count(200),
                statuses[-1],
                refused.status_code,
                refused.headers["retry-after"],
            ) == (120, 429, 429, "1")
            assert (refused.json()["data"], refused.json()["errors"][0]["code"]) == (
                None,
                "RATE_LIMITED",
            )
            now[0] = 1.0
            assert [
                (await http.get(f"{served.url}/api/v1/messages")).status_code for _ in range(3)
            ] == [200, 200, 429]
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http:
            assert (await http.get(f"{served.url}/v1/me")).status_code == 200


async def test_a_key_that_was_revoked_is_told_so_in_the_envelope(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        made_key = await served.app.call("key.create", SHARED, credential=served.key)
        api = Api(served, made_key.key)
        token = await api.checkin(agent_name="agent-keen-7")
        await served.app.call("key.revoke", {"id": made_key.id}, credential=served.key)
        status, told = await api(
            "POST", "/messages", session_token=token, to="broadcast", content="x"
        )
        assert (status, told["errors"][0]["code"], told["errors"][0]["message"]) == (
            401,
            "UNAUTHORIZED",
            "This key has been revoked.",
        )
        await api.close()


async def test_the_routes_are_not_in_the_native_description(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served, httpx2.AsyncClient() as http:
        paths = (await http.get(f"{served.url}/openapi.json")).json()["paths"]
        assert [path for path in paths if not path.startswith("/v1/")] == ["/hooks/in/{id}"]
