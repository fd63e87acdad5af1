-- Pairs of entities that are likely the same. A background task computes them for entities whose names have changed.
-- No foreign keys, because their locks could deadlock with deletions of entities: the task removes the pairs of a deleted entity, and
-- lists join the entities.
CREATE TABLE duplicates (
    id uuid CONSTRAINT duplicates_pkey PRIMARY KEY,
    -- The pair has no order: the smaller id comes first.
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    -- The kind of both entities.
    kind text NOT NULL,
    score double precision NOT NULL,
    -- An array of {reason, score}.
    reasons jsonb NOT NULL,
    CONSTRAINT duplicates_first_id_second_id_key UNIQUE (first_id, second_id),
    CONSTRAINT duplicates_first_id_check CHECK (first_id < second_id),
    CONSTRAINT duplicates_kind_check
        CHECK (kind IN ('person', 'organization', 'place', 'product', 'event', 'work', 'other')),
    CONSTRAINT duplicates_score_check CHECK (score BETWEEN 0 AND 1)
);

CREATE INDEX duplicates_second_id_idx ON duplicates (second_id);
CREATE INDEX duplicates_score_idx ON duplicates (score DESC, id DESC);
CREATE INDEX duplicates_kind_idx ON duplicates (kind, score DESC, id DESC);

-- The entities whose duplicates are to be computed. No foreign key, because an entity may be deleted meanwhile.
CREATE TABLE duplicate_queue (
    entity_id uuid CONSTRAINT duplicate_queue_pkey PRIMARY KEY
);

-- Names change when an entity is created, renamed or merged, when a merge is undone, and when its aliases change.
CREATE FUNCTION queue_for_duplicates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Sorted, so that writers of the same entities wait for each other and do not deadlock.
    INSERT INTO duplicate_queue SELECT DISTINCT entity_id FROM changed ORDER BY entity_id ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER entity_names_queue_inserted AFTER INSERT ON entity_names
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_for_duplicates();
CREATE TRIGGER entity_names_queue_deleted AFTER DELETE ON entity_names
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_for_duplicates();
CREATE TRIGGER entity_identifiers_queue_inserted AFTER INSERT ON entity_identifiers
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_for_duplicates();
CREATE TRIGGER entity_identifiers_queue_deleted AFTER DELETE ON entity_identifiers
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_for_duplicates();

INSERT INTO duplicate_queue SELECT id FROM entities;
