"""Run the command line: `python -m voctext.cli`."""

from voctext.cli import main

if __name__ == "__main__":
    main()
