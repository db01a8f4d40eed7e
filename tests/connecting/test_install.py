"""Installing into files of others: with their hooks, comments, links, odd modes, broken."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import msgspec
import pytest

from ackbox.connecting import files
from ackbox.connecting.files import Changed
from ackbox.connecting.given import refuse_temporary
from ackbox.connecting.install import Place, install, plan, plan_removal, remove
from ackbox.errors import AckboxError, Conflict, Invalid, Unavailable
from ackbox.programs import PROGRAMS
from ackbox.programs.program import Program
from ackbox.programs.setting import Given

EVERY = list(PROGRAMS.values())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "data").mkdir(0o700)
    (tmp_path / "project").mkdir()
    return tmp_path / "home"


def given_for(program: Program, **more: object) -> Given:
    given = Given(program=program.name, command=["/opt/ackbox"], agent="bob", may_use_tools=True)
    return msgspec.structs.replace(given, **more)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "project", tmp_path / "data")


def snapshot(*roots: Path) -> dict[str, bytes | str]:
    """Every file and directory below some roots, with its content."""
    return {
        str(path): str(os.readlink(path))
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else "directory"
        for root in roots
        for path in sorted(root.rglob("*"))
    }


@pytest.mark.parametrize("is_project", [False, True], ids=["user", "project"])
@pytest.mark.parametrize("program", EVERY, ids=lambda each: each.name)
def test_an_installation_into_nothing_leaves_nothing(
    program: Program, is_project: bool, place: Place, home: Path
) -> None:
    given = given_for(program, is_project=is_project)
    before = snapshot(home, place.project)
    assert install(program, given, place) != []
    assert "ackbox" in "".join(map(str, snapshot(home, place.project).values()))
    assert install(program, given, place) == []
    remove(program, given, place)
    assert snapshot(home, place.project) == before
    assert list(place.records.iterdir()) == []


CLAUDE = (
    "{\n"
    '\t"hooks": { // all mine\n'
    '\t\t"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}],\n'
    "\t},\n"
    '\t"permissions": {"allow": ["Bash(ls)"]}, /* short */\n'
    '   "odd"  :  true\n'
    "}\r\n\n"
)


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_file_with_hooks_and_comments_of_others_becomes_what_it_was(
    bom: str, place: Place, home: Path
) -> None:
    program = PROGRAMS["claude"]
    file = home / ".claude/settings.json"
    file.parent.mkdir()
    file.write_bytes((bom + CLAUDE).encode())
    file.chmod(0o644)
    install(program, given_for(program), place)
    text = file.read_bytes().decode()
    assert all(line in text for line in ("// all mine", "/* short */", '"odd"  :  true\n}\r\n\n'))
    assert text.count("say done") == 1 and text.count("/opt/ackbox hook claude") == 8
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    remove(program, given_for(program), place)
    assert file.read_bytes() == (bom + CLAUDE).encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_what_was_changed_since_stays_and_only_ours_goes(place: Place, home: Path) -> None:
    program = PROGRAMS["claude"]
    file = home / ".claude/settings.json"
    file.parent.mkdir()
    file.write_bytes(CLAUDE.encode())
    install(program, given_for(program), place)
    file.write_bytes(file.read_bytes().replace(b'"odd"  :  true', b'"odd"  :  false'))
    remove(program, given_for(program), place)
    assert file.read_bytes() == CLAUDE.replace('"odd"  :  true', '"odd"  :  false').encode()


def test_without_its_records_only_ours_goes(place: Place, home: Path) -> None:
    program = PROGRAMS["codex"]
    for name, text in (("hooks.json", '{"hooks": {"Stop": []}}'), ("config.toml", "# mine\na = 1")):
        file = home / ".codex" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    install(program, given_for(program), place)
    for record in place.records.iterdir():
        record.unlink()
    remove(program, given_for(program), place)
    assert json.loads((home / ".codex/hooks.json").read_text()) == {}
    assert (home / ".codex/config.toml").read_text() == "# mine\na = 1\n"


def test_another_agent_takes_the_place_of_the_first(place: Place, home: Path) -> None:
    program = PROGRAMS["claude"]
    install(program, given_for(program), place)
    install(program, given_for(program, agent="ana", may_use_tools=False), place)
    text = (home / ".claude/settings.json").read_text() + (home / ".claude.json").read_text()
    assert ("bob" in text, text.count("--as ana"), "mcp__ackbox" in text) == (False, 8, False)
    remove(program, given_for(program), place)
    assert snapshot(home) == {}


def test_a_link_stays_a_link_and_its_file_is_changed(place: Place, home: Path) -> None:
    program = PROGRAMS["gemini"]
    dotfiles = home / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "gemini.json").write_text('{"a": 1}')
    (home / ".gemini").mkdir()
    (home / ".gemini/settings.json").symlink_to("../dotfiles/gemini.json")
    before = snapshot(home)
    install(program, given_for(program), place)
    assert (home / ".gemini/settings.json").is_symlink()
    assert "ackbox" in (dotfiles / "gemini.json").read_text()
    remove(program, given_for(program), place)
    assert snapshot(home) == before


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b'{"a": }', Invalid, "cannot be changed as JSON: line 1, column 7: no value can begin"),
        (b'{"hooks": 3}', Invalid, "cannot be changed as JSON: hooks is not an object"),
        (b"\xff{}", Invalid, "is not UTF-8 text (byte 0)"),
        (
            b'{"mcpServers": {"ackbox": {"command": "mine"}}}',
            Conflict,
            "has 'mcpServers.ackbox', which `ackbox connect` did not write",
        ),
    ],
)
def test_a_file_that_cannot_be_changed_is_an_error_and_nothing_is_written(
    content: bytes, kind: type[AckboxError], why: str, place: Place, home: Path
) -> None:
    program = PROGRAMS["gemini"]
    (home / ".gemini").mkdir()
    (home / ".gemini/settings.json").write_bytes(content)
    before = snapshot(home)
    with pytest.raises(kind) as refused:
        install(program, given_for(program), place)
    assert why in refused.value.message and refused.value.hint
    assert snapshot(home) == before


def test_one_bad_file_of_two_leaves_both_untouched(place: Place, home: Path) -> None:
    program = PROGRAMS["codex"]
    (home / ".codex").mkdir()
    (home / ".codex/hooks.json").write_text("{}")
    (home / ".codex/config.toml").write_text("a = \n")
    before = snapshot(home)
    with pytest.raises(Invalid) as refused:
        install(program, given_for(program), place)
    assert "config.toml cannot be changed as TOML: Invalid value" in refused.value.message
    assert snapshot(home) == before


def test_a_read_only_file_is_an_error_that_says_what_to_do(place: Place, home: Path) -> None:
    program = PROGRAMS["gemini"]
    file = home / ".gemini/settings.json"
    file.parent.mkdir()
    file.write_text("{}")
    file.chmod(0o444)
    with pytest.raises(Unavailable) as refused:
        install(program, given_for(program), place)
    assert refused.value.message == f"{file} is read-only (mode 0444)."
    assert refused.value.hint == f"Nothing was changed. Make it writable with: chmod u+w {file}"
    assert file.read_text() == "{}"


def test_a_link_to_nothing_and_a_directory_are_errors(place: Place, home: Path) -> None:
    program = PROGRAMS["gemini"]
    (home / ".gemini").mkdir()
    (home / ".gemini/settings.json").symlink_to("nowhere")
    with pytest.raises(Invalid, match="is a link to nowhere, which is not there"):
        install(program, given_for(program), place)
    (home / ".gemini/settings.json").unlink()
    (home / ".gemini/settings.json").mkdir()
    with pytest.raises(Invalid, match="is not a file"):
        install(program, given_for(program), place)


def test_a_plugin_of_somebody_else_is_not_replaced(place: Place, home: Path) -> None:
    program = PROGRAMS["opencode"]
    file = home / ".config/opencode/plugin/ackbox.js"
    file.parent.mkdir(parents=True)
    file.write_text("export const Mine = 1\n")
    before = snapshot(home)
    with pytest.raises(Conflict):
        install(program, given_for(program), place)
    remove(program, given_for(program), place)
    assert snapshot(home) == before


def test_a_plan_changes_nothing(place: Place, home: Path) -> None:
    for program in EVERY:
        plan(program, given_for(program), place)
        plan_removal(program, given_for(program), place)
    assert snapshot(home, place.project) == {}


def test_a_file_that_another_program_changes_meanwhile_is_not_overwritten(home: Path) -> None:
    file = home / "settings.json"
    file.write_text("{}")
    found = files.read(file)
    file.write_text('{"a": 1}')
    with pytest.raises(Changed):
        files.write(found, "{}")
    assert snapshot(home) == {str(file): b'{"a": 1}'}


def test_a_copy_in_a_cache_is_not_named_in_settings() -> None:
    refuse_temporary(["/opt/ackbox", "mcp"])
    with pytest.raises(Conflict, match="runs from a cache"):
        refuse_temporary(["/home/ana/.cache/uv/archive-v0/x1/bin/ackbox"])


@pytest.mark.parametrize("program", EVERY, ids=lambda each: each.name)
def test_no_key_goes_into_any_file(program: Program, place: Place, home: Path) -> None:
    given = given_for(program, command=["/opt/ackbox", "--url", "https://post.example.com"])
    install(program, given, place)
    text = "".join(map(str, snapshot(home).values()))
    assert ("abx_" in text, "key" in text.replace("keys", "").lower()) == (False, False)
