"""The agent programs of npm: how each is set up with ackbox and run without a screen, in a home of
its own.

A program finds an empty environment, the stand-in as its model and as its proxy, and ackbox over
stdio or HTTP. What a person would put into its settings stands here. Explained in CONTRIBUTING.md,
"Agent programs".
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
BINS = HERE / "node_modules/.bin"
IS_WHOLE = os.environ.get("PROGRAMS") == "all"
PROMPT = "Look at your messages."
LONGEST_S = 240


class Way(NamedTuple):
    """How ackbox is reached: a command for stdio, or an address with a key for HTTP; neither where
    the program is given it by another way.
    """

    command: list[str] = []
    url: str = ""
    key: str = ""


class Home(NamedTuple):
    """Where a program lives and what it is told: its model's address, ackbox, seconds that a
    tool may take.
    """

    path: Path
    model: str
    proxy: str
    way: Way
    tool_s: float | None

    @property
    def work(self) -> Path:
        """The directory that the program works in."""
        work = self.path / "work"
        work.mkdir(parents=True, exist_ok=True)
        return work

    def write(self, path: str, text: str) -> str:
        """Write a file of the home and return its whole path."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return str(file)


Ready = tuple[list[str], dict[str, str]]


def _claude(home: Home) -> Ready:
    way = home.way
    server = (
        {"type": "stdio", "command": way.command[0], "args": way.command[1:]}
        if way.command
        else {"type": "http", "url": way.url, "headers": {"Authorization": f"Bearer {way.key}"}}
    )
    settings = home.write("mcp.json", json.dumps({"mcpServers": {"ackbox": server}}))
    mcp = ["--mcp-config", settings, "--strict-mcp-config", "--allowedTools", "mcp__ackbox"]
    waits = {"MCP_TOOL_TIMEOUT": str(int(home.tool_s * 1000))} if home.tool_s else {}
    quiet = {
        name: "1"
        for name in (
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
            "DISABLE_AUTOUPDATER",
            "DISABLE_TELEMETRY",
        )
    }
    return (
        ["claude", "-p", PROMPT, *(mcp if way != Way() else [])],
        {"ANTHROPIC_BASE_URL": home.model, "ANTHROPIC_API_KEY": "sk-ant-none", **quiet, **waits},
    )


def _codex(home: Home) -> Ready:
    way, text = home.way, json.dumps
    server = (
        [f"command = {text(way.command[0])}", f"args = {text(way.command[1:])}"]
        if way.command
        else [f"url = {text(way.url)}", 'bearer_token_env_var = "ACKBOX_KEY"']
    )
    entry = [
        "[mcp_servers.ackbox]",
        *server,
        'default_tools_approval_mode = "approve"',
        "required = true",
        *([f"tool_timeout_sec = {home.tool_s}"] if home.tool_s else []),
    ]
    home.write(
        ".codex/config.toml",
        "\n".join(
            [
                'model = "stand-in"',
                'model_provider = "standin"',
                "check_for_update_on_startup = false",
                "[analytics]",
                "enabled = false",
                "[model_providers.standin]",
                'name = "standin"',
                f"base_url = {text(home.model + '/v1')}",
                'wire_api = "responses"',
                'env_key = "STANDIN_KEY"',
                "request_max_retries = 0",
                "stream_max_retries = 0",
                *(entry if way != Way() else []),
            ]
        )
        + "\n",
    )
    return ["codex", "exec", "--skip-git-repo-check", PROMPT], {
        "STANDIN_KEY": "none",
        "ACKBOX_KEY": way.key,
    }


def _gemini(home: Home) -> Ready:
    way = home.way
    server = (
        {"command": way.command[0], "args": way.command[1:]}
        if way.command
        else {"httpUrl": way.url, "headers": {"Authorization": f"Bearer {way.key}"}}
    )
    waits = {"timeout": int(home.tool_s * 1000)} if home.tool_s else {}
    home.write(
        ".gemini/settings.json",
        json.dumps(
            {
                "security": {"auth": {"selectedType": "gemini-api-key"}},
                "general": {"disableAutoUpdate": True},
                "privacy": {"usageStatisticsEnabled": False},
                "telemetry": {"enabled": False},
                "mcpServers": {"ackbox": {**server, **waits, "trust": True}}
                if way != Way()
                else {},
            }
        ),
    )
    return (
        ["gemini", "-p", PROMPT, "-m", "gemini-2.5-flash", "--skip-trust"],
        {"GOOGLE_GEMINI_BASE_URL": home.model, "GEMINI_API_KEY": "none"},
    )


def _opencode(home: Home) -> Ready:
    way = home.way
    server = (
        {"type": "local", "command": way.command}
        if way.command
        else {"type": "remote", "url": way.url, "headers": {"Authorization": f"Bearer {way.key}"}}
    )
    waits = {"timeout": int(home.tool_s * 1000)} if home.tool_s else {}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": f"{home.model}/v1", "apiKey": "none"},
        "models": {
            "m1": {"name": "m1", "tool_call": True, "limit": {"context": 200_000, "output": 8_000}}
        },
    }
    home.write(
        ".config/opencode/opencode.json",
        json.dumps(
            {
                "autoupdate": False,
                "share": "disabled",
                "provider": {"standin": provider},
                "mcp": {"ackbox": {**server, **waits, "enabled": True}} if way != Way() else {},
            }
        ),
    )
    return ["opencode", "run", "--model", "standin/m1", PROMPT], {
        "OPENCODE_DISABLE_MODELS_FETCH": "1"
    }


class Program(NamedTuple):
    """One program: the package that brings it, and what makes it ready."""

    name: str
    package: str
    ready: Callable[[Home], Ready]

    def reviewed(self, home: Home, *, needs_server: bool) -> Ready:
        """Return what makes it ready without writing its settings again, its hooks reviewed."""
        argv, own = self.ready(Home(home.path / "unused", *home[1:]))
        # A first turn without a person begins before a server that is not required has started.
        awaited = ["-c", "mcp_servers.ackbox.required=true"]
        review = []
        if self.name == "codex":
            review = ["--dangerously-bypass-hook-trust", *(awaited if needs_server else [])]
        return [*argv[:-1], *review, argv[-1]], own

    @property
    def version(self) -> str:
        """The version that is installed."""
        package = HERE / "node_modules" / self.package / "package.json"
        return str(json.loads(package.read_text())["version"])


PROGRAMS = {
    each.name: each
    for each in (
        Program("claude", "@anthropic-ai/claude-code", _claude),
        Program("codex", "@openai/codex", _codex),
        Program("gemini", "@google/gemini-cli", _gemini),
        Program("opencode", "opencode-ai", _opencode),
    )
}


CHOSEN = list(PROGRAMS) if IS_WHOLE else ["claude"]


def command(argv: list[str], launcher: list[str] | None = None) -> list[str]:
    """Return what starts a program: its path with arguments, or those after a launcher's."""
    return [*launcher, "--", *argv[1:]] if launcher else [str(BINS / argv[0]), *argv[1:]]


def surroundings(
    home: Home, own: dict[str, str], *, more: Mapping[str, str] = {}
) -> dict[str, str]:
    """Return the whole environment of a program."""
    proxies = {
        name: home.proxy for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    }
    return {
        "HOME": str(home.path),
        "PATH": f"{BINS}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        **proxies,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        **own,
        **more,
    }


def start(
    program: Program,
    home: Home,
    *,
    launcher: list[str] | None = None,
    is_reviewed: bool = False,
    needs_server: bool = True,
    more: Mapping[str, str] = {},
    prompt: Sequence[str] = (),
    permissions: Sequence[str] = (),
) -> subprocess.Popen[str]:
    """Start a program on its one prompt: itself, or by the command of a launcher.

    `is_reviewed` says that a person has reviewed its hooks, which no file holds; `needs_server`,
    that its first turn waits for ackbox; `more` are further variables; `prompt`, what it is told in
    place of the usual; `permissions` are further words at the end.
    """
    argv, own = (
        program.reviewed(home, needs_server=needs_server) if is_reviewed else program.ready(home)
    )
    if prompt:
        at = argv.index(PROMPT)
        argv = [*argv[:at], *prompt, *argv[at + 1 :]]
    return subprocess.Popen(
        command([*argv, *permissions], launcher),
        cwd=home.work,
        env=surroundings(home, own, more=more),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
