"""The commands of sealed workspaces, as people type them: two machines are two homes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ackbox.faces.cli.main import cli
from tests.client.sealed import in_threads, serving_in_thread
from tests.serving import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_in_thread(f"sqlite:///{tmp_path_factory.mktemp('server')}/ackbox.db") as it:
        yield it


class Machine:
    """A home of its own, with the settings in it alone, or the operator's key."""

    def __init__(self, where: Path, *, url: str | None = None, key: str | None = None) -> None:
        self.home = where
        self._environment: dict[str, str | None] = {
            "XDG_CONFIG_HOME": str(where / "config"),
            "ACKBOX_DATA_DIR": str(where / "data"),
            "ACKBOX_URL": url,
            "ACKBOX_KEY": key,
        }

    def run(self, *words: str) -> Any:
        return CliRunner().invoke(cli, list(words), env=self._environment)

    def __call__(self, *words: str) -> Any:
        """Run a command, and return the JSON of its first line."""
        done = self.run("--json", *words)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[0]) if done.stdout.strip() else None

    def text(self, *words: str) -> str:
        done = self.run("--text", *words)
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    def error(self, *words: str) -> dict[str, Any]:
        done = self.run("--json", *words)
        assert done.exit_code != 0
        found: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])["error"]
        return found


def test_the_life_of_a_workspace_from_its_creation_to_a_new_machine(
    served: Served, tmp_path: Path
) -> None:
    one = Machine(tmp_path / "one", url=served.url, key=served.key)
    two, three = Machine(tmp_path / "two"), Machine(tmp_path / "three")
    ana = ("-w", "secret", "--as", "ana")
    made = one("vault", "create", "secret", "--as", "ana")
    assert (made["member"], len(made["words"].split())) == ("ana", 6)
    line = one("vault", "invite", "bob", *ana)["line"]
    assert line.startswith(f"ackbox vault join '{served.url}/join#abx_lnk_")
    invitation = line.split("'")[1]
    early = two.error("vault", "join", invitation, "--wait", "0")
    assert early["code"] == "not_member"
    assert early["hint"].endswith("ackbox vault members")
    # Until then, every command says so.
    assert two.error("inbox")["code"] == "not_member"
    assert [each["name"] for each in _lines(one, "vault", "members", *ana)] == ["ana", "bob"]
    sent = one("send", "bob", "the plum is ripe", *ana)
    assert two("inbox")["body"] == "the plum is ripe"
    assert "the plum is ripe" in two.text("read", sent["id"])
    two("ack", sent["id"])
    two("reply", sent["id"], "a plum for you")
    assert "a plum for you" in one.text("inbox", *ana)
    ours, theirs = one("vault", "fingerprint", *ana), two("vault", "fingerprint")
    assert [Path(each.pop("key_place")).exists() for each in (ours, theirs)] == [True, True]
    assert ours == theirs
    found = two("vault", "verify")
    assert (found["read"], found["problems"]) == (2, {})

    secret = tmp_path / "passphrase"
    secret.write_text("a plum, a pear and a fig\n", "utf-8")
    secret.chmod(0o600)
    file = str(tmp_path / "bob.age")
    two("vault", "backup", file, "--passphrase-file", str(secret))
    assert Path(file).stat().st_mode & 0o777 == 0o600
    assert (
        two.error("vault", "backup", file, "--passphrase-file", str(secret))["code"] == "conflict"
    )
    three.home.joinpath("config").mkdir(parents=True)
    (three.home / "config/ackbox").mkdir(mode=0o700)
    settings = (two.home / "config/ackbox/config.toml").read_bytes()
    path = three.home / "config/ackbox/config.toml"
    path.write_bytes(settings)
    path.chmod(0o600)
    back = three("vault", "restore", file, "--passphrase-file", str(secret))
    assert back == {"workspace": "secret", "member": "bob", "messages": 1}
    assert [each["body"] for each in _lines(three, "thread", sent["id"])][-1] == "a plum for you"
    three("send", "ana", "from the new machine")
    # The old machine's key is behind now.
    assert two.error("send", "ana", "from the old machine")["code"] == "state_behind"
    two("vault", "restore")
    two("send", "ana", "from the old machine")
    assert [each["body"][:8] for each in _lines(one, "inbox", *ana)][-2:] == ["from the"] * 2

    one("vault", "promote", "bob", *ana)
    one("vault", "remove", "bob", *ana)
    assert two.error("send", "ana", "after")["code"] in ("not_member", "removed_member")
    assert one.error("send", "bob", "after", *ana)["code"] == "not_member"


def _lines(machine: Machine, *words: str) -> list[Any]:
    done = machine.run("--json", *words)
    assert done.exit_code == 0, done.output
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return found[0]["messages"] if len(found) == 1 and "messages" in found[0] else found


def test_a_person_asks_to_join_and_an_admin_compares_the_words(
    served: Served, tmp_path: Path
) -> None:
    one = Machine(tmp_path / "one", url=served.url, key=served.key)
    two = Machine(tmp_path / "two", url=served.url, key=served.key)
    cy = ("-w", "words", "--as", "cy")
    one("vault", "create", "words", "--private", "--as", "ana")
    said = two.run("--text", "vault", "request", *cy).stderr
    words = said.rpartition("--words '")[2].split("'")[0]
    assert len(words.split()) == 6
    ana = ("-w", "words", "--as", "ana")
    wrong = one.error("vault", "admit", "cy", "--words", "bab bab bab bab bab bab", *ana)
    assert wrong["message"] == "No request of 'cy' has these words."
    assert [each["state"] for each in _lines(one, "vault", "members", *ana)] == ["member", "waits"]
    assert one("vault", "admit", "cy", "--words", words.upper(), *ana) == {"added": "cy"}
    one("send", "cy", "hello", *ana)
    assert two("inbox", *cy)["body"] == "hello"


def test_many_commands_at_once_keep_one_chain(served: Served, tmp_path: Path) -> None:
    one = Machine(tmp_path / "one", url=served.url, key=served.key)
    one("vault", "create", "busy", "--as", "ana")
    from ackbox.client.discovery import caller

    whose = {"workspace": "busy", "agent": "ana"}

    def send(at: int) -> None:
        own = caller(data_dir=str(tmp_path / "one/data"), url=served.url, key=served.key)
        own.call("message.send", {**whose, "to": "ana", "body": f"note {at}"})

    in_threads(*(lambda at=at: send(at) for at in range(5)))
    found = one("vault", "verify", "-w", "busy", "--as", "ana")
    assert (found["listed"], found["problems"]) == (5, {})


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("vault", "join", "hello"), "bad_vault_key", "This is not an invitation"),
        (
            ("vault", "join", "http://127.0.0.1:1/join#abx_lnk_x.avi1_x"),
            "bad_vault_key",
            "This is not an invitation",
        ),
        (("vault", "invite", "bob"), "not_member", "This machine has no vault key"),
        (("vault", "members", "-w", "nowhere"), "not_member", "This machine has no vault key"),
        (("vault", "restore"), "not_member", "This machine has no vault key"),
    ],
)
def test_bad_input_is_an_error_that_says_what_to_do(
    served: Served, tmp_path: Path, words: tuple[str, ...], code: str, message: str
) -> None:
    machine = Machine(tmp_path, url=served.url, key=served.key)
    found = machine.error(*words)
    assert found["code"] == code
    assert found["message"].startswith(message)
    assert found["hint"]


def test_a_backup_that_does_not_open_stores_nothing(served: Served, tmp_path: Path) -> None:
    one = Machine(tmp_path / "one", url=served.url, key=served.key)
    ana = ("-w", "kept", "--as", "ana")
    one("vault", "create", "kept", "--as", "ana")
    passphrase, short = tmp_path / "long", tmp_path / "short"
    passphrase.write_text("a plum, a pear and a fig", "utf-8")
    short.write_text("plum", "utf-8")
    for each in (passphrase, short):
        each.chmod(0o600)
    file = str(tmp_path / "ana.age")
    weak = one.error("vault", "backup", file, "--passphrase-file", str(short), *ana)
    assert weak["message"] == "The passphrase has 4 characters; at least 12 are needed."
    assert not os.path.exists(file)
    one("vault", "backup", file, "--passphrase-file", str(passphrase), *ana)
    two = Machine(tmp_path / "two", url=served.url, key=served.key)
    for path, given, start in (
        (file, short, f"{file} does not open with this passphrase."),
        (str(passphrase), passphrase, f"{passphrase} does not open with this passphrase."),
        (f"{file}x", passphrase, f"{file}x cannot be read"),
    ):
        found = two.error("vault", "restore", path, "--passphrase-file", str(given), *ana)
        assert found["message"].startswith(start)
    assert not (two.home / "data/vaults").exists()
    raw = Path(file).read_text("utf-8")
    assert raw.startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    assert "avk1_" not in raw


def test_doctor_counts_messages_that_do_not_hold(served: Served, tmp_path: Path) -> None:
    from ackbox.client.vaults import vaults_in

    one = Machine(tmp_path / "one", url=served.url, key=served.key)
    one("vault", "create", "examined", "--as", "ana")

    def found() -> Any:
        shown = json.loads(one.run("--json", "doctor").stdout)["findings"]
        return [each for each in shown if each["what"] == "vault"]

    assert found() == [
        {"state": "ok", "what": "vault", "seen": "ana in examined: every message held", "do": ""}
    ]
    (vault,) = vaults_in(tmp_path / "one/data")
    with vault.locked() as kept:
        kept.state.problems |= {"1": "replayed", "2": "not_sealed", "3": "replayed"}
        kept.save()
    (finding,) = found()
    assert finding["seen"] == (
        "ana in examined: messages that do not hold: not_sealed 1, replayed 2"
    )
    (vault.path / "key").unlink()
    assert [each["state"] for each in found()] == ["bad"]


def test_a_member_shares_history_and_searches_by_commands(served: Served, tmp_path: Path) -> None:
    one, two = (
        Machine(tmp_path / "one", url=served.url, key=served.key),
        Machine(tmp_path / "two"),
    )
    ana = ("-w", "shared", "--as", "ana")
    one("vault", "create", "shared", "--as", "ana")
    one("send", "*", "an older zebra", *ana)
    invitation = one("vault", "invite", "bob", *ana)["line"].split("'")[1]
    two.error("vault", "join", invitation, "--wait", "0")
    one("vault", "members", *ana)
    assert two("inbox") is None
    done = one("vault", "share-history", "bob", *ana)
    assert (done["name"], done["messages"], done["texts"]) == ("bob", 1, 0)
    found = two("search", "zebra")
    assert found["body"].startswith("[ackbox: ana shared this older message with you.")
