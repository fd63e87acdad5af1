-- Pairs start, end, start, end...: each span holds something, and they stand in order without overlap.
CREATE FUNCTION spans_are_sound(spans integer[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
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
    id uuid CONSTRAINT quotes_pkey PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    article_id uuid NOT NULL,
    body_version integer NOT NULL,
    anchor text NOT NULL DEFAULT 'exact',
    text text NOT NULL,
    spans integer[] NOT NULL,
    prefix text NOT NULL,
    suffix text NOT NULL,
    kind text NOT NULL,
    speaker_id uuid,
    speaker_label text,
    speaker_span int4range,
    speaker_status text NOT NULL,
    cue text,
    cue_span int4range,
    cue_lemma text,
    said_on date,
    status text NOT NULL,
    confidence double precision NOT NULL,
    origin text NOT NULL,
    extractor text,
    canonical_text text,
    cluster_id uuid,
    -- Carried from the article.
    published_at timestamptz,
    published_desc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, '-infinity')) STORED,
    published_asc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, 'infinity')) STORED,
    language text NOT NULL,
    publisher text,
    CONSTRAINT quotes_version_check CHECK (version >= 1),
    CONSTRAINT quotes_body_version_check CHECK (body_version >= 1),
    CONSTRAINT quotes_anchor_check CHECK (anchor IN ('exact', 'moved', 'orphaned')),
    CONSTRAINT quotes_text_check CHECK (octet_length(text) BETWEEN 1 AND 1048576),
    CONSTRAINT quotes_spans_check CHECK (spans_are_sound(spans)),
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

CREATE INDEX quotes_published_desc_idx ON quotes (published_desc DESC, id DESC);
CREATE INDEX quotes_published_asc_idx ON quotes (published_asc, id);
CREATE INDEX quotes_confidence_idx ON quotes (confidence DESC, id DESC);
CREATE INDEX quotes_article_id_idx ON quotes (article_id, (spans[1]), id);
CREATE INDEX quotes_speaker_id_idx ON quotes (speaker_id, published_desc DESC, id DESC);
CREATE INDEX quotes_speaker_status_idx ON quotes (speaker_status, published_desc DESC, id DESC);
CREATE INDEX quotes_publisher_idx ON quotes (publisher, published_desc DESC, id DESC);
CREATE INDEX quotes_language_idx ON quotes (language, published_desc DESC, id DESC);
CREATE INDEX quotes_kind_idx ON quotes (kind, published_desc DESC, id DESC);
CREATE INDEX quotes_status_idx ON quotes (status, published_desc DESC, id DESC);
CREATE INDEX quotes_cue_lemma_idx ON quotes (cue_lemma, published_desc DESC, id DESC);
CREATE INDEX quotes_cluster_id_idx ON quotes (cluster_id, published_desc DESC, id DESC);
CREATE INDEX quotes_said_on_idx ON quotes (said_on, published_desc DESC, id DESC);

CREATE TRIGGER quotes_bury AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION bury('quote');

-- What people did with a quote, in order; rows are only ever added.
CREATE TABLE reviews (
    id uuid CONSTRAINT reviews_pkey PRIMARY KEY,
    quote_id uuid NOT NULL,
    actor text,
    action text NOT NULL,
    before jsonb,
    after jsonb,
    note text,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reviews_actor_check CHECK (char_length(actor) BETWEEN 1 AND 200),
    CONSTRAINT reviews_action_check
        CHECK (action IN ('verify', 'reject', 'dispute', 'reattribute', 'edit', 'comment')),
    CONSTRAINT reviews_note_check CHECK (char_length(note) BETWEEN 1 AND 2000),
    CONSTRAINT reviews_quote_id_fkey FOREIGN KEY (quote_id) REFERENCES quotes (id) ON DELETE CASCADE
);

CREATE INDEX reviews_quote_id_idx ON reviews (quote_id, at, id);

-- Derived: the entities whose mention, in the same text, lies inside a quote's spans.
CREATE TABLE quote_about (
    quote_id uuid NOT NULL,
    entity_id uuid NOT NULL,
    -- Carried from the quote, so that the quotes about an entity are one walk of one index.
    published_desc timestamptz NOT NULL,
    CONSTRAINT quote_about_pkey PRIMARY KEY (quote_id, entity_id),
    CONSTRAINT quote_about_quote_id_fkey FOREIGN KEY (quote_id) REFERENCES quotes (id) ON DELETE CASCADE,
    CONSTRAINT quote_about_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE
);

CREATE INDEX quote_about_entity_id_idx ON quote_about (entity_id, published_desc DESC, quote_id DESC);
