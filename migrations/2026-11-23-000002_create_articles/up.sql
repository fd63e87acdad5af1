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
    -- Derived from the body: [{role, start, end}...], in order.
    blocks jsonb NOT NULL DEFAULT '[]',
    url text,
    publisher text,
    external_id text,
    authors text[] NOT NULL DEFAULT '{}',
    section text,
    keywords text[] NOT NULL DEFAULT '{}',
    published_at timestamptz,
    -- Undated articles come last in either order, and a row comparison must never meet a NULL.
    published_desc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, '-infinity')) STORED,
    published_asc timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(published_at, 'infinity')) STORED,
    CONSTRAINT articles_version_check CHECK (version >= 1),
    CONSTRAINT articles_body_version_check CHECK (body_version BETWEEN 1 AND version),
    CONSTRAINT articles_headline_check CHECK (char_length(headline) BETWEEN 1 AND 500),
    CONSTRAINT articles_body_check CHECK (octet_length(body) BETWEEN 1 AND 1048576),
    CONSTRAINT articles_content_hash_check CHECK (octet_length(content_hash) = 32),
    CONSTRAINT articles_language_check CHECK (language ~ '^[a-z]{2,3}$'),
    CONSTRAINT articles_blocks_check CHECK (jsonb_typeof(blocks) = 'array'),
    CONSTRAINT articles_url_check CHECK (octet_length(url) BETWEEN 1 AND 2048),
    CONSTRAINT articles_publisher_check CHECK (char_length(publisher) BETWEEN 1 AND 200),
    CONSTRAINT articles_external_id_check CHECK (char_length(external_id) BETWEEN 1 AND 300),
    CONSTRAINT articles_section_check CHECK (char_length(section) BETWEEN 1 AND 200),
    CONSTRAINT articles_authors_check CHECK (cardinality(authors) <= 50 AND array_position(authors, NULL) IS NULL),
    CONSTRAINT articles_keywords_check CHECK (cardinality(keywords) <= 50 AND array_position(keywords, NULL) IS NULL),
    CONSTRAINT articles_published_at_check CHECK (isfinite(published_at))
);

CREATE UNIQUE INDEX articles_url_key ON articles (url);
-- An article without a publisher still has its key to itself among those without one.
CREATE UNIQUE INDEX articles_publisher_external_id_key ON articles (coalesce(publisher, ''), external_id)
    WHERE external_id IS NOT NULL;

CREATE INDEX articles_published_desc_idx ON articles (published_desc DESC, id DESC);
CREATE INDEX articles_published_asc_idx ON articles (published_asc, id);
CREATE INDEX articles_created_at_idx ON articles (created_at DESC, id DESC);
CREATE INDEX articles_language_idx ON articles (language, published_desc DESC, id DESC);
CREATE INDEX articles_publisher_idx ON articles (publisher, published_desc DESC, id DESC);
CREATE INDEX articles_section_idx ON articles (section, published_desc DESC, id DESC);
CREATE INDEX articles_external_id_idx ON articles (external_id);
CREATE INDEX articles_keywords_idx ON articles USING gin (keywords);

CREATE TRIGGER articles_bury AFTER DELETE ON articles
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION bury('article');

-- The texts an article had before its present one.
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
