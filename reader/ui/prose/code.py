"""Find the words of code that have a colour of their own. Imported with the first code to colour.

Only lexers that take time in proportion to the code are used (those of C and Java do not), and what
they are given is bounded all the same.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

MOST_COLOURED = 4_500
MOST_LINES = 250
"""Characters and lines of a piece of code; a longer one stays plain."""

LONGEST_LINE = 500
"""Characters of a line; code with a longer one is taken for data and stays plain."""

_LEXERS: Mapping[str, tuple[str, str]] = {
    "bash": ("shell", "BashLexer"),
    "go": ("go", "GoLexer"),
    "javascript": ("javascript", "JavascriptLexer"),
    "json": ("data", "JsonLexer"),
    "kotlin": ("jvm", "KotlinLexer"),
    "python": ("python", "PythonLexer"),
    "rust": ("rust", "RustLexer"),
    "solidity": ("solidity", "SolidityLexer"),
    "sql": ("sql", "SqlLexer"),
    "toml": ("configs", "TOMLLexer"),
    "typescript": ("javascript", "TypeScriptLexer"),
    "yaml": ("data", "YamlLexer"),
}
"""Module and class of the lexer of each language."""

_ALIASES = {
    "golang": "go",
    "js": "javascript",
    "jsx": "javascript",
    "jsonc": "json",
    "py": "python",
    "python3": "python",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "sol": "solidity",
    "ts": "typescript",
    "tsx": "typescript",
    "yml": "yaml",
    "zsh": "bash",
}

_STYLES: Mapping[tuple[str, ...], str] = {
    ("Comment",): "code-comment",
    ("Keyword",): "code-keyword",
    ("Operator", "Word"): "code-keyword",
    ("Literal", "String"): "code-string",
    ("Literal", "Number"): "code-number",
    ("Name", "Function"): "code-name",
    ("Name", "Class"): "code-name",
    ("Name", "Decorator"): "code-name",
    ("Name", "Tag"): "code-name",
    ("Name", "Builtin"): "code-name",
}
"""Style of a token by the beginning of its type."""


def coloured(code: str, language: str) -> list[list[tuple[str, str]]] | None:
    """Return the parts of each line with the name of their style, empty for none.

    None: the language is not known, or the code is too long. language: as the text names it.
    """
    lexer = _lexer(_name(language))
    if lexer is None or len(code) > MOST_COLOURED:
        return None
    given = code.split("\n")
    if len(given) > MOST_LINES or any(len(line) > LONGEST_LINE for line in given):
        return None
    lines: list[list[tuple[str, str]]] = [[]]
    for kind, text in lexer.get_tokens(code):
        style = _style(tuple(kind))
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append((style, part))
    said = "\n".join("".join(part for _, part in line) for line in lines)
    return lines if said == code else None


def _name(language: str) -> str:
    """Return the first word of what stands behind a fence, as `_LEXERS` names it."""
    word = next(iter(language.lower().replace("{", " ").replace(",", " ").split()), "")
    return _ALIASES.get(word, word)


@cache
def _lexer(name: str) -> Any:
    """Return the lexer of the language, made once; None for one that is not known."""
    if name not in _LEXERS:
        return None
    module, lexer = _LEXERS[name]
    try:
        made = getattr(import_module(f"pygments.lexers.{module}"), lexer)
    except (ImportError, AttributeError):  # another version of Pygments
        return None
    return made(stripnl=False, ensurenl=False)


@cache
def _style(kind: tuple[str, ...]) -> str:
    return next((_STYLES[start] for start in _starts(kind) if start in _STYLES), "")


def _starts(kind: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the type and those that include it, the narrowest first."""
    for length in range(len(kind), 0, -1):
        yield kind[:length]
