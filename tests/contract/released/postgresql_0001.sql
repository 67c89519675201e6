CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.current (
    number integer NOT NULL,
    name character varying(64) NOT NULL,
    since timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.current_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.current_number_seq OWNED BY public.current.number;
CREATE TABLE public.posteriors (
    name character varying(64) NOT NULL,
    as_of date NOT NULL,
    data_cutoff date NOT NULL,
    status character varying(16) NOT NULL,
    reasons json NOT NULL,
    draws integer NOT NULL,
    seed integer NOT NULL,
    schema_version integer NOT NULL,
    data_digest character varying(64) NOT NULL,
    code_version character varying(64) NOT NULL,
    sha256 character varying(64) NOT NULL,
    origin character varying(16) NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone
);
ALTER TABLE ONLY public.current ALTER COLUMN number SET DEFAULT nextval('public.current_number_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.current VALUES (1, '2026-11-20-3dc2c31f0492', '2026-11-21 08:17:12.345678+05:45');
INSERT INTO public.current VALUES (2, '2020-07-27-a09414c016a2', '2026-11-21 08:19:12.345678+05:45');
INSERT INTO public.current VALUES (3, '2026-11-20-3dc2c31f0492', '2026-11-21 08:20:12.345678+05:45');
INSERT INTO public.posteriors VALUES ('2026-11-20-3dc2c31f0492', '2026-11-20', '2026-11-20', 'PASSED', '[]', 50, 1, 2, '2222222222222222222222222222222222222222222222222222222222222222', '0.1.0', '3dc2c31f04921db4f0d9ec4d1401216a5306ce484700a5f86796954755e8cab7', 'state', '2026-11-21 08:16:12.345678+05:45', NULL);
INSERT INTO public.posteriors VALUES ('2020-07-27-a09414c016a2', '2020-07-27', '2020-07-27', 'FLAGGED', '["R-hat of ''price'' is 1.02"]', 50, 2, 2, '2222222222222222222222222222222222222222222222222222222222222222', '0.1.0', 'a09414c016a2ff3b0572bd5fa19ad2050b0729cefbb3ff5c698b27b9d94406a4', 'state', '2026-11-21 08:18:12.345678+05:45', NULL);
INSERT INTO public.posteriors VALUES ('2026-11-20-0fe2edf6d2a2', '2026-11-20', '2026-11-20', 'REFUSED', '["divergences"]', 50, 3, 2, '2222222222222222222222222222222222222222222222222222222222222222', '0.1.0', '0fe2edf6d2a2dd76bef1dd61efdc33ae1c2b95a6aa2ef934ce49c0fceb50e3d5', 'state', '2026-11-21 08:21:12.345678+05:45', '2026-11-21 08:22:12.345678+05:45');
SELECT pg_catalog.setval('public.current_number_seq', 3, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.current
    ADD CONSTRAINT pk_current PRIMARY KEY (number);
ALTER TABLE ONLY public.posteriors
    ADD CONSTRAINT pk_posteriors PRIMARY KEY (name);
CREATE INDEX ix_posteriors_as_of ON public.posteriors USING btree (as_of);
ALTER TABLE ONLY public.current
    ADD CONSTRAINT fk_current_name_posteriors FOREIGN KEY (name) REFERENCES public.posteriors(name);
