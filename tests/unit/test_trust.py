"""A lint of the source: no code bypasses the gates of trust. Each rule is shown to catch something.

What the gates do with hostile text has tests of its own.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "reader"

Rule = Callable[[ast.AST], str | None]
"""What is wrong with a node of the source, if anything."""

PLAIN_WIDGETS = ("Static", "Label")
"""Widgets that parse markup unless they are told not to, or are given Content."""

MARKUP_WIDGETS = (
    *("Button", "Checkbox", "Collapsible", "DataTable", "Link", "Log", "Markdown"),
    *("MarkdownViewer", "OptionList", "RadioButton", "RichLog", "Select", "SelectionList"),
    *("TabPane", "Tree", "Toast", "Tooltip"),
)
"""Widgets that always parse markup or open links of any kind: no option turns it off."""

TITLES = ("border_title", "border_subtitle", "tooltip", "help")
FILE_METHODS = ("open", "read_text", "read_bytes", "write_text", "write_bytes")


def called(node: ast.AST) -> tuple[str, str, ast.Call] | None:
    """What a call is made on, its name, and the call."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        return ast.unparse(node.func.value), node.func.attr, node
    return ("", node.func.id, node) if isinstance(node.func, ast.Name) else None


def is_literal(node: ast.expr | None) -> bool:
    """Whether it is a text that stands in the source, perhaps translated."""
    match called(node) if node else None:
        case ("", "_", call):
            return is_literal(first(call))
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_written_here(node: ast.expr | None) -> bool:
    """Whether it is a literal, or one with its translation, which has the same brackets."""
    made = called(node) if node else None
    return is_literal(node) or (made is not None and made[1] == "_" and is_literal(first(made[2])))


def is_content(node: ast.expr | None) -> bool:
    made = called(node) if node else None
    return made is not None and made[1] in ("Content", "Text")


def first(call: ast.Call) -> ast.expr | None:
    return call.args[0] if call.args else None


def has(call: ast.Call, name: str, value: object) -> bool:
    return any(
        word.arg == name and isinstance(word.value, ast.Constant) and word.value.value is value
        for word in call.keywords
    )


def has_word(call: ast.Call, name: str) -> bool:
    return any(word.arg == name for word in call.keywords)


def markup_is_written_here(node: ast.AST) -> str | None:
    match called(node):
        case (_, "from_markup" | "render_markup", call) if not is_literal(first(call)):
            return "markup from a variable: give its values as named variables of the markup"
        case (_, "Console", call) if not has(call, "markup", False):
            return "a console that parses markup"
    return None


def a_widget_is_told_what_is_plain(node: ast.AST) -> str | None:
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual.widgets"):
        parsing = [alias.name for alias in node.names if alias.name in MARKUP_WIDGETS]
        return f"{', '.join(parsing)} parses markup" if parsing else None
    match called(node):
        case (_, name, call) if name in PLAIN_WIDGETS:
            if not has(call, "markup", False) and not is_content(first(call)):
                return f"{name} without Content and without markup=False"
        case (_, "notify", call) if not has(call, "markup", False):
            return None if is_written_here(first(call)) else "notify of text without markup=False"
    return None


def a_title_is_written_here(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Assign) or is_written_here(node.value) or is_content(node.value):
        return None
    names = [target.attr for target in node.targets if isinstance(target, ast.Attribute)]
    found = next((name for name in names if name in TITLES), None)
    return f"{found} parses markup" if found else None


def no_action_is_written_in_text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "@click" in node.value:
        return "an action in a text"
    return None


def no_shell_and_no_code(node: ast.AST) -> str | None:
    match called(node):
        case (_, name, call) if name != "format" and has_word(call, "shell"):
            return "a shell"
        case ("os", "system" | "popen" | "startfile", _) | (_, "getoutput" | "getstatusoutput", _):
            return "a shell"
        case ("", "eval" | "exec" | "compile" | "__import__", _):
            return "code from data"
        case (_, "extract" | "extractall", _):
            return "an archive is read, never extracted"
        case ("yaml", name, _) if "load" in name:
            return "YAML without bounds"
        case ("frontmatter", "load" | "loads" | "parse", _):
            return "front matter without bounds"
    return None


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {node.module.partition(".")[0]}
    return set()


def no_unsafe_module(node: ast.AST) -> str | None:
    found = imported(node) & {"webbrowser", "pickle", "marshal", "shelve"}
    return f"{found.pop()} is not used" if found else None


def no_c_library_is_called(node: ast.AST) -> str | None:
    """heap.py calls two functions of it, with numbers alone."""
    return "only heap.py calls the C library" if "ctypes" in imported(node) else None


def no_program_is_started(node: ast.AST) -> str | None:
    """programs.py starts all of them, without the key in their environment."""
    starts = "subprocess" in imported(node)
    if isinstance(node, ast.ImportFrom):
        names = {each.name for each in node.names}
        starts = starts and not names <= {"DEVNULL", "PIPE", "TimeoutExpired"}
    match called(node):
        case ("os" | "pty", name, _) if name.startswith(("exec", "spawn", "posix_spawn", "fork")):
            starts = True
        case (_, "create_subprocess_exec" | "create_subprocess_shell" | "subprocess_exec", _):
            starts = True
    return "only programs.py starts programs" if starts else None


def no_file_is_opened(node: ast.AST) -> str | None:
    match called(node):
        case ("", "open", _):
            return "opens a file"
        case ("self._stepping", "open", _):  # an article
            return None
        case ("os", "open", call) if ast.unparse(call.args[0]) == "os.devnull":
            return None
        case (on, name, _) if name in FILE_METHODS and "resource(" not in on:
            return f"{name} of a file"
    return None


def no_file_is_written_by_its_name(node: ast.AST) -> str | None:
    """`own_files` makes new files: it follows no link, and others cannot read them."""
    match called(node):
        case (_, "write_text" | "write_bytes", _):
            return "writes a file by its name: make it with `own_files.create`"
        case (on, "open", call) if on not in ("os", "tarfile", "archive"):  # whose members are none
            words = [*call.args, *(word.value for word in call.keywords if word.arg == "mode")]
            modes = [word.value for word in words if is_literal(word)]  # type: ignore[attr-defined]
            if any(set(mode) & set("wax+") and set(mode) <= set("rwaxbt+") for mode in modes):
                return "writes a file by its name: make it with `own_files.create`"
    return None


RULES: dict[str, tuple[Rule, ...]] = {
    "": (
        markup_is_written_here,
        no_action_is_written_in_text,
        no_shell_and_no_code,
        no_unsafe_module,
        no_file_is_written_by_its_name,
    ),
    "ui": (a_widget_is_told_what_is_plain, a_title_is_written_here, no_file_is_opened),
    "formats": (no_file_is_opened,),
}
"""Folder of the package, whose rules hold for all below it."""


def problems(source: str, rules: tuple[Rule, ...]) -> Iterator[tuple[int, str, Rule]]:
    """Line, problem and the rule that is broken."""
    for node in ast.walk(ast.parse(source)):
        for rule in rules:
            if problem := rule(node):
                yield getattr(node, "lineno", 0), problem, rule


def rules_for(path: Path) -> tuple[Rule, ...]:
    place = path.relative_to(PACKAGE)
    rules = (*RULES[""], *RULES.get(place.parts[0], ()))
    besides = {no_program_is_started: ("programs.py",), no_c_library_is_called: ("heap.py",)}
    return (*rules, *(rule for rule, names in besides.items() if place.as_posix() not in names))


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_source_code_uses_the_gates(path: Path) -> None:
    place = path.relative_to(PACKAGE).as_posix()
    found = problems(path.read_text("utf-8"), rules_for(path))
    broken = [f"{place}:{line}: {what}" for line, what, rule in found]
    assert broken == []


def test_there_is_a_source_to_look_at() -> None:
    assert len(FILES) > 30
    assert {"ui", "formats"} <= {path.parent.name for path in FILES}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (markup_is_written_here, "Content.from_markup(f'[b]{title}[/b]')"),
        (markup_is_written_here, "Text.from_markup(title)"),
        (markup_is_written_here, "Text.from_markup('a' + title)"),
        (markup_is_written_here, "Console(stderr=True)"),
        (a_widget_is_told_what_is_plain, "Static(title)"),
        (a_widget_is_told_what_is_plain, "Static('plain')"),
        (a_widget_is_told_what_is_plain, "widgets.Label(title, markup=True)"),
        (a_widget_is_told_what_is_plain, "from textual.widgets import Input, OptionList"),
        (a_widget_is_told_what_is_plain, "self.notify(str(error))"),
        (a_widget_is_told_what_is_plain, "self.app.notify(f'{title}')"),
        (a_title_is_written_here, "box.border_title = title"),
        (a_title_is_written_here, "box.border_title = _('{name}').format(name=title)"),
        (a_title_is_written_here, "self.tooltip = f'{title}'"),
        (no_action_is_written_in_text, "x = '[@click=app.quit]x[/]'"),
        (no_action_is_written_in_text, "x = f'[@click={action}]'"),
        (no_shell_and_no_code, "Popen(argv, shell=True)"),
        (no_shell_and_no_code, "call(argv, shell=wanted)"),
        (no_shell_and_no_code, "os.system(url)"),
        (no_shell_and_no_code, "eval(text)"),
        (no_shell_and_no_code, "archive.extractall(folder)"),
        (no_shell_and_no_code, "yaml.safe_load(text)"),
        (no_shell_and_no_code, "frontmatter.loads(text)"),
        (no_unsafe_module, "import webbrowser"),
        (no_unsafe_module, "from pickle import loads"),
        (no_program_is_started, "from subprocess import run"),
        (no_program_is_started, "from subprocess import PIPE, Popen"),
        (no_program_is_started, "import subprocess"),
        (no_program_is_started, "os.execvp(program, arguments)"),
        (no_program_is_started, "os.posix_spawn(program, arguments, os.environ)"),
        (no_program_is_started, "await asyncio.create_subprocess_exec(program)"),
        (no_c_library_is_called, "from ctypes import CDLL"),
        (no_file_is_written_by_its_name, "Path(name).write_text(text)"),
        (no_file_is_written_by_its_name, "path.open('wb')"),
        (no_file_is_written_by_its_name, "open(path, mode='a')"),
        (no_file_is_opened, "open(path)"),
        (no_file_is_opened, "Path(name).read_text()"),
        (no_file_is_opened, "path.open('rb')"),
    ],
)
def test_bypassing_a_gate_is_caught(rule: Rule, source: str) -> None:
    assert [found for _, _, found in problems(source, (rule,))] == [rule]


@pytest.mark.parametrize(
    "source",
    [
        "Content.from_markup('[b]$t[/b]', t=title)",
        "Console(markup=False)",
        "Static(Content(title))",
        "from textual.widgets import Input, Static",
        "Static(id='x', markup=False)",
        "self.notify(str(error), markup=False)",
        "self.notify('Link copied')",
        "box.border_title = 'Tags'",
        "box.border_title = Content(title)",
        "Popen(argv, start_new_session=True)",
        "handler.load(header)",
        "(resource('styles') / 'a.tcss').read_text('utf-8')",
    ],
)
def test_safe_code_is_accepted(source: str) -> None:
    every = tuple(rule for rules in RULES.values() for rule in rules)
    assert list(problems(source, every)) == []
