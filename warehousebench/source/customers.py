"""Rows of the suite ``customers``: the purchases written by hand, then as many made up as the scale asks for."""

from __future__ import annotations

from pathlib import Path

from warehousebench import duck

VERSION = "1"
SCALE_ROWS = 1_000_000
_GOODS = (
    "(0, 'A', 'apples', 50.00), (1, 'A', 'bananas', 55.00), (2, 'B', 'Lamp', 38.00), (3, 'C', 'Rice', 15.00), "
    "(4, 'D', 'Recycle bin', 27.00), (5, 'D', 'Solar Pannel', 29.00), (6, 'E', 'Book: Crime and Punishment', 100.00), "
    "(7, 'E', 'Book: The noose', 125.00), (8, 'Y', 'Motor skate', 68.00), (9, 'Z', 'space ship', 227.00)"
)
_DAYS = 5 * 365
_PRIME = 2_147_483_647
# Multipliers in common use with this prime; a pair per column keeps the columns apart.
_MULTIPLIERS = ((48271, 742938285), (16807, 950706376), (69621, 1226874159), (62089911, 1343714438))
_PER_CUSTOMER = 1_000  # purchases that a customer makes on average


def generate(scale: float, folder: Path, first: Path) -> str:
    """Write ``customers.parquet`` into ``folder`` and return the generator with its version.

    There are a million rows times ``scale``, at least those in ``first``, a CSV file.  Every value depends on its
    purchase's number alone, so that any two runs give the same rows on any number of threads.
    """
    with duck.opened() as connection:
        by_hand = f"read_csv({duck.text(str(first))}, header = true, all_varchar = true)"
        ((known,),) = duck.rows(connection, f"SELECT count(*) FROM {by_hand}")
        total = max(int(known), round(scale * SCALE_ROWS))
        target = duck.text(str(folder / "customers.parquet"))
        duck.run(
            connection,
            f"COPY ({_by_hand(by_hand)} UNION ALL {_made_up(int(known), total)}) TO {target} (FORMAT parquet, COMPRESSION zstd)",
        )
    return f"warehousebench customers {VERSION}"


def _by_hand(relation: str) -> str:
    return (
        "SELECT CAST(purchase AS BIGINT) AS purchase, customer_name, bought_on, category, product_name, "
        f"CAST(quantity AS INTEGER) AS quantity, CAST(price AS DECIMAL(10, 2)) AS price FROM {relation}"
    )


def _made_up(known: int, total: int) -> str:
    customers = max(1, (total - known) // _PER_CUSTOMER)
    columns = (
        "i",
        f"'customer ' || lpad(CAST({_skewed(0, customers)} AS VARCHAR), 7, '0')",
        f"strftime(DATE '2012-01-01' + CAST({_drawn(1, _DAYS)} AS INTEGER), '%Y-%m-%d')",
        "category, product_name",
        f"CAST(1 + {_drawn(2, 15)} AS INTEGER)",
        "CAST(price AS DECIMAL(10, 2))",
    )
    return (
        f"SELECT {', '.join(columns)} FROM range({known + 1}, {total + 1}) AS r(i) "
        f"JOIN (VALUES {_GOODS}) AS g(number, category, product_name, price) ON number = {_drawn(3, 10)}"
    )


def _drawn(stream: int, choices: int) -> str:
    """Return SQL for a number below ``choices``, all alike."""
    return f"({_number(stream)} // 127 % {choices})"


def _skewed(stream: int, choices: int) -> str:
    """Return SQL for a number below ``choices``, low ones more often: a tenth of the customers makes a third of the purchases."""
    number = _number(stream)
    return f"({number} * {number} // {_PRIME} * {choices} // {_PRIME})"


def _number(stream: int) -> str:
    """Return SQL for a number below the prime made of ``i`` by two steps of a Lehmer generator, the same in every version."""
    one, two = _MULTIPLIERS[stream]
    return f"(i * {one} % {_PRIME} * {two} % {_PRIME})"
