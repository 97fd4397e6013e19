"""`python -m quiescent`: the command, where it is not on the path, as in a notebook."""

from quiescent.cli import main

if __name__ == "__main__":
    main()
