"""Writing Markdown: blocks, styles, escaping."""
