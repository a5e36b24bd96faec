"""Web addresses as text: written in many ways, inside or outside of the local network."""
