"""Settings: from the flag, else the environment, else the file, else the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from ackbox import config
from ackbox.config import SETTINGS, BadSettings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home, without any setting of the person who runs the tests."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.env, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def write(home: Path, text: str) -> Path:
    path = home / ".config/ackbox/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_each_source_is_asked_before_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch, setting: config.Setting
) -> None:
    found = [config.get(setting.name)]
    write(home, f'{setting.name} = "from the file"')
    found.append(config.get(setting.name))
    monkeypatch.setenv(setting.env, "from the environment")
    found += [config.get(setting.name), config.get(setting.name, "from the flag")]
    assert found == [setting.default, "from the file", "from the environment", "from the flag"]


def test_an_empty_variable_is_as_good_as_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACKBOX_AGENT", "")
    write(home, 'agent = "夏哥"')
    assert config.get("agent") == "夏哥"


def test_a_number_in_the_file_is_read_as_text(home: Path) -> None:
    write(home, "port = 7800")
    assert config.get("port") == "7800"


def test_the_file_is_where_the_config_home_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.file() == home / ".config/ackbox/config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "elsewhere"))
    assert config.file() == home / "elsewhere/ackbox/config.toml"


def test_an_unknown_setting_in_the_file_is_refused_with_those_that_are_known(home: Path) -> None:
    path = write(home, 'agnet = "ana"')
    with pytest.raises(BadSettings) as refused:
        config.get("agent")
    assert (
        str(refused.value) == f"{path} has an unknown setting 'agnet'. Known:"
        f" {', '.join(setting.name for setting in SETTINGS)}."
    )


def test_a_file_that_is_no_toml_is_refused_with_its_path(home: Path) -> None:
    path = write(home, "agent = ana")
    with pytest.raises(BadSettings) as refused:
        config.get("agent")
    assert str(refused.value).startswith(f"{path} is not valid TOML: ")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'agent = "\xff"', "is not UTF-8 text. Save it as UTF-8."),
        (b'agent = ["ana"]', "has no text or number for 'agent'."),
        (b"agent = true", "has no text or number for 'agent'."),
        (b"[agent]\nname = 'ana'", "has no text or number for 'agent'."),
    ],
)
def test_a_value_that_is_no_text_or_number_is_refused_with_the_path(
    home: Path, raw: bytes, says: str
) -> None:
    path = write(home, "")
    path.write_bytes(raw)
    with pytest.raises(BadSettings) as refused:
        config.get("agent")
    assert str(refused.value).startswith(f"{path} {says}")


def test_what_is_given_does_not_look_at_the_file(home: Path) -> None:
    write(home, "agent = ana")
    assert config.get("agent", "ana") == "ana"


def test_the_data_directory_is_in_the_data_home_unless_it_is_set(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [config.data_dir()]
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    found.append(config.data_dir())
    monkeypatch.setenv("ACKBOX_DATA_DIR", "~/mail")
    found += [config.data_dir(), config.data_dir("/srv/mail")]
    assert found == [
        home / ".local/share/ackbox",
        home / "data/ackbox",
        home / "mail",
        Path("/srv/mail"),
    ]


def test_every_setting_has_its_own_variable_and_a_sentence() -> None:
    assert [setting.env for setting in SETTINGS] == [
        f"ACKBOX_{setting.name.upper()}" for setting in SETTINGS
    ]
    assert [setting.name for setting in SETTINGS if not setting.help] == []
