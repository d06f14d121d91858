"""``advise`` on schemas, data, queries and wishes that do not go together: a finding or one line, and advice for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cli_invoke import invoke
from click.testing import Result

from warehousebench import duck
from warehousebench.engines.redshift.design import DistStyle, RedshiftDesign, TableDesign
from warehousebench.engines.vertica.design import Placement, ProjectionColumn, VerticaDesign
from warehousebench.engines.vertica.reflect import Found, as_design
from warehousebench.model import document
from warehousebench.model.advice import Advice
from warehousebench.model.layout import Cluster

SALE = """
SELECT i AS id, i % 50 AS customer_id, i % 7 AS store_id, DATE '2026-01-01' + CAST(i // 40 AS INTEGER) AS day
FROM range(2000) t(i)"""
CUSTOMER = "SELECT i AS id, 'name ' || i AS name FROM range(50) t(i)"
SALES = """
CREATE TABLE customer (id BIGINT PRIMARY KEY, name VARCHAR(20));
CREATE TABLE sale (id BIGINT PRIMARY KEY, customer_id BIGINT REFERENCES customer (id), store_id BIGINT, day DATE);
"""
SPENT = "SELECT name, count(*) AS n FROM sale JOIN customer ON customer.id = customer_id WHERE day < '2026-01-20' GROUP BY name"


@dataclass
class Shop:
    """A folder with a schema, data and queries, and the advice asked for it."""

    folder: Path

    def write(self, schema: str, tables: Mapping[str, str], queries: Mapping[str, str]) -> None:
        """Write DDL, a Parquet file per SELECT, and the queries; then read the schema."""
        (self.folder / "schema.sql").write_text(schema, encoding="utf-8")
        for part in ("data", "q"):
            (self.folder / part).mkdir()
        with duck.opened() as connection:
            for name, rows in tables.items():
                duck.run(connection, f"COPY ({rows}) TO {duck.text(str(self.folder / 'data' / f'{name}.parquet'))}")
        for name, sql in queries.items():
            (self.folder / "q" / f"{name}.sql").write_text(sql, encoding="utf-8")
        result = invoke("reflect", self.folder / "schema.sql", "-o", self.folder / "catalog.json")
        assert result.exit_code == 0, result.output

    def advise(self, *more: object) -> Result:
        return invoke(
            *("advise", "--catalog", self.folder / "catalog.json", "--data", self.folder / "data"),
            *("--queries", self.folder / "q", "-o", self.folder / "design", *more),
        )

    def advice(self, engine: str = "redshift") -> Advice:
        return document.read(self.folder / "design" / f"advice.{engine}.json", Advice)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def sales(shop: Shop) -> Shop:
    shop.write(SALES, {"sale": SALE, "customer": CUSTOMER}, {"spent": SPENT})
    return shop


def fails(result: Result, code: int, *words: str) -> None:
    """Assert that the command said in one line what is wrong; a traceback would have been raised by ``invoke``."""
    assert result.exit_code == code, result.output
    last = result.stderr.strip().splitlines()[-1]
    assert all(word in last for word in words), last
    assert len(last) < 300


def test_foreign_keys_in_a_circle(shop: Shop) -> None:
    shop.write(
        """
        CREATE TABLE a (id BIGINT PRIMARY KEY, b_id BIGINT REFERENCES b (id));
        CREATE TABLE b (id BIGINT PRIMARY KEY, a_id BIGINT REFERENCES a (id), self_id BIGINT REFERENCES b (id));
        """,
        {
            "a": "SELECT i AS id, i % 9 AS b_id FROM range(100) t(i)",
            "b": "SELECT i AS id, i % 5 AS a_id, i AS self_id FROM range(9) t(i)",
        },
        {"both": "SELECT count(*) FROM a JOIN b ON a.b_id = b.id JOIN a AS c ON b.a_id = c.id"},
    )
    result = shop.advise()
    assert result.exit_code == 0, result.output
    assert {table.table for table in shop.advice().tables} == {"a", "b"}


def test_a_table_without_data_is_left_out_and_said(shop: Shop) -> None:
    shop.write(SALES, {"sale": SALE}, {"spent": SPENT, "days": "SELECT day, count(*) FROM sale GROUP BY day"})
    result = shop.advise()
    assert result.exit_code == 0, result.output
    assert "table customer has no data" in result.stderr
    assert "query spent is not in the advice" in result.stderr
    advice = shop.advice()
    assert [table.table for table in advice.tables] == ["sale"]
    assert any("customer" in finding for finding in advice.findings)


def test_columns_without_values_or_with_one(shop: Shop) -> None:
    shop.write(
        "CREATE TABLE t (k BIGINT, nothing BIGINT, no_text VARCHAR(9), one BIGINT, word VARCHAR(9));",
        {"t": "SELECT i AS k, NULL::BIGINT AS nothing, NULL::VARCHAR AS no_text, 1 AS one, 'x' AS word FROM range(3000) t(i)"},
        {
            "one": "SELECT nothing, no_text, count(*) FROM t WHERE one = 1 AND word = 'x' GROUP BY ALL",
            "none": "SELECT t.k FROM t JOIN t AS u ON t.nothing = u.nothing WHERE t.nothing > 3 AND t.no_text = 'y'",
        },
    )
    result = shop.advise()
    assert result.exit_code == 0, result.output
    for engine in ("redshift", "vertica"):
        (table,) = shop.advice(engine).tables
        assert "nothing" not in table.distribution
        assert "one" not in table.distribution


def test_empty_tables_and_one_row(shop: Shop) -> None:
    shop.write(
        SALES, {"sale": f"{SALE} WHERE false", "customer": f"{CUSTOMER} LIMIT 1"}, {"spent": SPENT, "all": "SELECT * FROM customer"}
    )
    result = shop.advise("--rows", "customer=1e6")
    assert result.exit_code == 0, result.output
    assert {table.table for table in shop.advice("vertica").tables} == {"customer", "sale"}


def test_rows_of_an_empty_table_cannot_be_scaled(shop: Shop) -> None:
    shop.write(SALES, {"sale": f"{SALE} WHERE false", "customer": CUSTOMER}, {"spent": SPENT})
    fails(shop.advise("--rows", "sale=1e9"), 2, "sale", "no rows")


@pytest.mark.slow
def test_a_table_of_1500_columns(shop: Shop) -> None:
    columns = [f"c{number}" for number in range(1500)]
    shop.write(
        f"CREATE TABLE wide ({', '.join(f'{name} INTEGER' for name in columns)});",
        {"wide": f"SELECT {', '.join(f'i % {number + 2} AS c{number}' for number in range(1500))} FROM range(40) t(i)"},
        {"q": "SELECT c3, sum(c1499) FROM wide WHERE c7 = 2 GROUP BY c3"},
    )
    result = shop.advise("--engine", "redshift")
    assert result.exit_code == 0, result.output
    script = (shop.folder / "design" / "redshift.sql").read_text(encoding="utf-8")
    assert all(f"{name} " in script for name in columns)


def test_queries_of_another_dialect_are_translated(sales: Shop) -> None:
    (sales.folder / "q" / "spent.sql").write_text(
        "SELECT date_trunc('month', day)::date, count(*) FROM sale WHERE day < '2026-02-01'::date + interval '1 day' GROUP BY 1"
    )
    result = sales.advise("--dialect", "postgres")
    assert result.exit_code == 0, result.output
    assert [query.query for query in sales.advice().designs[0].queries] == ["spent"]


def test_an_unknown_dialect_is_named(sales: Shop) -> None:
    fails(sales.advise("--dialect", "klingon"), 2, "klingon")


def test_a_query_on_an_unknown_table_is_left_out(sales: Shop) -> None:
    (sales.folder / "q" / "lost.sql").write_text("SELECT * FROM nowhere", encoding="utf-8")
    (sales.folder / "q" / "broken.sql").write_text("SELEKT 1", encoding="utf-8")
    result = sales.advise()
    assert result.exit_code == 0, result.output
    assert "query lost is not in the advice" in result.stderr
    assert "query broken is not in the advice" in result.stderr
    assert [query.query for query in sales.advice().designs[0].queries] == ["spent"]


def test_no_query_that_can_be_read_is_an_error(sales: Shop) -> None:
    (sales.folder / "q" / "spent.sql").write_text("SELECT * FROM nowhere", encoding="utf-8")
    fails(sales.advise(), 2, "no query could be analysed")
    assert not (sales.folder / "design").exists()


@pytest.mark.parametrize(
    ("pins", "words"),
    [
        (["sale.distkey=customer_id", "sale.diststyle=all"], ["contradicts"]),
        (["sale.distkey=customer_id", "sale.distkey=id"], ["contradicts"]),
        (["sale.sortkey=day", "sale.sortkey=id"], ["contradicts"]),
        (["sale.distkey=nothing"], ["no column nothing"]),
        (["sale.distkey="], ["column"]),
        (["sale.distkey=id,day"], ["one column"]),
        (["nowhere.diststyle=all"], ["no table nowhere"]),
        (["sale.diststyle=some"], ["all or even"]),
        (["sale"], ["TABLE.distkey=COLUMN"]),
    ],
)
def test_pins_that_cannot_stand(sales: Shop, pins: list[str], words: list[str]) -> None:
    fails(sales.advise(*(part for pin in pins for part in ("--pin", pin))), 2, *words)


def test_a_pin_beyond_the_budget_is_an_error(sales: Shop) -> None:
    fails(sales.advise("--pin", "sale.diststyle=all", "--replication-budget", "0"), 2, "budget")


def test_a_pin_on_a_product_that_cannot_follow_it_is_an_error(sales: Shop) -> None:
    fails(sales.advise("--pin", "sale.diststyle=even", "--engine", "vertica"), 2, "sale", "even")


def test_a_storage_budget_below_one_copy_is_an_error(sales: Shop) -> None:
    fails(sales.advise("--storage-budget", "0.5x"), 2, "one copy")


def test_a_table_of_text_that_nothing_can_hash(shop: Shop) -> None:
    shop.write(
        "CREATE TABLE note (body TEXT, price DOUBLE PRECISION); CREATE TABLE unread (body TEXT, price DOUBLE PRECISION);",
        {name: f"SELECT repeat('word {name} ', 9000) AS body, random() AS price FROM range(20)" for name in ("note", "unread")},
        {"q": "SELECT body, sum(price) FROM note WHERE price > 0.5 GROUP BY body"},
    )
    fails(shop.advise("--engine", "redshift"), 1, "body", "65,535")
    result = shop.advise("--engine", "vertica", "--replication-budget", "0")
    assert result.exit_code == 0, result.output
    assert "CREATE PROJECTION" in (shop.folder / "design" / "vertica.sql").read_text(encoding="utf-8")


def test_files_that_are_no_data(sales: Shop) -> None:
    (sales.folder / "data" / "sale.parquet").write_bytes(b"PAR1 not really")
    fails(sales.advise(), 1, "sale.parquet")


def test_the_design_read_from_a_warehouse_is_called_current_beside_others(shop: Shop) -> None:
    shop.write(SALES, {"customer": CUSTOMER, "sale": SALE}, {"spent": SPENT})
    columns = ("id", "customer_id", "store_id", "day")
    found = [
        Found("sale_b", "sale", True, stored(*columns), ("day",), "hash(sale.store_id)", Placement.HASH, 1, True, True, False),
        Found(
            "customer_b", "customer", True, stored("id", "name"), (), "hash(customer.name)", Placement.HASH, 1, True, True, False
        ),
        Found("old_b", "old", True, stored("id"), ("id",), "", Placement.REPLICATED, 0, True, True, False),
    ]
    now, mine = shop.folder / "now.json", shop.folder / "mine.json"
    document.write(now, as_design(found, 4, "warehouse, schema public"))
    document.write(mine, replace(as_design(found[:2], 4, "x"), basis="by hand"))
    result = shop.advise("--engine", "vertica", "--against", now, "--against", mine)
    assert result.exit_code == 0, result.output
    assert "the design current also holds old, of which there is no data: left out" in result.stderr
    designs = {cost.name: cost for cost in shop.advice("vertica").designs}
    assert list(designs) == ["no design", "primary keys", "current", "mine", "advised"]
    assert designs["current"].moved == designs["mine"].moved > designs["advised"].moved
    assert "current" in (shop.folder / "design" / "advice.vertica.html").read_text(encoding="utf-8")


def test_a_design_with_columns_that_the_schema_lacks_is_refused(shop: Shop) -> None:
    shop.write(SALES, {"customer": CUSTOMER, "sale": SALE}, {"spent": SPENT})
    table = TableDesign(diststyle=DistStyle.KEY, distkey="city")
    document.write(shop.folder / "now.json", RedshiftDesign("read from x", Cluster(), {"customer": table}))
    result = shop.advise("--engine", "redshift", "--against", shop.folder / "now.json")
    assert result.exit_code == 2
    assert "the design current names customer.city, which the schema does not have" in result.output
    assert not (shop.folder / "design").exists()


def stored(*names: str) -> tuple[ProjectionColumn, ...]:
    return tuple(map(ProjectionColumn, names))


def test_eon_mode_is_vertica_s_and_shards_are_eon_s(shop: Shop) -> None:
    shop.write(SALES, {"customer": CUSTOMER, "sale": SALE}, {"spent": SPENT})
    for options, words in (
        (("--shards", 4), "--shards are of Eon mode"),
        (("--engine", "redshift", "--vertica-mode", "eon"), "--vertica-mode is for Vertica"),
    ):
        result = shop.advise(*options)
        assert result.exit_code == 2
        assert words in result.output
    assert shop.advise("--vertica-mode", "eon", "--shards", 12).exit_code == 0
    assert "12 shards are more than twice the 4 nodes" in shop.advice("vertica").assumptions[-1]
    assert not any("shards" in each for each in shop.advice("redshift").assumptions)
    assert document.read(shop.folder / "design" / "design.vertica.json", VerticaDesign).cluster == Cluster(4, 2, 12)
    assert document.read(shop.folder / "design" / "design.redshift.json", RedshiftDesign).cluster == Cluster(4, 2)
