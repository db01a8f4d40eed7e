"""`python -m ackbox` and the `ackbox` command; hooks are dispatched before click is imported."""

from __future__ import annotations


def main() -> None:
    from ackbox.faces.cli import cli

    cli()


if __name__ == "__main__":
    main()
