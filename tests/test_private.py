"""Private files: 0600 and 0700 under every umask, of this user, and never through a link."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ackbox import private
from ackbox.client.discovery import caller
from ackbox.client.running import read_operator_key, read_server
from ackbox.config import BadSettings
from ackbox.errors import Unavailable
from ackbox.store.copying import copy_sqlite
from tests.command import Command


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


def modes(where: Path) -> dict[str, int]:
    """Return the mode of everything in a directory and of itself."""
    return {
        str(path.relative_to(where.parent)): stat.S_IMODE(path.lstat().st_mode)
        for path in (where, *where.rglob("*"))
    }


def owned_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be another user than the one who owns what is here."""
    uid = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777], ids=oct)
@pytest.mark.parametrize("is_there", [False, True], ids=["new", "there before"])
def test_every_file_that_ackbox_makes_is_its_owners_alone(
    ackbox: Command, umask: int, is_there: bool
) -> None:
    if is_there:
        ackbox.data.mkdir()
        ackbox.data.chmod(0o755)
    out = ackbox.where / "out"
    out.mkdir()

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [*ackbox.argv, *arguments],
            env=ackbox.environment,
            umask=umask,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    run("up", "--port", "0", "--detach", "--no-open")
    run("--as", "ana", "send", "bob", "hello")
    run("backup", str(out / "copy.db"))
    run("export", str(out / "export.jsonl"))
    made = {
        **modes(ackbox.data),
        **{name: mode for name, mode in modes(out).items() if name != "out"},
    }
    assert {name: oct(mode) for name, mode in made.items()} == {
        name: oct(0o700 if name == "data" else 0o600) for name in made
    }
    assert {
        "data/ackbox.db",
        "data/ackbox.db-wal",
        "data/server.lock",
        "data/server.log",
        "data/operator.key",
        "out/copy.db",
        "out/export.jsonl",
    } <= made.keys()


def test_files_that_an_older_start_left_open_are_closed(ackbox: Command) -> None:
    ackbox.start()
    ackbox.stop()
    for path in ackbox.data.iterdir():
        path.chmod(0o644)
    ackbox.start()
    assert {oct(mode) for name, mode in modes(ackbox.data).items() if name != "data"} == {"0o600"}


def test_missing_directories_are_all_made_for_their_owner(tmp_path: Path) -> None:
    private.make_directory(tmp_path / "one/two/three")
    assert set(modes(tmp_path / "one").values()) == {0o700}


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777], ids=oct)
def test_a_data_directory_that_others_can_write_is_refused_with_what_to_do(
    ackbox: Command, mode: int
) -> None:
    ackbox.data.mkdir()
    ackbox.data.chmod(mode)
    done = ackbox("up", "--port", "0", "--text")
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            f"Other users can write in {ackbox.data} (mode {mode:04o}). Close it with: chmod 700"
            f" {ackbox.data}, or choose another with --data-dir."
        ],
    )
    assert list(ackbox.data.iterdir()) == []


@pytest.mark.parametrize(
    "use",
    [
        read_server,
        read_operator_key,
        private.check_directory,
        private.make_directory,
        lambda where: caller(data_dir=str(where)),
        lambda where: private.write_private(where / "operator.key", "x"),
    ],
    ids=["server", "key", "check", "make", "caller", "write"],
)
def test_a_data_directory_of_another_user_is_refused_also_for_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Path], object]
) -> None:
    (tmp_path / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": 1}))
    (tmp_path / "operator.key").write_text("abx_adm_planted")
    owned_by_another(monkeypatch)
    with pytest.raises(Unavailable, match="belongs to user") as refused:
        use(tmp_path)
    assert refused.value.hint is not None
    assert "chown" in refused.value.hint


@pytest.mark.parametrize("name", ["operator.key", "server.json"])
def test_a_file_that_others_can_write_is_not_believed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    (tmp_path / name).chmod(0o666)
    with pytest.raises(Unavailable, match="Other users can write"):
        read_operator_key(tmp_path) if name == "operator.key" else read_server(tmp_path)


@pytest.mark.parametrize(
    "name", ["operator.key", "server.json", "server.lock", "server.log", "ackbox.db"]
)
def test_no_file_of_a_data_directory_is_a_link(ackbox: Command, name: str) -> None:
    aside = ackbox.where / "aside"
    aside.write_text("")
    ackbox.data.mkdir(mode=0o700)
    (ackbox.data / name).symlink_to(aside)
    done = ackbox("up", "--port", "0", "--detach", "--text")
    assert (
        done.returncode,
        f"{ackbox.data / name} is a symbolic link" in done.stderr,
        aside.read_text(),
    ) == (1, True, ""), done.stderr


def test_a_copy_goes_through_no_link(tmp_path: Path) -> None:
    import apsw

    aside, source = tmp_path / "aside", str(tmp_path / "source.db")
    aside.write_text("")
    apsw.Connection(source).execute("CREATE TABLE workspace (ws)")
    (tmp_path / ".copy.db.part").symlink_to(aside)
    copy_sqlite(source, tmp_path / "copy.db", "SELECT * FROM workspace")
    assert (aside.read_text(), (tmp_path / "copy.db").stat().st_mode & 0o777) == ("", 0o600)


def test_a_settings_file_with_a_key_that_others_can_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("ACKBOX_KEY", raising=False)
    path = tmp_path / "ackbox/config.toml"
    path.parent.mkdir()
    path.write_text('key = "abx_agt_x"')
    path.chmod(0o666)
    with pytest.raises(BadSettings, match="other users can write it"):
        caller(data_dir=str(tmp_path))


def test_the_doctor_names_what_is_open(ackbox: Command) -> None:
    ackbox.start()
    (ackbox.data / "server.log").chmod(0o644)
    ackbox.data.chmod(0o755)
    found = {each["what"]: each for each in ackbox.json("doctor")["findings"]}
    assert (found["files"]["state"], found["files"]["do"]) == (
        "warn",
        f"chmod 600 {ackbox.data / 'server.log'}",
    )
    assert (found["data"]["state"], found["data"]["do"].partition(",")[0]) == (
        "warn",
        f"chmod 700 {ackbox.data}",
    )


def test_what_another_user_puts_in_the_way_of_an_announcement_stops_no_server(
    ackbox: Command,
) -> None:
    (ackbox.where / f"ackbox-{os.geteuid()}").mkdir()
    (ackbox.where / f"ackbox-{os.geteuid()}").chmod(0o777)
    told = ackbox.json("up", "--port", "0", "--detach", "--no-open", TMPDIR=str(ackbox.where))
    assert (told["started"], list((ackbox.where / f"ackbox-{os.geteuid()}").iterdir())) == (
        True,
        [],
    )
