"""Mailreeve: an AI e-mail assistant for Gmail that never sends without a person."""

__version__ = "0.1.0"
