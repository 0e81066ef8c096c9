"""The reader that works without a language model; everything it says is marked `offline`."""
