-- Two of 64 bits for each word. A text that has some words has their bits; of those that have not, few do.
CREATE FUNCTION word_bits(words text[]) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(bit_or((1::bigint << (hash & 63)::integer) | (1::bigint << (hash >> 6 & 63)::integer)), 0)
    FROM unnest(words) AS word, hashtextextended(word, 0) AS hash
);

-- Of the words of the quote: whether it may have some is seen in the index, without the quote. All bits, where nobody said.
ALTER TABLE quote_about ADD COLUMN word_bits bigint NOT NULL DEFAULT -1;
DROP INDEX quote_about_entity_id_idx;
ALTER TABLE quote_about DISABLE TRIGGER USER;
UPDATE quote_about SET word_bits = word_bits(tsvector_to_array(vector)) FROM quotes WHERE quotes.id = quote_id;
ALTER TABLE quote_about ENABLE TRIGGER USER;
CREATE INDEX quote_about_entity_id_idx ON quote_about (entity_id, published_desc DESC, quote_id DESC)
    INCLUDE (kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher, word_bits);

DROP TRIGGER quotes_carry_to_about ON quotes;
CREATE OR REPLACE FUNCTION carry_to_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quote_about SET
        published_desc = coalesce(NEW.published_at, '-infinity'), kind = NEW.kind, status = NEW.status,
        confidence = NEW.confidence, speaker_id = NEW.speaker_id, speaker_status = NEW.speaker_status,
        cue_lemma = NEW.cue_lemma, said_on = NEW.said_on, language = NEW.language, publisher = NEW.publisher,
        word_bits = word_bits(tsvector_to_array(NEW.vector))
        WHERE quote_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER quotes_carry_to_about
    AFTER UPDATE OF published_at, kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher, text
    ON quotes FOR EACH ROW
    WHEN ((OLD.published_at, OLD.kind, OLD.status, OLD.confidence, OLD.speaker_id, OLD.speaker_status, OLD.cue_lemma,
            OLD.said_on, OLD.language, OLD.publisher, OLD.vector)
        IS DISTINCT FROM (NEW.published_at, NEW.kind, NEW.status, NEW.confidence, NEW.speaker_id, NEW.speaker_status,
            NEW.cue_lemma, NEW.said_on, NEW.language, NEW.publisher, NEW.vector))
    EXECUTE FUNCTION carry_to_about();

ANALYZE quote_about;
