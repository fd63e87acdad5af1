-- The names and aliases of all entities in one table, with the indexes for name searches. Triggers maintain it, so changes of
-- entities and aliases in psql are found too. Merged entities have no names here.

-- The weight of a name: the number of binary digits of the number of mentions. It seldom changes.
CREATE FUNCTION name_weight(mentions bigint) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT length(ltrim(mentions::bit(64)::text, '0'))::smallint
$$;

CREATE TABLE entity_names (
    entity_id uuid NOT NULL,
    -- The alias's position; -1 for the entity's own name.
    position integer NOT NULL,
    name text NOT NULL,
    -- Derived from the name like entities.name_key.
    name_key text NOT NULL COLLATE "C",
    -- The entity's kind.
    kind text NOT NULL,
    -- The weight by the entity's mentions at the last compaction.
    weight smallint NOT NULL,
    CONSTRAINT entity_names_pkey PRIMARY KEY (entity_id, position),
    CONSTRAINT entity_names_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE
);

-- Each index includes all columns that a search reads, so that thousands of names are read by index-only scans. The indexes
-- find names by prefix, the most mentioned names, and the most mentioned names with the same first two letters.
CREATE INDEX entity_names_name_key_idx ON entity_names (name_key) INCLUDE (entity_id, position, kind, weight);
CREATE INDEX entity_names_weight_idx ON entity_names (weight DESC) INCLUDE (entity_id, position, kind, name_key);
CREATE INDEX entity_names_beginning_idx ON entity_names (left(name_key, 2), weight DESC)
    INCLUDE (entity_id, position, name_key, kind);
-- Without a pending list: names are seldom written, and each search would read the list several times.
CREATE INDEX entity_names_trigrams_idx ON entity_names USING gin (name_key gin_trgm_ops) WITH (fastupdate = off);

-- The rows of entity_names for these entities, or for all entities without an argument, computed from the other tables.
CREATE FUNCTION names_of(ids uuid[] DEFAULT NULL) RETURNS SETOF entity_names LANGUAGE sql STABLE AS $$
    SELECT e.id, n.position, n.name, n.name_key, e.kind, coalesce(name_weight(c.mentions), 0::smallint)
    FROM entities AS e
    JOIN (
        SELECT id AS entity_id, -1 AS position, name, name_key FROM entities WHERE ids IS NULL OR id = ANY (ids)
        UNION ALL
        SELECT entity_id, position, name, name_key FROM entity_aliases WHERE ids IS NULL OR entity_id = ANY (ids)
    ) AS n ON n.entity_id = e.id
    LEFT JOIN entity_counts AS c ON c.entity_id = e.id
    WHERE e.merged_into IS NULL
$$;

CREATE FUNCTION copy_entity_names() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO entity_names SELECT id, -1, name, name_key, kind, 0 FROM inserted WHERE merged_into IS NULL;
        RETURN NULL;
    END IF;
    SELECT array_agg(inserted.id) INTO changed FROM inserted JOIN deleted USING (id)
        WHERE (inserted.kind, inserted.name, inserted.name_key, inserted.merged_into)
            IS DISTINCT FROM (deleted.kind, deleted.name, deleted.name_key, deleted.merged_into);
    IF changed IS NOT NULL THEN
        DELETE FROM entity_names WHERE entity_id = ANY (changed);
        INSERT INTO entity_names SELECT * FROM names_of(changed);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entities_copy_inserted_names AFTER INSERT ON entities
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION copy_entity_names();
CREATE TRIGGER entities_copy_updated_names AFTER UPDATE ON entities
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION copy_entity_names();

CREATE FUNCTION copy_alias_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM entity_names AS n USING deleted WHERE (n.entity_id, n.position) = (deleted.entity_id, deleted.position);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO entity_names
            SELECT e.id, a.position, a.name, a.name_key, e.kind, coalesce(name_weight(c.mentions), 0::smallint)
            FROM inserted AS a
            JOIN entities AS e ON e.id = a.entity_id
            LEFT JOIN entity_counts AS c ON c.entity_id = e.id
            WHERE e.merged_into IS NULL;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entity_aliases_copy_inserted_names AFTER INSERT ON entity_aliases
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION copy_alias_names();
CREATE TRIGGER entity_aliases_copy_updated_names AFTER UPDATE ON entity_aliases
    REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION copy_alias_names();
CREATE TRIGGER entity_aliases_copy_deleted_names AFTER DELETE ON entity_aliases
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION copy_alias_names();

CREATE FUNCTION copy_weight_to_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE entity_names SET weight = name_weight(NEW.mentions) WHERE entity_id = NEW.entity_id;
    RETURN NULL;
END
$$;

-- A row trigger, unlike the others, because its condition skips nearly all changes of a count.
CREATE TRIGGER entity_counts_copy_weight AFTER UPDATE ON entity_counts
    FOR EACH ROW WHEN (name_weight(OLD.mentions) <> name_weight(NEW.mentions)) EXECUTE FUNCTION copy_weight_to_names();

-- The short forms of a name: the first letter with the last word (`a diallo`), and the initials of three or more words of more than
-- two letters (`oms`). The short form of a single word is the word.
CREATE FUNCTION short_forms(name_key text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN strpos(name_key, ' ') = 0 THEN array[name_key] ELSE
        array[left(name_key, 1) || ' ' || substring(name_key FROM '[^ ]*$')] || array(
            SELECT string_agg(left(word, 1), '' ORDER BY n)
            FROM unnest(string_to_array(name_key, ' ')) WITH ORDINALITY AS words (word, n)
            WHERE char_length(word) > 2 HAVING count(*) >= 3
        ) END
$$;

-- For duplicates: names with a short form in common.
CREATE INDEX entity_names_short_forms_idx ON entity_names USING gin (short_forms(name_key)) WITH (fastupdate = off);

-- For searches with typos: the words of a name that are compared. Shorter words match too many others, and longer words are not
-- names.
CREATE FUNCTION words_of_name(name_key text) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT word FROM unnest(string_to_array(name_key, ' ')) AS word WHERE char_length(word) BETWEEN 4 AND 24
$$;

-- A word, and its variants with one letter deleted. Two words have a variant in common if they differ by one deleted, inserted
-- or replaced letter, or by two swapped neighbours.
CREATE FUNCTION near_words(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array(
        SELECT word UNION
        SELECT overlay(word PLACING '' FROM n FOR 1) FROM generate_series(1, char_length(word)) AS n
    )
$$;

-- The distinct words of all names. Words of deleted names stay here, but match no name.
CREATE TABLE name_words (
    word text NOT NULL COLLATE "C",
    CONSTRAINT name_words_pkey PRIMARY KEY (word)
);

CREATE INDEX name_words_near_idx ON name_words USING gin (near_words(word)) WITH (fastupdate = off);

CREATE FUNCTION add_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Sorted, so that writers of the same words wait for each other and do not deadlock.
    INSERT INTO name_words SELECT DISTINCT word FROM inserted CROSS JOIN words_of_name(name_key) AS word ORDER BY word
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER entity_names_add_words AFTER INSERT ON entity_names
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION add_name_words();
