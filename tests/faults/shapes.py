"""Client shapes: who talks how, what each must be answered, and when it must be gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.faults import talk_http as http
from tests.faults import talk_ws as ws
from tests.faults.wires import Aim, Wire

# The server's deadlines, as docs/why/serving.md has them.
AT_ONCE_S, HEAD_S, BODY_S, STALL_S, KEPT_S = 1.0, 5.0, 20.0, 20.0, 75.0

Talk = Callable[[Wire, Aim], Awaitable[None]]


@dataclass(frozen=True)
class Shape:
    """How one kind of client talks.

    `answers` are the statuses that are right, 0 for none; no deadline, when the client ends it.
    """

    name: str
    talk: Talk
    answers: frozenset[int]
    deadline_s: float | None
    count: int = 40
    reads: bool = True


def _shape(
    talk: Talk, answers: set[int], deadline_s: float | None, count: int = 40, **more: Any
) -> Shape:
    # Wrong keys are counted by address, and all shapes come from one.
    answers = answers | {429} if 401 in answers else answers
    return Shape(talk.__name__, talk, frozenset(answers), deadline_s, count, **more)


REFUSED_HEAD = {400, 408, 431}
# Each is over at once or within the five seconds of a head when the server is right.
QUICK = (
    _shape(http.silent, {0, 408}, HEAD_S),
    _shape(http.slow_head, {0, 408}, HEAD_S),
    _shape(http.head_then_end, {0, 400, 408}, HEAD_S),
    _shape(http.slow_body_without_key, {401}, HEAD_S),
    _shape(http.early_answer_then_silence, {401}, HEAD_S),
    _shape(http.early_answer_then_more, {400, 403, 413}, HEAD_S),
    _shape(http.early_answer_unread, {0}, HEAD_S, reads=False),
    _shape(http.too_long, {413}, HEAD_S, 10),
    _shape(http.endless_trailers, {400, 431}, HEAD_S, 6),
    _shape(http.endless_trailers_to_another_host, {400, 403, 431}, HEAD_S, 6),
    _shape(http.one_endless_trailer, {400, 401, 404, 431}, HEAD_S, 6),
    _shape(http.endless_extension, {400, 413, 431}, HEAD_S, 6),
    _shape(http.endless_extension_without_key, {400, 401, 413, 431}, HEAD_S, 6),
    _shape(http.many_extensions, {400, 413, 431}, HEAD_S, 6),
    _shape(http.endless_zeros, {400, 413, 431}, HEAD_S, 6),
    _shape(http.crumbs, {400, 408, 413}, BODY_S, 6),
    _shape(http.upload_and_vanish, {0}, AT_ONCE_S),
    _shape(http.anonymous_upload, {401}, HEAD_S, 60),
    _shape(http.anonymous_upload_by_name, {401}, HEAD_S, 30),
    _shape(http.anonymous_numbers, {401}, AT_ONCE_S, 20),
    _shape(http.anonymous_marks, {400, 401, 404}, AT_ONCE_S, 2),
    _shape(http.marks_in_headers, {201, 400}, AT_ONCE_S, 4),
    _shape(http.deep, {400}, AT_ONCE_S, 20),
    _shape(http.long_head, {400, 414, 431}, HEAD_S, 20),
    _shape(http.many_headers, {431}, HEAD_S, 10),
    _shape(ws.ws_refused, {401}, HEAD_S),
    _shape(ws.ws_wrong, {400, 426}, HEAD_S),
    _shape(ws.ws_broken, {400}, HEAD_S),
    _shape(ws.ws_too_long, {101}, HEAD_S, 10),
    _shape(ws.ws_endless_fragments, {101}, HEAD_S, 4),
    _shape(ws.ws_broken_frame, {101}, HEAD_S, 4),
    _shape(ws.ws_without_a_mask, {101}, HEAD_S, 4),
    _shape(ws.ws_closes_halfway, {101}, HEAD_S, 4),
    _shape(http.upgrade_with_a_body, {400, 401, 413}, HEAD_S, 4),
    _shape(http.upgrade_elsewhere, {400, 401, 403, 404, 426}, HEAD_S, 4),
    _shape(http.login_upload, {400, 401, 413, 415}, HEAD_S, 30),
    _shape(http.login_fields, {400, 401, 413, 415}, AT_ONCE_S, 10),
    _shape(http.webhook_upload, {401, 404}, HEAD_S, 60),
    _shape(http.page_with_a_body, {200, 400, 413}, HEAD_S, 4),
    _shape(http.no_path_with_a_body, {400, 401, 404, 413}, HEAD_S, 4),
    _shape(http.line_feeds, {0, 400, 408, 431}, HEAD_S, 4),
)
# These take the server's longer deadlines, or run as long as a flood does.
SLOW = (
    _shape(http.slow_body, {408}, BODY_S),
    _shape(http.slow_mcp_body, {408}, BODY_S),
    _shape(http.slow_login, {303, 400, 401, 408, 415}, BODY_S),
    _shape(http.promise, {100, 408, 417}, BODY_S),
    _shape(http.slow_trailers, {400, 408}, BODY_S),
    _shape(http.slow_extension, {400, 408}, BODY_S),
    _shape(http.reads_nothing, {0}, STALL_S + 2, reads=False),
    _shape(http.reads_a_trickle, {0}, 2 * STALL_S, reads=False),
    _shape(http.pipeline, {0}, STALL_S + 2, reads=False),
    _shape(http.pipeline_of_posts, {0, 200}, None, 20, reads=False),
    _shape(ws.ws_silent, {101}, STALL_S),
    _shape(ws.ws_half_a_frame, {101}, STALL_S),
    _shape(ws.ws_slow_fragments, {101}, STALL_S),
    _shape(ws.ws_slow_fragments_later, {101}, BODY_S),
    _shape(http.line_feeds_slowly, {200}, KEPT_S, 10),
    _shape(http.head_again_slowly, {200}, HEAD_S + 2),
    _shape(http.body_again_slowly, {200}, BODY_S + 2),
    _shape(ws.ws_pings, {101}, None, 10),
    _shape(ws.ws_reads_nothing, {101}, None, 20),
    _shape(ws.ws_waits, {101, 429}, None, 4),
)
FLOODS = (
    _shape(http.wrong_keys, {401, 429}, None, 20),
    _shape(http.initialize, {200, 202, 429}, None, 20),
    _shape(http.slow_stream, {200, 400, 405, 406, 429}, None, 60),
    _shape(http.waits_with_much, {200, 429}, None, 60),
)
EVERY = (*QUICK, *SLOW, *FLOODS)
