"""The briefing in the reading pane: its lines, and the widget that shows them."""
