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

ALTER TABLE IF EXISTS ONLY public.measurement DROP CONSTRAINT IF EXISTS measurement_station_fkey;
ALTER TABLE IF EXISTS ONLY public.b DROP CONSTRAINT IF EXISTS b_a_id_fkey;
ALTER TABLE IF EXISTS ONLY public.alarm DROP CONSTRAINT IF EXISTS alarm_measurement;
ALTER TABLE IF EXISTS ONLY public.a DROP CONSTRAINT IF EXISTS a_b;
DROP RULE IF EXISTS no_delete ON public.alarm;
ALTER TABLE IF EXISTS ONLY public.station DROP CONSTRAINT IF EXISTS station_pkey;
ALTER TABLE IF EXISTS ONLY public.measurement DROP CONSTRAINT IF EXISTS measurement_pk;
ALTER TABLE IF EXISTS ONLY public.b DROP CONSTRAINT IF EXISTS b_pkey;
ALTER TABLE IF EXISTS ONLY public.alarm DROP CONSTRAINT IF EXISTS alarm_pkey;
ALTER TABLE IF EXISTS ONLY public.alarm DROP CONSTRAINT IF EXISTS alarm_once;
ALTER TABLE IF EXISTS ONLY public.a DROP CONSTRAINT IF EXISTS a_pkey;
ALTER TABLE IF EXISTS ONLY public."Straße" DROP CONSTRAINT IF EXISTS "Straße_pkey";
ALTER TABLE IF EXISTS public.alarm ALTER COLUMN id DROP DEFAULT;
DROP TABLE IF EXISTS public.station;
DROP TABLE IF EXISTS public.measurement_calibrated;
DROP TABLE IF EXISTS public.measurement_2023;
DROP VIEW IF EXISTS public.latest;
DROP TABLE IF EXISTS public.measurement;
DROP TABLE IF EXISTS public.empty_one;
DROP TABLE IF EXISTS public.b;
DROP SEQUENCE IF EXISTS public.alarm_id_seq;
DROP TABLE IF EXISTS public.alarm;
DROP TABLE IF EXISTS public.a;
DROP TABLE IF EXISTS public."Straße";
DROP AGGREGATE IF EXISTS public.total(double precision);
DROP FUNCTION IF EXISTS public.celsius(f double precision);
DROP TYPE IF EXISTS public.temperature;
DROP TYPE IF EXISTS public.reading;
DROP TYPE IF EXISTS public.level;
--
-- Name: level; Type: TYPE; Schema: public; Owner: root
--

CREATE TYPE public.level AS ENUM (
    'ok',
    'warn',
    'ünbekannt'
);


ALTER TYPE public.level OWNER TO postgres;

--
-- Name: reading; Type: TYPE; Schema: public; Owner: root
--

CREATE TYPE public.reading AS (
	value double precision,
	unit text
);


ALTER TYPE public.reading OWNER TO postgres;

--
-- Name: temperature; Type: TYPE; Schema: public; Owner: root
--

CREATE TYPE public.temperature AS RANGE (
    subtype = double precision,
    multirange_type_name = public.temperature_multirange
);


ALTER TYPE public.temperature OWNER TO postgres;

--
-- Name: celsius(double precision); Type: FUNCTION; Schema: public; Owner: root
--

CREATE FUNCTION public.celsius(f double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE
    AS $$SELECT (f - 32) * 5 / 9;$$;


ALTER FUNCTION public.celsius(f double precision) OWNER TO postgres;

--
-- Name: total(double precision); Type: AGGREGATE; Schema: public; Owner: root
--

CREATE AGGREGATE public.total(double precision) (
    SFUNC = float8pl,
    STYPE = double precision,
    INITCOND = '0'
);


ALTER AGGREGATE public.total(double precision) OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: Straße; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public."Straße" (
    "Größe in m²" numeric(8,2),
    "a.b" text,
    "c""d" text,
    "select" integer NOT NULL,
    "MixedCase" integer NOT NULL
);


ALTER TABLE public."Straße" OWNER TO postgres;

--
-- Name: a; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.a (
    id integer NOT NULL,
    b_id integer
);


ALTER TABLE public.a OWNER TO postgres;

--
-- Name: alarm; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.alarm (
    id smallint NOT NULL,
    station character(5),
    taken timestamp(0) with time zone,
    level public.level NOT NULL,
    acknowledged_by text,
    CONSTRAINT never_valid CHECK ((level <> 'ok'::public.level))
);


ALTER TABLE public.alarm OWNER TO postgres;

--
-- Name: alarm_id_seq; Type: SEQUENCE; Schema: public; Owner: root
--

CREATE SEQUENCE public.alarm_id_seq
    AS smallint
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.alarm_id_seq OWNER TO postgres;

--
-- Name: alarm_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: root
--

ALTER SEQUENCE public.alarm_id_seq OWNED BY public.alarm.id;


--
-- Name: b; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.b (
    id integer NOT NULL,
    a_id integer
);


ALTER TABLE public.b OWNER TO postgres;

--
-- Name: empty_one; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.empty_one (
);


ALTER TABLE public.empty_one OWNER TO postgres;

--
-- Name: measurement; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.measurement (
    station character(5) NOT NULL,
    taken timestamp(0) with time zone NOT NULL,
    value real,
    precise double precision,
    exact numeric(38,18),
    huge numeric(1000,500),
    any_number numeric,
    lasted interval,
    years interval year to month,
    clock time without time zone
);


ALTER TABLE public.measurement OWNER TO postgres;

--
-- Name: latest; Type: VIEW; Schema: public; Owner: root
--

CREATE VIEW public.latest AS
 WITH x AS (
         SELECT measurement.station,
            max(measurement.taken) AS taken
           FROM public.measurement
          GROUP BY measurement.station
        )
 SELECT m.station,
    m.value
   FROM (public.measurement m
     JOIN x USING (station, taken));


ALTER TABLE public.latest OWNER TO postgres;

--
-- Name: measurement_2023; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.measurement_2023 (
    CONSTRAINT measurement_2023_taken_check CHECK (((taken >= '2023-01-01 00:00:00+00'::timestamp with time zone) AND (taken < '2024-01-01 00:00:00+00'::timestamp with time zone)))
)
INHERITS (public.measurement);


ALTER TABLE public.measurement_2023 OWNER TO postgres;

--
-- Name: measurement_calibrated; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.measurement_calibrated (
    calibration text NOT NULL,
    factor double precision DEFAULT 1.0
)
INHERITS (public.measurement);


ALTER TABLE public.measurement_calibrated OWNER TO postgres;

--
-- Name: station; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.station (
    code character(5) NOT NULL,
    at point,
    elevation smallint,
    online boolean,
    flags bit varying(16),
    raw_flags bit varying,
    bits bit(1),
    hops integer[] DEFAULT ARRAY[1, 2],
    grid numeric(6,2)[],
    span int4range,
    temp public.temperature,
    last public.reading,
    levels public.level[],
    history public.level DEFAULT 'ok'::public.level,
    oidish oid,
    lsn pg_lsn,
    internal "char",
    label name
);


ALTER TABLE public.station OWNER TO postgres;

--
-- Name: alarm id; Type: DEFAULT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.alarm ALTER COLUMN id SET DEFAULT nextval('public.alarm_id_seq'::regclass);


--
-- Data for Name: Straße; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public."Straße" ("Größe in m²", "a.b", "c""d", "select", "MixedCase") FROM stdin;
\.


--
-- Data for Name: a; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.a (id, b_id) FROM stdin;
\.


--
-- Data for Name: alarm; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.alarm (id, station, taken, level, acknowledged_by) FROM stdin;
\.


--
-- Data for Name: b; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.b (id, a_id) FROM stdin;
\.


--
-- Data for Name: empty_one; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.empty_one  FROM stdin;
\.


--
-- Data for Name: measurement; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.measurement (station, taken, value, precise, exact, huge, any_number, lasted, years, clock) FROM stdin;
A0001	2023-05-05 00:00:00+00	1	2	3.000000000000000000	\N	\N	\N	\N	\N
\.


--
-- Data for Name: measurement_2023; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.measurement_2023 (station, taken, value, precise, exact, huge, any_number, lasted, years, clock) FROM stdin;
A0001	2023-06-05 00:00:00+00	1	2	3.000000000000000000	\N	\N	\N	\N	\N
\.


--
-- Data for Name: measurement_calibrated; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.measurement_calibrated (station, taken, value, precise, exact, huge, any_number, lasted, years, clock, calibration, factor) FROM stdin;
\.


--
-- Data for Name: station; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.station (code, at, elevation, online, flags, raw_flags, bits, hops, grid, span, temp, last, levels, history, oidish, lsn, internal, label) FROM stdin;
A0001	\N	\N	\N	\N	\N	\N	{1,2}	\N	\N	\N	\N	\N	ok	\N	\N	\N	\N
\.


--
-- Name: alarm_id_seq; Type: SEQUENCE SET; Schema: public; Owner: root
--

SELECT pg_catalog.setval('public.alarm_id_seq', 1, false);


--
-- Name: Straße Straße_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public."Straße"
    ADD CONSTRAINT "Straße_pkey" PRIMARY KEY ("select", "MixedCase");


--
-- Name: a a_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.a
    ADD CONSTRAINT a_pkey PRIMARY KEY (id);


--
-- Name: alarm alarm_once; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_once UNIQUE NULLS NOT DISTINCT (station, taken, level);


--
-- Name: alarm alarm_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_pkey PRIMARY KEY (id);


--
-- Name: b b_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.b
    ADD CONSTRAINT b_pkey PRIMARY KEY (id);


--
-- Name: measurement measurement_pk; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.measurement
    ADD CONSTRAINT measurement_pk PRIMARY KEY (station, taken);


--
-- Name: station station_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.station
    ADD CONSTRAINT station_pkey PRIMARY KEY (code);


--
-- Name: alarm no_delete; Type: RULE; Schema: public; Owner: root
--

CREATE RULE no_delete AS
    ON DELETE TO public.alarm DO INSTEAD NOTHING;


--
-- Name: a a_b; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.a
    ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES public.b(id);


--
-- Name: alarm alarm_measurement; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_measurement FOREIGN KEY (station, taken) REFERENCES public.measurement(station, taken);


--
-- Name: b b_a_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.b
    ADD CONSTRAINT b_a_id_fkey FOREIGN KEY (a_id) REFERENCES public.a(id);


--
-- Name: measurement measurement_station_fkey; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.measurement
    ADD CONSTRAINT measurement_station_fkey FOREIGN KEY (station) REFERENCES public.station(code);


--
-- PostgreSQL database dump complete
--


