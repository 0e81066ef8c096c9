"""Attachments: bounded text extraction, and the only folder that they are saved to."""
