"""Run folders: configuration, test log and checkpoints of one network."""
