-- The articles that quote a speaker, in the order of their list: without it all that was said by somebody who speaks often
-- is sorted for each page.
CREATE INDEX quotes_quoted_idx ON quotes (speaker_id, published_desc DESC, article_id DESC) WHERE status <> 'rejected';

-- Where the windows of a search begin is read from these: as finely as the words are known, at no further cost.
ALTER TABLE articles ALTER COLUMN published_at SET STATISTICS 500, ALTER COLUMN created_at SET STATISTICS 500;
ALTER TABLE quotes ALTER COLUMN published_at SET STATISTICS 500;

-- A timeline reads a count of each day: from the index alone, as they lie as far apart as they were made.
ALTER TABLE day_counts DROP CONSTRAINT day_counts_pkey,
    ADD CONSTRAINT day_counts_pkey PRIMARY KEY (of, dimension, key, day) INCLUDE (count);
ALTER TABLE entity_day_counts DROP CONSTRAINT entity_day_counts_pkey,
    ADD CONSTRAINT entity_day_counts_pkey PRIMARY KEY (role, entity_id, day) INCLUDE (count);

-- As statements of SQL these were planned anew for each article that is stored.
CREATE OR REPLACE FUNCTION add_mentions(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM entity_mention_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_mention_counts AS c SET mentions = c.mentions + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
END
$$;

CREATE OR REPLACE FUNCTION add_quotes(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM entity_quote_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_quote_counts AS c SET quotes = c.quotes + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
END
$$;
