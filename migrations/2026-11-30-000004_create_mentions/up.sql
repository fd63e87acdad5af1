CREATE TABLE mentions (
    -- Columns are ordered by alignment, so that rows have no padding.
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    entity_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Copied from the article, for filters and orders.
    published_at timestamptz,
    published_desc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, '-infinity')) STORED,
    confidence double precision NOT NULL,
    version integer NOT NULL DEFAULT 1,
    body_version integer NOT NULL,
    span_start integer NOT NULL,
    span_end integer NOT NULL,
    -- The number of entities that the name may refer to.
    candidate_count integer NOT NULL DEFAULT 0,
    -- Some of these entities, in order of id. NULL in nearly all rows.
    candidates uuid[],
    anchor text NOT NULL DEFAULT 'exact',
    kind text NOT NULL,
    -- A rejected mention has no entity and is not counted.
    status text NOT NULL DEFAULT 'machine',
    origin text NOT NULL,
    extractor text,
    language text NOT NULL,
    publisher text,
    exact text NOT NULL,
    prefix text NOT NULL,
    suffix text NOT NULL,
    -- What a later machine run found instead of what a person decided. NULL in nearly all rows.
    suggestion jsonb,
    -- The scores of candidates by id; NULL if they were not compared.
    candidate_scores jsonb,
    -- Includes the article, so that the table can be sharded by article.
    CONSTRAINT mentions_pkey PRIMARY KEY (id, article_id),
    CONSTRAINT mentions_version_check CHECK (version >= 1),
    CONSTRAINT mentions_body_version_check CHECK (body_version >= 1),
    CONSTRAINT mentions_anchor_check CHECK (anchor IN ('exact', 'moved', 'orphaned')),
    CONSTRAINT mentions_span_check CHECK (span_start >= 0 AND span_start < span_end AND span_end <= 1048576),
    CONSTRAINT mentions_exact_check CHECK (char_length(exact) = span_end - span_start),
    CONSTRAINT mentions_prefix_check CHECK (char_length(prefix) <= 32),
    CONSTRAINT mentions_suffix_check CHECK (char_length(suffix) <= 32),
    CONSTRAINT mentions_kind_check CHECK (kind IN ('name', 'nominal', 'role')),
    CONSTRAINT mentions_status_check CHECK (status IN ('machine', 'verified', 'rejected')),
    CONSTRAINT mentions_entity_id_check CHECK (status <> 'rejected' OR entity_id IS NULL),
    CONSTRAINT mentions_confidence_check CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT mentions_candidates_check CHECK (cardinality(candidates) <= 100),
    CONSTRAINT mentions_candidate_count_check CHECK (candidate_count >= 0),
    CONSTRAINT mentions_origin_check CHECK (origin IN ('machine', 'human')),
    CONSTRAINT mentions_extractor_check CHECK (char_length(extractor) BETWEEN 1 AND 200),
    CONSTRAINT mentions_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles (id) ON DELETE CASCADE,
    CONSTRAINT mentions_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id)
);

CREATE INDEX mentions_article_id_idx ON mentions (article_id, span_start);
CREATE INDEX mentions_entity_id_idx ON mentions (entity_id, published_desc DESC, article_id DESC);
CREATE INDEX mentions_published_desc_idx ON mentions (published_desc DESC, id DESC);
-- Nearly all mentions are names found by a machine. Lists of the others need an index.
CREATE INDEX mentions_kind_idx ON mentions (kind, published_desc DESC, id DESC) WHERE kind <> 'name';
-- For deletions of entities, which remove the entity from candidates. Few mentions have candidates.
CREATE INDEX mentions_candidates_idx ON mentions USING gin (candidates) WHERE candidates IS NOT NULL;
CREATE INDEX mentions_human_idx ON mentions (published_desc DESC, id DESC) WHERE origin = 'human';

ALTER TABLE mentions SET (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- The decisions of people about a mention. Append-only.
CREATE TABLE mention_reviews (
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    mention_id uuid NOT NULL,
    actor text,
    action text NOT NULL,
    before jsonb,
    after jsonb,
    note text,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mention_reviews_pkey PRIMARY KEY (id, article_id),
    CONSTRAINT mention_reviews_actor_check CHECK (char_length(actor) BETWEEN 1 AND 200),
    CONSTRAINT mention_reviews_action_check CHECK (action IN ('verify', 'reject', 'reattribute')),
    CONSTRAINT mention_reviews_note_check CHECK (char_length(note) BETWEEN 1 AND 2000),
    CONSTRAINT mention_reviews_article_id_mention_id_fkey
        FOREIGN KEY (mention_id, article_id) REFERENCES mentions (id, article_id) ON DELETE CASCADE
);

CREATE INDEX mention_reviews_mention_id_idx ON mention_reviews (mention_id, article_id, at);
