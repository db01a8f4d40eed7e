"""The command line in a shell: text and JSON, fields and jq, short ids, texts from everywhere,
questions before something is removed, completion.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.command import Command
from tests.tui.terminal import Terminal


@pytest.fixture(scope="module")
def ackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("shell"))
    command.up()
    del command.environment["ACKBOX_OUTPUT"]
    command("--as", "ana", "send", "bob", "one")
    command("--as", "ana", "send", "bob", "two")
    yield command
    command.stop()


def seqs(ackbox: Command) -> list[int]:
    printed = ackbox("--as", "bob", "inbox", "--all", "--jq", ".seq").stdout
    return sorted(map(int, printed.split()))


def told(ackbox: Command, *words: str, stdin: str | None = None) -> tuple[int, str]:
    """Return the exit code and the last line that a command printed, on either stream."""
    done = ackbox(*words, stdin=stdin)
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


def test_results_and_errors_are_text_in_a_pipe_and_json_on_request(ackbox: Command) -> None:
    assert ackbox("--as", "bob", "inbox").stdout.startswith("id ")
    assert json.loads(ackbox("--as", "bob", "me", "--json").stdout)["agent"] == "bob"
    assert json.loads(ackbox("--as", "bob", "me", ACKBOX_OUTPUT="json").stdout)["agent"] == "bob"
    assert ackbox("--as", "bob", "me", "--text", ACKBOX_OUTPUT="json").stdout.startswith("agent")
    wrong = ("--as", "bob", "read", "nothing")
    assert ackbox(*wrong).stderr.startswith("There is no such message.")
    assert json.loads(ackbox(*wrong, "--json").stderr)["error"]["code"] == "not_found"


def test_fields_are_chosen_and_filtered_and_an_unknown_one_lists_the_known(ackbox: Command) -> None:
    inbox = ("--as", "bob", "inbox", "--limit", "1")
    [first, *_] = seqs(ackbox)
    assert ackbox(*inbox, "--json=seq,body").stdout == f'{{"seq": {first}, "body": "one"}}\n'
    assert ackbox(*inbox, "--fields", "body,seq").stdout == f"body  seq\none   {first}\n"
    assert ackbox(*inbox, "--jq", '"\\(.sender): \\(.body)"').stdout == "ana: one\n"
    for wrong, message in (
        (("--json=seq,bdy",), "Unknown field 'bdy'. Use some of: archived, body, created_at,"),
        (("--jq", ".bo dy"), "The jq expression '.bo dy' does not work: syntax error,"),
    ):
        code, line = told(ackbox, *inbox, *wrong)
        assert code == 2 and json.loads(line)["error"]["message"].startswith(message)


def test_a_wrong_field_after_a_send_sends_it_once(ackbox: Command) -> None:
    before = len(seqs(ackbox))
    assert ackbox("--as", "ana", "send", "bob", "once", "--json=bogus").returncode == 2
    assert len(seqs(ackbox)) == before + 1


@pytest.mark.parametrize("form", ["{seq}", "#{seq}", "{id}", "{start}"])
def test_a_message_is_named_in_short_wherever_an_id_goes(ackbox: Command, form: str) -> None:
    sent = ackbox.json("--as", "ana", "send", "carl", f"named {form}", "--json")
    name = form.format(seq=sent["seq"], id=sent["id"], start=sent["id"][:14])
    as_carl = ("--as", "carl")
    assert f"named {form}" in ackbox(*as_carl, "read", name).stdout
    assert ackbox(*as_carl, "reply", name, "yes").returncode == 0
    assert "yes" in ackbox(*as_carl, "thread", name).stdout
    assert told(ackbox, *as_carl, "ack", name) == (0, "0 acknowledged, 1 already were")
    assert told(ackbox, *as_carl, "archive", name) == (0, "1 archived")
    assert ackbox("--as", "ana", "status", name).stdout.startswith("1 recipient: 1 delivered")
    assert ackbox("--as", "ana", "nudge", "carl", name).returncode == 0
    assert told(ackbox, "--as", "ana", "withdraw", name)[0] == 0


def test_texts_come_from_words_files_pipes_and_may_begin_with_a_dash(ackbox: Command) -> None:
    send = ("--as", "ana", "send", "dora")
    file = ackbox.where / "text.md"
    file.write_text("from a file")
    for words, stdin in (
        (("- a list",), None),
        (("-1 is", "wrong"), None),
        (("--", "--flag"), None),
        (("-",), "from a pipe"),
        (("--body-file", "-"), "from a pipe as well"),
        (("--body-file", str(file)), None),
    ):
        assert ackbox(*send, *words, stdin=stdin).returncode == 0
    assert ackbox("--as", "dora", "inbox", "--jq", ".body").stdout.splitlines() == [
        "- a list",
        "-1 is wrong",
        "--flag",
        "from a pipe",
        "from a pipe as well",
        "from a file",
    ]
    missing = ackbox(*send, stdin="nobody reads this")
    assert missing.returncode == 2 and "The text is missing." in missing.stderr
    typo = ackbox(*send, "hello", "--urgnet")
    assert typo.returncode == 2 and "--urgent" in typo.stderr


def test_without_a_text_an_editor_opens_on_a_terminal(ackbox: Command) -> None:
    editor = ackbox.where / "editor"
    editor.write_text('#!/bin/sh\necho "written in the editor" > "$1"\n')
    editor.chmod(0o755)
    own = {"EDITOR": str(editor), "TERM": "xterm-256color"}
    argv = [*ackbox.argv, "--as", "ana", "send", "emil"]
    with Terminal(argv, {**ackbox.environment, **own}) as terminal:
        assert terminal.end() == 0
    assert ackbox("--as", "emil", "inbox", "--jq", ".body").stdout == "written in the editor\n"


@pytest.mark.parametrize(
    "words",
    [
        "key revoke x",
        "dismiss nobody",
        "schedule remove x",
        "webhook remove x",
        "note remove x",
    ],
)
def test_removal_asks_and_needs_yes_without_a_terminal(ackbox: Command, words: str) -> None:
    refused = "This command asks first, and there is no terminal. Pass --yes to go ahead."
    assert told(ackbox, "--as", "ana", *words.split()) == (2, refused)
    # With it, the server has the say: there is nothing of that name.
    assert told(ackbox, "--as", "ana", *words.split(), "--yes")[0] == 1


def test_tidying_tasks_asks_as_well(ackbox: Command) -> None:
    ackbox("--as", "ana", "task", "create", "old", "--project", "attic")
    tidy = ("--as", "ana", "task", "tidy", "--project", "attic")
    assert told(ackbox, *tidy)[0] == 2
    assert told(ackbox, *tidy, "--dry-run") == (0, "1 match")
    assert told(ackbox, *tidy, "--yes") == (0, "1 finished")


def test_who_has_a_line_for_an_agent_and_one_for_each_instance_on_request(ackbox: Command) -> None:
    for instance in ("laptop", "ci"):
        ackbox("--as", "fred", "--instance", instance, "heartbeat")
    lines = ackbox("who").stdout.splitlines()
    assert [line.split()[:2] for line in lines if "fred" in line] == [["●", "fred"]]
    lines = ackbox("who", "--instances").stdout.splitlines()
    assert sorted(line.split()[1] for line in lines if "fred" in line) == [
        "fred",
        "fred/ci",
        "fred/laptop",
    ]
    assert "fred/ci" in ackbox("agent", "show", "fred").stdout


def test_durations_are_written_as_people_write_them(ackbox: Command) -> None:
    made = ackbox.json("key", "create", "--agent", "gus", "--expires", "2w", "--json")
    days = ackbox.json("key", "create", "--agent", "gus", "--expires-in-days", "14", "--json")
    assert made["expires_at"][:10] == days["expires_at"][:10]
    task = ackbox.json("--as", "ana", "task", "create", "timed", "--minutes", "2h", "--json")
    assert task["estimated_minutes"] == 120
    wrong = ackbox("--as", "ana", "task", "create", "timed", "--minutes", "90s")
    assert wrong.returncode == 2 and "'90s' is not a whole number of minutes." in wrong.stderr
    assert ackbox("flow", "--minutes", "2h").returncode == 0


def completed(ackbox: Command, typed: str) -> list[str]:
    """Return the values that bash would offer at the end of a line."""
    words = typed.split(" ")
    done = ackbox.started(
        _ACKBOX_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(len(words) - 1)
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_agents_workspaces_tasks_and_messages_are_completed(ackbox: Command) -> None:
    ackbox("workspace", "create", "shop")
    ackbox("--as", "bob", "heartbeat")
    ackbox("--as", "ana", "send", "bob", "hello")
    number = ackbox("--as", "ana", "task", "create", "open one", "--jq", ".number").stdout.strip()
    assert "bob" in completed(ackbox, "ackbox send b")
    assert completed(ackbox, "ackbox -w sh") == ["shop"]
    assert number in completed(ackbox, "ackbox task start ")
    assert str(seqs(ackbox)[0]) in completed(ackbox, "ackbox read ")
    for shell in ("bash", "zsh", "fish"):
        assert "_ACKBOX_COMPLETE" in ackbox("completion", shell).stdout


def test_help_and_version_are_commands_too(ackbox: Command) -> None:
    assert ackbox("help", "task", "create").stdout.startswith("Usage: ackbox task create ")
    assert "ACKBOX_OUTPUT" in ackbox("help", "environment").stdout
    assert "130  stopped with Ctrl-C" in ackbox("help", "exit-codes").stdout
    assert ackbox("version").stdout == ackbox("--version").stdout
    assert told(ackbox, "help", "nothing")[1].startswith("Error: 'nothing' is no command.")


def test_tables_print_short_ids_and_every_family_shows_one_thing_by_them(ackbox: Command) -> None:
    ackbox("--as", "ana", "schedule", "create", "@daily", "bob", "Stand-up")
    ackbox("--as", "ana", "webhook", "create", "bob", "Build {number}")
    ackbox("--as", "ana", "note", "create", "SQLite first")
    ackbox("--as", "ana", "session", "start", "--area", "docs")
    for family, id_at, shown in (
        ("schedule", 0, "Stand-up"),
        ("webhook", 0, "Build {number}"),
        ("note", -1, "SQLite first"),
    ):
        [row] = ackbox("--as", "ana", family, "list").stdout.splitlines()[1:]
        short = row.split()[id_at]
        assert len(short) == 12
        assert ackbox("--as", "ana", family, "show", short).stdout.rstrip().endswith(shown)
    assert told(ackbox, "schedule", "show", "0" * 12)[1] == (
        f"There is no schedule '{'0' * 12}'. List them with: ackbox schedule list"
    )
    assert "area       docs\n" in ackbox("session", "show", "ana").stdout
    assert told(ackbox, "session", "show", "bob")[1].startswith("'bob' has no sessions.")
    assert ackbox("workspace", "show").stdout.startswith("name      default\n")
    assert told(ackbox, "workspace", "show", "elsewhere")[0] == 1
    id = json.loads(ackbox("key", "create", "--agent", "bob", "--json").stdout)["id"]
    assert ackbox("key", "show", id[:8]).stdout.splitlines()[:2] == [
        f"id       {id}",
        "kind     agent",
    ]
    short = ackbox("--as", "ana", "schedule", "list").stdout.splitlines()[1].split()[0]
    done = ackbox("--as", "ana", "schedule", "remove", short, "--yes")
    assert (done.returncode, done.stdout[:8]) == (0, "Removed ")
