"""The changelog: fragments by kind under Unreleased, releases below as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.make_changelog import HEAD, BadFragment, page


def changelog(root: Path, fragments: dict[str, str], released: str = "") -> str:
    (root / "changes").mkdir()
    for name, text in fragments.items():
        (root / "changes" / name).write_text(text, "utf-8")
    (root / "CHANGELOG.md").write_text(f"{HEAD}\n## Unreleased\n\n- old\n{released}", "utf-8")
    return page(root=root)


def test_fragments_are_grouped_by_kind_above_the_releases(tmp_path: Path) -> None:
    written = changelog(
        tmp_path,
        {
            "b.fixed.md": "Ages are right.\n",
            "a.fixed.md": "Names\nare right.\n",
            "c.added.md": "A page.\n",
        },
        "\n## [0.2.0] 2027-02-01\n\n### Added\n\n- Two.\n\n## [0.1.0] 2027-01-01\n",
    )
    assert written == HEAD + (
        "\n## Unreleased\n\n### Added\n\n- A page.\n\n### Fixed\n\n- Names are right.\n"
        "- Ages are right.\n\n## [0.2.0] 2027-02-01\n\n### Added\n\n- Two.\n\n## [0.1.0]"
        " 2027-01-01\n"
    )


def test_a_release_has_its_version_and_date(tmp_path: Path) -> None:
    changelog(tmp_path, {"a.changed.md": "Faster.\n"})
    assert page("[0.2.0] 2027-02-01", tmp_path) == HEAD + (
        "\n## [0.2.0] 2027-02-01\n\n### Changed\n\n- Faster.\n"
    )


def test_a_fragment_without_a_kind_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadFragment, match=r"faster\.md has no kind"):
        changelog(tmp_path, {"faster.md": "Faster.\n"})
