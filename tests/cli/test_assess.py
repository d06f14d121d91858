"""``assess`` from the command line: with a schema alone, with everything, and with what cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_invoke import invoke

from warehousebench.model import document
from warehousebench.model.assessment import Assessment, Status

DDL = """
CREATE TABLE customer (id integer PRIMARY KEY, name varchar(20) NOT NULL);
CREATE TABLE sale (id integer PRIMARY KEY, customer_id integer REFERENCES customer (id), paid numeric(8,2));
CREATE VIEW paid AS SELECT customer_id, sum(paid) AS total FROM sale GROUP BY customer_id;
"""


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """Return the catalog of two tables and a view."""
    (tmp_path / "shop.sql").write_text(DDL, encoding="utf-8")
    result = invoke("reflect", tmp_path / "shop.sql", "--dialect", "postgres", "-o", tmp_path / "catalog.json")
    assert result.exit_code == 0, result.output
    return tmp_path / "catalog.json"


def test_a_schema_alone(schema: Path, tmp_path: Path) -> None:
    result = invoke("assess", "--catalog", schema, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"assessment.{end}" for end in ("csv", "html", "json", "md")
    ]
    found = document.read(tmp_path / "out" / "assessment.json", Assessment)
    assert [each.engine for each in found.products] == ["redshift", "vertica"]
    assert any("--data" in each for each in found.unchecked)
    assert "Amazon Redshift" in result.stdout


def test_rows_queries_and_prices(schema: Path, tmp_path: Path) -> None:
    data, queries = tmp_path / "data", tmp_path / "queries"
    data.mkdir()
    queries.mkdir()
    (data / "customer.csv").write_text("id,name\n1,Ann\n", encoding="utf-8")
    (data / "sale.csv").write_text("id,customer_id,paid\n1,1,2.50\n2,7,1.00\n", encoding="utf-8")
    (queries / "q.sql").write_text("SELECT count(*) AS n FROM sale WHERE paid > 1", encoding="utf-8")
    prices = tmp_path / "prices.toml"
    prices.write_text(
        'currency = "EUR"\nsource = "offer"\ndate = "2026"\n[[prices.vertica]]\nwhat = "all"\nprice = 5\nper = "month"\n',
        encoding="utf-8",
    )
    options = (
        "--catalog",
        schema,
        "--data",
        data,
        "--queries",
        queries,
        "--prices",
        prices,
        "--engine",
        "vertica",
        "--bytes",
        "2TB",
    )
    result = invoke("assess", *options, "-o", tmp_path / "out", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [each["engine"] for each in found["products"]] == ["vertica"]
    assert [each["text"] for each in found["constraints"] if each["status"] == Status.VIOLATED] == ["customer_id → customer (id)"]
    assert found["products"][0]["queries"][0]["outcome"] == "as is"
    assert found["fit"]["costs"][0]["monthly"] == 5
    assert found["fit"]["size"]["raw_bytes"] == 2e12


def test_nothing_is_overwritten(schema: Path, tmp_path: Path) -> None:
    assert invoke("assess", "--catalog", schema, "-o", tmp_path / "out").exit_code == 0
    again = invoke("assess", "--catalog", schema, "-o", tmp_path / "out")
    assert again.exit_code == 2
    assert "is not overwritten" in again.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bytes", "much"), "is no size"),
        (("--bytes", "0"), "out of range"),
        (("--prices", "none.toml"), "cannot use the prices in none.toml"),
        (("--data", "nowhere"), "cannot read the folder nowhere"),
        (("--queries", "nowhere"), "there is no nowhere"),
        (("--engine", "oracle"), "'oracle' is not one of"),
    ],
)
def test_what_cannot_be_used_is_one_line(schema: Path, tmp_path: Path, options: tuple[str, str], message: str) -> None:
    result = invoke("assess", "--catalog", schema, "-o", tmp_path / "out", *options)
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert not (tmp_path / "out").exists()
