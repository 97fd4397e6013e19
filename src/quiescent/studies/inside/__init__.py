"""The page of what is inside a network: the dynamics and the states behind what it replays."""
