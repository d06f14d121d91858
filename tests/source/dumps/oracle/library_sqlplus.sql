REM  Library of a small town: don't run twice
rem  it's a script for SQL*Plus
SET ECHO OFF
WHENEVER SQLERROR EXIT FAILURE
PROMPT Creating tables; it's slow ...
spool install.log

DROP TABLE member CASCADE CONSTRAINTS PURGE;

CREATE TABLE member
( member_id    INTEGER      CONSTRAINT member_pk PRIMARY KEY
, name         VARCHAR2(80) NOT NULL
, joined       DATE         DEFAULT SYSDATE NOT NULL
, status       VARCHAR2(10) DEFAULT 'NEW' CONSTRAINT member_status CHECK (status IN ('NEW','OLD (gone)'))
, fee          NUMBER(6,2)  DEFAULT 12.50
, points       SMALLINT
, ratio        FLOAT
, weight       REAL
, dbl          DOUBLE PRECISION
, big          DECIMAL
, code         CHARACTER VARYING(12)
, "Secret"     RAW(32)
)
TABLESPACE users STORAGE (INITIAL 10K NEXT 10K);

CREATE TABLE item (item_id NUMBER(10), title VARCHAR2(4000), isbn CHAR(13) UNIQUE, lost NUMBER(1) DEFAULT 0, body LONG RAW)
/
ALTER TABLE item ADD (
  CONSTRAINT item_pk PRIMARY KEY (item_id),
  CONSTRAINT item_lost_ck CHECK (lost IN (0,1)),
  shelf VARCHAR2(8) DEFAULT q'!it's; here!' NOT NULL
)
/
ALTER TABLE item MODIFY (title VARCHAR2(2000) NOT NULL, isbn NOT NULL);
ALTER TABLE item RENAME COLUMN lost TO is_lost;

CREATE TABLE loan (
  member_id INTEGER NOT NULL REFERENCES member,
  item_id   NUMBER(10) NOT NULL REFERENCES item (item_id) ON DELETE CASCADE,
  since     TIMESTAMP DEFAULT SYSTIMESTAMP,
  days      NUMBER(3) DEFAULT 28,
  dropped   NUMBER,
  CONSTRAINT loan_pk PRIMARY KEY (member_id, item_id, since)
);
ALTER TABLE loan DROP COLUMN dropped;

COMMENT ON TABLE loan IS 'Who has what; don''t guess';

CREATE OR REPLACE VIEW late AS
SELECT member_id, item_id FROM loan WHERE since + days < SYSDATE;

CREATE SEQUENCE member_seq;
CREATE PUBLIC SYNONYM people FOR member;

CREATE OR REPLACE FUNCTION fee_of(d NUMBER) RETURN NUMBER IS
  r NUMBER := 0;
BEGIN
  r := d * 0.2; -- it's cheap; CREATE TABLE no (a int);
  RETURN r;
END;
/
BEGIN
  NULL;
END;
/
INSERT INTO member (member_id, name) VALUES (1, q'<O'Neill; (Ann)>');
COMMIT;
EXIT
