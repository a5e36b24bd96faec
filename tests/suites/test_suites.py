"""The bundled suites go through the program: no crash, no hang, nothing lost."""

from argparse import Namespace
from pathlib import Path

import pytest

from tests.suites import kinds
from tests.suites.__main__ import run

OWN = Path(__file__).with_name("own")
SUITES = {
    "naughty": OWN / "naughty.json",
    "feeds": OWN / "feeds",
    "yaml": OWN / "yaml",
    "json": OWN / "json",
    "markdown": OWN / "markdown.json",
}


@pytest.mark.parametrize("name", SUITES)
def test_the_bundled_suites_pass(name: str) -> None:
    tallies = run(Namespace(**(dict.fromkeys(SUITES) | {name: SUITES[name]})), print)
    assert all(tally.tried for tally in tallies)
    assert [trouble for tally in tallies for trouble in tally.troubles] == []


def test_suites_are_read_as_their_projects_write_them(tmp_path: Path) -> None:
    naughty = tmp_path / "list.txt"
    naughty.write_text("# a comment\n\nnull\n\u202etest\n", "utf-8")
    assert kinds.naughty_strings(naughty) == ["null", "\u202etest"]
    spec = tmp_path / "spec.txt"
    fence = "`" * 32
    spec.write_text(f"Text\n\n{fence} example\n→foo\n.\n<p>\n{fence}\n", "utf-8")
    assert kinds.markdown_cases(spec) == [("example-1", b"\tfoo\n")]
    (tmp_path / "A.yaml").write_text(
        "- name: x\n  yaml: |\n    a:␣b\n- yaml: |\n    —»c∎\n", "utf-8"
    )
    (tmp_path / "B.yaml").write_text("a: [b\n", "utf-8")
    assert kinds.yaml_cases(tmp_path) == [
        ("A.yaml-0", b"a: b\n"),
        ("A.yaml-1", b"\tc"),
        ("B.yaml", b"a: [b\n"),
    ]
