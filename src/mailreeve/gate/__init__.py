"""The only door for anything that leaves: proposals, digests, execution, reconciliation."""
