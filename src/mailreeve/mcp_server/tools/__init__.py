"""The tools, a file per group; the table of all of them is in toolset.py."""
