"""Random histories with a server that lies and a member that helps it: nothing stays unnoticed.

After each history every member reads and writes once more, and reads. A member that was shown other
messages than were sent has then seen a problem, and without an attack nobody has.
`ACKBOX_VAULT_HISTORIES=1500` runs many; a failure names the history to repeat.
"""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ackbox.vault import envelope
from ackbox.vault.envelope import TranscriptHead
from tests.vault.cast import keys_of, signed_again
from tests.vault.lying import TASKS, LyingServer, Person, base64_of, other_workspace

HISTORIES = int(os.environ.get("ACKBOX_VAULT_HISTORIES", "12"))
Attack = Callable[[LyingServer, Person], None]


def flipped(text: str, chance: random.Random) -> str:
    """Return base64 with one other bit."""
    raw = bytearray(base64.b64decode(text))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return base64_of(bytes(raw))


def unread(server: LyingServer, victim: Person, *, most: int = 1) -> int:
    """Return where in the view the first of some messages is that the victim has not listed."""
    others = [each for each in ("ana", "bob", "cy") if each != victim.name]
    for _ in range(most):
        server.people[server.chance.choice(others)].send(f"fresh {server.chance.random()}")
    known = victim.vault.transcript.seq
    return next(at for at, each in enumerate(victim.view.rows) if each[0] > known)


def place(victim: Person, row: int) -> int:
    """Return where the message of a row is among those delivered."""
    seq = victim.view.rows[row][0]
    return next(at for at, each in enumerate(victim.view.messages) if each["seq"] == seq)


def drop(server: LyingServer, victim: Person) -> None:
    at = unread(server, victim)
    del victim.view.messages[place(victim, at)], victim.view.rows[at]


def replay(server: LyingServer, victim: Person) -> None:
    at = server.chance.randrange(len(victim.view.rows))
    message = next(
        (each for each in victim.view.messages if each["seq"] == victim.view.rows[at][0]), None
    )
    if message is not None:
        server.seq += 1
        victim.view.messages.append({**message, "seq": server.seq})
        victim.view.rows.append([server.seq, *victim.view.rows[at][1:]])


def deliver_again(server: LyingServer, victim: Person) -> None:
    server.seq += 1
    chosen = server.chance.choice(victim.view.messages)
    victim.view.messages.append({**chosen, "seq": server.seq})


def reorder(server: LyingServer, victim: Person) -> None:
    rows, messages = victim.view.rows, victim.view.messages
    at = unread(server, victim, most=2)
    first, second = place(victim, at), place(victim, at + 1)
    rows[at][1:], rows[at + 1][1:] = rows[at + 1][1:], rows[at][1:]
    one, two = messages[first], messages[second]
    messages[first], messages[second] = {**two, "seq": one["seq"]}, {**one, "seq": two["seq"]}


def swap(server: LyingServer, victim: Person) -> None:
    one, two = server.chance.sample(victim.view.messages, 2)
    one["sealed"], two["sealed"] = two["sealed"], one["sealed"]


def intact(victim: Person) -> list[dict[str, Any]]:
    """Return the messages that are delivered with an envelope."""
    return [each for each in victim.view.messages if each["sealed"] is not None]


def edit(server: LyingServer, victim: Person) -> None:
    message = server.chance.choice([each for each in intact(victim) if each["sealed"]["wrap"]])
    part = server.chance.choice(["header", "content", "signature", "wraps_hash", "wrap"])
    message["sealed"] = {
        **message["sealed"],
        part: flipped(message["sealed"][part], server.chance),
    }


def rename(server: LyingServer, victim: Person) -> None:
    server.chance.choice(victim.view.messages)["id"] = "f" * 32


def write_plain(server: LyingServer, victim: Person) -> None:
    message = server.chance.choice(victim.view.messages)
    message.update(sealed=None, body="pay mal")


def hide_key(server: LyingServer, victim: Person) -> None:
    message = server.chance.choice(intact(victim))
    message["sealed"] = {**message["sealed"], "wrap": None}


def show_to(server: LyingServer, victim: Person, sealed: Any) -> None:
    server.seq += 1
    server.show(victim.view, server.seq, envelope.received(sealed, keys_of(victim.name).id))


def elsewhere(server: LyingServer, victim: Person) -> None:
    show_to(server, victim, other_workspace("ana"))


def impersonate(server: LyingServer, victim: Person) -> None:
    show_to(server, victim, server.insider(sender=keys_of("ana").id))


def fork_own_chain(server: LyingServer, victim: Person) -> None:
    """Mal signs a message that only the victim is shown."""
    show_to(server, victim, server.insider())


def invent_view(server: LyingServer, victim: Person) -> None:
    """Mal claims to have seen other messages than everybody."""
    show_to(server, victim, server.insider(transcript=TranscriptHead(0, bytes(32))))


def skip_number(server: LyingServer, victim: Person) -> None:
    show_to(server, victim, server.insider(counter=9))


def two_texts(server: LyingServer, victim: Person) -> None:
    """Mal wraps another key for the victim than the one that the header commits to."""
    sealed = server.insider()
    reader = server.team.member(victim.name)
    wraps = [
        each
        if each.member != reader.id
        else envelope.wrapped(bytes(32), sealed.header, [reader])[0]
        for each in sealed.wraps
    ]
    show_to(server, victim, signed_again(keys_of("mal"), sealed, wraps=wraps))


def other_spelling(server: LyingServer, victim: Person) -> None:
    sealed = server.insider()
    header = sealed.header.replace(b'"version":1', b'"version": 1')
    show_to_raw(server, victim, signed_again(keys_of("mal"), sealed, header=header))


def show_to_raw(server: LyingServer, victim: Person, sealed: Any) -> None:
    """Show a message whose header cannot be parsed."""
    message = {**intact(victim)[-1]}
    got = envelope.received(sealed, keys_of(victim.name).id)
    server.seq += 1
    message.update(
        seq=server.seq,
        sealed={**message["sealed"], "header": base64_of(got.header)},
    )
    victim.view.messages.append(message)


def withhold(server: LyingServer, victim: Person) -> None:
    """List a message, and do not deliver it."""
    del victim.view.messages[place(victim, unread(server, victim))]


# A bit of a header may be one of any of its fields.
IN_HEADER = {
    "bad_encoding",
    "bad_signature",
    "wrong_vault",
    "unknown_roster",
    "stale_roster",
    "not_member",
    "not_in_transcript",
}
# What the victim is shown, of which at least one code names the attack.
MESSAGES: dict[str, tuple[Attack, set[str]]] = {
    "drop": (drop, {"missing_messages", "other_transcript"}),
    "replay": (replay, {"replayed"}),
    "deliver again": (deliver_again, {"not_in_transcript"}),
    "reorder": (reorder, {"reordered", "other_transcript"}),
    "swap": (swap, {"not_in_transcript"}),
    "edit": (edit, {*IN_HEADER, "broken_seal"}),
    "rename": (rename, {"not_in_transcript"}),
    "write plain": (write_plain, {"not_sealed"}),
    "elsewhere": (elsewhere, {"wrong_vault"}),
    "impersonate": (impersonate, {"bad_signature"}),
    "fork own chain": (fork_own_chain, {"replayed", "other_transcript", "broken_chain"}),
    "invent view": (invent_view, {"other_transcript"}),
    "skip number": (skip_number, {"missing_messages"}),
    "two texts": (two_texts, {"wrong_commitment"}),
    "other spelling": (other_spelling, {"bad_encoding"}),
}


def begin(where: Path, chance: random.Random) -> LyingServer:
    """Return a conversation of some messages and tasks, partly read."""
    server = LyingServer(where, chance)
    for name in ("ana", "bob", "cy", "mal"):
        server.people[name].send(f"hello from {name}")
    for id in TASKS:
        server.people["ana"].write(id, f"task {id[0]}")
    for person in server.people.values():
        person.look()
        person.tasks()
    return server


def work(server: LyingServer) -> None:
    """Let one honest member do something."""
    chance = server.chance
    person = server.people[chance.choice(["ana", "bob", "cy"])]
    act = chance.randrange(4)
    if act == 0:
        person.look()
    elif act == 1:
        person.write(chance.choice(TASKS), f"title {chance.random()}")
    else:
        person.send(f"text {chance.random()}")


def close(server: LyingServer) -> None:
    """Let everybody read and write, twice, and read: what differs must show by then."""
    for _ in range(2):
        for person in server.people.values():
            # A header names what its sender has read.
            person.look()
            person.send(f"last from {person.name}")
            for id in TASKS:
                person.write(id, f"last from {person.name}")
    for person in server.people.values():
        person.look()
        person.tasks()


def noticed(server: LyingServer) -> set[str]:
    """Return what all members have noticed together."""
    return set().union(*(person.problems() for person in server.people.values()))


def is_true(server: LyingServer, person: Person) -> bool:
    """Whether a member sees every message as it was sent, once, and the newest titles."""
    found = [
        (each["seq"], (each["sender"], each["body"]))
        for each in person.look()
        if not each["body"].startswith("[ackbox: This message is not shown.")
    ]
    return found == list(server.truth.items()) and person.tasks() == list(server.titles.values())


def attacked(
    where: Path, seed: int, attacks: dict[str, tuple[Attack, set[str]]], most: int
) -> tuple[LyingServer, list[tuple[str, Person]]]:
    chance = random.Random(seed)
    server, done = begin(where, chance), list[tuple[str, Person]]()
    for _ in range(most):
        for _ in range(chance.randint(2, 4)):
            work(server)
        name = chance.choice(sorted(attacks))
        victim = server.people[chance.choice(["ana", "bob", "cy"])]
        attacks[name][0](server, victim)
        done.append((name, victim))
    close(server)
    return server, done


@pytest.mark.parametrize("seed", range(max(HISTORIES // 6, 1)))
def test_with_an_honest_server_everything_reads_back_without_a_problem(
    tmp_path: Path, seed: int
) -> None:
    server = begin(tmp_path, random.Random(seed))
    for _ in range(12):
        work(server)
    close(server)
    assert {name: person.problems() for name, person in server.people.items()} == {
        name: set() for name in server.people
    }
    assert [is_true(server, person) for person in server.people.values()] == [True] * 4


@pytest.mark.parametrize("name", MESSAGES)
def test_each_attack_on_messages_is_noticed_as_what_it_is(tmp_path: Path, name: str) -> None:
    for seed in range(max(HISTORIES // 12, 1)):
        _, done = attacked(tmp_path / str(seed), seed, {name: MESSAGES[name]}, 1)
        victim = done[0][1]
        assert victim.problems() & MESSAGES[name][1], (name, seed, victim.problems())
        assert "pay mal" not in {each["body"] for each in victim.look() if each["sender"] != "mal"}


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_no_mixture_of_attacks_on_messages_goes_unnoticed(tmp_path: Path, seed: int) -> None:
    server, done = attacked(tmp_path, seed, MESSAGES, random.Random(seed).randint(1, 4))
    for person in server.people.values():
        if not person.problems():
            assert is_true(server, person), (seed, [name for name, _ in done], person.name)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_no_mixture_of_all_attacks_goes_unnoticed(tmp_path: Path, seed: int) -> None:
    attacks = MESSAGES | TEXTS
    server, done = attacked(tmp_path, seed, attacks, random.Random(seed).randint(1, 4))
    # A member whose list of texts does not hold writes no more: the others may hear of it first.
    if not noticed(server):
        truths = [is_true(server, person) for person in server.people.values()]
        assert truths == [True] * 4, (seed, [name for name, _ in done])


def test_a_message_that_is_listed_and_not_delivered_is_missing_among_those_read(
    tmp_path: Path,
) -> None:
    server, done = attacked(tmp_path, 1, {"withhold": (withhold, set())}, 1)
    victim = done[0][1]
    with victim.vault.locked():
        listed = len(victim.vault.transcript)
    assert (len(victim.look()), listed) == (len(server.truth) - 1, len(server.truth))


def test_a_hidden_key_is_shown_as_a_message_for_others(tmp_path: Path) -> None:
    _, done = attacked(tmp_path, 1, {"hide": (hide_key, set())}, 1)
    shown = [each["body"] for each in done[0][1].look()]
    assert sum("(not_sealed_for_you)" in each for each in shown) == 1


# Attacks on the texts of tasks.


def fresh(server: LyingServer, victim: Person) -> dict[str, Any]:
    """Return the text that another member has just written; the victim has not listed it."""
    name = server.chance.choice([each for each in ("ana", "bob", "cy") if each != victim.name])
    server.people[name].write(server.chance.choice(TASKS), f"fresh {server.chance.random()}")
    return victim.view.texts[-1]


def drop_text(server: LyingServer, victim: Person) -> None:
    victim.view.texts.remove(fresh(server, victim))


def replay_text(server: LyingServer, victim: Person) -> None:
    server.seq += 1
    victim.view.texts.append({**server.chance.choice(victim.view.texts), "seq": server.seq})


def edit_text(server: LyingServer, victim: Person) -> None:
    text = fresh(server, victim)
    part = server.chance.choice(["header", "content", "signature", "wraps_hash", "wrap", "hash"])
    text[part] = flipped(text[part], server.chance)
    # A content that nobody opens, because a newer one replaces it, harms nobody.
    victim.tasks()


def hide_text(server: LyingServer, victim: Person) -> None:
    fresh(server, victim)["header"] = None


def exchange_content(server: LyingServer, victim: Person) -> None:
    text = fresh(server, victim)
    others = [each for each in victim.view.texts if each is not text]
    text["content"] = server.chance.choice(others)["content"]
    victim.tasks()


def sign_for_another(server: LyingServer, victim: Person) -> None:
    """Mal signs the text that another member wrote."""
    text = fresh(server, victim)
    parts = (base64.b64decode(text[name]) for name in ("header", "wraps_hash", "content_hash"))
    text["signature"] = base64_of(keys_of("mal").sign("text", *parts))


def move_text(server: LyingServer, victim: Person) -> None:
    """The server writes another task into a header."""
    text = fresh(server, victim)
    header = base64.b64decode(text["header"])
    one, two = (id.encode() for id in TASKS)
    text["header"] = base64_of(
        header.replace(one, two) if one in header else header.replace(two, one)
    )


TEXTS: dict[str, tuple[Attack, set[str]]] = {
    "drop text": (
        drop_text,
        {"missing_messages", "wrong_edition", "other_transcript", "broken_chain"},
    ),
    "replay text": (replay_text, {"wrong_edition", "replayed"}),
    "edit text": (
        edit_text,
        {*IN_HEADER, "broken_seal"},
    ),
    "hide text": (hide_text, {"missing_text"}),
    "exchange content": (exchange_content, {"not_in_transcript"}),
    "sign for another": (sign_for_another, {"bad_signature"}),
    "move text": (move_text, {"bad_signature"}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_attack_on_texts_is_noticed_as_what_it_is(tmp_path: Path, name: str) -> None:
    for seed in range(max(HISTORIES // 12, 1)):
        server, _ = attacked(tmp_path / str(seed), seed, {name: TEXTS[name]}, 1)
        assert noticed(server) & TEXTS[name][1], (name, seed, noticed(server))
