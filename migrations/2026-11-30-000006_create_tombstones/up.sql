-- The ids of deleted records, which answer 410.
CREATE TABLE tombstones (
    id uuid CONSTRAINT tombstones_pkey PRIMARY KEY,
    kind text NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tombstones_kind_check CHECK (kind IN ('article', 'entity', 'mention', 'quote'))
);

-- A statement trigger also gets the rows that a cascade deletes.
CREATE FUNCTION add_tombstones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tombstones (id, kind) SELECT id, TG_ARGV[0] FROM deleted;
    RETURN NULL;
END
$$;

CREATE TRIGGER articles_add_tombstones AFTER DELETE ON articles
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION add_tombstones('article');
CREATE TRIGGER entities_add_tombstones AFTER DELETE ON entities
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION add_tombstones('entity');
CREATE TRIGGER mentions_add_tombstones AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION add_tombstones('mention');
CREATE TRIGGER quotes_add_tombstones AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION add_tombstones('quote');
