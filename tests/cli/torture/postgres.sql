CREATE TYPE mood AS ENUM ('sad','o''k','ha"ppy,');
CREATE DOMAIN posint AS integer CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TABLE torture (id int PRIMARY KEY, b boolean, s smallint, i integer, l bigint, n152 numeric(15,2), n38 numeric(38,0), n50 numeric(50,10), n numeric, r real, d double precision, m money,
 c char(10), v varchar(20), t text, by bytea, da date, ti time(6), tz timetz, ts timestamp, tsz timestamptz, iv interval, u uuid, j json, jb jsonb, ar int[], ta text[], e mood, p posint, co pair, b1 bit(1), b5 bit(5), vb varbit, ine inet, ran int4range, x xml, na name, pt point, ts3 timestamp(3), ch1 "char", oi oid, g int generated always as (id*2) stored);
INSERT INTO torture(id) VALUES (1);
INSERT INTO torture VALUES (2,true,-32768,-2147483648,-9223372036854775808,-9999999999999.99,-99999999999999999999999999999999999999,-9999999999999999999999999999.9999999999,-12345678901234567890.123456789,'-Infinity','-Infinity','-92233720368547758.08',
 'ab   ','',E'\\N','','0001-01-01','00:00:00','00:00:00+14','0001-01-01 00:00:00','0001-01-01 00:00:00+00','-178000000 years','00000000-0000-0000-0000-000000000000','{}','{}','{}','{}','sad',1,ROW(NULL,'x,"'),B'0',B'00000',B'','::1','empty','<a/>','n','(1e300,-0.1)','0001-01-01','a',0);
INSERT INTO torture VALUES (3,false,32767,2147483647,9223372036854775807,9999999999999.99,99999999999999999999999999999999999999,9999999999999999999999999999.9999999999,0.000000001,'Infinity','Infinity','92233720368547758.07',
 E'ä\n,"|\t','😀'||E'\r\n"\\,;|'||repeat('x',10),E'\\.\n\n"",NULL\\N\b',decode(repeat('00ff0a5c',10),'hex'),'9999-12-31','23:59:59.999999','23:59:59.999999-12:30','9999-12-31 23:59:59.999999','9999-12-31 23:59:59.999999+00','1 year 2 mons -3 days 04:05:06.789','ffffffff-ffff-ffff-ffff-ffffffffffff',E'{"a":\n [1,2.50]}','{"a": [1, 2.50]}','{1,NULL,3}',E'{"a,b","NULL",NULL,"\\"","\\\\"}','ha"ppy,',2147483647,ROW(1,NULL),B'1',B'11111',B'101','10.0.0.0/8','[1,10)','<a>&amp;</a>','üü','(0,0)','9999-12-31 23:59:59.999','b',4294967295);
INSERT INTO torture(id,r,d,t,c,v,ts,tsz,n) VALUES (4,'NaN','NaN','NULL',' x',' ','2026-03-29 02:30:00','2026-03-29 01:00:00+00',0),(5,3.4028235e38,1.7976931348623157e308,' ','          ',E'\\',  '2026-10-25 02:30:00','2026-10-25 00:30:00+00',1.10),(6,1.17549435e-38,2.2250738585072014e-308,repeat('é😀',300000),'','x','1900-01-01','1900-01-01 00:00:00.000001+00',-1),(7,-0.0,-0.0,'','','','1970-01-01','1969-12-31 23:59:59.999999+00',NULL),(8,1e-45,5e-324,'x','','',NULL,NULL,1e15),(9,0.1,0.1,null,null,null,null,null,null);
UPDATE torture SET by = decode(repeat('00ff',1500000),'hex') WHERE id=6;
INSERT INTO torture(id,da) VALUES (20,'infinity'),(21,'-infinity'),(22,'0044-03-15 BC'),(23,'10000-01-01');
INSERT INTO torture(id,ts) VALUES (24,'infinity'),(25,'4713-01-01 BC'),(26,'294276-12-31 23:59:59.999999');
INSERT INTO torture(id,tsz) VALUES (27,'-infinity');
INSERT INTO torture(id,ti) VALUES (28,'24:00:00');
INSERT INTO torture(id,n152) VALUES (29,'NaN');
INSERT INTO torture(id,n) VALUES (30,'NaN'),(31,'Infinity'),(32,'-Infinity');
CREATE TABLE single (t text); INSERT INTO single VALUES (''),(NULL),('\N'),('\.'),(E'\n'),('"'),(' ');
CREATE TABLE long_numbers (id int primary key, n numeric); INSERT INTO long_numbers VALUES (1, 10::numeric^1000),(2,1e-1000),(3,'NaN');
CREATE TABLE nothing (a int, b text);
CREATE TABLE "We""ird /\ name" ("Col umn" int, "sel""ect" text, "é" text); INSERT INTO "We""ird /\ name" VALUES (1,'a','b');
CREATE TABLE "it's %s {x}" ("a'b" int primary key, "%s" text, "{}" text); INSERT INTO "it's %s {x}" VALUES (1,'a','b');
CREATE TABLE part (id int, k text) PARTITION BY LIST (k); CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a'); CREATE TABLE part_b PARTITION OF part DEFAULT; INSERT INTO part SELECT i, CASE WHEN i%2=0 THEN 'a' ELSE 'b' END FROM generate_series(1,100) i;
