"""Write src/ackbox/model/confusables.txt from Unicode's table of look-alikes.

    python tools/confusables.py path/to/confusables.json

The JSON is the one in the PyPI package confusable_homoglyphs: each character with those it can be
taken for. Direction is lost there, so each group gets one representative; equality is all we use.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/ackbox/model/confusables.txt"
HEAD = (
    "# Look-alike characters (Unicode UTS 39, see UNICODE-LICENSE.txt): code point, tab, what it is"
    " read as.\n"
)


def main() -> None:
    table = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    near: dict[str, set[str]] = defaultdict(set)
    for key, others in table.items():
        for other in others:
            one, two = key.strip("\u200e"), other["c"].strip("\u200e")
            near[one].add(two)
            near[two].add(one)
    lines = [line for group in groups(near) for line in lines_of(group, near)]
    TARGET.write_text(HEAD + "".join(sorted(lines)), "utf-8")


def groups(near: dict[str, set[str]]) -> list[set[str]]:
    seen: set[str] = set()
    found = []
    for start in sorted(near):
        if start in seen:
            continue
        group, todo = set(), [start]
        while todo:
            each = todo.pop()
            if each not in group:
                group.add(each)
                todo += near[each]
        seen |= group
        found.append(group)
    return found


def lines_of(group: set[str], near: dict[str, set[str]]) -> list[str]:
    head = max(group, key=lambda text: (len(text), len(near[text]), [-ord(c) for c in text]))
    target = unicodedata.normalize("NFD", head)
    return [
        f"{ord(source):X}\t{' '.join(f'{ord(c):X}' for c in target)}\n"
        for source in group
        if len(source) == 1 and source != head and unicodedata.normalize("NFD", source) == source
    ]


if __name__ == "__main__":
    main()
