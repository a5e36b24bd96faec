"""Where text is printed: in colours, through a pager."""
