"""What is asked of everything together: sweeps, the paper, the demonstration."""
