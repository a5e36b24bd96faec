"""`./run`: its message without a usable Python, and its setup and start with one."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TOOLS = ("sh", "cat", "dirname", "find", "tee", "mkdir", "chmod")
OLD = '#!/bin/sh\ncase "$*" in *version_info*) exit 1;; esac\n'
WITHOUT_VENV = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\n'
UV = """\
#!/bin/sh
echo "uv $*" >> "$HOME/calls"
case "$1" in venv) for place; do :; done ;; *) exit 0 ;; esac
mkdir -p "$place/bin"
printf '#!/bin/sh\\n[ "$1" = -c ] || echo "python $*"\\n' > "$place/bin/python"
printf '#!/bin/sh\\necho "cryptoread $*"\\n' > "$place/bin/cryptoread"
chmod +x "$place/bin/python" "$place/bin/cryptoread"
"""


class Machine:
    """A checkout in a folder with a space in its name, and the few programs that are installed."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "my checkout"
        self.programs = folder / "bin"
        self.home = folder
        for made in (self.checkout, self.programs):
            made.mkdir()
        for name in ("run", "pyproject.toml"):
            shutil.copy(ROOT / name, self.checkout)
        for name in TOOLS:
            (self.programs / name).symlink_to(shutil.which(name) or name)

    def install(self, name: str, script: str) -> None:
        program = self.programs / name
        program.write_text(script)
        program.chmod(0o755)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.checkout / "run", *arguments],
            cwd=self.home,
            env={"PATH": str(self.programs), "HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return (self.home / "calls").read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_can_be_run() -> None:
    assert (ROOT / "run").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("python", [None, OLD])
def test_without_a_python_that_is_new_enough_it_says_what_it_needs(
    machine: Machine, python: str | None
) -> None:
    if python:
        machine.install("python3", python)
    ran = machine.run()
    assert ran.returncode == 1
    assert "needs Python 3.11 or newer, or uv" in ran.stderr
    assert not (machine.checkout / ".venv").exists()


def test_without_venv_it_says_what_to_install(machine: Machine) -> None:
    machine.install("python3", WITHOUT_VENV)
    ran = machine.run("test")
    assert ran.returncode == 1
    assert "apt install python3-venv" in ran.stderr
    assert not (machine.checkout / ".venv").exists()


def test_run_sets_up_once_and_passes_its_arguments_on(machine: Machine) -> None:
    machine.install("uv", UV)
    first = machine.run("list", "tag:xrp after:7d")
    assert first.stdout == "cryptoread list tag:xrp after:7d\n"
    assert "setting up" in first.stderr
    assert [call.split()[1] for call in machine.calls] == ["venv", "pip"]
    assert machine.calls[-1].endswith(f"--editable {machine.checkout}")
    again = machine.run()
    assert (again.stdout, again.stderr) == ("cryptoread \n", "")
    assert len(machine.calls) == 2


def test_the_tests_need_more_and_what_they_need_is_enough_for_the_reader(machine: Machine) -> None:
    machine.install("uv", UV)
    assert machine.run("test", "-k", "query").stdout == "python -m pytest -k query\n"
    assert machine.calls[-1].endswith(f"--editable {machine.checkout}[dev]")
    assert machine.run().stderr == ""


def test_changed_dependencies_or_another_folder_cause_a_new_setup(machine: Machine) -> None:
    machine.install("uv", UV)
    machine.run()
    ready = machine.checkout / ".venv" / "ready-to-run"
    os.utime(ready, (0, 0))
    assert "setting up" in machine.run().stderr
    assert machine.run().stderr == ""
    machine.checkout = machine.checkout.rename(machine.home / "elsewhere")
    assert "setting up" in machine.run().stderr


def test_the_readme_names_the_command_that_ci_takes_from_it() -> None:
    [pattern] = re.findall(r"sed -n 's/(.*?)/\\1/p' README", (ROOT / ".ci" / "run").read_text())
    assert pattern == r"^ *\(\.\/run test\)$"
    assert re.search(r"^ *\./run test$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
