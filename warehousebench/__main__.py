"""Run the command line with ``python -m warehousebench``."""

from __future__ import annotations

from warehousebench.cli import main

if __name__ == "__main__":
    main()
