"""Measuring: how well mail is sorted, and what a hostile mail achieves. Cases lie in evals/."""
