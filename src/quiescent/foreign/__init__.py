"""Networks of other programs, read without running anything: so far those of the authors' public code."""
