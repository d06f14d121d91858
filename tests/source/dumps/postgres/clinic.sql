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
-- Name: Visit State; Type: TYPE; Schema: public; Owner: root
--

CREATE TYPE public."Visit State" AS ENUM (
    'planned',
    'läuft',
    'done; billed',
    'it''s off'
);


ALTER TYPE public."Visit State" OWNER TO postgres;

--
-- Name: blood; Type: TYPE; Schema: public; Owner: root
--

CREATE TYPE public.blood AS ENUM (
    'A+',
    'A-',
    'B+',
    'B-',
    'AB+',
    'AB-',
    '0+',
    '0-'
);


ALTER TYPE public.blood OWNER TO postgres;

--
-- Name: cents; Type: DOMAIN; Schema: public; Owner: root
--

CREATE DOMAIN public.cents AS bigint NOT NULL DEFAULT 0
	CONSTRAINT cents_check CHECK ((VALUE >= 0));


ALTER DOMAIN public.cents OWNER TO postgres;

--
-- Name: email; Type: DOMAIN; Schema: public; Owner: root
--

CREATE DOMAIN public.email AS character varying(254)
	CONSTRAINT email_check CHECK (((VALUE)::text ~* '^[^@]+@[^@]+$'::text));


ALTER DOMAIN public.email OWNER TO postgres;

--
-- Name: touch(); Type: FUNCTION; Schema: public; Owner: root
--

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN CREATE TABLE IF NOT EXISTS nested (a int); RETURN NEW; END $$;


ALTER FUNCTION public.touch() OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: diagnosis; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.diagnosis (
    doctor_id integer NOT NULL,
    patient_id bigint NOT NULL,
    starts timestamp with time zone NOT NULL,
    line smallint NOT NULL,
    icd character(7) NOT NULL,
    sure numeric,
    severity double precision,
    tags text[] DEFAULT '{}'::text[] NOT NULL
);


ALTER TABLE public.diagnosis OWNER TO postgres;

--
-- Name: doctor; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.doctor (
    id integer NOT NULL,
    practice_id integer NOT NULL,
    name character varying(120) NOT NULL,
    "Specialty (main)" text DEFAULT 'general; (none)'::text,
    mail public.email,
    hired timestamp with time zone DEFAULT now(),
    active boolean DEFAULT true NOT NULL,
    pager bit(12),
    shift interval day to second(0)
);


ALTER TABLE public.doctor OWNER TO postgres;

--
-- Name: TABLE doctor; Type: COMMENT; Schema: public; Owner: root
--

COMMENT ON TABLE public.doctor IS 'People who treat; not the admins. It''s "official"';


--
-- Name: COLUMN doctor."Specialty (main)"; Type: COMMENT; Schema: public; Owner: root
--

COMMENT ON COLUMN public.doctor."Specialty (main)" IS 'line one
line two -- no comment';


--
-- Name: doctor_id_seq; Type: SEQUENCE; Schema: public; Owner: root
--

CREATE SEQUENCE public.doctor_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.doctor_id_seq OWNER TO postgres;

--
-- Name: doctor_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: root
--

ALTER SEQUENCE public.doctor_id_seq OWNED BY public.doctor.id;


--
-- Name: no_tables; Type: VIEW; Schema: public; Owner: root
--

CREATE VIEW public.no_tables AS
 SELECT 1 AS one,
    'CREATE TABLE evil (a int);'::text AS text;


ALTER TABLE public.no_tables OWNER TO postgres;

--
-- Name: visit; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.visit (
    doctor_id integer NOT NULL,
    patient_id bigint NOT NULL,
    starts timestamp with time zone NOT NULL,
    minutes smallint DEFAULT 15 NOT NULL,
    state public."Visit State" DEFAULT 'planned'::public."Visit State" NOT NULL,
    fee public.cents,
    discount real DEFAULT 0.0,
    room character varying(10) DEFAULT NULL::character varying,
    CONSTRAINT visit_check CHECK (((state <> 'it''s off'::public."Visit State") OR (room IS NULL))),
    CONSTRAINT visit_minutes_check CHECK (((minutes > 0) AND (minutes <= 480)))
);


ALTER TABLE public.visit OWNER TO postgres;

--
-- Name: open_visits; Type: VIEW; Schema: public; Owner: root
--

CREATE VIEW public.open_visits AS
 SELECT v.doctor_id,
    count(*) AS n
   FROM public.visit v
  WHERE (v.state = 'planned'::public."Visit State")
  GROUP BY v.doctor_id;


ALTER TABLE public.open_visits OWNER TO postgres;

--
-- Name: patient; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.patient (
    id bigint NOT NULL,
    uid uuid DEFAULT gen_random_uuid() NOT NULL,
    family_name text NOT NULL COLLATE pg_catalog."C",
    given_name text,
    full_name text GENERATED ALWAYS AS (((family_name || ', '::text) || COALESCE(given_name, '?'::text))) STORED,
    born date NOT NULL,
    group_of public.blood,
    notes xml,
    photo bytea,
    insured_until timestamp(3) without time zone,
    CONSTRAINT patient_born_check CHECK ((born > '1900-01-01'::date))
);


ALTER TABLE public.patient OWNER TO postgres;

--
-- Name: patient_id_seq; Type: SEQUENCE; Schema: public; Owner: root
--

ALTER TABLE public.patient ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.patient_id_seq
    START WITH 1000
    INCREMENT BY 5
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: practice; Type: TABLE; Schema: public; Owner: root
--

CREATE TABLE public.practice (
    id integer NOT NULL,
    name text NOT NULL,
    country character(2) DEFAULT 'DE'::bpchar NOT NULL,
    vat_rate numeric(5,4) DEFAULT 0.19,
    opened date DEFAULT CURRENT_DATE,
    CONSTRAINT vat_sane CHECK (((vat_rate >= (0)::numeric) AND (vat_rate < (1)::numeric)))
);


ALTER TABLE public.practice OWNER TO postgres;

--
-- Name: practice_id_seq; Type: SEQUENCE; Schema: public; Owner: root
--

ALTER TABLE public.practice ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.practice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: doctor id; Type: DEFAULT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.doctor ALTER COLUMN id SET DEFAULT nextval('public.doctor_id_seq'::regclass);


--
-- Data for Name: diagnosis; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.diagnosis (doctor_id, patient_id, starts, line, icd, sure, severity, tags) FROM stdin;
\.


--
-- Data for Name: doctor; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.doctor (id, practice_id, name, "Specialty (main)", mail, hired, active, pager, shift) FROM stdin;
1	1	O'Neill\nline	general; (none)	\N	2026-11-27 21:08:32.412284+00	t	\N	\N
\.


--
-- Data for Name: patient; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.patient (id, uid, family_name, given_name, born, group_of, notes, photo, insured_until) FROM stdin;
\.


--
-- Data for Name: practice; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.practice (id, name, country, vat_rate, opened) FROM stdin;
1	a;b	DE	0.1900	2026-11-27
2	CREATE TABLE x (y int);	DE	0.1900	2026-11-27
3	tab\there	DE	0.1900	2026-11-27
\.


--
-- Data for Name: visit; Type: TABLE DATA; Schema: public; Owner: root
--

COPY public.visit (doctor_id, patient_id, starts, minutes, state, fee, discount, room) FROM stdin;
\.


--
-- Name: doctor_id_seq; Type: SEQUENCE SET; Schema: public; Owner: root
--

SELECT pg_catalog.setval('public.doctor_id_seq', 1, true);


--
-- Name: patient_id_seq; Type: SEQUENCE SET; Schema: public; Owner: root
--

SELECT pg_catalog.setval('public.patient_id_seq', 1000, false);


--
-- Name: practice_id_seq; Type: SEQUENCE SET; Schema: public; Owner: root
--

SELECT pg_catalog.setval('public.practice_id_seq', 3, true);


--
-- Name: diagnosis diagnosis_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.diagnosis
    ADD CONSTRAINT diagnosis_pkey PRIMARY KEY (doctor_id, patient_id, starts, line);


--
-- Name: doctor doctor_mail_key; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.doctor
    ADD CONSTRAINT doctor_mail_key UNIQUE (mail);


--
-- Name: doctor doctor_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.doctor
    ADD CONSTRAINT doctor_pkey PRIMARY KEY (id);


--
-- Name: doctor doctor_practice_id_name_key; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.doctor
    ADD CONSTRAINT doctor_practice_id_name_key UNIQUE (practice_id, name);


--
-- Name: patient patient_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.patient
    ADD CONSTRAINT patient_pkey PRIMARY KEY (id);


--
-- Name: patient patient_uid_key; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.patient
    ADD CONSTRAINT patient_uid_key UNIQUE (uid);


--
-- Name: practice practice_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.practice
    ADD CONSTRAINT practice_pkey PRIMARY KEY (id);


--
-- Name: visit visit_pkey; Type: CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.visit
    ADD CONSTRAINT visit_pkey PRIMARY KEY (doctor_id, patient_id, starts);


--
-- Name: patient_active; Type: INDEX; Schema: public; Owner: root
--

CREATE UNIQUE INDEX patient_active ON public.patient USING btree (family_name, born) WHERE (insured_until IS NOT NULL);


--
-- Name: patient_born; Type: INDEX; Schema: public; Owner: root
--

CREATE INDEX patient_born ON public.patient USING brin (born);


--
-- Name: patient_cover; Type: INDEX; Schema: public; Owner: root
--

CREATE UNIQUE INDEX patient_cover ON public.patient USING btree (born, uid) INCLUDE (given_name);


--
-- Name: patient_lower; Type: INDEX; Schema: public; Owner: root
--

CREATE UNIQUE INDEX patient_lower ON public.patient USING btree (lower(family_name), born, id);


--
-- Name: visit visit_touch; Type: TRIGGER; Schema: public; Owner: root
--

CREATE TRIGGER visit_touch BEFORE UPDATE ON public.visit FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: diagnosis diagnosis_doctor_id_patient_id_starts_fkey; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.diagnosis
    ADD CONSTRAINT diagnosis_doctor_id_patient_id_starts_fkey FOREIGN KEY (doctor_id, patient_id, starts) REFERENCES public.visit(doctor_id, patient_id, starts) ON DELETE CASCADE;


--
-- Name: doctor doctor_practice_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.doctor
    ADD CONSTRAINT doctor_practice_id_fkey FOREIGN KEY (practice_id) REFERENCES public.practice(id);


--
-- Name: visit visit → patient; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.visit
    ADD CONSTRAINT "visit → patient" FOREIGN KEY (patient_id) REFERENCES public.patient(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;


--
-- Name: visit visit_doctor_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: root
--

ALTER TABLE ONLY public.visit
    ADD CONSTRAINT visit_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES public.doctor(id) ON UPDATE CASCADE;


--
-- PostgreSQL database dump complete
--


