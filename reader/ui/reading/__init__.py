"""The reading pane: one article, scrolled, searched and selected."""
