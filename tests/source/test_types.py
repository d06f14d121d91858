from __future__ import annotations

import pytest

from warehousebench.model.catalog import DataType, TypeKind
from warehousebench.source.types import parse_type

CASES = """
postgres | serial                       | integer
postgres | bigserial                    | bigint
postgres | int2                         | smallint
postgres | numeric                      | decimal
postgres | numeric(10)                  | decimal p=10 s=0
postgres | numeric(50,3)                | decimal p=50 s=3
postgres | money                        | decimal p=19 s=2
postgres | real                         | real
postgres | float                        | double
postgres | float(20)                    | real
postgres | float(40)                    | double
postgres | double precision             | double
postgres | text                         | text
postgres | citext                       | text
postgres | varchar                      | text
postgres | character varying(9)         | varchar l=9
postgres | char                         | char l=1
postgres | bpchar                       | text
postgres | bytea                        | binary
postgres | uuid                         | uuid
postgres | jsonb                        | json
postgres | timestamptz                  | timestamptz
postgres | timestamp(3) with time zone  | timestamptz p=3
postgres | timestamp without time zone  | timestamp
postgres | interval                     | interval
postgres | boolean                      | boolean
postgres | int[]                        | other
postgres | inet                         | other
postgres | public.mood                  | other
mysql    | tinyint(1)                   | smallint
mysql    | tinyint unsigned             | smallint
mysql    | smallint(5) unsigned         | integer
mysql    | mediumint unsigned           | integer
mysql    | int(10) unsigned             | bigint
mysql    | bigint(20) unsigned          | decimal p=20 s=0
mysql    | decimal                      | decimal p=10 s=0
mysql    | decimal(10,2) unsigned       | decimal p=10 s=2
mysql    | float                        | real
mysql    | float(7,4)                   | real
mysql    | real                         | double
mysql    | bit(1)                       | boolean
mysql    | bit(9)                       | binary l=2
mysql    | year                         | smallint
mysql    | datetime(6)                  | timestamp p=6
mysql    | longtext                     | text l=4294967295
mysql    | enum('a','b,c')              | varchar l=3
mysql    | set('a','bb')                | varchar l=4
mysql    | varbinary(20)                | binary l=20
mysql    | int8                         | bigint
mysql    | int8 unsigned                | decimal p=20 s=0
mysql    | serial                       | decimal p=20 s=0
mysql    | boolean                      | smallint
mysql    | mediumblob                   | binary l=16777215
mysql    | national varchar(5)          | varchar l=5
postgres | serial8                      | bigint
postgres | bit varying(9)               | varchar l=9
postgres | bit(8)                       | varchar l=8
postgres | interval day to second(3)    | interval
oracle   | NUMBER(38,-2)                | decimal p=38 s=-2
oracle   | NUMBER(*)                    | decimal
oracle   | DECIMAL                      | decimal p=38 s=0
oracle   | REAL                         | double
hsqldb   | VARCHAR_IGNORECASE(40)       | varchar l=40
hsqldb   | CLOB(2K)                     | varchar l=2048
hsqldb   | INTEGER ARRAY[10]            | other
hsqldb   | DECIMAL                      | decimal p=128 s=0
sqlite   | TINYINT                      | bigint
sqlite   | int8                         | bigint
tsql     | datetime2                    | timestamp p=7
tsql     | tinyint                      | smallint
tsql     | bit                          | boolean
tsql     | money                        | decimal p=19 s=4
tsql     | smallmoney                   | decimal p=10 s=4
tsql     | decimal                      | decimal p=18 s=0
tsql     | float                        | double
tsql     | float(24)                    | real
tsql     | real                         | real
tsql     | [nvarchar](10)               | varchar l=10
tsql     | nvarchar(max)                | text
tsql     | varchar                      | varchar l=1
tsql     | datetime2(7)                 | timestamp p=7
tsql     | datetimeoffset               | timestamptz p=7
tsql     | timestamp                    | binary l=8
tsql     | uniqueidentifier             | uuid
tsql     | varbinary(max)               | binary
tsql     | [dbo].[Name]                 | other
oracle   | NUMBER                       | decimal
oracle   | NUMBER(10)                   | decimal p=10 s=0
oracle   | NUMBER(*,0)                  | decimal p=38 s=0
oracle   | INTEGER                      | decimal p=38 s=0
oracle   | FLOAT(126)                   | double
oracle   | BINARY_FLOAT                 | real
oracle   | DATE                         | timestamp p=0
oracle   | VARCHAR2(10 CHAR)            | varchar l=10
oracle   | NCLOB                        | text
oracle   | RAW(16)                      | binary l=16
oracle   | LONG RAW                     | binary
oracle   | TIMESTAMP WITH LOCAL TIME ZONE | timestamptz
sqlite   | INTEGER                      | bigint
sqlite   | REAL                         | double
sqlite   | UNSIGNED BIG INT             | bigint
sqlite   | NATIVE CHARACTER(70)         | text
sqlite   | DECIMAL(15,2)                | decimal p=15 s=2
sqlite   | DATETIME                     | timestamp
sqlite   |                              | other
"""


def _told(type_: DataType) -> str:
    numbers = (("l", type_.length), ("p", type_.precision), ("s", type_.scale))
    return " ".join([type_.kind.value, *(f"{name}={number}" for name, number in numbers if number is not None)])


@pytest.mark.parametrize(
    ("dialect", "native", "expected"), [[part.strip() for part in line.split("|")] for line in CASES.strip().splitlines()]
)
def test_type(dialect: str, native: str, expected: str) -> None:
    found = parse_type(native, dialect)
    assert _told(found) == expected
    assert found.native == native


def test_unknown_keeps_its_text() -> None:
    assert parse_type("frobnicate(3) of x", "postgres") == DataType(TypeKind.OTHER, native="frobnicate(3) of x", dialect="postgres")
