"""`python -m timelines`: says in one line where the command line is."""

from __future__ import annotations


def main() -> None:
    """Print the one line."""
    print("The command line is `timelines` (distribution ai-timelines); this package is the service's thin client.")


if __name__ == "__main__":
    main()
