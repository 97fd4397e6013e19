"""Recordings of animals as people have them: read, cleaned, cut at gaps, and said in a few lines."""
