"""`python -m ackbox` and the `ackbox` command; the bridge is reached without loading the other verbs."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from ackbox.faces.cli import main as run

    run()


if __name__ == "__main__":
    main()
