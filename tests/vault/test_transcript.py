"""The transcript: what the server cannot drop, repeat, exchange, reorder or fork unseen."""

from __future__ import annotations

import msgspec
import pytest

from ackbox.errors import (
    BrokenChain,
    MissingMessages,
    NotInTranscript,
    OtherTranscript,
    Reordered,
    Replayed,
)
from ackbox.vault import envelope
from ackbox.vault.envelope import Header, Received, TranscriptHead
from ackbox.vault.transcript import Row, Transcript
from tests.vault.cast import Workspace, keys_of


def conversation(*texts: str) -> tuple[Workspace, list[tuple[int, Received]]]:
    """Ana and bob write in turn; returns the messages as cy gets them."""
    team = Workspace("bob", "cy")
    got = [
        team.deliver(team.seal("ana" if at % 2 == 0 else "bob", ["cy"], text), "cy")
        for at, text in enumerate(texts)
    ]
    return team, got


def head_of(got: Received) -> Header:
    return envelope.parse_header(got.header)


def found(transcript: Transcript, seq: int, got: Received) -> list[type]:
    """Return the kinds of all that is wrong with a message."""
    transcript.check_place(head_of(got), seq, envelope.hash_of(got))
    return [type(each) for each in transcript.warnings(head_of(got), seq)]


def test_a_whole_conversation_has_nothing_wrong() -> None:
    team, got = conversation("one", "two", "three", "four")
    assert [found(team.transcript, seq, each) for seq, each in got] == [[], [], [], []]
    assert len(team.transcript) == 4


def test_rows_that_are_stored_give_the_same_transcript() -> None:
    team, got = conversation("one", "two", "three")
    first, second = Transcript(team.roster.vault), Transcript(team.roster.vault)
    stored = first.extend(team.rows[:2]) + first.extend(team.rows[2:])
    assert second.extend(team.rows) == stored
    again = Transcript(team.roster.vault, stored)
    assert again.head == first.head == second.head == team.transcript.head
    assert again.last(keys_of("ana").id) == first.last(keys_of("ana").id)
    assert again.last(keys_of("eve").id) == (0, bytes(32))
    assert [found(again, seq, each) for seq, each in got] == [[], [], []]


def test_a_message_that_the_server_drops_is_missing_at_the_senders_next() -> None:
    team, got = conversation("one", "two", "three", "four", "five")
    cut = Transcript(team.roster.vault)
    cut.extend([team.rows[0], team.rows[3], team.rows[4]])
    assert MissingMessages in found(cut, *got[3])
    (gap,) = [
        e for e in cut.warnings(head_of(got[4][1]), got[4][0]) if e.code == "missing_messages"
    ]
    assert gap.details == {"count": 1}
    # What was dropped also differs from what the senders say that they saw.
    assert OtherTranscript in found(cut, *got[4])


def test_a_hidden_tail_is_noticed_when_anybody_mentions_it() -> None:
    team, got = conversation("one", "two", "three")
    seq, last = got[2]
    late = Transcript(team.roster.vault)
    # The server hides bob's message; ana's next one says that she saw it.
    late.extend([team.rows[0], team.rows[2]])
    assert found(late, seq, last) == [OtherTranscript]


def test_two_members_who_were_shown_other_orders_notice() -> None:
    team, got = conversation("one", "two", "three")
    one, two, three = team.rows
    swapped = Transcript(team.roster.vault)
    swapped.extend(
        [
            msgspec.structs.replace(two, seq=one.seq),
            msgspec.structs.replace(one, seq=two.seq),
            three,
        ]
    )
    assert OtherTranscript in found(swapped, *got[2])


def test_a_message_of_one_sender_before_its_earlier_one_is_reordered() -> None:
    team, got = conversation("one", "two", "three")
    one, _, three = team.rows
    swapped = Transcript(team.roster.vault)
    swapped.extend([msgspec.structs.replace(three, seq=2), msgspec.structs.replace(one, seq=4)])
    assert Reordered in found(swapped, 4, got[0][1])
    assert MissingMessages in found(swapped, 2, got[2][1])


def test_rows_that_do_not_go_up_are_refused_whole() -> None:
    team, _ = conversation("one", "two")
    one, two = team.rows
    for rows in ([two, one], [one, one], [msgspec.structs.replace(one, seq=0)]):
        fresh = Transcript(team.roster.vault)
        with pytest.raises(Reordered):
            fresh.extend(rows)
        assert (fresh.seq, len(fresh)) == (0, 0)
    known = Transcript(team.roster.vault)
    known.extend([one, two])
    with pytest.raises(Reordered):
        known.extend([one])


def test_a_message_delivered_twice_is_a_replay() -> None:
    team, got = conversation("one", "two")
    again = msgspec.structs.replace(team.rows[0], seq=99)
    team.transcript.extend([again])
    with pytest.raises(Replayed):
        found(team.transcript, 99, got[0][1])
    assert found(team.transcript, *got[0]) == []


def test_a_message_at_another_place_or_listed_nowhere_is_refused() -> None:
    team, got = conversation("one", "two")
    for seq, each in ((got[1][0], got[0][1]), (1, got[0][1]), (50, got[0][1])):
        with pytest.raises(NotInTranscript):
            found(team.transcript, seq, each)
    # Exchanged for another message of the same sender and counter.
    other = team.seal("ana", ["cy"], "other", counter=1, previous=bytes(32))
    with pytest.raises(NotInTranscript):
        found(team.transcript, got[0][0], envelope.received(other, keys_of("cy").id))


def test_a_key_used_in_two_places_breaks_the_chain() -> None:
    team, _ = conversation("one", "two")
    sealed = team.seal("ana", ["cy"], "from another machine", previous=b"\1" * 32)
    assert found(team.transcript, *team.deliver(sealed, "cy")) == [BrokenChain]


def test_a_sender_that_lies_about_what_it_saw_is_reported() -> None:
    team, _ = conversation("one", "two")
    for claim in (
        TranscriptHead(4, b"\1" * 32),
        TranscriptHead(3, bytes(32)),
        TranscriptHead(0, bytes(32)),
    ):
        sealed = team.seal("ana", ["cy"], "lie", transcript=claim)
        assert found(team.transcript, *team.deliver(sealed, "cy")) == [OtherTranscript]


def test_transcripts_of_two_workspaces_never_agree() -> None:
    row = Row(1, keys_of("ana").id, 1, bytes(32))
    one, other = Transcript("0" * 64), Transcript("1" * 64)
    one.extend([row])
    other.extend([row])
    assert one.hash != other.hash
