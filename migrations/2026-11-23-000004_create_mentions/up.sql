CREATE TABLE mentions (
    id uuid CONSTRAINT mentions_pkey PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    article_id uuid NOT NULL,
    body_version integer NOT NULL,
    anchor text NOT NULL DEFAULT 'exact',
    entity_id uuid,
    -- The entities it might name, when several bear the name.
    candidates uuid[] NOT NULL DEFAULT '{}',
    span_start integer NOT NULL,
    span_end integer NOT NULL,
    exact text NOT NULL,
    prefix text NOT NULL,
    suffix text NOT NULL,
    kind text NOT NULL,
    confidence double precision NOT NULL,
    origin text NOT NULL,
    extractor text,
    -- Carried from the article.
    published_at timestamptz,
    published_desc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, '-infinity')) STORED,
    language text NOT NULL,
    publisher text,
    CONSTRAINT mentions_version_check CHECK (version >= 1),
    CONSTRAINT mentions_body_version_check CHECK (body_version >= 1),
    CONSTRAINT mentions_anchor_check CHECK (anchor IN ('exact', 'moved', 'orphaned')),
    CONSTRAINT mentions_span_check CHECK (span_start >= 0 AND span_start < span_end AND span_end <= 1048576),
    CONSTRAINT mentions_exact_check CHECK (char_length(exact) = span_end - span_start),
    CONSTRAINT mentions_prefix_check CHECK (char_length(prefix) <= 32),
    CONSTRAINT mentions_suffix_check CHECK (char_length(suffix) <= 32),
    CONSTRAINT mentions_kind_check CHECK (kind IN ('name', 'nominal', 'role')),
    CONSTRAINT mentions_confidence_check CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT mentions_candidates_check CHECK (cardinality(candidates) <= 100),
    CONSTRAINT mentions_origin_check CHECK (origin IN ('machine', 'human')),
    CONSTRAINT mentions_extractor_check CHECK (char_length(extractor) BETWEEN 1 AND 200),
    CONSTRAINT mentions_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles (id) ON DELETE CASCADE,
    CONSTRAINT mentions_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id)
);

CREATE INDEX mentions_article_id_idx ON mentions (article_id, span_start, id);
CREATE INDEX mentions_entity_id_idx ON mentions (entity_id, published_desc DESC, article_id DESC);

CREATE TRIGGER mentions_bury AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION bury('mention');
