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
        grounds="#141719 #1a1d21 #22262b #30363d #2a568c #ffffff",
        texts="#e6e8eb #a5adb8 #98a2b0",
        bars="#393f47 #4d545d #8cc0ff",
        colors="#8cc0ff #b4c0ff #f5c46b #ff8f8f #86d79a #ffb86b",
        tints="#12253c #20264a #383015 #451f24 #163020 #3c2a16",
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
        tints="#00264d #1d1d4d #3b3000 #4d0b0b #00330f #402600",
    ),
)
"""For terminals of 256 colours and more; of 256, greys stay grey, as they are hardly tinted."""

OF_16_COLORS = (
    _theme(
        "dark",
        dark=True,
        grounds="#000000 #000000 #000000 #0000aa #aaaaaa #000000",
        texts="#ffffff #aaaaaa #aaaaaa",
        bars="#555555 #aaaaaa #55ffff",
        colors="#55ffff #55ffff #ffff55 #ff5555 #55ff55 #ffff55",
        tints="#0000aa #0000aa #000000 #000000 #000000 #000000",
    ),
    _theme(
        "light",
        dark=False,
        grounds="#ffffff #ffffff #ffffff #55ffff #0000aa #ffffff",
        texts="#000000 #555555 #555555",
        bars="#aaaaaa #555555 #0000aa",
        colors="#0000aa #0000aa #aa5500 #aa0000 #00aa00 #aa00aa",
        tints="#ffffff #ffffff #ffffff #ffffff #ffffff #ffffff",
    ),
    _theme(
        "contrast",
        dark=True,
        grounds="#000000 #000000 #000000 #0000aa #ffff55 #000000",
        texts="#ffffff #ffffff #ffffff",
        bars="#aaaaaa #ffffff #ffff55",
        colors="#55ffff #55ffff #ffff55 #ff5555 #55ff55 #ffff55",
        tints="#0000aa #0000aa #000000 #000000 #000000 #000000",
    ),
)
"""The same for terminals of 16 colours, which show the nearest ones: pale colours would be grey."""


def themes_for(color_system: str | None) -> tuple[Theme, ...]:
    """Return the themes for a terminal. color_system: as Rich names it."""
    return OF_16_COLORS if color_system in ("standard", "windows") else THEMES
