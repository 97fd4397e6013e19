"""The paper, Krishna et al. (2024): its experiments, claims and report."""
