"""What the layout adds to a text, besides signs and numbers."""

from reader.i18n import _

TOO_LONG = _("too long to be formatted, shown as it was written")
TOO_DENSE = _("too many marks to be formatted, shown as it was written")
TOO_DEEP = _("nested too deeply to be formatted, shown as it was written")


def image(label: str) -> str:
    """Return what stands for an image."""
    return _("[image: {label}]").format(label=label)
