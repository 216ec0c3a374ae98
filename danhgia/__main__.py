"""`python -m danhgia`: the command line."""

from danhgia.cli import main

if __name__ == "__main__":
    main()
