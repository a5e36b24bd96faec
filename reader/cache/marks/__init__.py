"""The file of marks: read, favourite, the undo journal, reading positions."""
