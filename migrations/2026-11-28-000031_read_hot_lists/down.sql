CREATE OR REPLACE FUNCTION add_quotes(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE sql AS $$
    SELECT FROM entity_quote_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_quote_counts AS c SET quotes = c.quotes + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
$$;

CREATE OR REPLACE FUNCTION add_mentions(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE sql AS $$
    SELECT FROM entity_mention_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_mention_counts AS c SET mentions = c.mentions + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
$$;

ALTER TABLE entity_day_counts DROP CONSTRAINT entity_day_counts_pkey,
    ADD CONSTRAINT entity_day_counts_pkey PRIMARY KEY (role, entity_id, day);
ALTER TABLE day_counts DROP CONSTRAINT day_counts_pkey,
    ADD CONSTRAINT day_counts_pkey PRIMARY KEY (of, dimension, key, day);

ALTER TABLE quotes ALTER COLUMN published_at SET STATISTICS -1;
ALTER TABLE articles ALTER COLUMN published_at SET STATISTICS -1, ALTER COLUMN created_at SET STATISTICS -1;

DROP INDEX quotes_quoted_idx;
