"""What all boxes over the reader share. One file each says what is in the box."""

from textual.screen import ModalScreen, ScreenResultType

from reader.config import resource

_ROOMY = [(0, "-short"), (30, "-tall")]
"""From how many lines on a box may have air."""


class Modal(ModalScreen[ScreenResultType]):
    """Brings its own style sheet, which is read when the first box opens: start-up need not pay."""

    VERTICAL_BREAKPOINTS = _ROOMY
    CSS_PATH = resource("styles") / "50-modals.tcss"
