"""Fields that several operations on tasks take, each described once.

Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

TaskId = Annotated[str, Meta(description="Id or number of a task", max_length=64)]
Label = Annotated[str, Meta(max_length=200)]
Tag = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[^,]*$")]
To = Annotated[
    str,
    Meta(
        description="Assignee, as name or name/instance (default: anyone can claim it)",
        max_length=512,
    ),
]
ToInstance = Annotated[str, Meta(description="Instance of the assignee", max_length=512)]
Tags = Annotated[list[Tag], Meta(max_length=50, description="Tags")]
Needs = Annotated[
    list[TaskId], Meta(max_length=100, description="Tasks that must be done first (at most 100)")
]
DoneWhen = Annotated[str, Meta(max_length=2000, description="Condition for done")]
DueAt = Annotated[str, Meta(description="Due time: RFC 3339, or 2h, tomorrow 9:00", max_length=64)]
Unknown = Annotated[
    Literal["hold", "refuse", "inactive"],
    Meta(description="For an unknown assignee: hold the task, or refuse it"),
]
Minutes = Annotated[int, Meta(ge=0, le=10_000_000, description="Estimated minutes")]
