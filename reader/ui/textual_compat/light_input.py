"""Textual's `Input`, imported without `typing_extensions`: 400 kB less."""

from reader.ui.textual_compat.light_imports import light_types

with light_types():
    from textual.widgets import Input as Input
