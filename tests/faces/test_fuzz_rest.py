"""schemathesis over our own OpenAPI document against a real server: never a 5xx, always the
shape that is described.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from ackbox.faces.rest.openapi import document
from tests.command import Command

REQUESTS = int(os.environ.get("ACKBOX_FUZZ_REQUESTS", "164"))
DOCUMENT = document()
# An operation is about a hundred requests that lie on the limits of its description, in turns of
# one kind after the other. `make hostile` sends all; otherwise each operation is sent every third.
EVERY = 1 if REQUESTS > 164 else 3


@pytest.fixture(scope="module")
def ackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("fuzz"))
    command.up()
    yield command
    command.stop()


@settings(
    max_examples=max(REQUESTS // len(DOCUMENT["paths"]), 2),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def send(case: schemathesis.Case[Any], turns: Iterator[int], url: str, key: str) -> None:
    if next(turns) % EVERY:
        return
    # A wait that finds nothing is not what is looked for here.
    if (
        isinstance(case.body, dict)
        and case.path in ("/v1/messages/ask", "/v1/inbox/wait")
        and isinstance(case.body.get("wait_s", 0), int | float)
    ):
        case.body["wait_s"] = 0
    if case.query and "wait_s" in case.query:
        case.query["wait_s"] = 0
    answer = case.call(base_url=url, headers={"Authorization": f"Bearer {key}"})
    assert "Traceback" not in answer.text
    case.validate_response(
        answer, checks=[not_a_server_error, response_schema_conformance, status_code_conformance]
    )


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods],
)
def test_no_request_breaks_the_server(ackbox: Command, method: str, path: str) -> None:
    # One operation alone, whose requests are thought out here: to think out all of them takes
    # longer than any other file needs to be collected.
    one = {**DOCUMENT, "paths": {path: {method: DOCUMENT["paths"][path][method]}}}
    tests = get_all_tests(
        schema=schemathesis.openapi.from_dict(one), test_func=send, settings=None, given_kwargs=None
    )
    server = ackbox.json("status")
    key = (Path(server["data_dir"]) / "operator.key").read_text().strip()
    turns = itertools.count()
    for found in tests:
        assert isinstance(found, Ok), found
        _, test = found.ok()
        test(turns=turns, url=server["url"], key=key)
    assert next(turns) > 5
