-- The change log: every change of an article, entity, mention or quote, and every review
-- and claim review, inserted by the same transaction. The
-- change feed and the names in memory are read from it.
--
-- Readers read it in the order of (transaction_id, id), and only up to the oldest transaction that is still running. So no change
-- appears before the position of a reader, in whatever order transactions commit.
CREATE TABLE changes (
    -- A bigint rather than xid8, for which diesel has no type.
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT now(),
    -- The name of the API key; null for anonymous callers and for changes made in SQL.
    actor text DEFAULT nullif(current_setting('verbatim.actor', true), ''),
    action text NOT NULL,
    resource text NOT NULL,
    -- No foreign keys, because deleted records have changes too.
    record_id uuid NOT NULL,
    -- The article itself, or the article that the record is in; null for entities.
    article_id uuid,
    -- The version of the record after the change, or before its deletion; null for reviews and claim reviews, which do not change.
    version integer,
    CONSTRAINT changes_pkey PRIMARY KEY (transaction_id, id),
    CONSTRAINT changes_action_check CHECK (action IN ('create', 'update', 'delete', 'merge', 'undo')),
    CONSTRAINT changes_resource_check CHECK (resource IN ('article', 'entity', 'mention', 'quote', 'review', 'claim_review', 'judgement'))
);

-- For the names in memory, which are refreshed twice a second.
CREATE INDEX changes_of_entities_idx ON changes (transaction_id) WHERE resource = 'entity';

-- The log that positions of readers refer to. It has one row.
CREATE TABLE change_log (
    is_only boolean DEFAULT true CONSTRAINT change_log_pkey PRIMARY KEY,
    -- Replaced after a restore, because transaction ids of different databases cannot be compared.
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    -- The last change that was removed because of its age.
    removed_transaction_id bigint NOT NULL DEFAULT 0,
    removed_id bigint NOT NULL DEFAULT 0,
    CONSTRAINT change_log_is_only_check CHECK (is_only)
);
INSERT INTO change_log DEFAULT VALUES;

-- Updates of articles, mentions and quotes are logged if they change the version. Updates of copied columns do not change it.
CREATE FUNCTION log_article_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO changes (action, resource, record_id, article_id, version)
            SELECT 'create', 'article', id, id, version FROM inserted;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO changes (action, resource, record_id, article_id, version)
            SELECT 'update', 'article', inserted.id, inserted.id, inserted.version
            FROM inserted JOIN deleted ON deleted.id = inserted.id WHERE inserted.version <> deleted.version;
    ELSE
        INSERT INTO changes (action, resource, record_id, article_id, version)
            SELECT 'delete', 'article', id, id, version FROM deleted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER articles_log_inserted AFTER INSERT ON articles
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_article_changes();
CREATE TRIGGER articles_log_updated AFTER UPDATE ON articles
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_article_changes();
CREATE TRIGGER articles_log_deleted AFTER DELETE ON articles
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_article_changes();

-- Logs changes of mentions and quotes. The argument is the resource.
CREATE FUNCTION log_changes_in_articles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO changes (action, resource, record_id, article_id, version)
            SELECT 'create', TG_ARGV[0], id, article_id, version FROM inserted;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO changes (action, resource, record_id, article_id, version)
            SELECT 'update', TG_ARGV[0], inserted.id, inserted.article_id, inserted.version
            FROM inserted JOIN deleted ON deleted.id = inserted.id WHERE inserted.version <> deleted.version;
    ELSE
        INSERT INTO changes (action, resource, record_id, article_id, version)
            SELECT 'delete', TG_ARGV[0], id, article_id, version FROM deleted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER mentions_log_inserted AFTER INSERT ON mentions
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_changes_in_articles('mention');
CREATE TRIGGER mentions_log_updated AFTER UPDATE ON mentions
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_changes_in_articles('mention');
CREATE TRIGGER mentions_log_deleted AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_changes_in_articles('mention');
CREATE TRIGGER quotes_log_inserted AFTER INSERT ON quotes
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_changes_in_articles('quote');
CREATE TRIGGER quotes_log_updated AFTER UPDATE ON quotes
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_changes_in_articles('quote');
CREATE TRIGGER quotes_log_deleted AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_changes_in_articles('quote');

-- Reviews are only inserted, and are deleted with their quote or mention.
CREATE FUNCTION log_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (action, resource, record_id, article_id)
        SELECT 'create', 'review', id, article_id FROM inserted;
    RETURN NULL;
END
$$;

CREATE TRIGGER reviews_log_inserted AFTER INSERT ON reviews
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_reviews();

CREATE TRIGGER mention_reviews_log_inserted AFTER INSERT ON mention_reviews
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_reviews();

-- Logs every update, including updates in SQL that do not change the version, because the names in memory must be refreshed.
CREATE FUNCTION log_entity_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO changes (action, resource, record_id, version)
            SELECT 'create', 'entity', id, version FROM inserted;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO changes (action, resource, record_id, version)
            SELECT
                CASE
                    WHEN inserted.merged_into IS NOT DISTINCT FROM deleted.merged_into THEN 'update'
                    WHEN inserted.merged_into IS NULL THEN 'undo'
                    ELSE 'merge'
                END,
                'entity', inserted.id, inserted.version
            FROM inserted JOIN deleted ON deleted.id = inserted.id;
    ELSE
        INSERT INTO changes (action, resource, record_id, version)
            SELECT 'delete', 'entity', id, version FROM deleted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entities_log_inserted AFTER INSERT ON entities
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_changes();
CREATE TRIGGER entities_log_updated AFTER UPDATE ON entities
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_changes();
CREATE TRIGGER entities_log_deleted AFTER DELETE ON entities
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_entity_changes();

-- Logs an update of these entities, unless they were deleted or this transaction has already logged a change of them.
CREATE FUNCTION log_update_of_entities(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO changes (action, resource, record_id, version)
        SELECT 'update', 'entity', entities.id, entities.version FROM entities
        WHERE entities.id = ANY (ids) AND entities.id NOT IN (
            SELECT changes.record_id FROM changes
            WHERE changes.resource = 'entity' AND changes.transaction_id = pg_current_xact_id()::text::bigint
        )
$$;

-- Logs changes of aliases and identifiers as updates of their entities. An update may move a row to another entity. Then both
-- entities are logged.
CREATE FUNCTION log_entity_part_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM log_update_of_entities(array(SELECT DISTINCT entity_id FROM deleted));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM log_update_of_entities(array(SELECT DISTINCT entity_id FROM inserted));
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
