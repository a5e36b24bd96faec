"""The archive's format: Markdown with front matter, whatever program wrote it."""
