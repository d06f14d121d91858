"""Advice and its design built by hand for the report's tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from warehousebench.model.advice import Advice, CurvePoint, DesignCost, Option, QueryCost, TableAdvice
from warehousebench.model.design import DesignChoice, DesignSummary, Evidence, Reason

Bytes = tuple[float, float]  # moved, read


def cost(name: str, queries: Mapping[str, Bytes], stored: float | None = None) -> DesignCost:
    """Return a design's costs; a query that moves bytes has one motion."""
    return DesignCost(
        name,
        tuple(
            QueryCost(query, 1.0, moved, read, (f"inner join on a = b: DS_DIST_BOTH, {moved:,.0f} bytes",) if moved else ())
            for query, (moved, read) in queries.items()
        ),
        stored,
    )


def options(**bytes_: float) -> tuple[Option, ...]:
    """Return hashes on columns with their bytes, and a copy on every node for ``everywhere``."""
    names = {name: "a copy on every node" if name == "everywhere" else f"hash of {name}" for name in bytes_}
    return tuple(Option(names[name], value) for name, value in bytes_.items())


# A hundred megabytes of facts, a small dimension; q1 and q2 gain, q3 loses against the keys, q4 moves nothing at all.
FACTS = TableAdvice(
    table="facts",
    rows=1_000_000,
    raw_bytes=100e6,
    encoded_bytes=20e6,
    distribution="hash of customer",
    order_by=("day",),
    distributions=(
        *options(everywhere=1.5e6, customer=4e6, item=9e6),
        Option("hash of flag (refused: uneven: the fullest slice holds 4.00 to 4.00 times the mean)", 30e6),
    ),
    orders=(Option("day", 60e6), Option("customer", 200e6), Option("arrival order", 300e6)),
    skew=(1.01, 1.04),
)
ITEMS = TableAdvice(
    "items", 1_000, 80e3, 20e3, "a copy on every node", (), options(everywhere=4e6, item=5e6), (Option("arrival order", 80e3),)
)
NONE = cost("no design", {"q1": (30e6, 100e6), "q2": (10e6, 100e6), "q3": (2e6, 90e6), "q4": (0.0, 10e6)})
KEYS = cost("primary keys", {"q1": (6e6, 100e6), "q2": (8e6, 100e6), "q3": (0.5e6, 90e6), "q4": (0.0, 10e6)})
ADVISED = cost("advised", {"q1": (3e6, 20e6), "q2": (0.0, 10e6), "q3": (1e6, 20e6), "q4": (0.0, 10e6)}, stored=20.1e6)


def small() -> Advice:
    """Return two tables and four queries on two designs and the advised one, proven optimal."""
    return Advice(
        product="redshift",
        nodes=4,
        slices=8,
        block_bytes=1 << 20,
        scaled=False,
        designs=(NONE, KEYS, ADVISED),
        tables=(FACTS, ITEMS),
        bound=4e6,
        curve=(CurvePoint(0.0, 5e6), CurvePoint(0.5e6, 4e6), CurvePoint(50e6, 4e6), CurvePoint(100e6, 1e6)),
        ties=("items: hash of item costs 12 bytes more", "items: in turn costs 96 bytes more"),
        assumptions=("Bytes are not seconds. Nothing was run on the product.", "Joins keep the order that DuckDB chose."),
    )


def troubled() -> Advice:
    """Return the small advice scaled from a sample, with a finding, a gap, and a query that reads more than without a design."""
    worse = {query.query: (query.moved, query.read) for query in ADVISED.queries} | {"q4": (0.0, 40e6)}
    found = ("q5 is not analysed: it has a recursive WITH", "table <audit> has no data: it is left out")
    present = cost("as it is", {"q1": (1e6, 90e6), "q2": (1e6, 90e6), "q3": (0.0, 90e6), "q4": (0.0, 10e6)})
    designs = (NONE, KEYS, present, cost("advised", worse, 20.1e6))
    return replace(small(), scaled=True, findings=found, bound=3.2e6, designs=designs)


def large() -> Advice:
    """Return advice of the size that TPC-DS gives: 24 tables, 99 queries on three designs and the advised one."""
    names = [f"{number:02}" for number in range(1, 100)]
    designs = tuple(
        cost(design, {name: (1e9 * factor / (index + 1), 5e9) for index, name in enumerate(names)})
        for design, factor in (("no design", 9.0), ("primary keys", 3.0), ("by rule", 2.0), ("advised", 1.0))
    )
    motions = tuple(
        f"inner join on web_sales_{n}.ws_sold_date_sk = date_dim.d_date_sk: DS_BCAST_INNER, 1,234,567 bytes" for n in range(8)
    )
    designs = tuple(replace(design, queries=tuple(replace(q, motions=motions) for q in design.queries)) for design in designs)
    columns = {f"a_rather_long_column_{number}": 1e9 * (number + 1) for number in range(20)}
    orders = tuple(Option(", ".join(list(columns)[: 1 + number]), 1e9 * number) for number in range(1, 8))
    table = replace(FACTS, distribution="hash of a_rather_long_column_0", distributions=options(**columns), orders=orders)
    tables = tuple(replace(table, table=f"table_{number:02}") for number in range(24))
    return replace(small(), designs=designs, tables=tables, bound=designs[-1].moved)


def summary(product: str = "Amazon Redshift") -> DesignSummary:
    """Return the small design's choices with reasons and script; two columns share one reason."""
    evidence = (
        Evidence("moved by all queries", 4_000_000, "bytes", "model"),
        Evidence("raw size", 100_000_000, "bytes", "profile"),
    )
    encoded = (
        Reason("encoding.smallest", f"encoding:{column}", "AZ64 is the smallest codec measured.") for column in ("day", "item")
    )
    facts = DesignChoice(
        "facts",
        (("distribution", "KEY (customer)"), ("sort key", "day")),
        (
            Reason("dist.fewest-bytes", "distribution", "hash of customer: moves the fewest bytes", evidence),
            Reason("sort.fewest-blocks", "sort", "by day: queries read the fewest bytes", evidence[1:]),
            *encoded,
        ),
    )
    items = DesignChoice("items", (("distribution", "ALL"),), ())
    script = "-- A design\nCREATE TABLE facts (day DATE);  -- by day\n"
    return DesignSummary(product, "a search over 4 queries", (facts, items), script)


def large_summary() -> DesignSummary:
    """Return a design of the size that TPC-DS gives: 425 columns, each with a reason of its own."""
    measured = tuple(
        Evidence(f"size as {codec}", 1_234_567, "bytes", "encoded slices of the sort order, exact")
        for codec in ("AZ64", "ZSTD", "BYTEDICT", "DELTA32K", "RAW")
    )
    reasons = tuple(
        Reason("encoding.smallest", f"encoding:column_{n}", f"AZ64 is the smallest of 10 codecs measured for column_{n}.", measured)
        for n in range(18)
    )
    choices = tuple(DesignChoice(f"table_{table:02}", (), reasons) for table in range(24))
    script = "\n".join(f"    a_rather_long_column_{number} BIGINT NOT NULL ENCODE az64," for number in range(432))
    return DesignSummary("Amazon Redshift", "a search", choices, script)


def projections() -> DesignSummary:
    """Return Vertica's design of the small advice: two projections of one table, named otherwise."""
    reason = Reason("dist.fewest-bytes", "distribution", "segmented by customer")
    first = DesignChoice("facts_super", (("table", "facts"),), (reason,))
    second = DesignChoice("facts_2", (("table", "facts"),), (replace(reason, sentence="segmented by item"),))
    return replace(summary("Vertica"), choices=(first, second))
