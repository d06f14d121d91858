from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from warehousebench.errors import SourceError
from warehousebench.model.catalog import DataType, ForeignKey, TypeKind
from warehousebench.source import database

SCRIPT = """
CREATE TABLE "Order" (
    id INTEGER PRIMARY KEY, customer INT NOT NULL REFERENCES customer, price DECIMAL(15,2) DEFAULT 0, odd WIBBLE, bare
);
CREATE TABLE customer (id INTEGER PRIMARY KEY, name NVARCHAR(40) NOT NULL UNIQUE, big UNSIGNED BIG INT);
CREATE TABLE ring_a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES ring_b (id));
CREATE TABLE ring_b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES ring_a (id), g INTEGER REFERENCES gone (id));
CREATE UNIQUE INDEX one ON ring_b (a, g);
CREATE UNIQUE INDEX some ON ring_b (a) WHERE g > 1;
CREATE UNIQUE INDEX computed ON ring_b (abs(a));
CREATE VIEW seen AS SELECT * FROM customer;
INSERT INTO customer VALUES (1, 'x', 2), (2, 'y', 3);
"""


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    path = tmp_path / "shop.bin"  # the name does not tell what it is
    connection = sqlite3.connect(path)
    connection.executescript(SCRIPT)
    connection.close()
    return path


def test_reflects_sqlite(sqlite: Path) -> None:
    catalog = database.reflect(f"sqlite:///{sqlite}")
    assert [table.name for table in catalog] == ["Order", "customer", "ring_a", "ring_b"]
    order, customer = catalog.table("Order"), catalog.table("customer")
    assert order.column("id").type == DataType(TypeKind.BIGINT, native="INTEGER", dialect="sqlite")
    assert order.column("price").type == DataType(TypeKind.DECIMAL, precision=15, scale=2, native="DECIMAL(15,2)", dialect="sqlite")
    assert order.column("price").default == "0"
    assert order.column("odd").type == DataType(TypeKind.OTHER, native="WIBBLE", dialect="sqlite")
    assert order.column("bare").type == DataType(TypeKind.OTHER, dialect="sqlite")
    assert order.foreign_keys == (ForeignKey(("customer",), "customer", ("id",)),)
    assert customer.unique_keys == (("name",),)
    assert catalog.table("ring_b").unique_keys == (("a", "g"),)
    assert customer.column("big").type.kind is TypeKind.BIGINT
    assert (order.rows, customer.rows, order.primary_key) == (0, 2, ("id",))
    assert catalog.table("ring_a").foreign_keys[0].referenced_table == "ring_b"
    assert [finding for finding in catalog.findings if "gone" in finding]
    assert catalog.source == "shop.bin"


def test_a_path_is_a_source_too(sqlite: Path, tmp_path: Path) -> None:
    assert database.reflect_source(str(sqlite)) == database.reflect_source(f"sqlite:///{sqlite}") == database.reflect(str(sqlite))
    script = tmp_path / "shop.db"  # SQL text, whatever its name says
    script.write_text(SCRIPT, encoding="utf-8")
    read = database.reflect_source(str(script), dialect="sqlite")
    live = database.reflect(str(sqlite))
    assert [table.columns for table in read] == [table.columns for table in live]
    assert [table.foreign_keys for table in read] == [table.foreign_keys for table in live]
    assert [table.unique_keys for table in read] == [table.unique_keys for table in live]


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "absent.db"
    with pytest.raises(SourceError, match="not an existing SQLite file"):
        database.reflect(f"sqlite:///{path}")
    with pytest.raises(SourceError, match=r"absent\.db: No such file"):
        database.reflect_source(str(path))
    assert not path.exists()


def test_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE t (x); DROP TABLE t;")
    connection.close()
    with pytest.raises(SourceError, match="has no tables"):
        database.reflect(str(path))


def test_damaged_file(sqlite: Path) -> None:
    content = bytearray(sqlite.read_bytes())
    content[100:4096] = b"\xff" * 3996
    sqlite.write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot read shop\.bin: .*malformed"):
        database.reflect(str(sqlite))


def test_missing_driver() -> None:
    with pytest.raises(SourceError, match=r"pip install oracledb|pip install cx_Oracle") as caught:
        database.reflect("oracle://scott:ti%40ger@host/x")
    assert "ger" not in str(caught.value)


def test_unknown_kind_and_unreadable_url() -> None:
    with pytest.raises(SourceError, match="kind of database in nosuch://"):
        database.reflect("nosuch://u:secret@h/x")
    with pytest.raises(SourceError, match="cannot be read") as caught:
        database.reflect("://u:secret@")
    assert "secret" not in str(caught.value)


def test_secrets_are_cut_out_of_a_drivers_words() -> None:
    url = "postgresql+psycopg://u:p%40ss@h/d?password=other"
    text = database._without_secrets('bad "p@ss" or p%40ss or other', url)
    assert text == 'bad "***" or *** or ***'
    assert database._shown(url) == "postgresql+psycopg://u:***@h/d"


POSTGRES = """
    CREATE SCHEMA wb_test;
    CREATE TABLE wb_test.a (id serial PRIMARY KEY, n numeric(12,3), t timestamptz, j jsonb, u uuid UNIQUE, z int[]);
    CREATE TABLE wb_test.p (id int, a int REFERENCES wb_test.a) PARTITION BY RANGE (id);
    CREATE TABLE wb_test.p1 PARTITION OF wb_test.p FOR VALUES FROM (1) TO (5);
    CREATE TABLE public.elsewhere (id int PRIMARY KEY);
    ALTER TABLE wb_test.a ADD e int REFERENCES public.elsewhere;
    COMMENT ON TABLE wb_test.a IS 'the a'; INSERT INTO wb_test.a (n) VALUES (1); INSERT INTO wb_test.p VALUES (2, 1);"""


def test_reflects_a_schema_of_postgres(postgres_url: str) -> None:
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in POSTGRES.split(";")[:-1]:
            connection.execute(sa.text(statement))
    catalog = database.reflect(url, "wb_test")
    assert [(table.name, table.rows) for table in catalog] == [("a", 1), ("p", 1)]
    kinds = [column.type.kind.value for column in catalog.table("a").columns]
    assert kinds == ["integer", "decimal", "timestamptz", "json", "uuid", "other", "integer"]
    assert catalog.table("a").comment == "the a"
    assert catalog.findings == (
        "partitions counted with their parents: 1",
        "database: the foreign key (e) of a to public.elsewhere refers to an unknown table; left out",
    )
    assert catalog.table("p").foreign_keys[0].referenced_table == "a"
    with pytest.raises(SourceError, match="no tables in its schema nowhere"):
        database.reflect(url, "nowhere")
    _without_a_privilege(url)
    with pytest.raises(SourceError, match="cannot read") as caught:
        database.reflect("postgresql+psycopg://me:s3cret@127.0.0.1:1/shop")
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def _without_a_privilege(url: str) -> None:
    """Check that a table which may not be read costs its row count and nothing else."""
    role = f"wb_role_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in (
            f"CREATE ROLE {role}",
            f"GRANT USAGE ON SCHEMA wb_test TO {role}",
            f"GRANT SELECT ON wb_test.p TO {role}",
        ):
            connection.execute(sa.text(statement))
        try:
            as_role = sa.make_url(url).update_query_dict({"options": f"-crole={role}"})
            catalog = database.reflect(as_role.render_as_string(hide_password=False), "wb_test")
        finally:
            connection.execute(sa.text(f"DROP OWNED BY {role}"))
            connection.execute(sa.text(f"DROP ROLE {role}"))
    assert [(table.name, table.rows, len(table.columns)) for table in catalog] == [("a", None, 7), ("p", 1, 2)]
    assert "rows of a could not be counted: permission denied for table a" in catalog.findings
