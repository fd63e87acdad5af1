-- Fact-checks of quotes, published elsewhere.
CREATE TABLE claim_reviews (
    id uuid CONSTRAINT claim_reviews_pkey PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    actor text,
    quote_id uuid NOT NULL,
    article_id uuid NOT NULL,
    publisher text NOT NULL,
    url text NOT NULL,
    rating text NOT NULL,
    title text,
    -- When the fact-check was published.
    date date,
    CONSTRAINT claim_reviews_quote_id_url_key UNIQUE (quote_id, url),
    CONSTRAINT claim_reviews_actor_check CHECK (char_length(actor) BETWEEN 1 AND 300),
    CONSTRAINT claim_reviews_publisher_check CHECK (char_length(publisher) BETWEEN 1 AND 200),
    CONSTRAINT claim_reviews_url_check CHECK (octet_length(url) BETWEEN 1 AND 2048),
    CONSTRAINT claim_reviews_rating_check CHECK (char_length(rating) BETWEEN 1 AND 200),
    CONSTRAINT claim_reviews_title_check CHECK (char_length(title) BETWEEN 1 AND 500),
    CONSTRAINT claim_reviews_quote_id_article_id_fkey
        FOREIGN KEY (quote_id, article_id) REFERENCES quotes (id, article_id) ON DELETE CASCADE
);

-- For the foreign key, and for the list of a quote.
CREATE INDEX claim_reviews_quote_id_idx ON claim_reviews (quote_id, article_id, id);
CREATE INDEX claim_reviews_rating_idx ON claim_reviews (rating);

CREATE FUNCTION log_claim_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO changes (action, resource, record_id, article_id)
            SELECT 'create', 'claim_review', id, article_id FROM inserted;
    ELSE
        INSERT INTO changes (action, resource, record_id, article_id)
            SELECT 'delete', 'claim_review', id, article_id FROM deleted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER claim_reviews_log_inserted AFTER INSERT ON claim_reviews
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_claim_reviews();
CREATE TRIGGER claim_reviews_log_deleted AFTER DELETE ON claim_reviews
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_claim_reviews();
