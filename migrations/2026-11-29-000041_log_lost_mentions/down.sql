CREATE OR REPLACE FUNCTION add_mentions(ids uuid[], deltas bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM entity_mention_counts WHERE entity_id = ANY (ids) ORDER BY entity_id FOR NO KEY UPDATE;
    UPDATE entity_mention_counts AS c SET mentions = c.mentions + d.delta
        FROM unnest(ids, deltas) AS d (entity_id, delta) WHERE c.entity_id = d.entity_id;
END
$$;

DROP TABLE lost_mentions;
