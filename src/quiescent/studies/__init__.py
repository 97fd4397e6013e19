"""Studies that ask everything together: sweeps, the paper, the demonstration."""
