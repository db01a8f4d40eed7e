"""`python -m ackbox` and the `ackbox` command.

A hook runs at each prompt and tool call: it is reached without loading the other verbs. Short
commands run without click.
"""

from __future__ import annotations

import os
import sys

# Not from typing: a hook imports this at each prompt and tool call.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _open_sealed(*whose: Any) -> Any:
    """Return the hook of a sealed workspace; few machines need what it loads."""
    from ackbox.faces.server.sealed_hook import open_hook

    return open_hook(*whose)


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == ["hook"]:
        from ackbox.faces.hook.command import run as hook

        sys.exit(hook(sys.argv[2:], _open_sealed))
    from ackbox.faces.cli.start import begin

    umask = begin()
    from ackbox.faces.cli.main import main as run

    run(umask)


if __name__ == "__main__":
    # `python -m` puts the working directory first: a project's own structlog.py must not be run in
    # place of the library.
    if not sys.flags.safe_path and sys.path[:1] in ([""], [os.getcwd()]):
        del sys.path[0]
    main()
