--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: public; Type: SCHEMA; Schema: -; Owner: -
--



--
-- Name: SCHEMA public; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA public IS 'standard public schema';


--
-- Name: close_year(integer); Type: PROCEDURE; Schema: public; Owner: -
--

CREATE PROCEDURE public.close_year(IN y integer)
    LANGUAGE sql
    AS $$ DELETE FROM cache; $$;


--
-- Name: order_number; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.order_number
    START WITH 100000
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


SET default_tablespace = '';

--
-- Name: Order; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."Order" (
    id bigint DEFAULT nextval('public.order_number'::regclass) NOT NULL,
    customer_id integer NOT NULL,
    placed timestamp with time zone NOT NULL,
    total numeric(14,2) DEFAULT 0 NOT NULL,
    "select" text,
    note text DEFAULT 'it''s "ok", (really);'::text
)
PARTITION BY RANGE (placed);


SET default_table_access_method = heap;

--
-- Name: cache; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.cache (
    k text NOT NULL,
    v bytea
)
WITH (fillfactor='70');


--
-- Name: customer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.customer (
    customer_id integer NOT NULL,
    parent_id integer,
    name character varying(80) NOT NULL,
    credit money DEFAULT 0,
    joined timestamp without time zone DEFAULT (now() AT TIME ZONE 'utc'::text) NOT NULL,
    address inet,
    net cidr,
    mac macaddr
);


--
-- Name: customers; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.customers WITH (security_barrier='true') AS
 SELECT customer.customer_id,
    customer.name
   FROM public.customer
  WHERE ((customer.name)::text <> ''::text)
  WITH CASCADED CHECK OPTION;


--
-- Name: event_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.event_log (
    bucket integer NOT NULL,
    payload json,
    at time with time zone,
    during time(2) without time zone
)
PARTITION BY HASH (bucket);


--
-- Name: event_log_0; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.event_log_0 (
    bucket integer NOT NULL,
    payload json,
    at time with time zone,
    during time(2) without time zone
);


--
-- Name: event_log_1; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.event_log_1 (
    bucket integer NOT NULL,
    payload json,
    at time with time zone,
    during time(2) without time zone
);


--
-- Name: order_2024; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_2024 (
    id bigint DEFAULT nextval('public.order_number'::regclass) NOT NULL,
    customer_id integer NOT NULL,
    placed timestamp with time zone NOT NULL,
    total numeric(14,2) DEFAULT 0 NOT NULL,
    "select" text,
    note text DEFAULT 'it''s "ok", (really);'::text
);


--
-- Name: order_2025; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_2025 (
    id bigint DEFAULT nextval('public.order_number'::regclass) NOT NULL,
    customer_id integer NOT NULL,
    placed timestamp with time zone NOT NULL,
    total numeric(14,2) DEFAULT 0 NOT NULL,
    "select" text,
    note text DEFAULT 'it''s "ok", (really);'::text
)
PARTITION BY RANGE (placed);


--
-- Name: order_2025_big; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_2025_big (
    id bigint DEFAULT nextval('public.order_number'::regclass) NOT NULL,
    customer_id integer NOT NULL,
    placed timestamp with time zone NOT NULL,
    total numeric(14,2) DEFAULT 0 NOT NULL,
    "select" text,
    note text DEFAULT 'it''s "ok", (really);'::text
);


--
-- Name: order_2025_rest; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_2025_rest (
    id bigint DEFAULT nextval('public.order_number'::regclass) NOT NULL,
    customer_id integer NOT NULL,
    placed timestamp with time zone NOT NULL,
    total numeric(14,2) DEFAULT 0 NOT NULL,
    "select" text,
    note text DEFAULT 'it''s "ok", (really);'::text
);


--
-- Name: order_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_default (
    id bigint DEFAULT nextval('public.order_number'::regclass) NOT NULL,
    customer_id integer NOT NULL,
    placed timestamp with time zone NOT NULL,
    total numeric(14,2) DEFAULT 0 NOT NULL,
    "select" text,
    note text DEFAULT 'it''s "ok", (really);'::text
);


--
-- Name: order_line; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_line (
    order_id bigint NOT NULL,
    placed timestamp with time zone NOT NULL,
    line integer NOT NULL,
    sku character varying(20) NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    quantity numeric(10,3) NOT NULL,
    price numeric(12,2) NOT NULL,
    amount numeric(24,5) GENERATED ALWAYS AS ((quantity * price)) STORED,
    CONSTRAINT order_line_quantity_check CHECK ((quantity <> (0)::numeric))
);


--
-- Name: product; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product (
    sku character varying(20) NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    title text NOT NULL,
    price numeric(12,2) NOT NULL,
    weight numeric(50,10),
    attributes jsonb DEFAULT '{"a": [1, 2], "b)": "x,y"}'::jsonb,
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, title)) STORED,
    area box,
    valid daterange
);


--
-- Name: revenue; Type: MATERIALIZED VIEW; Schema: public; Owner: -
--

CREATE MATERIALIZED VIEW public.revenue AS
 SELECT date_trunc('month'::text, "Order".placed) AS month,
    sum("Order".total) AS total
   FROM public."Order"
  GROUP BY (date_trunc('month'::text, "Order".placed))
  WITH NO DATA;


--
-- Name: event_log_0; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event_log ATTACH PARTITION public.event_log_0 FOR VALUES WITH (modulus 2, remainder 0);


--
-- Name: event_log_1; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event_log ATTACH PARTITION public.event_log_1 FOR VALUES WITH (modulus 2, remainder 1);


--
-- Name: order_2024; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Order" ATTACH PARTITION public.order_2024 FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');


--
-- Name: order_2025; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Order" ATTACH PARTITION public.order_2025 FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');


--
-- Name: order_2025_big; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_2025 ATTACH PARTITION public.order_2025_big FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2025-07-01 00:00:00+00');


--
-- Name: order_2025_rest; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_2025 ATTACH PARTITION public.order_2025_rest DEFAULT;


--
-- Name: order_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Order" ATTACH PARTITION public.order_default DEFAULT;


--
-- Data for Name: cache; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: customer; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.customer VALUES (1, NULL, 'Ann', '$0.00', '2026-11-27 21:08:34.253683', NULL, NULL, NULL);
INSERT INTO public.customer VALUES (2, NULL, 'B;\.ob
\.', '$0.00', '2026-11-27 21:08:34.253683', NULL, NULL, NULL);


--
-- Data for Name: event_log_0; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: event_log_1; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: order_2024; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_2024 VALUES (100000, 1, '2024-05-05 00:00:00+00', 0.00, NULL, 'it''s "ok", (really);');


--
-- Data for Name: order_2025_big; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_2025_big VALUES (100001, 2, '2025-05-05 00:00:00+00', 0.00, NULL, 'it''s "ok", (really);');


--
-- Data for Name: order_2025_rest; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: order_default; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_default VALUES (100002, 1, '2030-01-01 00:00:00+00', 0.00, NULL, 'it''s "ok", (really);');


--
-- Data for Name: order_line; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: product; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: order_number; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.order_number', 100002, true);


--
-- Name: Order Order_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Order"
    ADD CONSTRAINT "Order_pkey" PRIMARY KEY (id, placed);


--
-- Name: cache cache_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cache
    ADD CONSTRAINT cache_pkey PRIMARY KEY (k);


--
-- Name: customer customer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (customer_id);


--
-- Name: order_2024 order_2024_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_2024
    ADD CONSTRAINT order_2024_pkey PRIMARY KEY (id, placed);


--
-- Name: order_2025 order_2025_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_2025
    ADD CONSTRAINT order_2025_pkey PRIMARY KEY (id, placed);


--
-- Name: order_2025_big order_2025_big_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_2025_big
    ADD CONSTRAINT order_2025_big_pkey PRIMARY KEY (id, placed);


--
-- Name: order_2025_rest order_2025_rest_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_2025_rest
    ADD CONSTRAINT order_2025_rest_pkey PRIMARY KEY (id, placed);


--
-- Name: order_default order_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_default
    ADD CONSTRAINT order_default_pkey PRIMARY KEY (id, placed);


--
-- Name: order_line order_line_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT order_line_pkey PRIMARY KEY (order_id, placed, line);


--
-- Name: product product_area_excl; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_area_excl EXCLUDE USING gist (area WITH &&);


--
-- Name: product product_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (sku, version);


--
-- Name: revenue_month; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX revenue_month ON public.revenue USING btree (month);


--
-- Name: order_2024_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public."Order_pkey" ATTACH PARTITION public.order_2024_pkey;


--
-- Name: order_2025_big_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.order_2025_pkey ATTACH PARTITION public.order_2025_big_pkey;


--
-- Name: order_2025_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public."Order_pkey" ATTACH PARTITION public.order_2025_pkey;


--
-- Name: order_2025_rest_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.order_2025_pkey ATTACH PARTITION public.order_2025_rest_pkey;


--
-- Name: order_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public."Order_pkey" ATTACH PARTITION public.order_default_pkey;


--
-- Name: customer customer_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.customer(customer_id);


--
-- Name: Order order_customer; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public."Order"
    ADD CONSTRAINT order_customer FOREIGN KEY (customer_id) REFERENCES public.customer(customer_id);


--
-- Name: order_line order_line_order_id_placed_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT order_line_order_id_placed_fkey FOREIGN KEY (order_id, placed) REFERENCES public."Order"(id, placed) ON DELETE CASCADE;


--
-- Name: order_line order_line_sku_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT order_line_sku_version_fkey FOREIGN KEY (sku, version) REFERENCES public.product(sku, version) MATCH FULL;


--
-- Name: revenue; Type: MATERIALIZED VIEW DATA; Schema: public; Owner: -
--

REFRESH MATERIALIZED VIEW public.revenue;


--
-- PostgreSQL database dump complete
--


