DROP TRIGGER entities_carry_kind ON entities;
DROP FUNCTION carry_kind_to_counts();

CREATE OR REPLACE FUNCTION start_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entity_mention_counts (entity_id) SELECT id FROM fresh;
    INSERT INTO entity_quote_counts (entity_id) SELECT id FROM fresh;
    RETURN NULL;
END
$$;

ALTER TABLE entity_quote_counts DROP COLUMN kind;
