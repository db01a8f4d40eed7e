"""Choices: short answers that a question offers, and the one that a reply chooses.

They are kept in the metadata of a message, so a sealed workspace seals them with the text.
Explained in docs/reference/message.md.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from ackbox.errors import Invalid, MissingField
from ackbox.model.text import composed, visible

MAX_CHOICES = 9
CHOICE_LIMIT = 80
# Keys of the stored metadata; senders cannot set them there.
OFFERED, CHOSEN = "ackbox:choices", "ackbox:choice"
Choice = Annotated[str, Meta(min_length=1, max_length=CHOICE_LIMIT)]


def with_choices(
    metadata: dict[str, Any], choices: list[str], choice: str | None
) -> dict[str, Any]:
    """Return metadata as it is stored, with what a message offers and what it chooses.

    Raises Invalid.
    """
    if OFFERED in metadata or CHOSEN in metadata:
        raise Invalid(
            f"`metadata` contains {OFFERED!r} or {CHOSEN!r}.",
            hint="Set `choices` and `choice` instead.",
            field="metadata",
        )
    stored = dict(metadata)
    if choices:
        stored[OFFERED] = _checked(choices)
    if choice is not None:
        stored[CHOSEN] = choice
    return stored


def _checked(choices: list[str]) -> list[str]:
    """Return choices in normal form: each on one line, and no two alike. Raises Invalid."""
    found = [composed(each, field="choices", limit=CHOICE_LIMIT) for each in choices]
    for each in found:
        if visible(each) != each or "\n" in each or "\t" in each or each != each.strip():
            raise Invalid(
                f"The choice {each[:CHOICE_LIMIT]!r} is not a short text on one line.",
                hint="Write it without line breaks, tabs and spaces around it.",
                field="choices",
            )
    if len({each.casefold() for each in found}) < len(found):
        raise Invalid(
            "Two of the `choices` are the same.", hint="Offer each once.", field="choices"
        )
    return found


def split(stored: dict[str, Any]) -> tuple[dict[str, Any], list[str], str | None]:
    """Return the sender's metadata, the choices a message offers and the one it makes."""
    if OFFERED not in stored and CHOSEN not in stored:
        return stored, [], None
    rest = {name: value for name, value in stored.items() if name not in (OFFERED, CHOSEN)}
    return rest, stored.get(OFFERED, []), stored.get(CHOSEN)


def chosen(choice: str | None, offered: list[str], *, has_parent: bool) -> str | None:
    """Return a choice as the question spells it. Raises MissingField, Invalid."""
    if choice is None:
        return None
    if not has_parent:
        raise MissingField(
            "`choice` needs the question that it answers.",
            hint="Set `parent` to the id of the question.",
            field="parent",
        )
    for each in offered:
        if each.casefold() == composed(choice, field="choice", limit=CHOICE_LIMIT).casefold():
            return each
    raise Invalid(
        f"{choice[:CHOICE_LIMIT]!r} is not a choice of this message."
        if offered
        else "This message offers no choices.",
        hint=f"Use one of: {', '.join(map(repr, offered))}." if offered else "Leave `choice` out.",
        field="choice",
    )
