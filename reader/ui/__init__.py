"""The screen, built with Textual."""

from reader.ui.textual_compat.light_types import install

install()
