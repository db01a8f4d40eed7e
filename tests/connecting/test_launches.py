"""Launches: the plugin of Claude Code, the extension of Gemini CLI and the plugin of opencode come
from the same description of an installation.
"""

from __future__ import annotations

import json
import re
import tomllib

from ackbox.programs import PROGRAMS
from ackbox.programs.commands import COMMANDS
from ackbox.programs.setting import Command, Given, Launch, Setting

SUMMARY, PROMPT = 'Say "who" is there.', "Ask `who`; {arguments}"


def given(program: str) -> Given:
    return Given(
        program=program,
        command=["/opt/ack box/ackbox", "--data-dir", "/data"],
        agent="bob",
        may_use_tools=True,
        is_launch=True,
        commands={"who": Command(SUMMARY, PROMPT, "name")},
    )


def launched(program: str) -> Launch:
    launch = PROGRAMS[program].launch
    assert launch is not None
    return launch(given(program), "/launch")


def test_hooks_stand_for_exactly_the_events_that_each_program_is_described_with() -> None:
    claude = json.loads(launched("claude").files["hooks/hooks.json"])["hooks"]
    files = launched("gemini").files
    (name,) = (name for name in files if name.endswith("hooks.json"))
    gemini = json.loads(files[name])["hooks"]
    lines = {
        program: {hook["command"] for group in hooks.values() for hook in group[0]["hooks"]}
        for program, hooks in (("claude", claude), ("gemini", gemini))
    }
    assert (set(claude), set(gemini)) == (
        set(PROGRAMS["claude"].moments),
        set(PROGRAMS["gemini"].moments),
    )
    assert lines == {program: {given(program).hook_line} for program in lines}


def test_the_plugin_of_opencode_asks_for_exactly_the_events_that_it_is_described_with() -> None:
    plugin = launched("opencode").files["ackbox.js"]
    asked = set(re.findall(r'(?:ask|take)\((?:session, )?"([a-z.]+)"', plugin))
    # Passed on by the name that opencode gives them.
    passed = set(re.findall(r'event\.type === "([a-z.]+)"', plugin))
    assert asked | passed | {"tool.execute.after"} == set(PROGRAMS["opencode"].moments)
    assert f"const COMMAND = {json.dumps(given('opencode').hook)}\n" in plugin


def test_the_commands_of_a_person_are_in_each_program_that_takes_some_for_one_launch() -> None:
    claude, gemini = launched("claude").files, launched("gemini").files
    overlay = dict(
        (setting.path, setting.value)
        for _, settings in launched("opencode").overlays.values()
        for setting in settings
        if isinstance(setting, Setting)
    )
    (name,) = (name for name in gemini if "commands" in name)
    assert (name.endswith("commands/ackbox/who.toml"), tomllib.loads(gemini[name])) == (
        True,
        {"description": SUMMARY, "prompt": "Ask `who`; {{args}}"},
    )
    assert claude["commands/who.md"] == (
        f"---\ndescription: {SUMMARY}\nargument-hint: name\n---\n\nAsk `who`; $ARGUMENTS\n"
    )
    assert overlay["command", "ackbox:who"] == {
        "description": SUMMARY,
        "template": "Ask `who`; $ARGUMENTS",
    }
    assert list(COMMANDS) == ["inbox", "send", "who", "tasks"]


def test_each_launch_starts_the_same_bridge() -> None:
    claude = json.loads(launched("claude").files[".mcp.json"])["mcpServers"]["ackbox"]
    files = launched("gemini").files
    (name,) = (name for name in files if name.endswith("gemini-extension.json"))
    gemini = json.loads(files[name])["mcpServers"]["ackbox"]
    _, settings = launched("opencode").overlays["opencode.json"]
    opencode = next(
        each.value
        for each in settings
        if isinstance(each, Setting) and each.path == ("mcp", "ackbox")
    )
    bridges = {
        "claude": [claude["command"], *claude["args"]],
        "gemini": [gemini["command"], *gemini["args"]],
        "opencode": opencode["command"],
    }
    assert bridges == {program: given(program).bridge for program in bridges}
