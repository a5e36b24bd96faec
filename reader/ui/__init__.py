"""The screen, built with Textual."""

from reader.ui.textual_compat.light_imports import import_application

import_application()
