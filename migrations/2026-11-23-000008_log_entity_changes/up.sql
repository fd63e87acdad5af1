-- Which entities changed, by the transaction that changed them: an instance that knows the snapshot it last read at
-- finds every change that was committed since, in whatever order the transactions ended.
CREATE TABLE entity_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT entity_changes_pkey PRIMARY KEY,
    -- No foreign key: a deleted entity is a change too.
    entity_id uuid NOT NULL,
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX entity_changes_transaction_id_idx ON entity_changes (transaction_id);
CREATE INDEX entity_changes_at_idx ON entity_changes (at);

-- The argument names the column with the entity's id.
CREATE FUNCTION log_entity_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        EXECUTE format('INSERT INTO entity_changes (entity_id) SELECT DISTINCT %I FROM gone', TG_ARGV[0]);
    ELSE
        EXECUTE format('INSERT INTO entity_changes (entity_id) SELECT DISTINCT %I FROM fresh', TG_ARGV[0]);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entities_log_inserted AFTER INSERT ON entities
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_entity_change('id');
CREATE TRIGGER entities_log_updated AFTER UPDATE ON entities
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_entity_change('id');
CREATE TRIGGER entities_log_deleted AFTER DELETE ON entities
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_entity_change('id');
CREATE TRIGGER entity_aliases_log_inserted AFTER INSERT ON entity_aliases
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_entity_change('entity_id');
CREATE TRIGGER entity_aliases_log_deleted AFTER DELETE ON entity_aliases
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_entity_change('entity_id');
