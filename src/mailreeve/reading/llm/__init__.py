"""The reader that asks a language model behind an OpenAI-compatible endpoint."""
