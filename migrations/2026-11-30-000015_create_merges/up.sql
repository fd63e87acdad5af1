-- Merges of entities into a survivor. The mentions and quotes of the sources are moved in batches after the merge, and moved back in
-- batches after it is undone.
CREATE TABLE merges (
    id uuid CONSTRAINT merges_pkey PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- The survivor. No foreign key, because merges are kept when the entities are deleted.
    entity_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'moving',
    actor text,
    reason text,
    undone_by text,
    undone_at timestamptz,
    -- What was moved to the survivor so far.
    mentions bigint NOT NULL DEFAULT 0,
    candidates bigint NOT NULL DEFAULT 0,
    quotes bigint NOT NULL DEFAULT 0,
    about bigint NOT NULL DEFAULT 0,
    aliases bigint NOT NULL DEFAULT 0,
    identifiers bigint NOT NULL DEFAULT 0,
    -- What was not moved back, because it was changed after the merge.
    kept_mentions bigint NOT NULL DEFAULT 0,
    kept_quotes bigint NOT NULL DEFAULT 0,
    CONSTRAINT merges_version_check CHECK (version >= 1),
    CONSTRAINT merges_status_check CHECK (status IN ('moving', 'done', 'undoing', 'undone')),
    CONSTRAINT merges_actor_check CHECK (char_length(actor) BETWEEN 1 AND 200),
    CONSTRAINT merges_reason_check CHECK (char_length(reason) BETWEEN 1 AND 2000),
    CONSTRAINT merges_undone_by_check CHECK (char_length(undone_by) BETWEEN 1 AND 200)
);

CREATE INDEX merges_entity_id_idx ON merges (entity_id, id DESC);
CREATE INDEX merges_unfinished_idx ON merges (id) WHERE status IN ('moving', 'undoing');

-- The entities that were merged, in the order of the request.
CREATE TABLE merge_sources (
    merge_id uuid NOT NULL,
    entity_id uuid NOT NULL,
    position integer NOT NULL,
    -- Names of the source that are not the survivor's own, as [{name, language, kind}].
    aliases jsonb NOT NULL,
    -- Identifiers that were moved, as [{scheme, value}].
    identifiers jsonb NOT NULL,
    -- Entities that had been merged into the source.
    redirected uuid[] NOT NULL,
    -- True when no mention and no quote refers to the source any more.
    is_moved boolean NOT NULL DEFAULT false,
    CONSTRAINT merge_sources_pkey PRIMARY KEY (merge_id, entity_id),
    CONSTRAINT merge_sources_merge_id_fkey FOREIGN KEY (merge_id) REFERENCES merges (id) ON DELETE CASCADE
);

CREATE INDEX merge_sources_entity_id_idx ON merge_sources (entity_id, merge_id DESC);

-- The references that a merge moved. A row is deleted when its reference is moved back.
CREATE TABLE merge_moves (
    merge_id uuid NOT NULL,
    article_id uuid NOT NULL,
    -- The mention or the quote.
    record_id uuid NOT NULL,
    source_id uuid NOT NULL,
    kind text NOT NULL,
    -- For candidates: the survivor was a candidate of the mention before.
    had_survivor boolean NOT NULL DEFAULT false,
    -- A person changed the record after the merge, so it is not moved back.
    is_changed boolean NOT NULL DEFAULT false,
    CONSTRAINT merge_moves_pkey PRIMARY KEY (merge_id, article_id, record_id, source_id, kind),
    CONSTRAINT merge_moves_kind_check CHECK (kind IN ('mention', 'candidate', 'quote')),
    CONSTRAINT merge_moves_merge_id_fkey FOREIGN KEY (merge_id) REFERENCES merges (id) ON DELETE CASCADE
);

CREATE INDEX merge_moves_record_id_idx ON merge_moves (record_id);
