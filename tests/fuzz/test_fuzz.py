"""Saved inputs of fuzzing pass, and so do some that hypothesis generates."""

from argparse import Namespace
from pathlib import Path

import pytest

from tests.fuzz.engines import SEEDS, seeds, with_hypothesis
from tests.fuzz.targets import TARGETS

KNOWN = [(target, path) for target in TARGETS for path in seeds(target)]


@pytest.mark.parametrize(
    ("target", "path"), KNOWN, ids=[f"{target}-{path.name}" for target, path in KNOWN]
)
def test_a_saved_input_passes(target: str, path: Path) -> None:
    TARGETS[target](path.read_bytes())


def test_every_target_has_inputs_to_begin_with() -> None:
    assert {path.name for path in SEEDS.iterdir()} == set(TARGETS)
    assert {target for target, _ in KNOWN} == set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_generated_inputs_pass_without_atheris(target: str, tmp_path: Path) -> None:
    assert with_hypothesis(Namespace(target=target, seconds=0.3, seed=1, to=tmp_path)) == 0


def test_an_input_that_fails_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(data: bytes) -> None:
        assert b"a" not in data

    monkeypatch.setitem(TARGETS, "clean", fails)
    assert with_hypothesis(Namespace(target="clean", seconds=30, seed=1, to=tmp_path)) == 1
    (written,) = tmp_path.iterdir()
    assert b"a" in written.read_bytes()
