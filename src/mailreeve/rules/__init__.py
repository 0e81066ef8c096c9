"""The user's rules: what they say, whether a mail meets them, and why. Pure."""
