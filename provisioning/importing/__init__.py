"""A tenant that somebody made by hand, taken under this control plane: looked at, registered, and left as it is."""
