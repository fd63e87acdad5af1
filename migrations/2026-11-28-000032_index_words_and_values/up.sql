-- Words and values in one index: what two of them have in common is found there, where an index of either would read
-- all that has the one to look for the other.
CREATE EXTENSION IF NOT EXISTS btree_gin;

DROP INDEX articles_vector_idx, articles_keywords_idx, quotes_vector_idx;
CREATE INDEX articles_words_idx ON articles USING gin (vector, keywords, language, publisher, section)
    WITH (gin_pending_list_limit = 1024);
CREATE INDEX quotes_words_idx ON quotes
    USING gin (vector, cue_lemma, kind, language, publisher, speaker_id, speaker_status, status)
    WITH (gin_pending_list_limit = 1024);

-- Oldest first is the index of the newest read backwards.
DROP INDEX articles_published_asc_idx, quotes_published_asc_idx;

-- What somebody was quoted with most surely.
CREATE INDEX quotes_speaker_confidence_idx ON quotes (speaker_id, confidence DESC, id DESC);

-- Nearly all mentions are names, found by a machine: those that are not are looked for.
CREATE INDEX mentions_kind_idx ON mentions (kind, published_desc DESC, id DESC) WHERE kind <> 'name';
CREATE INDEX mentions_human_idx ON mentions (published_desc DESC, id DESC) WHERE origin = 'human';
