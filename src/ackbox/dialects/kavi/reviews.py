"""Kavi's reviews, as tools: notes on the files of a diff, with replies and a resolution.

Explained in docs/howto/coming-from-kavi.md.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.kavi import convert
from ackbox.dialects.kavi import review_replies as replies

Path = Annotated[str, Meta(min_length=1, max_length=2000)]
From = Arg(
    "from",
    Annotated[
        str,
        Meta(max_length=256, description="Your name; the connection's own by default"),
    ],
    "agent",
    default=None,
    or_header=True,
)
ReviewId = Arg(
    "reviewId",
    Annotated[str, Meta(max_length=64, description="Id of the review")],
    "id",
    convert.review_id,
)
Body = Annotated[str, Meta(description="Text")]
# Kavi knows no instances: the connection's own does not apply.
WHOLE: dict[str, Any] = {"instance": None}

REVIEWS: tuple[ToolMapping, ...] = (
    ToolMapping(
        name="open_review",
        operation="review.open",
        description="Ask another agent to review a diff.",
        args=(
            From,
            Arg("to", Annotated[str, Meta(description="Reviewer, such as claude")], "to"),
            Arg("body", Body, "body"),
            Arg(
                "subject",
                Annotated[str, Meta(max_length=200, description="Subject line")],
                "subject",
                default=None,
            ),
            Arg(
                "diff",
                Annotated[Path, Meta(description="A range of commits, a branch or a path")],
                "diff",
                default=None,
            ),
            Arg(
                "files",
                Annotated[list[Path], Meta(max_length=49, description="Paths under review")],
                "files",
                default=[],
            ),
        ),
        fixed=WHOLE,
        reply=replies.review,
    ),
    ToolMapping(
        name="add_review_comment",
        operation="review.comment",
        description="Comment on a review, on a file or a line. It opens a resolved review again.",
        args=(
            From,
            ReviewId,
            Arg("body", Body, "body"),
            Arg(
                "filePath",
                Annotated[Path, Meta(description="File that it is about")],
                "file",
                default=None,
            ),
            Arg(
                "line",
                Annotated[str | int, Meta(description="Line or lines, such as 10-20")],
                "line",
                default=None,
            ),
        ),
        fixed=WHOLE,
        reply=replies.review,
    ),
    ToolMapping(
        name="resolve_review",
        operation="review.resolve",
        description="Resolve a review.",
        args=(
            From,
            ReviewId,
            Arg("body", Body, "body", default=""),
            Arg(
                "disposition",
                Annotated[
                    str,
                    Meta(
                        min_length=1,
                        max_length=32,
                        description="approve, accepted_risk, wont_fix or another word",
                    ),
                ],
                "outcome",
                default="approve",
            ),
        ),
        fixed=WHOLE,
        reply=replies.review,
    ),
    ToolMapping(
        name="get_review",
        operation="review.get",
        description="Get a review with its comments.",
        args=(ReviewId,),
        fixed=WHOLE,
        reply=replies.review,
    ),
    ToolMapping(
        name="list_reviews",
        operation="review.list",
        description="List reviews, newest first, without their comments.",
        args=(
            Arg("status", Literal["open", "resolved"], "state", default=None),
            Arg(
                "assignee",
                Annotated[str, Meta(max_length=256, description="Only those of this reviewer")],
                "of",
                default=None,
            ),
            limit(200, default=50),
        ),
        fixed=WHOLE,
        reply=replies.reviews,
    ),
)
