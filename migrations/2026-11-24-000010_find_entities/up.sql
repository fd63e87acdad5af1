CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- How well known an entity is: the number of binary digits of how often it is mentioned. It seldom changes.
CREATE FUNCTION name_weight(mentions bigint) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT length(ltrim(mentions::bit(64)::text, '0'))::smallint
$$;

-- Every name that leads to an entity, its own and its aliases: the one table in which names are looked up. Triggers keep
-- it, so that whoever writes entities and aliases need not know of it. Merged entities have no names here.
CREATE TABLE entity_names (
    entity_id uuid NOT NULL,
    -- The alias's; -1 is the entity's own name.
    position integer NOT NULL,
    name text NOT NULL,
    -- Folded as entities.name_key is.
    name_key text NOT NULL COLLATE "C",
    -- The entity's.
    kind text NOT NULL,
    weight smallint NOT NULL,
    CONSTRAINT entity_names_pkey PRIMARY KEY (entity_id, position),
    CONSTRAINT entity_names_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE
);

-- The names of these entities as they should stand in entity_names; of all without an argument.
CREATE FUNCTION names_of(ids uuid[] DEFAULT NULL) RETURNS SETOF entity_names LANGUAGE sql STABLE AS $$
    SELECT e.id, n.position, n.name, n.name_key, e.kind, coalesce(name_weight(c.mentions), 0::smallint)
    FROM entities AS e
    JOIN (
        SELECT id AS entity_id, -1 AS position, name, name_key FROM entities WHERE ids IS NULL OR id = ANY (ids)
        UNION ALL
        SELECT entity_id, position, name, name_key FROM entity_aliases WHERE ids IS NULL OR entity_id = ANY (ids)
    ) AS n ON n.entity_id = e.id
    LEFT JOIN entity_mention_counts AS c ON c.entity_id = e.id
    WHERE e.merged_into IS NULL
$$;

INSERT INTO entity_names SELECT * FROM names_of();

-- Both hold all that a search reads of a name, so that thousands are read at once: those that begin alike, and the best
-- known ones, which are walked where too many begin alike.
CREATE INDEX entity_names_name_key_idx ON entity_names (name_key) INCLUDE (entity_id, position, kind, weight);
CREATE INDEX entity_names_weight_idx ON entity_names (weight DESC) INCLUDE (entity_id, position, kind, name_key);
CREATE INDEX entity_names_trigrams_idx ON entity_names USING gin (name_key gin_trgm_ops);

CREATE FUNCTION name_entities() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO entity_names
            SELECT id, -1, name, name_key, kind, 0 FROM fresh WHERE merged_into IS NULL;
        RETURN NULL;
    END IF;
    SELECT array_agg(fresh.id) INTO changed FROM fresh JOIN gone USING (id)
        WHERE (fresh.kind, fresh.name, fresh.merged_into) IS DISTINCT FROM (gone.kind, gone.name, gone.merged_into);
    IF changed IS NOT NULL THEN
        DELETE FROM entity_names WHERE entity_id = ANY (changed);
        INSERT INTO entity_names SELECT * FROM names_of(changed);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entities_name_inserted AFTER INSERT ON entities
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION name_entities();
CREATE TRIGGER entities_name_updated AFTER UPDATE ON entities
    REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION name_entities();

CREATE FUNCTION name_aliases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM entity_names AS n USING gone WHERE (n.entity_id, n.position) = (gone.entity_id, gone.position);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO entity_names
            SELECT e.id, a.position, a.name, a.name_key, e.kind, coalesce(name_weight(c.mentions), 0::smallint)
            FROM fresh AS a
            JOIN entities AS e ON e.id = a.entity_id
            LEFT JOIN entity_mention_counts AS c ON c.entity_id = e.id
            WHERE e.merged_into IS NULL;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entity_aliases_name_inserted AFTER INSERT ON entity_aliases
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION name_aliases();
CREATE TRIGGER entity_aliases_name_updated AFTER UPDATE ON entity_aliases
    REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION name_aliases();
CREATE TRIGGER entity_aliases_name_deleted AFTER DELETE ON entity_aliases
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION name_aliases();

CREATE FUNCTION weigh_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE entity_names SET weight = name_weight(NEW.mentions) WHERE entity_id = NEW.entity_id;
    RETURN NULL;
END
$$;

-- For each row, unlike the others: nearly all changes of a count stop at the condition.
CREATE TRIGGER entity_mention_counts_weigh AFTER UPDATE ON entity_mention_counts
    FOR EACH ROW WHEN (name_weight(OLD.mentions) <> name_weight(NEW.mentions)) EXECUTE FUNCTION weigh_names();
