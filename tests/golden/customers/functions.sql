-- Redshift

CREATE OR REPLACE FUNCTION amount_spent_sql (INTEGER, DECIMAL(10,2))
RETURNS DECIMAL(18,2)
IMMUTABLE AS $$
  SELECT CAST($1 * $2 AS DECIMAL(18, 2))
$$ LANGUAGE sql;

CREATE OR REPLACE FUNCTION parse_day_sql (VARCHAR(40))
RETURNS DATE
IMMUTABLE AS $$
  SELECT CAST($1 AS DATE)
$$ LANGUAGE sql;

CREATE OR REPLACE EXTERNAL FUNCTION amount_spent_lambda (INTEGER, DECIMAL(10,2))
RETURNS DECIMAL(18,2)
STABLE
LAMBDA 'shop-amount_spent'
IAM_ROLE 'arn:aws:iam::123456789012:role/functions';

CREATE OR REPLACE EXTERNAL FUNCTION parse_day_lambda (VARCHAR(40))
RETURNS DATE
STABLE
LAMBDA 'shop-parse_day'
IAM_ROLE 'arn:aws:iam::123456789012:role/functions';

-- Vertica

CREATE OR REPLACE FUNCTION amount_spent_sql(quantity INTEGER, price NUMERIC(10,2)) RETURN NUMERIC(18,2)
AS BEGIN
  RETURN CAST(quantity * price AS DECIMAL(18, 2));
END;

CREATE OR REPLACE FUNCTION parse_day_sql(written VARCHAR(40)) RETURN DATE
AS BEGIN
  RETURN CAST(written AS DATE);
END;

CREATE OR REPLACE LIBRARY warehousebench_functions AS '/home/dbadmin/functions_udx.py' LANGUAGE 'Python';

CREATE OR REPLACE FUNCTION amount_spent_udx AS LANGUAGE 'Python' NAME 'amount_spent_factory' LIBRARY warehousebench_functions FENCED;

CREATE OR REPLACE LIBRARY warehousebench_functions AS '/home/dbadmin/functions_udx.py' LANGUAGE 'Python';

CREATE OR REPLACE FUNCTION parse_day_udx AS LANGUAGE 'Python' NAME 'parse_day_factory' LIBRARY warehousebench_functions FENCED;

-- PostgreSQL

CREATE OR REPLACE FUNCTION "shop"."amount_spent_sql"("quantity" integer, "price" numeric(10, 2)) RETURNS numeric(18, 2) LANGUAGE SQL IMMUTABLE RETURN CAST(quantity * price AS DECIMAL(18, 2));

CREATE OR REPLACE FUNCTION "shop"."parse_day_sql"("written" text) RETURNS date LANGUAGE SQL IMMUTABLE RETURN CAST(written AS DATE);
