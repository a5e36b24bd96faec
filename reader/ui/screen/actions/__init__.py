"""What keys, clicks and the palette do on the main screen, a class for each kind of action."""
