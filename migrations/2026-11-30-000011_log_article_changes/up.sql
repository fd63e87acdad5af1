-- The articles that changed, or whose mentions, quotes or reviews changed, with the transaction that changed them. The
-- cache of responses is updated from this. New articles and quotes are not logged: no cache has them yet.
CREATE TABLE article_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT article_changes_pkey PRIMARY KEY,
    -- No foreign key: a deletion is a change too.
    article_id uuid NOT NULL,
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX article_changes_transaction_id_idx ON article_changes (transaction_id);
CREATE INDEX article_changes_at_idx ON article_changes (at);

-- The entities that lost mentions, which no changed article leads to.
CREATE TABLE lost_mentions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT lost_mentions_pkey PRIMARY KEY,
    entity_id uuid NOT NULL,
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX lost_mentions_transaction_id_idx ON lost_mentions (transaction_id);
CREATE INDEX lost_mentions_at_idx ON lost_mentions (at);

CREATE FUNCTION log_article_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO article_changes (article_id) SELECT id FROM changed;
    RETURN NULL;
END
$$;

CREATE FUNCTION log_article_part_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO article_changes (article_id) SELECT DISTINCT article_id FROM changed;
    RETURN NULL;
END
$$;

CREATE FUNCTION log_lost_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lost_mentions (entity_id) SELECT DISTINCT entity_id FROM deleted WHERE entity_id IS NOT NULL;
    RETURN NULL;
END
$$;

CREATE TRIGGER articles_log_updated AFTER UPDATE ON articles
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_changes();
CREATE TRIGGER articles_log_deleted AFTER DELETE ON articles
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_changes();
-- quote_about needs no log: it changes with the mentions of its article, or with its quote.
CREATE TRIGGER mentions_log_inserted AFTER INSERT ON mentions
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_part_changes();
CREATE TRIGGER mentions_log_updated AFTER UPDATE ON mentions
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_part_changes();
CREATE TRIGGER mentions_log_deleted AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_part_changes();
CREATE TRIGGER mentions_log_lost AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_lost_mentions();
CREATE TRIGGER mentions_log_moved AFTER UPDATE ON mentions
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_lost_mentions();
CREATE TRIGGER quotes_log_updated AFTER UPDATE ON quotes
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_part_changes();
CREATE TRIGGER quotes_log_deleted AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_part_changes();
CREATE TRIGGER reviews_log_inserted AFTER INSERT ON reviews
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_part_changes();
