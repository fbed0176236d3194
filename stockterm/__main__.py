"""`python -m stockterm` is the command `stockterm`."""

import sys

from stockterm.cli import main

if __name__ == "__main__":
    sys.exit(main())
