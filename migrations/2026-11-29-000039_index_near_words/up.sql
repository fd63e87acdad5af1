-- The words of a folded name that a typo is looked for in: of shorter ones it leaves too little, and longer ones are no names.
CREATE FUNCTION words_of_name(name_key text) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT word FROM unnest(string_to_array(name_key, ' ')) AS word WHERE char_length(word) BETWEEN 4 AND 24
$$;

-- A word and what it is without one of its letters. Two words have one of these in common when one letter was left out,
-- added or taken for another, or two neighbours changed places.
CREATE FUNCTION near_words(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array(
        SELECT word UNION
        SELECT overlay(word PLACING '' FROM n FOR 1) FROM generate_series(1, char_length(word)) AS n
    )
$$;

-- The words of all names, each once: far fewer than names. A trigger keeps it; those of names that have gone stay, and lead
-- to nothing.
CREATE TABLE name_words (
    word text NOT NULL COLLATE "C",
    CONSTRAINT name_words_pkey PRIMARY KEY (word)
);

INSERT INTO name_words SELECT DISTINCT word FROM entity_names CROSS JOIN words_of_name(name_key) AS word;

CREATE INDEX name_words_near_idx ON name_words USING gin (near_words(word)) WITH (fastupdate = off);

CREATE FUNCTION keep_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In one order for all, so that two who write the same words wait for each other and do not deadlock.
    INSERT INTO name_words SELECT DISTINCT word FROM fresh CROSS JOIN words_of_name(name_key) AS word ORDER BY word
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER entity_names_keep_words AFTER INSERT ON entity_names
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION keep_name_words();

ANALYZE name_words;
