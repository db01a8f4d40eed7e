"""The page of agent programs is what its generator makes from the stored results."""

from __future__ import annotations

from tools.make_programs import PAGE, RESULTS, page, results


def test_the_page_of_agent_programs_is_what_the_stored_results_say() -> None:
    text = RESULTS.read_text("utf-8")
    assert PAGE.read_text("utf-8") == page(results(text))


def test_no_stored_result_is_a_failure() -> None:
    found = results(RESULTS.read_text("utf-8"))
    assert [each for each in found if each.seen == "failed"] == []
