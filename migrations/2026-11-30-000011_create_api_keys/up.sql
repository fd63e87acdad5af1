-- API keys. Only the SHA-256 of a secret is stored.
CREATE TABLE api_keys (
    id uuid CONSTRAINT api_keys_pkey PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    scope text NOT NULL,
    -- Writes are limited to the articles of this publisher.
    publisher text,
    expires_at timestamptz,
    digest bytea NOT NULL,
    -- The SHA-256 of the secret before the last rotation.
    previous_digest bytea,
    previous_expires_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT api_keys_name_key UNIQUE (name),
    CONSTRAINT api_keys_version_check CHECK (version >= 1),
    CONSTRAINT api_keys_name_check CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT api_keys_scope_check CHECK (scope IN ('read', 'review', 'write', 'admin')),
    CONSTRAINT api_keys_publisher_check CHECK (char_length(publisher) BETWEEN 1 AND 200),
    CONSTRAINT api_keys_digest_check CHECK (octet_length(digest) = 32 AND octet_length(previous_digest) = 32),
    CONSTRAINT api_keys_previous_expires_at_check CHECK ((previous_digest IS NULL) = (previous_expires_at IS NULL))
);
