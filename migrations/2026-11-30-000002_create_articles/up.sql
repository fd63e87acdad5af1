CREATE TABLE articles (
    id uuid CONSTRAINT articles_pkey PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    body_version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    headline text NOT NULL,
    body text NOT NULL,
    body_created_at timestamptz NOT NULL DEFAULT now(),
    content_hash bytea NOT NULL,
    language text NOT NULL,
    -- Derived from the body, in order: role, start, end, role, start, end... with the roles 0 headline, 1 heading,
    -- 2 paragraph, 3 boilerplate.
    blocks integer[] NOT NULL DEFAULT '{}',
    url text,
    publisher text,
    external_id text,
    authors text[] NOT NULL DEFAULT '{}',
    section text,
    keywords text[] NOT NULL DEFAULT '{}',
    published_at timestamptz,
    -- The date that lists are ordered by. Not NULL for row comparisons, which never match NULL. Undated articles come last.
    published_desc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, '-infinity')) STORED,
    vector tsvector NOT NULL GENERATED ALWAYS AS (article_vector(language, headline, body)) STORED,
    CONSTRAINT articles_version_check CHECK (version >= 1),
    CONSTRAINT articles_body_version_check CHECK (body_version BETWEEN 1 AND version),
    CONSTRAINT articles_headline_check CHECK (char_length(headline) BETWEEN 1 AND 500),
    CONSTRAINT articles_body_check CHECK (octet_length(body) BETWEEN 1 AND 1048576),
    CONSTRAINT articles_content_hash_check CHECK (octet_length(content_hash) = 32),
    CONSTRAINT articles_language_check CHECK (language ~ '^[a-z]{2,3}$'),
    CONSTRAINT articles_blocks_check CHECK (cardinality(blocks) % 3 = 0 AND array_position(blocks, NULL) IS NULL),
    CONSTRAINT articles_url_check CHECK (octet_length(url) BETWEEN 1 AND 2048),
    CONSTRAINT articles_publisher_check CHECK (char_length(publisher) BETWEEN 1 AND 200),
    CONSTRAINT articles_external_id_check CHECK (char_length(external_id) BETWEEN 1 AND 300),
    CONSTRAINT articles_section_check CHECK (char_length(section) BETWEEN 1 AND 200),
    CONSTRAINT articles_authors_check CHECK (cardinality(authors) <= 50 AND array_position(authors, NULL) IS NULL),
    CONSTRAINT articles_keywords_check CHECK (cardinality(keywords) <= 50 AND array_position(keywords, NULL) IS NULL),
    CONSTRAINT articles_published_at_check CHECK (isfinite(published_at))
);

CREATE UNIQUE INDEX articles_url_key ON articles (url);
-- External ids are unique among the articles without a publisher, too. They come first, because lists filter by them alone.
CREATE UNIQUE INDEX articles_publisher_external_id_key ON articles (external_id, coalesce(publisher, ''))
    WHERE external_id IS NOT NULL;

-- Lists in both directions read this index.
CREATE INDEX articles_published_desc_idx ON articles (published_desc DESC, id DESC);
CREATE INDEX articles_created_at_idx ON articles (created_at DESC, id DESC);
-- Searches read all languages from this index.
CREATE INDEX articles_language_idx ON articles (language);
CREATE INDEX articles_publisher_idx ON articles (publisher, published_desc DESC, id DESC);
CREATE INDEX articles_section_idx ON articles (section, published_desc DESC, id DESC);

-- The combined index of words and values. A search with several conditions intersects them in this index, in the order of the
-- columns, so the most selective columns come first. Each search reads the whole pending list, so this list is short.
CREATE INDEX articles_words_idx ON articles
    USING gin (keywords, vector, section, publisher, language)
    WITH (gin_pending_list_limit = 256);

-- Searches estimate their costs from these statistics.
ALTER TABLE articles ALTER COLUMN vector SET STATISTICS 500;

-- By default, autovacuum waits until a fifth of the table has changed. Until then, index-only scans visit the table, and plans
-- use old statistics.
ALTER TABLE articles SET (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- The earlier texts of an article.
CREATE TABLE article_versions (
    article_id uuid NOT NULL,
    body_version integer NOT NULL,
    headline text NOT NULL,
    body text NOT NULL,
    content_hash bytea NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT article_versions_pkey PRIMARY KEY (article_id, body_version),
    CONSTRAINT article_versions_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles (id) ON DELETE CASCADE,
    CONSTRAINT article_versions_body_version_check CHECK (body_version >= 1),
    CONSTRAINT article_versions_headline_check CHECK (char_length(headline) BETWEEN 1 AND 500),
    CONSTRAINT article_versions_body_check CHECK (octet_length(body) BETWEEN 1 AND 1048576),
    CONSTRAINT article_versions_content_hash_check CHECK (octet_length(content_hash) = 32),
    CONSTRAINT article_versions_language_check CHECK (language ~ '^[a-z]{2,3}$')
);
