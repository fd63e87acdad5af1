-- The state of each article, entity, mention and quote before each change of its version. The present state is in the table of the
-- record, so that a record which never changed has no row here.
CREATE TABLE history (
    record_id uuid NOT NULL,
    -- The version of this state.
    version integer NOT NULL,
    -- The article of a mention or a quote, for the spans of an earlier text.
    article_id uuid,
    -- The name of the API key that replaced this state; null for anonymous callers and for changes made in SQL.
    replaced_by text DEFAULT nullif(current_setting('verbatim.actor', true), ''),
    -- The row without the columns that are derived. An entity has its `aliases` and `identifiers` too, a quote its `about`.
    state jsonb NOT NULL,
    CONSTRAINT history_pkey PRIMARY KEY (record_id, version)
);

CREATE INDEX history_article_id_idx ON history (article_id) WHERE article_id IS NOT NULL;

-- An import restores the version and the creation time of a new record: that is no change.
CREATE FUNCTION keep_articles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The body is in article_versions.
    INSERT INTO history (record_id, version, state)
        SELECT deleted.id, deleted.version, to_jsonb(state) FROM deleted
        JOIN inserted ON inserted.id = deleted.id
        CROSS JOIN LATERAL (
            SELECT deleted.id, deleted.version, deleted.body_version, deleted.created_at, deleted.updated_at, deleted.headline,
                deleted.content_hash, deleted.language, deleted.url, deleted.publisher, deleted.external_id, deleted.authors,
                deleted.section, deleted.keywords, deleted.published_at
        ) AS state
        WHERE inserted.version <> deleted.version AND inserted.created_at = deleted.created_at;
    RETURN NULL;
END
$$;

CREATE FUNCTION keep_entities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Aliases and identifiers change after their entity, in the same transaction.
    INSERT INTO history (record_id, version, state)
        SELECT deleted.id, deleted.version, to_jsonb(deleted) || jsonb_build_object(
            'aliases', (
                SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'language', language, 'kind', kind) ORDER BY position), '[]')
                FROM entity_aliases WHERE entity_id = deleted.id
            ),
            'identifiers', (
                SELECT coalesce(jsonb_agg(jsonb_build_object('scheme', scheme, 'value', value) ORDER BY position), '[]')
                FROM entity_identifiers WHERE entity_id = deleted.id
            ))
        FROM deleted JOIN inserted ON inserted.id = deleted.id
        WHERE inserted.version <> deleted.version AND inserted.created_at = deleted.created_at;
    RETURN NULL;
END
$$;

CREATE FUNCTION keep_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO history (record_id, version, article_id, state)
        SELECT deleted.id, deleted.version, deleted.article_id, to_jsonb(deleted)
        FROM deleted JOIN inserted ON inserted.id = deleted.id
        WHERE inserted.version <> deleted.version AND inserted.created_at = deleted.created_at;
    RETURN NULL;
END
$$;

CREATE FUNCTION keep_quotes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO history (record_id, version, article_id, state)
        SELECT deleted.id, deleted.version, deleted.article_id, to_jsonb(deleted) - 'vector' || jsonb_build_object(
            'about', (
                SELECT coalesce(jsonb_agg(entity_id ORDER BY entity_id), '[]') FROM quote_about
                WHERE quote_about.quote_id = deleted.id AND quote_about.article_id = deleted.article_id
            ))
        FROM deleted JOIN inserted ON inserted.id = deleted.id
        WHERE inserted.version <> deleted.version AND inserted.created_at = deleted.created_at;
    RETURN NULL;
END
$$;

CREATE TRIGGER articles_keep_history AFTER UPDATE ON articles
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION keep_articles();
CREATE TRIGGER entities_keep_history AFTER UPDATE ON entities
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION keep_entities();
CREATE TRIGGER mentions_keep_history AFTER UPDATE ON mentions
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION keep_mentions();
CREATE TRIGGER quotes_keep_history AFTER UPDATE ON quotes
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION keep_quotes();
