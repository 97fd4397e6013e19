"""Settings by name, overridden by words, checked as a whole."""
