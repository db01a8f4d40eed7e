"""Finding a server from afar: addresses, paths of a proxy, and what is said when nobody is
there.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ackbox.client.discovery import caller
from ackbox.client.http import HttpCaller, NoServer, parse_url
from ackbox.config import BadSettings
from tests.command import Command

PATHS: list[str] = []


class Proxy(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        PATHS.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy() -> Iterator[str]:
    PATHS.clear()
    server = HTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("{}", "/v1/call/agent.list"),
        ("http://{}", "/v1/call/agent.list"),
        ("http://{}/", "/v1/call/agent.list"),
        ("http://{}/team/post", "/team/post/v1/call/agent.list"),
        ("http://{}/team/post/", "/team/post/v1/call/agent.list"),
    ],
)
def test_a_path_of_a_proxy_is_kept(proxy: str, url: str, path: str) -> None:
    HttpCaller(url.format(proxy), "abx").call("agent.list", {})
    assert [path] == PATHS


@pytest.mark.parametrize(
    "url",
    [
        "nonsense:abc",
        "http://:1",
        "http://a:b",
        "http://[::1",
        "ftp://a",
        "",
        "http://",
        "http://a:0",
        "http://a:99999",
        f"http://{'a' * 64}",
        "http://a..b",
    ],
)
def test_what_is_no_address_is_refused_with_how_to_write_one(url: str) -> None:
    with pytest.raises(BadSettings, match="is not a server's address"):
        parse_url(url)


def test_an_operator_key_is_shown_to_no_other_server(tmp_path: Path) -> None:
    (tmp_path / "operator.key").write_text("abx_adm_secret")
    with pytest.raises(NoServer, match=f"No server is running on {tmp_path}"):
        caller(data_dir=str(tmp_path))
    assert caller(data_dir=str(tmp_path), key="abx_agt_mine").url == "http://127.0.0.1:7717"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--url", "http://a:b", "who"], 2, "'http://a:b' is not a server's address"),
        (["--url", "http://127.0.0.1:1", "who"], 3, "Check --url or ACKBOX_URL"),
        (["who"], 3, "Start one with: ackbox up"),
        (["backup", "copy.db"], 3, "Start one with: ackbox up"),
        (
            ["--data-dir", "/dev/null/post", "up", "--detach"],
            1,
            "The data directory /dev/null/post cannot be used: Not a directory",
        ),
        (
            ["up", "--database", "sqlite:////dev/null/post.db"],
            1,
            "/dev/null/post.db cannot be used as a database",
        ),
    ],
)
def test_a_wrong_place_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    done = Command(tmp_path)(*arguments)
    assert (done.returncode, words in done.stderr, len(done.stderr.strip().splitlines())) == (
        code,
        True,
        1,
    ), done.stderr


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database" * 100)
    done = Command(tmp_path)("up", "--port", "0", "--database", f"sqlite:///{file}")
    assert (done.returncode, json.loads(done.stderr)["error"]["code"], file.read_text()) == (
        1,
        "unavailable",
        "not a database" * 100,
    )
