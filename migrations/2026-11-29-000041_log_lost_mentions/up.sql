-- Which entities lost mentions, as `entity_changes` has which changed. Those that are mentioned are found in the articles that
-- changed; those that are not any more would be found nowhere.
CREATE TABLE lost_mentions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT lost_mentions_pkey PRIMARY KEY,
    entity_id uuid NOT NULL,
    transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX lost_mentions_transaction_id_idx ON lost_mentions (transaction_id);
CREATE INDEX lost_mentions_at_idx ON lost_mentions (at);

CREATE OR REPLACE FUNCTION add_mentions(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM entity_mention_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_mention_counts AS c SET mentions = c.mentions + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
    INSERT INTO lost_mentions (entity_id)
        SELECT entity_id FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE delta < 0;
END
$$;
