-- The ids of deleted records. Requests for them return 410.
CREATE TABLE tombstones (
    id uuid CONSTRAINT tombstones_pkey PRIMARY KEY,
    kind text NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tombstones_kind_check CHECK (kind IN ('article', 'entity', 'mention', 'quote', 'key', 'webhook', 'judgement', 'claim_review'))
);
