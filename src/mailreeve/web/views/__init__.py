"""The pages: each takes a visit and gives a reply."""
