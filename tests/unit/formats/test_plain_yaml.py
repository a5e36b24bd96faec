"""The fast reader of front matter gives the same results as the YAML parser."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.formats.archive.fields import Bare
from reader.formats.archive.plain_yaml import tree_of
from reader.formats.archive.yaml_events import Broken, Events
from reader.text import clean

ARCHIVE = """\
title: 'Vault keys: it''s a "glass box", they say'
description: Miners sleep while fees rest, and nobody minds - or so it seems…
publishedAt: '2025-11-16T18:49:34.000Z'
lang: en
externalId: "0054"
source:
  name: CoinDesk
  key: bloomberg_crypto_
tags:
  - BITCOIN NEWS
  - 'A: B'
  - null
stickyWeight: 0
canonicalUrl:
coverImage: null
draft: false
"""


def typed(tree: Any) -> Any:
    """With the types of scalars: `Bare` compares as any other text."""
    if isinstance(tree, dict):
        return {typed(name): typed(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [typed(value) for value in tree]
    return type(tree), tree


def parsed(text: str) -> Any:
    """What the parser makes of it; for a text that it refuses, nothing that a tree could be."""
    try:
        return typed(Events(text).document())
    except Broken:
        return "broken"


def test_the_yaml_of_archives_needs_no_parser() -> None:
    assert tree_of(ARCHIVE) == {
        "title": """Vault keys: it's a "glass box", they say""",
        "description": "Miners sleep while fees rest, and nobody minds - or so it seems…",
        "publishedAt": "2025-11-16T18:49:34.000Z",
        "lang": "en",
        "externalId": "0054",
        "source": {"name": "CoinDesk", "key": "bloomberg_crypto_"},
        "tags": ["BITCOIN NEWS", "A: B", None],
        "stickyWeight": "0",
        "canonicalUrl": None,
        "coverImage": None,
        "draft": "false",
    }
    assert typed(tree_of(ARCHIVE)) == parsed(ARCHIVE)


def test_unquoted_values_differ_from_quoted_ones() -> None:
    tree = tree_of("a: 12\nb: '12'\n")
    assert tree is not None
    assert isinstance(tree["a"], Bare)
    assert not isinstance(tree["b"], Bare)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# a comment",
        "a: b # a comment",
        "a: b: c",
        "a: [b]",
        "a: {b: c}",
        "a: &x b",
        "a: *x",
        "a: !!int 1",
        "a: |\n  b",
        "a: >\n  b",
        "a: b\n  c",
        "a: b\n  c: d",
        "a: 'b'c'",
        "a: 'b\n  c'",
        "a: '",
        'a: "',
        'a: "b\\n"',
        'a: "b"c"',
        "a: b ",
        "a : b",
        "a:b",
        "a: b\na: c",
        "a:\n  b: c\n  b: d",
        "a:\n  - b\n  c: d",
        "a:\n  b: c\n  - d",
        "a:\n- b",
        "a:\n    b: c",
        "  a: b",
        "- a",
        "a: b\n\nc: d",
        "a:\n  b:\n    c: d",
        "---\na: b",
        "a: b\n...",
        "'a': b",
        "a: -b",
        "a: ~",
        "a: @b",
        "a: %b",
        "a: b\t",
        "a:  b",
        "a: ’b",
    ],
)
def test_anything_else_is_left_to_the_parser_or_read_as_the_parser_would(text: str) -> None:
    tree = tree_of(text)
    assert tree is None or typed(tree) == parsed(text)


VALUES = st.one_of(
    st.text("ab1.'\"#:-~@&*[]{}|>%!?,é…’\\\t ", max_size=6),
    st.sampled_from(["null", "true", "12", "-1", "їжак", "it's", "a: b", "a #b"]),
)
QUOTED = st.one_of(VALUES, VALUES.map("'{}'".format), VALUES.map('"{}"'.format))
LINES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "  ", "  ", "    ", " "]),
    st.sampled_from(["a:", "b:", "c_d:", "tags:", "-", "a", "'a':", "true:"]),
    st.sampled_from([" ", " ", " ", "", "  "]),
    QUOTED,
)


@given(st.lists(LINES, max_size=6).map("\n".join), st.sampled_from(["", "\n", "\n\n"]))
def test_it_never_differs_from_the_parser(lines: str, end: str) -> None:
    text = clean(lines + end)
    tree = tree_of(text)
    assert tree is None or typed(tree) == parsed(text)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_value_is_read_as_the_parser_reads_it(value: str) -> None:
    for text in (f"a: {value}", f"a: '{value}'", f'a: "{value}"', f"a:\n  - {value}"):
        text = clean(text)
        tree = tree_of(text)
        assert tree is None or typed(tree) == parsed(text)
