"""Mail as bytes and text, pure: no network, no files, no clock."""
