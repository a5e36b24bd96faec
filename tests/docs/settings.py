"""The settings as a Markdown table, from their class and its error messages."""

import ast
import inspect
import re
import tempfile
from dataclasses import Field, fields
from pathlib import Path
from textwrap import dedent

from reader.config.paths import ConfigError
from reader.config.settings import Settings, read_settings

_ACCEPTED = re.compile(r"'\w+' must be (.*?)(?:, not .*)?$")


def settings() -> str:
    """Return a row for each setting: what it takes, its default, what it does."""
    described = _descriptions()
    rows = ["| setting | takes | default | what it is |", "|---|---|---|---|"]
    for each in fields(Settings):
        meaning = described[each.name].replace("|", "\\|")
        rows.append(f"| `{each.name}` | {_accepted(each.name)} | {_default(each)} | {meaning} |")
    return "\n".join(rows)


def _descriptions() -> dict[str, str]:
    """Return the text below each attribute of the class. Raises KeyError later where one lacks."""
    (made,) = ast.parse(dedent(inspect.getsource(Settings))).body
    assert isinstance(made, ast.ClassDef)
    found: dict[str, str] = {}
    name = ""
    for line in made.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            name = line.target.id
        elif isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and name:
            found[name], name = " ".join(str(line.value.value).split()), ""
    return found


def _accepted(name: str) -> str:
    """Return what the program says that the setting must be, when it is given something else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(f"{name} = [[]]\n")
        try:
            read_settings(path)
        except ConfigError as error:
            found = _ACCEPTED.search(str(error))
            if found:
                return found[1].replace("|", "\\|")
            raise ValueError(f"cannot tell what {name!r} takes from: {error}") from error
    raise ValueError(f"{name!r} takes anything")


def _default(setting: "Field[object]") -> str:
    match setting.default:
        case bool():
            return str(setting.default).lower()
        case int() | str():
            return str(setting.default)
    return ""
