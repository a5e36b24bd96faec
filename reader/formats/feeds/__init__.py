"""RSS, Atom and JSON Feed, and finding the feeds of a page."""
