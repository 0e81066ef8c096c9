"""The review page: served on 127.0.0.1 to the person's own browser, and to nobody else."""
