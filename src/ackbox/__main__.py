"""`python -m ackbox` and the `ackbox` command.

A hook runs at each prompt and tool call: it is reached without loading the other verbs. Short
commands run without click.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == ["hook"]:
        from ackbox.faces.hook.command import run as hook

        sys.exit(hook(sys.argv[2:]))
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
