"""The command line as a script uses it: a real program against a real server."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ackbox.faces.terminal_text import Column, table, width
from tests.command import Command


@pytest.fixture(scope="module")
def ackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("cli"))
    command.up()
    yield command
    command.stop()


def error(done: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    assert done.stdout == ""
    return done.returncode, json.loads(done.stderr)["error"]["code"]


def test_a_message_is_sent_read_answered_and_acknowledged(ackbox: Command) -> None:
    sent = ackbox.json(
        "send",
        "--as",
        "ana",
        "bob",
        "Is the build green?",
        "--intent",
        "question",
        "--ref",
        "src/app.py:3-9",
    )
    letter = ackbox.json("--as", "bob", "inbox")
    assert (letter["id"], letter["body"], letter["refs"]) == (
        sent["id"],
        "Is the build green?",
        [{"kind": "file", "target": "src/app.py", "lines": "3-9"}],
    )
    assert ackbox.json("--as", "bob", "ack", sent["id"])["changed"] == [sent["id"]]
    answer = ackbox.json("--as", "bob", "reply", sent["id"], "Yes")
    assert ackbox.json("status", sent["id"])["acknowledged"] == 1
    assert [each["body"] for each in ackbox.json("thread", answer["id"])] == [
        "Is the build green?",
        "Yes",
    ]
    assert ackbox.json("--as", "ana", "read")["intent"] == "answer"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--as", "ana", "--json", "me"],
        ["me", "--as", "ana", "--json"],
        ["--as", "ana", "me", "--json"],
    ],
)
def test_shared_options_work_before_and_after_the_verb(
    ackbox: Command, arguments: list[str]
) -> None:
    assert ackbox.json(*arguments)["agent"] == "ana"


def test_the_environment_says_who_you_are(ackbox: Command) -> None:
    assert ackbox.json("me", ACKBOX_AGENT="eve", ACKBOX_WORKSPACE="default")["agent"] == "eve"


def test_a_key_comes_from_a_file_that_only_its_owner_writes(
    ackbox: Command, tmp_path: Path
) -> None:
    key, empty = tmp_path / "key", tmp_path / "empty"
    key.write_text(ackbox.json("key", "create", "--agent", "keyed")["key"] + "\n")
    empty.touch()
    for path in (key, empty):
        path.chmod(0o600)
    assert ackbox.json("--key-file", str(key), "me")["agent"] == "keyed"
    refused = [
        ackbox("--key-file", str(empty), "me"),
        ackbox("--key-file", str(tmp_path / "missing"), "me"),
        ackbox("--key-file", str(key), "--key", "abx_agt_other", "me"),
    ]
    assert [
        (done.returncode, words in done.stderr)
        for done, words in zip(
            refused,
            ("is empty.", "cannot be read:", "Both --key and --key-file are set."),
            strict=True,
        )
    ] == [(2, True)] * 3


def test_the_settings_file_says_who_you_are(ackbox: Command, tmp_path: Path) -> None:
    (tmp_path / "ackbox").mkdir()
    (tmp_path / "ackbox/config.toml").write_text('agent = "file"\n')
    assert ackbox.json("me", XDG_CONFIG_HOME=str(tmp_path))["agent"] == "file"
    (tmp_path / "ackbox/config.toml").write_text('agnt = "file"\n')
    refused = ackbox("me", XDG_CONFIG_HOME=str(tmp_path))
    assert (
        refused.returncode,
        "unknown setting 'agnt'" in refused.stderr,
        "Traceback" in refused.stderr,
    ) == (2, True, False)


def test_text_comes_from_standard_input(ackbox: Command) -> None:
    done = ackbox("--as", "ana", "send", "carol", "-", stdin="two\nlines\n")
    assert done.returncode == 0
    assert ackbox.json("--as", "carol", "inbox")["body"] == "two\nlines\n"


def test_fields_picks_and_lists_are_one_object_a_line(ackbox: Command) -> None:
    for text in ("one", "two"):
        ackbox.json("--as", "ana", "send", "dora", text)
    assert ackbox.json("--as", "dora", "inbox", "--fields", "body,intent") == [
        {"body": "one", "intent": "inform"},
        {"body": "two", "intent": "inform"},
    ]


@pytest.mark.parametrize(
    ("arguments", "ends"),
    [
        (
            ["--as", "ana", "send", "nobody-here", "hi", "--unknown", "refuse"],
            (1, "unknown_recipient"),
        ),
        (["--as", "ana", "thread", "0" * 32], (1, "not_found")),
        (["--key", "abx_agt_wrong", "me"], (4, "unauthenticated")),
        (["--as", "zed", "wait", "--timeout", "0"], (5, "nothing")),
        (["--url", "http://127.0.0.1:1", "me"], (3, "no_server")),
        (["--data-dir", "/nowhere", "me"], (3, "no_server")),
        (["--data-dir", "/nowhere", "wait"], (3, "no_server")),
        (["--data-dir", "/nowhere", "tail"], (3, "no_server")),
    ],
)
def test_a_refusal_has_its_exit_code_and_one_error_object(
    ackbox: Command, arguments: list[str], ends: tuple[int, str]
) -> None:
    assert error(ackbox(*arguments)) == ends


def test_elsewhere_a_key_without_a_name_needs_one(ackbox: Command) -> None:
    server = ackbox.json("status")
    key = (ackbox.data / "operator.key").read_text().strip()
    refused = ackbox("send", "bob", "hi", ACKBOX_URL=server["url"], ACKBOX_KEY=key)
    assert error(refused) == (1, "invalid")
    assert "--as NAME" in refused.stderr


@pytest.mark.parametrize(
    ("login", "name"),
    [("pat", "pat"), ("p at,", "pat"), ("system", "me"), ("ALL", "me"), ("@,", "me")],
)
def test_without_a_name_a_command_at_the_server_acts_as_the_login_name_of_kind_human(
    ackbox: Command, login: str, name: str
) -> None:
    assert ackbox.json("send", "bob", f"from {login}", LOGNAME=login)["sender"] == name
    assert ackbox.json("me", LOGNAME=login)["agent"] == name
    sent = ackbox.json("search", f"from {login}")
    assert {
        each["sender_kind"]
        for each in (sent if isinstance(sent, list) else [sent])
        if each["sender"] == name
    } == {"human"}


def test_the_login_name_is_a_persons_when_it_is_given_too_and_any_other_is_an_agents(
    ackbox: Command,
) -> None:
    for name in ("lou", "not-lou"):
        ackbox.json("--as", name, "send", "bob", "hi", LOGNAME="lou")
    kinds = {each["agent"]: each["kind"] for each in ackbox.json("who")}
    assert (kinds["lou"], kinds["not-lou"]) == ("human", "agent")


def test_a_look_as_an_unknown_name_says_so_and_makes_nobody(ackbox: Command) -> None:
    ackbox.json("--as", "kimberly", "heartbeat")
    for arguments in (["inbox"], ["inbox", "--all"], ["--text", "inbox"]):
        done = ackbox("--as", "kimberley", *arguments)
        assert (done.returncode, done.stdout, "Did you mean 'kimberly'?" in done.stderr) == (
            0,
            "",
            True,
        )
    assert ackbox("--as", "kimberley", "read").returncode == 6
    assert "kimberley" not in {each["agent"] for each in ackbox.json("who")}
    ackbox.json("--as", "kimberly", "send", "kimberley", "hello")
    assert ackbox.json("--as", "kimberley", "inbox")["body"] == "hello"
    assert "kimberley" in {each["agent"] for each in ackbox.json("who")}


def test_a_name_is_made_a_persons(ackbox: Command) -> None:
    ackbox.json("--as", "otto", "heartbeat")
    assert ackbox.json("agent", "set-kind", "otto", "human") == {
        "agent": "otto",
        "kind": "human",
        "before": "agent",
    }
    assert (
        ackbox("--text", "agent", "set-kind", "otto", "human").stdout == "otto is human already\n"
    )


def test_a_person_pauses_and_resumes_and_every_list_says_so(ackbox: Command) -> None:
    first = ackbox.json("--as", "loop-1", "send", "loop-2", "and you?")["id"]
    ackbox.json("--as", "loop-2", "reply", first, "and you?")
    assert ackbox("--text", "pause", first, LOGNAME="pia").stdout == f"thread {first} is paused\n"
    ackbox("pause", "loop-2", LOGNAME="pia")
    again = ackbox("--text", "pause", "loop-2", LOGNAME="pia").stdout
    assert again.startswith("agent loop-2 was paused already, by pia at ")
    refused = ackbox("--as", "loop-1", "reply", first, "and you?")
    assert error(refused) == (1, "loop_guard")
    assert json.loads(refused.stderr)["error"]["hint"] == (
        "Stop sending; wait for a person to resume it."
    )
    texts = {
        "needs": f"Thread {first} is paused by pia since ",
        "thread": "pia paused this thread at ",
        "who": ", paused by pia",
        "threads": "2 (paused)",
    }
    for verb, text in texts.items():
        more = [first] if verb == "thread" else []
        done = ackbox("--text", verb, *more, LOGNAME="pia")
        assert text in done.stdout + done.stderr, verb
    assert error(ackbox("--as", "loop-1", "resume", first)) == (4, "forbidden")
    for of in (first, "loop-2"):
        assert ackbox.json("resume", of, LOGNAME="pia")["paused_by"] == "pia"
    ackbox.json("--as", "loop-1", "reply", first, "fine")


@pytest.mark.parametrize(
    "arguments",
    [
        ["sned"],
        ["send"],
        ["inbox", "--limit", "x"],
        ["--as", "ana", "ask", "bob", "x", "--timeout", "soon"],
    ],
)
def test_wrong_use_ends_with_2(ackbox: Command, arguments: list[str]) -> None:
    done = ackbox(*arguments)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)


def test_nothing_matched_ends_with_6_only_when_asked(ackbox: Command) -> None:
    assert ackbox("--as", "zed", "inbox").returncode == 0
    assert ackbox("--as", "zed", "inbox", "--fail-empty").returncode == 6
    assert ackbox("--as", "zed", "search", "nosuchword", "--fail-empty").returncode == 6


def test_a_question_is_answered_from_another_terminal(ackbox: Command) -> None:
    asking = subprocess.Popen(
        [*ackbox.argv, "--as", "ana", "ask", "frank", "Which port?", "--timeout", "30"],
        env=ackbox.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    question = ackbox.json("--as", "frank", "wait", "--timeout", "30")
    ackbox.json("--as", "frank", "reply", question["id"], "7717")
    out, _ = asking.communicate(timeout=30)
    asked = json.loads(out)
    assert (asking.returncode, asked["outcome"], asked["answer"]["body"]) == (0, "answered", "7717")


def test_a_question_with_choices_is_answered_with_one_option(ackbox: Command) -> None:
    words = ("--as", "ana", "ask", "gil", "May I delete the table?", "--timeout", "0.1")
    done = ackbox(*words, "--choice", "yes", "--choice", "no")
    assert done.returncode == 5
    asked = json.loads(done.stdout)
    other = ackbox("--as", "gil", "reply", asked["id"], "--choice", "perhaps")
    assert (other.returncode, "Use one of: 'yes', 'no'." in other.stderr) == (1, True)
    ackbox.json("--as", "gil", "reply", asked["id"], "--choice", "no")
    status = ackbox("status", asked["id"], "--text").stdout
    assert "  choice yes: nobody\n  choice no: gil\n" in status


def test_a_terminal_asks_for_the_number_of_a_choice(ackbox: Command) -> None:
    sent = ackbox.json(
        "--as", "ana", "send", "hal", "Which?", "--choice", "red", "--choice", "green"
    )
    shown = on_terminal(ackbox, "--as", "hal", "reply", sent["id"], typed=b"2\n")
    assert "choice 2: green" in shown
    assert ackbox.json("status", sent["id"])["chosen"] == {"hal": "green"}


def test_a_reader_that_goes_away_ends_quietly(ackbox: Command) -> None:
    for _ in range(3):
        ackbox.json("--as", "ana", "send", "gil", "x" * 40_000)
    done = subprocess.run(
        f"{' '.join(ackbox.argv)} --as gil inbox --json | head -c 10",
        shell=True,
        capture_output=True,
        text=True,
        env=ackbox.environment,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ('{"id": "01', "")


def test_tail_prints_what_is_sent_and_ends_quietly_on_interrupt(ackbox: Command) -> None:
    # A test run started in the background has Ctrl-C switched off; a person's shell has not.
    tailing = subprocess.Popen(
        [*ackbox.argv, "tail", "from:ana", "tailed", "--since", "start", "--fields", "body"],
        env=ackbox.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for sender, text in (
        ("bob", "tailed by another"),
        ("ana", "something else"),
        ("ana", "tailed"),
    ):
        ackbox.json("--as", sender, "send", "gil", text)
    assert tailing.stdout is not None
    assert json.loads(tailing.stdout.readline()) == {"body": "tailed"}
    tailing.send_signal(signal.SIGINT)
    _, err = tailing.communicate(timeout=20)
    assert (tailing.returncode, err.strip()) == (130, "")
    wrong = ackbox("tail", "form:ana")
    assert (wrong.returncode, "Unknown filter 'form'. Did you mean from?" in wrong.stderr) == (
        2,
        True,
    )


def test_a_terminal_gets_a_table_and_control_characters_are_shown(ackbox: Command) -> None:
    ackbox.json("--as", "Mac 小克", "send", "hana", "red \x1b[31mtext")
    text = on_terminal(ackbox, "--as", "hana", "inbox")
    assert "\x1b" not in text
    assert re.search(r"id +at +from +to +intent +text", text)
    assert r"Mac 小克  hana  inform  red \u{1b}[31mtext" in text


def on_terminal(ackbox: Command, *arguments: str, typed: bytes = b"") -> str:
    """Run a command on a pseudo-terminal, type, and return what it shows there."""
    ours, theirs = pty.openpty()
    os.write(ours, typed)
    process = subprocess.Popen(
        [*ackbox.argv, *arguments],
        env=ackbox.environment | {"COLUMNS": "100", "ACKBOX_OUTPUT": "text"},
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    process.wait(20)
    return shown.decode()


def test_columns_line_up_in_every_script() -> None:
    lines = table(
        [{"a": "小克", "b": "x"}, {"a": "ab", "b": "y" * 200}],
        [Column("a", lambda i: i["a"]), Column("b", lambda i: i["b"], True)],
    )
    assert [
        line[: line.index(c)] and width(line[: line.index(c)])
        for line, c in zip(lines, "bxy", strict=True)
    ] == [6, 6, 6]
    assert max(map(width, lines)) <= 100


def every_command() -> list[list[str]]:
    import click

    from ackbox.faces.cli.main import VERBS, cli

    found = []
    for name in VERBS:
        command = cli.get_command(click.Context(cli), name)
        inner = list(command.commands) if isinstance(command, click.Group) else []
        found += [[name, *more] for more in [[each] for each in inner] or [[]]]
    return found


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_help_of_every_command_starts_with_an_example(command: list[str]) -> None:
    from click.testing import CliRunner

    from ackbox.faces.cli.main import cli

    shown: Any = CliRunner().invoke(cli, [*command, "--help"]).output
    assert re.search(r"Example[^:]*: ackbox", shown), shown


def test_sending_imports_no_server_library(ackbox: Command) -> None:
    code = (
        "import sys; sys.argv = ['ackbox', '--as', 'ana', 'send', 'bob', 'x']\nfrom ackbox.__main__"
        " import main\ntry:\n    main()\nfinally:\n    print([m for m in ('starlette', 'uvicorn',"
        " 'mcp', 'cryptography', 'apsw', 'asyncpg', 'pydantic', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run(
        [ackbox.argv[0], "-c", code],
        env=ackbox.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_long_lists_are_cut_with_how_many_are_left_out(ackbox: Command) -> None:
    names = ",".join(f"n{number}" for number in range(1, 201))
    told = ackbox("--text", "--as", "ana", "send", names, "hello all").stdout.splitlines()
    assert (told[0].endswith("n8 and 192 more"), len(told), told[-2:]) == (
        True,
        10,
        ["  No agent called 'n8' yet; the message waits.", "  … and 192 more"],
    )
    ackbox("--as", "bob", "--instance", "laptop", "inbox")
    people = on_terminal(ackbox, "who", "--instances")
    assert "bob/laptop" in people and "and 192 more" in people


def test_a_further_command_is_named_with_the_same_flags(ackbox: Command) -> None:
    ackbox.json("--as", "ana", "send", "Mac 小克", "hello")
    told = ackbox("--text", "--as", "Mac 小克", "inbox")
    id = told.stdout.splitlines()[1].split()[0].removeprefix("#")
    assert (
        told.stderr.strip()
        == f"1 unread. Next: ackbox --as 'Mac 小克' read {id}   or: ackbox --as 'Mac 小克' ack {id}"
    )


def test_an_old_discovery_file_stops_nobody(ackbox: Command, tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    elsewhere = Command(tmp_path / "crashed")
    elsewhere.data.mkdir(parents=True)
    (elsewhere.data / "server.json").write_text(
        json.dumps({"pid": other.pid, "url": "http://127.0.0.1:1"})
    )
    assert elsewhere.json("stop") == {"stopped": False}
    assert other.poll() is None
    other.communicate(b"\n")
    assert other.returncode == 0
