-- The list of all mentions, and of those of an outlet, newest first; backwards for the oldest.
CREATE INDEX mentions_published_desc_idx ON mentions (published_desc DESC, id DESC);
CREATE INDEX mentions_publisher_idx ON mentions (publisher, published_desc DESC, id DESC);
