"""`python -m ackbox` and the `ackbox` command.

The bridge is reached without loading the other verbs.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line."""
    from ackbox.faces.cli.main import main as run

    run()


if __name__ == "__main__":
    # `python -m` puts the working directory first: a project's own structlog.py must not be run in
    # place of the library.
    if not sys.flags.safe_path and sys.path[:1] in ([""], [os.getcwd()]):
        del sys.path[0]
    main()
