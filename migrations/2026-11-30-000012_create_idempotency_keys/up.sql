-- Answers to requests with an Idempotency-Key, kept for a day.
CREATE TABLE idempotency_keys (
    -- The name of the API key, or the address of a caller without one.
    caller text NOT NULL,
    key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The SHA-256 of the request.
    request bytea NOT NULL,
    location text,
    etag text,
    body bytea NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key),
    CONSTRAINT idempotency_keys_key_check CHECK (char_length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_request_check CHECK (octet_length(request) = 32)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
