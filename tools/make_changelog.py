"""Write CHANGELOG.md: the fragments of changes/ become its Unreleased section; the sections of
releases stay as they are.

A fragment is `changes/<slug>.<kind>.md`, with a kind of KINDS.

python tools/make_changelog.py
python tools/make_changelog.py --release 1.2.0 2027-01-31

The second turns Unreleased into a release and removes the fragments.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
KINDS = ("added", "changed", "fixed")
HEAD = "# Changelog\n\nNewest release first. Written by tools/make_changelog.py from changes/.\n"


class BadFragment(ValueError):
    """A fragment whose name has no known kind."""


def fragments(root: Path = ROOT) -> list[Path]:
    """Return the fragments in order of name. Raises BadFragment."""
    found = sorted((root / "changes").glob("*.md"))
    for path in found:
        if _kind(path) not in KINDS:
            raise BadFragment(
                f"{path.name} has no kind. Name it SLUG.KIND.md with one of {', '.join(KINDS)}."
            )
    return found


def _kind(path: Path) -> str:
    return path.stem.rpartition(".")[2]


def released(root: Path = ROOT) -> str:
    """Return the sections of the present file that are releases, newest first as they are."""
    path = root / "CHANGELOG.md"
    _, mark, rest = (path.read_text("utf-8") if path.exists() else "").partition("\n## [")
    return mark + rest


def page(title: str = "Unreleased", root: Path = ROOT) -> str:
    """Return the whole file."""
    found = fragments(root)
    sections = "".join(
        f"\n### {kind.capitalize()}\n\n{entries}"
        for kind in KINDS
        if (
            entries := "".join(
                f"- {' '.join(path.read_text('utf-8').split())}\n"
                for path in found
                if _kind(path) == kind
            )
        )
    )
    return HEAD + (f"\n## {title}\n{sections}" if sections else "") + released(root)


def main() -> None:
    given = sys.argv[1:]
    text = page(f"[{given[1]}] {given[2]}" if given[:1] == ["--release"] else "Unreleased")
    (ROOT / "CHANGELOG.md").write_text(text, "utf-8")
    if given[:1] == ["--release"]:
        for fragment in fragments():
            fragment.unlink()
    print("CHANGELOG.md")


if __name__ == "__main__":
    main()
