"""Query strings: values by the types of the fields, lists as a name said several times."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.serving import serving

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("priority=4&priority=2", ["p4", "p2"]),
        ("priority=4", ["p4"]),
        ("status=open", ["p4", "p3", "p2"]),
        ("status=open&status=done", ["p4", "p3", "p2"]),
        ("status=done", []),
        ("limit=1&urgent_first=true", ["p4"]),
        ("priority=2&priority=3&urgent_first=false", ["p3", "p2"]),
    ],
)
async def test_a_list_is_a_name_said_several_times(
    tmp_path: Path, query: str, titles: list[str]
) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        for priority in (2, 3, 4):
            await served.app.call(
                "task.create",
                {"agent": "ana", "title": f"p{priority}", "priority": priority},
                credential=served.key,
            )
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {served.key}"}) as http:
            told = await http.get(f"{served.url}/v1/tasks?{query}")
        assert [task["title"] for task in told.json()["tasks"]] == titles


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "`limit` must be a whole number from 1 to 200; got 0."),
        ("limit=201", "`limit` must be a whole number from 1 to 200; got 201."),
        ("limit=many", "`limit` must be a whole number from 1 to 200; got 'many'."),
        ("limit=1&limit=2", "`limit` is in the query string twice."),
        ("priority=9", "`priority[0]` must be a whole number from 1 to 5; got 9."),
        ("priority=", "`priority[0]` must be a whole number from 1 to 5; got ''."),
        (
            "priority=4&priority=high",
            "`priority[1]` must be a whole number from 1 to 5; got 'high'.",
        ),
        ("nonsense=1&nonsense=2", "Unknown field 'nonsense'."),
        ("mine=maybe", "`mine` must be true or false; got 'maybe'."),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_place(
    tmp_path: Path, query: str, message: str
) -> None:
    async with (
        serving(f"sqlite:///{tmp_path}/a.db") as served,
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {served.key}"}) as http,
    ):
        told = await http.get(f"{served.url}/v1/tasks?{query}")
        assert (told.status_code, told.json()["error"]["message"]) == (400, message)
