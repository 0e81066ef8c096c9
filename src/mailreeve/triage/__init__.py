"""The triage loop: decide, do, remember, tell."""
