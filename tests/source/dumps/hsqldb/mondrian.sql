-- HSQLDB-flavoured script of an OLAP sample, with semicolons
CREATE SCHEMA PUBLIC AUTHORIZATION DBA;
CREATE CACHED TABLE "sales_fact"("product_id" INTEGER NOT NULL,"time_id" INTEGER NOT NULL,"customer_id" INTEGER NOT NULL,"promotion_id" INTEGER NOT NULL,"store_id" INTEGER NOT NULL,"store_sales" DECIMAL(10,4) NOT NULL,"store_cost" DECIMAL(10,4) NOT NULL,"unit_sales" DECIMAL(10,4) NOT NULL);
CREATE CACHED TABLE "customer"("customer_id" INTEGER NOT NULL,"account_num" BIGINT NOT NULL,"lname" VARCHAR(30) NOT NULL,"fname" VARCHAR(30) NOT NULL,"birthdate" DATE NOT NULL,"marital_status" VARCHAR(30) NOT NULL,"total_children" SMALLINT NOT NULL,"date_accnt_opened" DATE NOT NULL,"fullname" VARCHAR(60) NOT NULL,"houseowner" BOOLEAN);
CREATE CACHED TABLE "store"(
  "store_id" INTEGER NOT NULL,
  "store_type" VARCHAR(30),
  "first_opened_date" TIMESTAMP,
  "store_sqft" INTEGER,
  "coffee_bar" BOOLEAN,
  CONSTRAINT "pk_store"
    PRIMARY KEY ("store_id"));
CREATE UNIQUE INDEX "i_customer_id" ON "customer" ("customer_id");
CREATE UNIQUE INDEX "i_sls_all" ON "sales_fact" ("time_id", "product_id", "customer_id", "promotion_id", "store_id");
CREATE INDEX "i_sls_store" ON "sales_fact" ("store_id");
ALTER TABLE "sales_fact" ADD CONSTRAINT "fk_store" FOREIGN KEY ("store_id") REFERENCES "store" ("store_id") ON UPDATE
SET NULL;
ALTER TABLE "customer" ADD COLUMN "education" VARCHAR(30) DEFAULT 'none' NOT NULL;
INSERT INTO "store" VALUES (0,'HeadQuarters; ''big''',NULL,NULL,FALSE),
(1,'Supermarket','1982-01-09 00:00:00.000',23688,
FALSE);
INSERT INTO "customer" VALUES (1,87462024688,'Nowmer','Sheri','1961-08-26','M',4,'1991-09-10','Sheri Nowmer',TRUE,'x');
COMMIT;
