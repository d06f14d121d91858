SET sql_mode='ALLOW_INVALID_DATES', time_zone='+00:00';
CREATE TABLE torture (id int PRIMARY KEY, b1 tinyint(1), ti tinyint, tiu tinyint unsigned, si smallint, siu smallint unsigned, mi mediumint, i int, iu int unsigned, bi bigint, bu bigint unsigned, iz int(5) zerofill,
 d152 decimal(15,2), d28 decimal(28,10), d38 decimal(38,10), d65 decimal(65,30), f float, db double, d date, dtm datetime(6), dt0 datetime, ts timestamp(6) NULL, t time(6), y year,
 c char(10), v varchar(50), l1 varchar(20) character set latin1, u2 varchar(20) character set ucs2, tx text, lt longtext, e enum('a','b''c','ä'), s set('x','y','z'), js json, b bit(1), b12 bit(12), b64 bit(64), bl longblob, vb varbinary(20), bn binary(4), uu uuid, i6 inet6, g point, gen int generated always as (id*2) stored) CHARACTER SET utf8mb4;
INSERT INTO torture(id) VALUES (1);
INSERT INTO torture VALUES (2,0,-128,0,-32768,0,-8388608,-2147483648,0,-9223372036854775808,0,1,-9999999999999.99,-999999999999999999.9999999999,-9999999999999999999999999999.9999999999,0.000000000000000000000000000001,-3.4028235e38,-1.7976931348623157e308,'0001-01-01','0001-01-01 00:00:00','1000-01-01','1970-01-01 00:00:01','00:00:00','1901',
 'ab   ','','','','\\N','','a','','{}',b'0',b'0',b'0','','','','00000000-0000-0000-0000-000000000000','::',POINT(0,0),DEFAULT);
INSERT INTO torture VALUES (3,1,127,255,32767,65535,8388607,2147483647,4294967295,9223372036854775807,18446744073709551615,99999,9999999999999.99,999999999999999999.9999999999,9999999999999999999999999999.9999999999,1.5,3.4028235e38,1.7976931348623157e308,'9999-12-31','9999-12-31 23:59:59.999999','9999-12-31 23:59:59','2038-01-19 03:14:07.999999','23:59:59.999999','2155',
 'ä\n,"|\t','😀\r\n"\\,;|\0','Ärger€','ü¥','\\.\n\n"",NULL\\N','x','ä','x,z','{"a":\n [1,2.50]}',b'1',b'101010101010',b'1111111111111111111111111111111111111111111111111111111111111111',REPEAT(x'00ff0a5c',500000),x'00ff0a5c',x'00ff','ffffffff-ffff-ffff-ffff-ffffffffffff','::ffff:10.0.0.1',POINT(1e300,-0.1),DEFAULT);
INSERT INTO torture(id,f,db,ts,dtm,lt,y,b1) VALUES (4,0.1,0.1,'2026-03-29 01:00:00','2026-03-29 02:30:00',REPEAT('é😀',200000),0,-5),(5,1e-45,5e-324,'2026-10-25 00:30:00','2026-10-25 02:30:00',' ',2000,127),(6,1.17549435e-38,2.2250738585072014e-308,NULL,NULL,'NULL',NULL,NULL),(7,-0.0,-0.0,NULL,NULL,'\\',NULL,NULL);
SET sql_mode='';
INSERT INTO torture(id,d) VALUES (20,'0000-00-00'),(21,'2020-00-00'),(22,'2020-01-00');
INSERT INTO torture(id,dtm) VALUES (23,'0000-00-00 00:00:00'),(24,'2020-02-31 10:00:00');
INSERT INTO torture(id,ts) VALUES (25,'0000-00-00 00:00:00');
SET sql_mode='ALLOW_INVALID_DATES';
INSERT INTO torture(id,d) VALUES (26,'2020-02-31');
CREATE TABLE durations (id int primary key, t time(6)); INSERT INTO durations VALUES (1,'838:59:59.999999'),(2,'-838:59:59'),(3,'12:00:00.5'),(4,NULL);
CREATE TABLE long_numbers (id int primary key, n decimal(65,30)); INSERT INTO long_numbers VALUES (1,'12345678901234567890123456789012345.123456789012345678901234567891'),(2,-1),(3,0.1);
CREATE TABLE dup (a int, d date); INSERT INTO dup VALUES (1,'2020-01-01'),(1,'2020-01-01'),(1,'0000-00-00'),(1,'0000-00-00'),(NULL,NULL);
CREATE TABLE myisam (a int, b varchar(10)) ENGINE=MyISAM; INSERT INTO myisam VALUES (1,'x');
CREATE TABLE nothing (a int, b text);
CREATE TABLE `we``ird "name` (`Col umn` int primary key, `sel"ect` text, `é` text, `a'b` text, `%s` text); INSERT INTO `we``ird "name` VALUES (1,'a','b','c','d');
CREATE TABLE textkey (k varchar(20) primary key, v int); INSERT INTO textkey VALUES ('a\\b',1),('it''s',2),('',3),('ä😀',4);
