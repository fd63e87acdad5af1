-- Which articles changed, or their mentions, quotes or reviews, by the transaction that changed them: as
-- `entity_changes` has it of entities. What is kept of a record outside of the database is right until its article,
-- or its entity, is here. A new article or quote is no change: nobody has kept it yet.
CREATE TABLE article_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT article_changes_pkey PRIMARY KEY,
    -- No foreign key: a deleted article is a change too.
    article_id uuid NOT NULL,
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX article_changes_transaction_id_idx ON article_changes (transaction_id);
CREATE INDEX article_changes_at_idx ON article_changes (at);

CREATE FUNCTION log_article_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO article_changes (article_id) SELECT changed.id FROM changed;
    RETURN NULL;
END
$$;

CREATE FUNCTION log_change_in_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO article_changes (article_id) SELECT DISTINCT changed.article_id FROM changed;
    RETURN NULL;
END
$$;

CREATE FUNCTION log_change_of_quote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO article_changes (article_id)
        SELECT DISTINCT quotes.article_id FROM changed JOIN quotes ON quotes.id = changed.quote_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER articles_log_updated AFTER UPDATE ON articles
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_change();
CREATE TRIGGER articles_log_deleted AFTER DELETE ON articles
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_article_change();
-- What a quote is about changes with the mentions of its article, or with the quote: `quote_about` needs no log.
CREATE TRIGGER mentions_log_inserted AFTER INSERT ON mentions
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_change_in_article();
CREATE TRIGGER mentions_log_updated AFTER UPDATE ON mentions
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_change_in_article();
CREATE TRIGGER mentions_log_deleted AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_change_in_article();
CREATE TRIGGER quotes_log_updated AFTER UPDATE ON quotes
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_change_in_article();
CREATE TRIGGER quotes_log_deleted AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_change_in_article();
CREATE TRIGGER reviews_log_inserted AFTER INSERT ON reviews
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION log_change_of_quote();
