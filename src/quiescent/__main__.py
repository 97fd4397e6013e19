"""`python -m quiescent`: the program, where its script is not on the path."""

from quiescent.cli import main

if __name__ == "__main__":
    main()
