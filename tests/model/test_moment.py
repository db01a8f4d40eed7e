"""Moments and ids: text in both directions, and ids that only grow."""

from __future__ import annotations

import threading
import uuid

import pytest

from ackbox.errors import Invalid
from ackbox.model.moment import IdMaker, parse_moment, to_text, to_text_or_none

NOON = 1_800_000_000_000


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.001Z", 1),
        ("2027-01-15T08:00:00Z", NOON),
        ("2027-01-15T08:00:00", NOON),
        ("2027-01-15T10:00:00+02:00", NOON),
        ("2027-01-14T22:30:00-09:30", NOON),
        ("2027-01-15 08:00:00Z", NOON),
        ("2027-01-15 08:00", NOON),
        # As a query string says it whose plus sign is not escaped.
        ("2027-01-15T10:00:00 02:00", NOON),
        ("2027-01-15T10:00 0200", NOON),
        ("2027-01-15T10:00:00.000 02:00", NOON),
        ("2027-01-15T08:00:00.1239Z", NOON + 123),
        ("2027-01-15", NOON - 8 * 3_600_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ],
)
def test_a_time_is_read_as_utc_milliseconds(text: str, ms: int) -> None:
    assert parse_moment(text, field="since") == ms


@pytest.mark.parametrize(
    "ms", [0, 1, 999, NOON, NOON + 1, NOON + 999, 951_782_400_000, 253_402_300_799_999]
)
def test_a_time_is_written_so_that_reading_it_gives_it_back(ms: int) -> None:
    assert parse_moment(to_text(ms), field="since") == ms


def test_every_millisecond_of_a_second_survives_the_way_out_and_in() -> None:
    assert [parse_moment(to_text(ms), field="since") for ms in range(NOON, NOON + 1000)] == list(
        range(NOON, NOON + 1000)
    )


def test_a_time_is_written_with_milliseconds_and_z() -> None:
    assert [to_text(NOON), to_text(NOON + 7), to_text_or_none(None), to_text_or_none(0)] == [
        "2027-01-15T08:00:00.000Z",
        "2027-01-15T08:00:00.007Z",
        None,
        "1970-01-01T00:00:00.000Z",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2027-13-01T00:00:00Z",
        "2027-02-30",
        "1800000000",
        "25:00",
        "2027-01-15T08:00:00Zzz",
    ],
)
def test_what_is_no_time_is_refused_with_the_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_moment(text, field="until")
    assert (refused.value.message, refused.value.details) == (
        f"`until` is not a time: {text!r}.",
        {"field": "until"},
    )


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:00",
    ],
)
def test_a_time_that_could_not_be_written_again_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_moment(text, field="since")
    assert (refused.value.message, refused.value.details) == (
        "`since` is out of range.",
        {"field": "since"},
    )


def test_an_id_is_a_version_7_uuid_of_its_moment() -> None:
    id = IdMaker()(NOON)
    parsed = uuid.UUID(hex=id)
    assert (len(id), id, parsed.version, parsed.variant, int(id[:12], 16)) == (
        32,
        parsed.hex,
        7,
        uuid.RFC_4122,
        NOON,
    )


@pytest.mark.parametrize(
    "moments",
    [
        [NOON] * 5000,
        [NOON - step for step in range(5000)],
        [NOON + (step % 3) for step in range(5000)],
        [NOON, NOON - 86_400_000, NOON - 1, NOON],
    ],
)
def test_each_id_is_larger_than_the_one_before_with_any_clock(moments: list[int]) -> None:
    make = IdMaker()
    made = [make(ms) for ms in moments]
    assert made == sorted(set(made))
    assert {(uuid.UUID(hex=id).version, uuid.UUID(hex=id).variant) for id in made} == {
        (7, uuid.RFC_4122)
    }


def test_ids_made_by_threads_at_one_moment_are_all_different() -> None:
    make = IdMaker()
    made: list[list[str]] = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda own=own: own.extend(make(NOON) for _ in range(2000)))
        for own in made
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len({id for own in made for id in own}), [own == sorted(own) for own in made]) == (
        8000,
        [True] * 4,
    )
