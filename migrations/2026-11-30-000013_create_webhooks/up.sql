-- Addresses that changes are sent to.
CREATE TABLE webhooks (
    id uuid CONSTRAINT webhooks_pkey PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    url text NOT NULL,
    description text,
    enabled boolean NOT NULL DEFAULT true,
    -- Which changes are sent; an empty list is all of them.
    resources text[] NOT NULL,
    actions text[] NOT NULL,
    publishers text[] NOT NULL,
    speakers uuid[] NOT NULL,
    -- Words that a quote must have.
    search text,
    -- Messages are signed with it, so that a digest would not do.
    secret bytea NOT NULL,
    -- Signs too until then, after a rotation.
    previous_secret bytea,
    previous_expires_at timestamptz,
    -- The cursor of the change feed behind which changes are yet to be queued.
    cursor text NOT NULL,
    CONSTRAINT webhooks_version_check CHECK (version >= 1),
    CONSTRAINT webhooks_url_check CHECK (octet_length(url) BETWEEN 1 AND 2048),
    CONSTRAINT webhooks_search_check CHECK (char_length(search) BETWEEN 1 AND 500),
    CONSTRAINT webhooks_previous_secret_check CHECK ((previous_secret IS NULL) = (previous_expires_at IS NULL)),
    CONSTRAINT webhooks_description_check CHECK (char_length(description) BETWEEN 1 AND 300)
);

-- The changes that were queued for a webhook, and what became of them.
CREATE TABLE webhook_deliveries (
    id uuid CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    webhook_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The message as it is sent.
    body text NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    -- A delivery that is being sent is put off, and sent again when nothing is heard of it.
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    -- When it was queued, or last replayed: three days later it is dead.
    queued_at timestamptz NOT NULL DEFAULT now(),
    last_attempt_at timestamptz,
    -- The status of the last answer, or why there was none.
    response_status integer,
    error text,
    CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_status_check CHECK (status IN ('pending', 'delivered', 'dead'))
);
CREATE INDEX webhook_deliveries_webhook_id_idx ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_next_attempt_at_idx ON webhook_deliveries (webhook_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_queued_at_idx ON webhook_deliveries (queued_at);
