"""Overlap: what two declarations of work, an area and files each, have in common.

Text only; the operation chooses whom to compare. Explained in docs/why/sessions.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
from msgspec import Meta


class Overlap(msgspec.Struct, frozen=True):
    """An agent that claims the same area or files."""

    agent: Annotated[str, Meta(description="Agent")]
    instance: Annotated[str | None, Meta(description="Instance")]
    areas: Annotated[list[str], Meta(description="Areas that both claim")]
    files: Annotated[list[str], Meta(description="Files that both claim")]


def overlap(
    agent: str,
    instance: str | None,
    area: str | None,
    files: Iterable[str],
    mine: str | None,
    my_files: Iterable[str],
) -> list[Overlap]:
    """Return one overlap, or none.

    A path that ends with `/` (or `/*`, `/**`) holds what lies below it.
    """
    areas = _common([mine] if mine else [], [area] if area else [])
    both = _common(my_files, files)
    return [Overlap(agent, instance, areas, both)] if areas or both else []


def merged(overlaps: Iterable[Overlap]) -> list[Overlap]:
    """Return one overlap for each who declared, however many runs of theirs did."""
    found: dict[tuple[str, str | None], Overlap] = {}
    for each in overlaps:
        before = found.get((each.agent, each.instance), each)
        found[each.agent, each.instance] = Overlap(
            each.agent,
            each.instance,
            sorted({*before.areas, *each.areas}),
            sorted({*before.files, *each.files}),
        )
    return list(found.values())


def _common(mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    left, right = {_plain(each) for each in mine}, {_plain(each) for each in theirs}
    return sorted(left & right | _below(left, right) | _below(right, left))


def _below(paths: set[str], others: set[str]) -> set[str]:
    directories = {each for each in others if each.endswith("/")}
    return (
        {each for each in paths if directories.intersection(_above(each))} if directories else set()
    )


def _plain(path: str) -> str:
    return (
        path.removeprefix("./").removesuffix("**").removesuffix("*")
        if path.endswith(("/*", "/**"))
        else path.removeprefix("./")
    )


def _above(path: str) -> Iterator[str]:
    """Every directory that a path lies in, as `src/`."""
    at = path.find("/")
    while 0 <= at < len(path) - 1:
        yield path[: at + 1]
        at = path.find("/", at + 1)
