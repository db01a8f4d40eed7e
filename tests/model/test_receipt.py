"""Receipt ids: derived from message and reader, and read back."""

from __future__ import annotations

import pytest

from ackbox.model.receipt import parse_receipt_id, receipt_id

EDGES = [(1, 1), (0, 1), (123_456, 987_654_321), ((1 << 62) - 1, (1 << 63) - 1)]


@pytest.mark.parametrize(("seq", "reader"), EDGES)
def test_a_receipt_id_names_its_message_and_its_reader(seq: int, reader: int) -> None:
    id = receipt_id(seq, reader)
    assert (len(id), id == id.lower(), parse_receipt_id(id)) == (32, True, (seq, reader))


def test_a_receipt_has_the_same_id_however_often_it_is_asked_for() -> None:
    assert {receipt_id(7, 9) for _ in range(3)} == {"00000000000000070000000000000009"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "g" * 32,
        "0" * 31,
        "0" * 33,
        "0" * 32,
        "A" * 32,
        "0000000000000007000000000000000 ",
        "f" * 32,
        f"{1 << 62:016x}{1:016x}",
        f"{1:016x}{1 << 63:016x}",
        "0000000000000007000000000000009\n",
    ],
)
def test_other_text_is_no_receipt(text: str) -> None:
    assert parse_receipt_id(text) is None
