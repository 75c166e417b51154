"""`python -m haike` is the same command as `haike`."""

from haike.site.cli import main

if __name__ == "__main__":
    main(prog_name="haike")
