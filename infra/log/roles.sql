-- Who may do what on PostgreSQL. Roles belong to the whole cluster: another database may have made them already,
-- or be making them at this moment.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rapport_app') THEN
        CREATE ROLE rapport_app LOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rapport_analyst') THEN
        CREATE ROLE rapport_analyst LOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

CREATE SCHEMA IF NOT EXISTS crm;
CREATE SCHEMA IF NOT EXISTS personal;

DO $$
BEGIN
    EXECUTE format('GRANT CONNECT, TEMPORARY, CREATE ON DATABASE %I TO rapport_app', pg_catalog.current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO rapport_analyst', pg_catalog.current_database());
END
$$;

-- A rebuild makes new tables in schemas beside these and switches their names, which only their owner may. To give a
-- schema away one has to be a member of the role that gets it.
DO $$
BEGIN
    IF NOT pg_catalog.pg_has_role('rapport_app', 'MEMBER') THEN
        EXECUTE 'GRANT rapport_app TO CURRENT_USER';
    END IF;
END
$$;
ALTER SCHEMA crm OWNER TO rapport_app;
ALTER SCHEMA personal OWNER TO rapport_app;

-- The program makes facts and read models itself, owns them and may rebuild them; of the log it may read and append, and
-- move on how far topics were read.
GRANT USAGE, CREATE ON SCHEMA rapport, crm, personal TO rapport_app;
GRANT SELECT, INSERT ON
rapport.stored_events, rapport.event_key, rapport.dead_letter, rapport.dead_letter_attempt, rapport.tenant
TO rapport_app;
GRANT SELECT, INSERT ON rapport.consumer_offset TO rapport_app;
GRANT UPDATE (next_offset, epoch) ON rapport.consumer_offset TO rapport_app;
GRANT SELECT ON rapport.log_format TO rapport_app;
GRANT USAGE, SELECT ON SEQUENCE rapport.stored_events_notification_id_seq TO rapport_app;

-- Analysts read the business's tables. The program grants them each table it makes there.
GRANT USAGE ON SCHEMA crm TO rapport_analyst;
ALTER DEFAULT PRIVILEGES IN SCHEMA crm GRANT SELECT ON TABLES TO rapport_analyst;

-- So that `rapport sql` can ask as analysts do, who see nothing personal.
GRANT rapport_analyst TO rapport_app;
