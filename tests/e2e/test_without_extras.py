"""Commands for a shared archive where the extra is not installed: they say how to get it."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Command

ADDRESS = "postgresql://127.0.0.1/news"


@pytest.mark.parametrize(
    "words",
    [
        ["--data", ADDRESS, "list"],
        ["--data", ADDRESS, "import", "."],
        ["--data", ADDRESS, "doctor"],
        ["archive", "init", ADDRESS],
        ["archive", "migrate", ADDRESS],
        ["archive", "copy", ".", ADDRESS],
        ["archive", "copy", ADDRESS, "."],
    ],
    ids=" ".join,
)
def test_the_extra_is_named(command: Command, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['psycopg'] = None\n")
    done = command(*words, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 3
    advice = 'a shared archive needs an extra: pip install "cryptoread[postgres]"'
    assert done.stderr == f"cryptoread: {advice}\n"
