"""Own keys: the settings file gives keys of ours other names."""

from __future__ import annotations

import pytest

from ackbox.config import BadSettings
from ackbox.faces.tui.app import KEYS
from ackbox.faces.tui.widgets.keys import keymap


def test_a_key_of_the_settings_stands_for_one_of_ours() -> None:
    assert keymap({"z": "e", "ctrl+s": "F", "-": "/"}, KEYS) == {
        "z": "e",
        "ctrl+s": "F",
        "minus": "slash",
    }
    with pytest.raises(BadSettings, match="give 'z' the key 'ä', which does nothing here"):
        keymap({"z": "ä"}, KEYS)
