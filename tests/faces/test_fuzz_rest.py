"""schemathesis over our own OpenAPI document against a real server: never a 5xx, always the
shape that is described.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from ackbox.faces.rest.openapi import document
from tests.command import Command

REQUESTS = int(os.environ.get("ACKBOX_FUZZ_REQUESTS", "164"))
schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def ackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("fuzz"))
    command.up()
    yield command
    command.stop()


@schema.parametrize()
@pytest.mark.timeout(3600)
@settings(
    max_examples=max(REQUESTS // len(document()["paths"]), 2),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_server(case: schemathesis.Case[Any], ackbox: Command) -> None:
    server = ackbox.__dict__.setdefault("server", None) or ackbox.json("status")
    ackbox.__dict__["server"] = server
    # A wait that finds nothing is not what is looked for here.
    if (
        isinstance(case.body, dict)
        and case.path in ("/v1/messages/ask", "/v1/inbox/wait")
        and isinstance(case.body.get("wait_s", 0), int | float)
    ):
        case.body["wait_s"] = 0
    if case.query and "wait_s" in case.query:
        case.query["wait_s"] = 0
    key = (Path(server["data_dir"]) / "operator.key").read_text().strip()
    answer = case.call(base_url=server["url"], headers={"Authorization": f"Bearer {key}"})
    assert "Traceback" not in answer.text
    case.validate_response(
        answer, checks=[not_a_server_error, response_schema_conformance, status_code_conformance]
    )
