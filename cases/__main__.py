"""``python -m geoslip.cases`` is the command line."""

from geoslip.cases.cli import main

if __name__ == "__main__":
    main()
