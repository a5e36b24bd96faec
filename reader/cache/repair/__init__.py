"""Damage: how it is found, what is made anew, what is brought back."""
