"""Kavi's replies about reviews: pure functions of arguments and result.

Explained in docs/howto/coming-from-kavi.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import channel, to_uuid
from ackbox.dialects.engine.mapping import Object
from ackbox.ops.review import Comment, Review, Reviews


def review(_: Object, found: Review) -> Object:
    comments = [_comment(each) for each in found.comments]
    return {
        "id": to_uuid(found.id),
        "agent": found.author,
        "assignee": channel(found.to),
        "status": found.state,
        "disposition": found.outcome,
        "summary": found.subject or "",
        "body": found.body,
        "diffs": [ref.target for ref in found.refs if ref.kind == "diff"],
        "files": [ref.target for ref in found.refs if ref.kind == "file"],
        "comments": comments,
        "createdAt": found.created_at,
        "updatedAt": comments[-1]["createdAt"] if comments else found.created_at,
        "resolvedAt": found.resolved_at,
        "_ext": {
            "id": found.id,
            "thread": found.thread,
            "resolvedBy": found.resolved_by,
            "commentCount": found.comment_count,
        },
    }


def _comment(comment: Comment) -> Object:
    return {
        "id": to_uuid(comment.id),
        "from": comment.author,
        "filePath": comment.file,
        "line": comment.line,
        "body": comment.body,
        "createdAt": comment.created_at,
        "_ext": {"id": comment.id, "kind": comment.kind, "resolves": comment.resolves},
    }


def reviews(_: Object, page: Reviews) -> Object:
    return {
        "reviews": [review({}, each) for each in page.reviews],
        "hasMore": page.cursor is not None,
    }
