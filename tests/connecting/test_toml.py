"""TOML, changed as text: a table goes in and comes out, every other byte stays."""

from __future__ import annotations

import tomllib

import pytest

from ackbox.connecting import toml
from ackbox.connecting.toml import BadToml

PATH = ("mcp_servers", "ackbox")
SERVER = {"command": "/opt/a b/ackbox", "args": ["mcp", "--as", 'a"b'], "env": {"A": "\x7f"}}
LAYOUTS = [
    "",
    'model = "x"\n',
    '# mine\nmodel = "x"   # note\n\n[tui]\ntheme = "dark"\n',
    "[a]\r\nb = 1\r\n",
    '[mcp_servers.other]\ncommand = "x"\nargs = [\n  "[mcp_servers.ackbox]",\n]\n',
    "text = '''\n[mcp_servers.ackbox]\ncommand = 1\n'''\n",
    'text = """\n\\"""\n[mcp_servers.ackbox]\n"""\n[x]\n',
    '[[a]]\nb = 1\n[[a]]\nb = 2\n[projects."/x/y.z"]\ntrust_level = "trusted"\n',
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_a_table_goes_in_and_comes_out_byte_for_byte(text: str) -> None:
    after = toml.put(text, PATH, SERVER)
    assert after.startswith(text)
    assert toml.find(after, PATH) == SERVER
    assert toml.remove(after, PATH) == text


def test_what_a_program_wrote_since_stays_but_for_what_is_below_our_table() -> None:
    mine = 'model = "x"\n'
    later = '\n[hooks.state."/h.json:stop:0:0"]\ntrusted_hash = "sha256:1"\n'
    below = '\n[mcp_servers.ackbox.tools.inbox]\napproval_mode = "approve"\n'
    after = toml.remove(toml.put(mine, PATH, SERVER) + below + later, PATH)
    assert tomllib.loads(after) == tomllib.loads(mine + later)
    assert after.startswith(mine) and after.endswith(later)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[mcp_servers.ackbox]\ncommand = 1\n", "[mcp_servers.ackbox] is there already"),
        (
            'mcp_servers = {other = {command = "x"}}\n',
            "the file defines mcp_servers in a way that takes no further table",
        ),
        ("a = \n", "Invalid value (at line 1, column 5)"),
        ('a = "', "Unterminated string (at end of document)"),
    ],
)
def test_a_file_that_takes_no_table_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadToml) as refused:
        toml.put(text, PATH, SERVER)
    assert str(refused.value) == why


def test_a_table_that_stands_inside_a_line_is_not_taken_out() -> None:
    with pytest.raises(BadToml) as refused:
        toml.remove('mcp_servers = {ackbox = {command = "x"}}\n', PATH)
    assert str(refused.value) == (
        "[mcp_servers.ackbox] cannot be taken out of this file; delete it by hand"
    )
