"""The live page: networks that run in a browser."""
