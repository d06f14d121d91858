-- dump's comment; with ' quote
SET search_path = public;
\connect x
CREATE FUNCTION f() RETURNS int AS $$ begin; CREATE TABLE no (a int); end $$ LANGUAGE plpgsql;
CREATE TABLE public."Order" (
    id integer DEFAULT nextval('x;y'::regclass) NOT NULL,
    a text DEFAULT 'it''s, (ok' UNIQUE, -- c
    b int REFERENCES s.foo(id) ON DELETE CASCADE,
    Big_Name numeric(10,2),
    total numeric GENERATED ALWAYS AS (a * 2) VIRTUAL,
    c cube,
    CHECK (a > 0), EXCLUDE USING gist (a WITH =),
    foo frobnicate(3) WIBBLE NOT NULL
) PARTITION BY RANGE (id);
COPY public."Order" (id, a) FROM stdin;
1	CREATE TABLE evil (a int);
2\t'
\.
CREATE TABLE foo (id bigserial PRIMARY KEY, o int);
CREATE TABLE part1 (id int);
CREATE TABLE part2 PARTITION OF "Order" FOR VALUES FROM (1) TO (2);
ALTER TABLE ONLY public."Order" ATTACH PARTITION public.part1 FOR VALUES FROM (1) TO (2);
ALTER TABLE ONLY public.part1 ADD CONSTRAINT pp PRIMARY KEY (id);
ALTER TABLE ONLY public."Order"
    ADD CONSTRAINT pk PRIMARY KEY (id);
ALTER TABLE ONLY foo ADD CONSTRAINT fk FOREIGN KEY (o) REFERENCES public."Order"(id) DEFERRABLE;
ALTER TABLE foo ADD CONSTRAINT fk2 FOREIGN KEY (o) REFERENCES nowhere(id);
ALTER TABLE foo OWNER TO me;
ALTER TABLE foo ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME x START WITH 1);
ALTER TABLE foo ALTER COLUMN o SET DEFAULT 7;
ALTER TABLE foo ADD COLUMN z timestamptz(3), ADD COLUMN y uuid NOT NULL;
ALTER TABLE foo RENAME COLUMN a TO b;
COMMENT ON TABLE foo IS 'the ''foo''';
COMMENT ON COLUMN public.foo.o IS 'o;o';
COMMENT ON COLUMN foo.id IS NULL;
CREATE UNIQUE INDEX i ON public.foo USING btree (o, z);
CREATE UNIQUE INDEX i ON public.foo USING btree (o) WHERE o > 1;
INSERT INTO foo VALUES (1, 'CREATE TABLE x (a int);');
