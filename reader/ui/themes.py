"""Colours of our own: dark, light, and of high contrast.

Each text has a contrast of at least 4.5 : 1 to what is behind it, also under the cursor.
"""

from textual.theme import Theme

DEFAULT = "cryptoread-dark"
"""Name of the theme for users who have chosen none."""

_KINDS = ("primary", "secondary", "warning", "error", "success", "accent")


def _theme(
    name: str, *, dark: bool, grounds: str, texts: str, bars: str, colors: str, tints: str
) -> Theme:
    """Return a theme.

    grounds: background, surface, panel, cursor without and with the focus, text under it. texts:
    usual, muted, disabled. bars: a scroll bar, under the mouse, held. colors: a text of each kind.
    tints: what is behind it in a chip.
    """
    background, surface, panel, blurred, cursor, under = grounds.split()
    usual, muted, disabled = texts.split()
    bar, pointed, held = bars.split()
    by_kind = dict(zip(_KINDS, colors.split(), strict=True))
    behind = zip(_KINDS, tints.split(), strict=True)
    return Theme(
        f"cryptoread-{name}",
        dark=dark,
        foreground=usual,
        background=background,
        surface=surface,
        panel=panel,
        primary=by_kind["primary"],
        secondary=by_kind["secondary"],
        warning=by_kind["warning"],
        error=by_kind["error"],
        success=by_kind["success"],
        accent=by_kind["accent"],
        variables={
            "text": usual,
            "text-muted": muted,
            "text-disabled": disabled,
            "foreground-muted": muted,
            "foreground-disabled": disabled,
            "block-cursor-background": cursor,
            "block-cursor-foreground": under,
            "block-cursor-blurred-background": blurred,
            "block-cursor-blurred-foreground": usual,
            "input-selection-background": blurred,
            "button-color-foreground": background,
            "scrollbar": bar,
            "scrollbar-hover": pointed,
            "scrollbar-active": held,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "scrollbar-corner-color": background,
            **{f"text-{kind}": color for kind, color in by_kind.items()},
            **{f"{kind}-muted": color for kind, color in behind},
        },
    )


THEMES = (
    _theme(
        "dark",
        dark=True,
        grounds="#12161c #181d25 #1e2530 #2c3746 #2a568c #ffffff",
        texts="#e4e8ee #a2acb9 #98a2b0",
        bars="#323c4a #465365 #8cc0ff",
        colors="#8cc0ff #b4c0ff #f5c46b #ff9f99 #86d79a #ffb86b",
        tints="#12253c #20264a #382b15 #451f24 #163020 #3c2a16",
    ),
    _theme(
        "light",
        dark=False,
        grounds="#fbfbf9 #f2f2ee #e7e7e1 #d3dae3 #0b4f9e #ffffff",
        texts="#1b1f24 #4c545e #565e68",
        bars="#c9cdd2 #aab0b8 #0b4f9e",
        colors="#0b4f9e #3b3fa8 #6e4500 #a01818 #0f5c26 #853a00",
        tints="#d9e7f8 #e2e3f8 #f7e8c6 #f9dedb #d8f1dd #f7e3d0",
    ),
    _theme(
        "contrast",
        dark=True,
        grounds="#000000 #000000 #141414 #333333 #ffff66 #000000",
        texts="#ffffff #d6d6d6 #c4c4c4",
        bars="#7a7a7a #a8a8a8 #ffff66",
        colors="#a8d4ff #ccd0ff #ffe08a #ffb8b3 #a0f0b0 #ffd28a",
        tints="#00264d #1d1d4d #3b2d00 #4d0b0b #00330f #402600",
    ),
)
