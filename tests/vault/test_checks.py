"""Each check of the vault is noticed by a test: without it, one fails."""

from __future__ import annotations

import json

import pytest

from tests.vault.checks import FILE, Check, checks, fails, plain_tests, switched_off

RECORDED = json.loads(FILE.read_text("utf-8"))
KNOWN = plain_tests()


def test_every_check_is_recorded() -> None:
    # After a change of a check: python -m tests.vault.checks
    assert [each.id for each in checks()] == list(RECORDED)
    assert [name for name, test in RECORDED.items() if test is None] == []


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.id[:60])
def test_without_a_check_a_test_fails(check: Check) -> None:
    test = KNOWN[RECORDED[check.id]]
    with switched_off(check):
        assert fails(test)
