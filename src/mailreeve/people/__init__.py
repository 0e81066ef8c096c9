"""Whom the person knows, from mail alone."""
