-- What was deleted: an id never dies, it answers 410.
CREATE TABLE tombstones (
    id uuid CONSTRAINT tombstones_pkey PRIMARY KEY,
    kind text NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tombstones_kind_check CHECK (kind IN ('article', 'entity', 'mention', 'quote'))
);

-- Statement trigger with a transition table named `gone`: it also sees the rows that a cascade deletes.
CREATE FUNCTION bury() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tombstones (id, kind) SELECT gone.id, TG_ARGV[0] FROM gone;
    RETURN NULL;
END
$$;
