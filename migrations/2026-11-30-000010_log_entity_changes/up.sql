-- The entities that changed, with the transaction that changed them. The names in memory are updated from this: an
-- instance knows its last snapshot, and finds every change committed since, in whatever order the transactions ended.
CREATE TABLE entity_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT entity_changes_pkey PRIMARY KEY,
    -- No foreign key: a deletion is a change too.
    entity_id uuid NOT NULL,
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX entity_changes_transaction_id_idx ON entity_changes (transaction_id);
CREATE INDEX entity_changes_at_idx ON entity_changes (at);

CREATE FUNCTION log_entity_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO entity_changes (entity_id) SELECT id FROM deleted;
    ELSE
        INSERT INTO entity_changes (entity_id) SELECT id FROM inserted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entities_log_inserted AFTER INSERT ON entities
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_changes();
CREATE TRIGGER entities_log_updated AFTER UPDATE ON entities
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_changes();
CREATE TRIGGER entities_log_deleted AFTER DELETE ON entities
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_changes();

-- For tables that belong to entities. An update may move a row to another entity: both changed.
CREATE FUNCTION log_entity_part_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO entity_changes (entity_id) SELECT DISTINCT entity_id FROM deleted;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO entity_changes (entity_id) SELECT DISTINCT entity_id FROM inserted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entity_aliases_log_inserted AFTER INSERT ON entity_aliases
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_part_changes();
CREATE TRIGGER entity_aliases_log_updated AFTER UPDATE ON entity_aliases
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_part_changes();
CREATE TRIGGER entity_aliases_log_deleted AFTER DELETE ON entity_aliases
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_part_changes();
CREATE TRIGGER entity_identifiers_log_inserted AFTER INSERT ON entity_identifiers
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_part_changes();
CREATE TRIGGER entity_identifiers_log_updated AFTER UPDATE ON entity_identifiers
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_part_changes();
CREATE TRIGGER entity_identifiers_log_deleted AFTER DELETE ON entity_identifiers
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_part_changes();
