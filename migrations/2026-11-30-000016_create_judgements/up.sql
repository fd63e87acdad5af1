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
