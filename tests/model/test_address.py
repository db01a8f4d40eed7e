"""Addresses: what a sender may write, and what it means."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid
from ackbox.model.address import MAX_ADDRESSES, Address, parse_address, parse_audience

BOB = Address("bob")
ON_TAU = Address("bob", "tau-laptop")
EVERYONE = Address("*")
PEOPLE = Address("user")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("bob", (BOB,)),
        ("bob/tau-laptop", (ON_TAU,)),
        ("*", (EVERYONE,)),
        ("broadcast", (EVERYONE,)),
        ("everyone", (EVERYONE,)),
        ("Everyone", (EVERYONE,)),
        ("user", (PEOPLE,)),
        ("human", (PEOPLE,)),
        ("Human", (PEOPLE,)),
        ("tau,phi", (Address("tau"), Address("phi"))),
        (" tau , phi ", (Address("tau"), Address("phi"))),
        (["tau", "phi"], (Address("tau"), Address("phi"))),
        (["tau,phi", "bob"], (Address("tau"), Address("phi"), BOB)),
        ("Mac CLI 小克,夏哥", (Address("Mac CLI 小克"), Address("夏哥"))),
        ("system:cron", (Address("system:cron"),)),
        ("bob,user", (BOB, PEOPLE)),
        ("夏哥/studio mac", (Address("夏哥", "studio mac"),)),
    ],
)
def test_what_is_written_means_what_the_table_says(
    written: str | list[str], means: tuple[Address, ...]
) -> None:
    assert parse_audience(written) == means


def test_an_instance_beside_the_name_is_the_same_as_one_behind_a_slash() -> None:
    assert (
        parse_audience("bob", instance="tau-laptop")
        == parse_audience("bob/tau-laptop")
        == (ON_TAU,)
    )


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("bob,bob", (BOB,)),
        (["bob", "tau", "bob"], (BOB, Address("tau"))),
        ("bob/tau-laptop,bob/tau-laptop", (ON_TAU,)),
        ("bob/tau-laptop,bob", (BOB,)),
        ("bob,bob/tau-laptop", (BOB,)),
        ("user,human", (PEOPLE,)),
        ("*,everyone,bob,user", (EVERYONE,)),
        (["re\u0301my", "r\u00e9my"], (Address("r\u00e9my"),)),
        ("bob/a,bob/b", (Address("bob", "a"), Address("bob", "b"))),
    ],
)
def test_duplicates_collapse_into_the_widest_and_keep_their_order(
    written: str | list[str], means: tuple[Address, ...]
) -> None:
    assert parse_audience(written) == means


@pytest.mark.parametrize(
    "bad",
    [
        "@bob",
        "bob/",
        "/tau",
        "bob/a/b",
        "",
        " ",
        "x" * 201,
        "a\tb",
        "user/laptop",
        "*/laptop",
        "ana (human)",
    ],
)
def test_one_bad_entry_refuses_the_whole(bad: str) -> None:
    for written in (["tau", bad], ["tau", bad, "phi"], f"tau,{bad},phi"):
        with pytest.raises(Invalid):
            parse_audience(written)


@pytest.mark.parametrize("empty", ["", " ", ",", [], ["", " "]])
def test_an_empty_audience_is_refused(empty: Any) -> None:
    with pytest.raises(Invalid, match="The audience is empty"):
        parse_audience(empty)


@pytest.mark.parametrize("written", ["tau,phi", "*", "user", "bob/server"])
def test_an_instance_beside_anything_but_one_agent_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="needs exactly one agent"):
        parse_audience(written, instance="laptop")


def test_two_hundred_addresses_are_taken_and_one_more_is_not() -> None:
    names = [f"agent-{number}" for number in range(MAX_ADDRESSES + 1)]
    assert parse_audience(names[:-1]) == tuple(Address(name) for name in names[:-1])
    with pytest.raises(Invalid, match="201 addresses; at most 200 are allowed"):
        parse_audience(names)


@pytest.mark.parametrize("text", ["bob", "bob/tau-laptop", "*", "user", "Mac CLI 小克/studio"])
def test_an_address_is_printed_as_it_is_written(text: str) -> None:
    assert str(parse_address(text)) == text
