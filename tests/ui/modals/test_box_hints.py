"""The keys in the border of a box fit into it in every language of the interface."""

from pathlib import Path

import pytest
from babel.messages.catalog import Message
from rich.cells import cell_len

from tests.locales.catalogues import paths, read

ROOM = 54
"""Cells of the border of the narrowest box on a screen of 80 cells."""


def hints(path: Path) -> list[Message]:
    return [each for each in read(path) if str(each.id).endswith("Esc close")]


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.parts[-3])
def test_keys_fit_into_the_border_of_a_box(path: Path) -> None:
    assert hints(path)
    assert [each.string for each in hints(path) if cell_len(str(each.string)) > ROOM] == []
