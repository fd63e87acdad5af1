-- Mentions and quotes that people took from one entity to another. No foreign keys, because these records are kept when others are
-- deleted.
CREATE TABLE splits (
    id uuid CONSTRAINT splits_pkey PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    entity_id uuid NOT NULL,
    -- The entity that the mentions and quotes were taken to.
    into_id uuid NOT NULL,
    mentions uuid[] NOT NULL,
    quotes uuid[] NOT NULL,
    actor text,
    reason text,
    CONSTRAINT splits_actor_check CHECK (char_length(actor) BETWEEN 1 AND 200),
    CONSTRAINT splits_reason_check CHECK (char_length(reason) BETWEEN 1 AND 2000),
    CONSTRAINT splits_mentions_check CHECK (cardinality(mentions) <= 200),
    CONSTRAINT splits_quotes_check CHECK (cardinality(quotes) <= 200)
);

CREATE INDEX splits_entity_id_idx ON splits (entity_id, id DESC);
CREATE INDEX splits_into_id_idx ON splits (into_id, id DESC);
