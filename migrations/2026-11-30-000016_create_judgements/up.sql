-- Judgements that two entities are different, for example two people with the same name. A judgement stays with the entities that
-- it was made for: it also holds for the entities that these were merged into.
CREATE TABLE judgements (
    id uuid CONSTRAINT judgements_pkey PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    actor text,
    reason text,
    -- The pair has no order: the smaller id comes first.
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    CONSTRAINT judgements_first_id_second_id_key UNIQUE (first_id, second_id),
    CONSTRAINT judgements_first_id_check CHECK (first_id < second_id),
    CONSTRAINT judgements_actor_check CHECK (char_length(actor) BETWEEN 1 AND 300),
    CONSTRAINT judgements_reason_check CHECK (char_length(reason) BETWEEN 1 AND 2000),
    CONSTRAINT judgements_first_id_fkey FOREIGN KEY (first_id) REFERENCES entities (id) ON DELETE CASCADE,
    CONSTRAINT judgements_second_id_fkey FOREIGN KEY (second_id) REFERENCES entities (id) ON DELETE CASCADE
);

CREATE INDEX judgements_second_id_idx ON judgements (second_id);

-- Judgements are in the change feed.
CREATE FUNCTION log_judgements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO changes (action, resource, record_id) SELECT 'create', 'judgement', id FROM inserted;
    ELSE
        INSERT INTO changes (action, resource, record_id) SELECT 'delete', 'judgement', id FROM deleted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER judgements_log_inserted AFTER INSERT ON judgements
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_judgements();
CREATE TRIGGER judgements_log_deleted AFTER DELETE ON judgements
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_judgements();
