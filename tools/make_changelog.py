"""Write CHANGELOG.md: the fragments of changes/ become its Unreleased section; released sections
stay as they are.

python tools/make_changelog.py
python tools/make_changelog.py --release 1.2.0 2027-01-31

The second turns Unreleased into a release and removes the fragments.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = (
    "# Changes\n\nWhat users notice, newest first. Written by tools/make_changelog.py from"
    " changes/.\n"
)


def fragments() -> list[Path]:
    """Return the fragments in order of name."""
    return sorted((ROOT / "changes").glob("*.md"))


def released() -> str:
    """Return the sections of the present file that stand for releases."""
    path = ROOT / "CHANGELOG.md"
    _, mark, rest = (path.read_text("utf-8") if path.exists() else "").partition("\n## [")
    return mark + rest


def page(title: str = "Unreleased") -> str:
    """Return the whole file."""
    entries = "".join(
        f"- {' '.join(fragment.read_text('utf-8').split())}\n" for fragment in fragments()
    )
    return HEAD + (f"\n## {title}\n\n{entries}" if entries else "") + released()


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
