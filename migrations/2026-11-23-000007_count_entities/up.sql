-- How often each entity is mentioned and quoted. Two tables, each written once per statement in order of id:
-- a transaction that writes mentions before quotes takes their locks in one order and cannot deadlock with another.
CREATE TABLE entity_mention_counts (
    entity_id uuid CONSTRAINT entity_mention_counts_pkey PRIMARY KEY,
    mentions bigint NOT NULL DEFAULT 0,
    CONSTRAINT entity_mention_counts_mentions_check CHECK (mentions >= 0),
    CONSTRAINT entity_mention_counts_entity_id_fkey
        FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE
);
CREATE INDEX entity_mention_counts_mentions_idx ON entity_mention_counts (mentions DESC, entity_id DESC);

CREATE TABLE entity_quote_counts (
    entity_id uuid CONSTRAINT entity_quote_counts_pkey PRIMARY KEY,
    quotes bigint NOT NULL DEFAULT 0,
    CONSTRAINT entity_quote_counts_quotes_check CHECK (quotes >= 0),
    CONSTRAINT entity_quote_counts_entity_id_fkey
        FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE
);
CREATE INDEX entity_quote_counts_quotes_idx ON entity_quote_counts (quotes DESC, entity_id DESC);

CREATE FUNCTION start_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entity_mention_counts (entity_id) SELECT id FROM fresh;
    INSERT INTO entity_quote_counts (entity_id) SELECT id FROM fresh;
    RETURN NULL;
END
$$;
CREATE TRIGGER entities_start_counts AFTER INSERT ON entities
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION start_counts();

CREATE FUNCTION count_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM add_mentions(array_agg(entity_id), array_agg(n)) FROM (
            SELECT entity_id, count(*) AS n FROM fresh WHERE entity_id IS NOT NULL GROUP BY entity_id) AS c;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM add_mentions(array_agg(entity_id), array_agg(-n)) FROM (
            SELECT entity_id, count(*) AS n FROM gone WHERE entity_id IS NOT NULL GROUP BY entity_id) AS c;
    ELSE
        PERFORM add_mentions(array_agg(entity_id), array_agg(n)) FROM (
            SELECT entity_id, sum(n)::bigint AS n FROM (
                SELECT entity_id, 1 AS n FROM fresh UNION ALL SELECT entity_id, -1 FROM gone) AS net
            WHERE entity_id IS NOT NULL GROUP BY entity_id HAVING sum(n) <> 0) AS c;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION add_mentions(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE sql AS $$
    SELECT FROM entity_mention_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_mention_counts AS c SET mentions = c.mentions + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
$$;

CREATE TRIGGER mentions_count_inserted AFTER INSERT ON mentions
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_mentions();
CREATE TRIGGER mentions_count_updated AFTER UPDATE ON mentions
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_mentions();
CREATE TRIGGER mentions_count_deleted AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_mentions();

CREATE FUNCTION count_quotes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM add_quotes(array_agg(speaker_id), array_agg(n)) FROM (
            SELECT speaker_id, count(*) AS n FROM fresh WHERE speaker_id IS NOT NULL GROUP BY speaker_id) AS c;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM add_quotes(array_agg(speaker_id), array_agg(-n)) FROM (
            SELECT speaker_id, count(*) AS n FROM gone WHERE speaker_id IS NOT NULL GROUP BY speaker_id) AS c;
    ELSE
        PERFORM add_quotes(array_agg(speaker_id), array_agg(n)) FROM (
            SELECT speaker_id, sum(n)::bigint AS n FROM (
                SELECT speaker_id, 1 AS n FROM fresh UNION ALL SELECT speaker_id, -1 FROM gone) AS net
            WHERE speaker_id IS NOT NULL GROUP BY speaker_id HAVING sum(n) <> 0) AS c;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION add_quotes(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE sql AS $$
    SELECT FROM entity_quote_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_quote_counts AS c SET quotes = c.quotes + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
$$;

CREATE TRIGGER quotes_count_inserted AFTER INSERT ON quotes
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_quotes();
CREATE TRIGGER quotes_count_updated AFTER UPDATE ON quotes
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_quotes();
CREATE TRIGGER quotes_count_deleted AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_quotes();
