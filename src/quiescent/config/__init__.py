"""What is asked for: settings by name, overridden by words, checked as a whole."""
