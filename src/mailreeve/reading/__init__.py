"""Readers: who turns a message into a verdict, a summary or a draft."""
