"""Catalogs, profiles and workloads that both products are tested with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import sqlglot
from sqlglot import exp

from warehousebench.model import document
from warehousebench.model.catalog import Catalog, Column, DataType, ForeignKey, Table, TypeKind
from warehousebench.model.data import Fingerprint
from warehousebench.model.profile import ColumnProfile, Profile, TableProfile
from warehousebench.model.workload import ColumnUse, Join, Query, Role, Workload

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "schemas" / "tpch" / "schema.sql"
PREFIXES = {
    "l": "lineitem", "o": "orders", "c": "customer", "p": "part", "ps": "partsupp", "s": "supplier", "n": "nation", "r": "region",
}  # fmt: skip

# Query -> what its WHERE clauses restrict (= by equality or IN, < by a range), and which columns they join, read off by hand.
USES = {
    "01": ("l_shipdate<", ""),
    "02": ("p_size= r_name=", "p_partkey:ps_partkey s_suppkey:ps_suppkey s_nationkey:n_nationkey n_regionkey:r_regionkey"),
    "03": ("c_mktsegment= o_orderdate< l_shipdate<", "c_custkey:o_custkey l_orderkey:o_orderkey"),
    "04": ("o_orderdate<", "l_orderkey:o_orderkey"),
    "05": (
        "r_name= o_orderdate<",
        "c_custkey:o_custkey l_orderkey:o_orderkey l_suppkey:s_suppkey c_nationkey:s_nationkey s_nationkey:n_nationkey "
        "n_regionkey:r_regionkey",
    ),
    "06": ("l_shipdate< l_discount< l_quantity<", ""),
    "07": (
        "n_name= l_shipdate<",
        "s_suppkey:l_suppkey o_orderkey:l_orderkey c_custkey:o_custkey s_nationkey:n_nationkey c_nationkey:n_nationkey",
    ),
    "08": (
        "r_name= o_orderdate< p_type=",
        "p_partkey:l_partkey s_suppkey:l_suppkey l_orderkey:o_orderkey o_custkey:c_custkey c_nationkey:n_nationkey "
        "n_regionkey:r_regionkey s_nationkey:n_nationkey",
    ),
    "09": (
        "",
        "s_suppkey:l_suppkey ps_suppkey:l_suppkey ps_partkey:l_partkey p_partkey:l_partkey o_orderkey:l_orderkey "
        "s_nationkey:n_nationkey",
    ),
    "10": ("o_orderdate< l_returnflag=", "c_custkey:o_custkey l_orderkey:o_orderkey c_nationkey:n_nationkey"),
    "11": ("n_name=", "ps_suppkey:s_suppkey s_nationkey:n_nationkey"),
    "12": ("l_shipmode= l_receiptdate<", "o_orderkey:l_orderkey"),
    "13": ("", "c_custkey:o_custkey"),
    "14": ("l_shipdate<", "l_partkey:p_partkey"),
    "15": ("l_shipdate<", "s_suppkey:l_suppkey"),
    "16": ("p_size=", "p_partkey:ps_partkey"),
    "17": ("p_brand= p_container=", "p_partkey:l_partkey"),
    "18": ("", "c_custkey:o_custkey o_orderkey:l_orderkey"),
    "19": ("p_brand= p_container= p_size< l_quantity< l_shipmode= l_shipinstruct=", "p_partkey:l_partkey"),
    "20": (
        "p_name< l_shipdate< n_name=",
        "s_suppkey:ps_suppkey ps_partkey:p_partkey l_partkey:ps_partkey l_suppkey:ps_suppkey s_nationkey:n_nationkey",
    ),
    "21": ("o_orderstatus= n_name=", "s_suppkey:l_suppkey o_orderkey:l_orderkey s_nationkey:n_nationkey"),
    "22": ("c_acctbal<", "o_custkey:c_custkey"),
}


@dataclass(frozen=True)
class Inputs:
    """What advice is asked with."""

    catalog: Catalog
    profile: Profile
    workload: Workload

    def scaled(self, factor: int) -> Profile:
        """Return the profile as it would be at ``factor`` times the scale, see :func:`_scaled`."""
        return replace(self.profile, tables={name: _scaled(table, factor) for name, table in self.profile.tables.items()})


def tpch_inputs() -> Inputs:
    """Return TPC-H: the suite's schema, the figures of scale factor 1 as the profiler measured them, and the queries' uses."""
    profile = document.read(HERE / "inputs" / "tpch.profile.json", Profile)
    return Inputs(Catalog(tuple(_tables()), "tpch"), profile, Workload(tuple(map(_query, USES)), "tpch"))


def _scaled(table: TableProfile, factor: int) -> TableProfile:
    """Return the figures of a larger table of the same kind; nation and region never grow.

    Columns whose values grew with the rows (more than 1 % of them are different) keep doing so.
    """
    if table.rows < 100:
        return table
    columns = {
        name: replace(column, distinct=column.distinct * factor, top_share=column.top_share / factor)
        if column.distinct > table.rows // 100
        else column
        for name, column in table.columns.items()
    }
    return TableProfile(table.rows * factor, columns)


def _tables() -> Iterator[Table]:
    for create in sqlglot.parse(SCHEMA.read_text(), read="postgres"):
        if isinstance(create, exp.Create):
            schema = create.this
            keys = tuple(_foreign_key(key) for key in schema.find_all(exp.ForeignKey))
            primary = next(schema.find_all(exp.PrimaryKey)).expressions
            columns = tuple(_column(each) for each in schema.find_all(exp.ColumnDef))
            yield Table(schema.this.name, columns, tuple(each.name for each in primary), foreign_keys=keys)


def _foreign_key(key: exp.ForeignKey) -> ForeignKey:
    target = key.args["reference"].this
    return ForeignKey(
        tuple(each.name for each in key.expressions), target.this.name, tuple(each.name for each in target.expressions)
    )


def _column(definition: exp.ColumnDef) -> Column:
    name, *numbers = definition.kind.sql("postgres").replace("(", " ").replace(")", " ").replace(",", " ").split()
    kinds = {"INT": TypeKind.INTEGER, "INTEGER": TypeKind.INTEGER, "BPCHAR": TypeKind.CHAR}
    kind = kinds.get(name) or TypeKind(name.lower())
    sizes = dict(zip(("precision", "scale") if kind is TypeKind.DECIMAL else ("length",), map(int, numbers), strict=False))
    return Column(definition.name, DataType(kind, **sizes), nullable=False)


def _query(name: str) -> Query:
    restricted, joined = USES[name]
    roles = {"=": Role.EQUALITY, "<": Role.RANGE}
    uses = tuple(ColumnUse(_owner(word[:-1]), word[:-1], roles[word[-1]]) for word in restricted.split())
    pairs = (sorted((_owner(name), name) for name in pair.split(":")) for pair in joined.split())
    return Query(name, f"-- query {name}", uses=uses, joins=tuple(Join(*left, *right) for left, right in pairs))


def _owner(column: str) -> str:
    return PREFIXES[column.partition("_")[0]]


def make_profile(rows: int, **distinct: int) -> TableProfile:
    """Return a table's figures with evenly spread values of 8 bytes, ``distinct`` of them per column."""
    return TableProfile(
        rows,
        {
            name: ColumnProfile(count, True, 0, "1", str(count), 8.0, 8, rows, 1 / max(1, count), True)
            for name, count in distinct.items()
        },
    )


def make_table(name: str, *columns: str, key: str = "", **kinds: TypeKind) -> Table:
    """Return a table of BIGINT columns, but for those in ``kinds``."""
    made = tuple(Column(each, DataType(kinds.get(each, TypeKind.BIGINT))) for each in columns)
    return Table(name, made, (key,) if key else ())


def make_facts(*tables: Table, **profiles: TableProfile) -> tuple[Catalog, Profile]:
    """Return a catalog of ``tables`` and their profile by name."""
    return Catalog(tables, "test"), Profile(Fingerprint("test", "none", {}), profiles)
