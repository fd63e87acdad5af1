-- The most quoted of a kind: without it places, who hardly ever speak, are looked for among all people.
ALTER TABLE entity_quote_counts ADD COLUMN kind text;
UPDATE entity_quote_counts AS c SET kind = e.kind FROM entities e WHERE e.id = c.entity_id;
ALTER TABLE entity_quote_counts ALTER COLUMN kind SET NOT NULL;
CREATE INDEX entity_quote_counts_kind_idx ON entity_quote_counts (kind, quotes DESC, entity_id DESC);

CREATE OR REPLACE FUNCTION start_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entity_mention_counts (entity_id) SELECT id FROM fresh;
    INSERT INTO entity_quote_counts (entity_id, kind) SELECT id, kind FROM fresh;
    RETURN NULL;
END
$$;

CREATE FUNCTION carry_kind_to_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE entity_quote_counts SET kind = NEW.kind WHERE entity_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER entities_carry_kind AFTER UPDATE OF kind ON entities
    FOR EACH ROW WHEN (OLD.kind <> NEW.kind) EXECUTE FUNCTION carry_kind_to_counts();
