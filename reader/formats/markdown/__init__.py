"""Write Markdown: blocks, styles, escaping."""
