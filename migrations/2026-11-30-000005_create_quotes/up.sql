-- True for a list of spans: start, end, start, end... The spans are not empty, are in order, and do not overlap.
CREATE FUNCTION are_spans_valid(spans integer[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT cardinality(spans) BETWEEN 2 AND 100
        AND cardinality(spans) % 2 = 0
        AND array_position(spans, NULL) IS NULL
        AND spans[1] >= 0
        AND spans[cardinality(spans)] <= 1048576
        AND NOT EXISTS (
            SELECT FROM generate_series(2, cardinality(spans)) AS i
            WHERE spans[i] < spans[i - 1] OR (i % 2 = 0 AND spans[i] = spans[i - 1])
        )
$$;

CREATE TABLE quotes (
    -- Columns are ordered by alignment, so that rows have no padding.
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    speaker_id uuid,
    cluster_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Copied from the article, for filters and orders.
    published_at timestamptz,
    published_desc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, '-infinity')) STORED,
    confidence double precision NOT NULL,
    version integer NOT NULL DEFAULT 1,
    body_version integer NOT NULL,
    said_on date,
    spans integer[] NOT NULL,
    speaker_span int4range,
    cue_span int4range,
    anchor text NOT NULL DEFAULT 'exact',
    kind text NOT NULL,
    status text NOT NULL,
    origin text NOT NULL,
    extractor text,
    language text NOT NULL,
    publisher text,
    speaker_status text NOT NULL,
    speaker_label text,
    cue text,
    cue_lemma text,
    text text NOT NULL,
    canonical_text text,
    prefix text NOT NULL,
    suffix text NOT NULL,
    vector tsvector NOT NULL GENERATED ALWAYS AS (text_vector(language, text)) STORED,
    -- What a later machine run found instead of what a person decided. NULL in nearly all rows.
    suggestion jsonb,
    -- Includes the article, so that the table can be sharded by article.
    CONSTRAINT quotes_pkey PRIMARY KEY (id, article_id),
    CONSTRAINT quotes_version_check CHECK (version >= 1),
    CONSTRAINT quotes_body_version_check CHECK (body_version >= 1),
    CONSTRAINT quotes_anchor_check CHECK (anchor IN ('exact', 'moved', 'orphaned')),
    CONSTRAINT quotes_text_check CHECK (char_length(text) BETWEEN 1 AND 20000),
    CONSTRAINT quotes_spans_check CHECK (are_spans_valid(spans)),
    CONSTRAINT quotes_prefix_check CHECK (char_length(prefix) <= 32),
    CONSTRAINT quotes_suffix_check CHECK (char_length(suffix) <= 32),
    CONSTRAINT quotes_kind_check CHECK (kind IN ('direct', 'partial', 'indirect', 'mixed')),
    CONSTRAINT quotes_speaker_label_check CHECK (char_length(speaker_label) BETWEEN 1 AND 500),
    CONSTRAINT quotes_speaker_span_check
        CHECK (NOT isempty(speaker_span) AND lower(speaker_span) >= 0 AND upper(speaker_span) <= 1048576),
    CONSTRAINT quotes_speaker_status_check
        CHECK (speaker_status IN ('named', 'anonymous', 'collective', 'unattributed', 'unresolved')),
    CONSTRAINT quotes_cue_check CHECK (char_length(cue) BETWEEN 1 AND 200),
    CONSTRAINT quotes_cue_span_check
        CHECK (NOT isempty(cue_span) AND lower(cue_span) >= 0 AND upper(cue_span) <= 1048576),
    CONSTRAINT quotes_cue_lemma_check CHECK (char_length(cue_lemma) BETWEEN 1 AND 200),
    CONSTRAINT quotes_said_on_check CHECK (isfinite(said_on)),
    CONSTRAINT quotes_status_check CHECK (status IN ('machine', 'verified', 'rejected', 'disputed')),
    CONSTRAINT quotes_confidence_check CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT quotes_origin_check CHECK (origin IN ('machine', 'human')),
    CONSTRAINT quotes_extractor_check CHECK (char_length(extractor) BETWEEN 1 AND 200),
    CONSTRAINT quotes_cluster_id_check CHECK ((canonical_text IS NULL) = (cluster_id IS NULL)),
    CONSTRAINT quotes_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles (id) ON DELETE CASCADE,
    CONSTRAINT quotes_speaker_id_fkey FOREIGN KEY (speaker_id) REFERENCES entities (id)
);

-- Includes the status, so that counts of quotes that are not rejected are index-only scans.
CREATE INDEX quotes_confidence_idx ON quotes (confidence DESC, id DESC) INCLUDE (status);
CREATE INDEX quotes_published_desc_idx ON quotes (published_desc DESC, id DESC);
CREATE INDEX quotes_article_id_idx ON quotes (article_id);
CREATE INDEX quotes_cluster_id_idx ON quotes (cluster_id, published_desc DESC, id DESC);
CREATE INDEX quotes_speaker_id_idx ON quotes (speaker_id, published_desc DESC, id DESC);
-- For lists of the articles that quote a speaker.
CREATE INDEX quotes_quoted_idx ON quotes (speaker_id, published_desc DESC, article_id DESC) WHERE status <> 'rejected';
-- For the queue of quotes with a suggestion that nobody has answered.
CREATE INDEX quotes_suggestion_idx ON quotes (published_desc DESC, id DESC) WHERE (suggestion ->> 'is_answered') = 'false';
-- The combined index of words and values, like articles_words_idx.
CREATE INDEX quotes_words_idx ON quotes
    USING gin (said_on, speaker_id, vector, cue_lemma, publisher, status, speaker_status, kind, language)
    WITH (gin_pending_list_limit = 256);

ALTER TABLE quotes ALTER COLUMN vector SET STATISTICS 500;
ALTER TABLE quotes SET (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- The decisions of people about a quote. Append-only.
CREATE TABLE reviews (
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    quote_id uuid NOT NULL,
    actor text,
    action text NOT NULL,
    before jsonb,
    after jsonb,
    note text,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reviews_pkey PRIMARY KEY (id, article_id),
    CONSTRAINT reviews_actor_check CHECK (char_length(actor) BETWEEN 1 AND 200),
    CONSTRAINT reviews_action_check
        CHECK (action IN ('verify', 'reject', 'dispute', 'reattribute', 'edit', 'comment')),
    CONSTRAINT reviews_note_check CHECK (char_length(note) BETWEEN 1 AND 2000),
    CONSTRAINT reviews_article_id_quote_id_fkey
        FOREIGN KEY (quote_id, article_id) REFERENCES quotes (id, article_id) ON DELETE CASCADE
);

CREATE INDEX reviews_quote_id_idx ON reviews (quote_id, article_id, at);

-- Derived: the entities with a mention inside the spans of a quote, in the same version of the text.
CREATE TABLE quote_about (
    quote_id uuid NOT NULL,
    entity_id uuid NOT NULL,
    article_id uuid NOT NULL,
    -- Copied from the quote, so that lists of quotes about an entity read one index with most filters.
    published_desc timestamptz NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    confidence double precision NOT NULL,
    speaker_id uuid,
    speaker_status text NOT NULL,
    cue_lemma text,
    said_on date,
    language text NOT NULL,
    publisher text,
    rejected boolean NOT NULL GENERATED ALWAYS AS (status = 'rejected') STORED,
    CONSTRAINT quote_about_pkey PRIMARY KEY (quote_id, article_id, entity_id),
    CONSTRAINT quote_about_quote_id_article_id_fkey
        FOREIGN KEY (quote_id, article_id) REFERENCES quotes (id, article_id) ON DELETE CASCADE,
    CONSTRAINT quote_about_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE
);

CREATE INDEX quote_about_entity_id_idx ON quote_about (entity_id, published_desc DESC, quote_id DESC)
    INCLUDE (kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher);
CREATE INDEX quote_about_confidence_idx ON quote_about (entity_id, confidence DESC, quote_id DESC);

ALTER TABLE quote_about SET (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
