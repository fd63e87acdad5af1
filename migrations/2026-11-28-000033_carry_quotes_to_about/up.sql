-- Carried from the quote: whatever else is asked of the quotes about an entity, they are one walk of one index.
ALTER TABLE quote_about
    DROP COLUMN rejected,
    ADD COLUMN kind text,
    ADD COLUMN status text,
    ADD COLUMN confidence double precision,
    ADD COLUMN speaker_id uuid,
    ADD COLUMN speaker_status text,
    ADD COLUMN cue_lemma text,
    ADD COLUMN said_on date,
    ADD COLUMN language text,
    ADD COLUMN publisher text;
ALTER TABLE quote_about DISABLE TRIGGER USER;
UPDATE quote_about AS a SET
    kind = q.kind, status = q.status, confidence = q.confidence, speaker_id = q.speaker_id, speaker_status = q.speaker_status,
    cue_lemma = q.cue_lemma, said_on = q.said_on, language = q.language, publisher = q.publisher
    FROM quotes q WHERE q.id = a.quote_id;
ALTER TABLE quote_about ENABLE TRIGGER USER;
ALTER TABLE quote_about
    ALTER COLUMN kind SET NOT NULL,
    ALTER COLUMN status SET NOT NULL,
    ALTER COLUMN confidence SET NOT NULL,
    ALTER COLUMN speaker_status SET NOT NULL,
    ALTER COLUMN language SET NOT NULL,
    ADD COLUMN rejected boolean NOT NULL GENERATED ALWAYS AS (status = 'rejected') STORED;

DROP INDEX quote_about_entity_id_idx;
CREATE INDEX quote_about_entity_id_idx ON quote_about (entity_id, published_desc DESC, quote_id DESC)
    INCLUDE (kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher);
CREATE INDEX quote_about_confidence_idx ON quote_about (entity_id, confidence DESC, quote_id DESC);

DROP TRIGGER quotes_carry_status_to_about ON quotes;
DROP FUNCTION carry_status_to_about();
DROP TRIGGER quotes_carry_to_about ON quotes;
CREATE OR REPLACE FUNCTION carry_to_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quote_about SET
        published_desc = coalesce(NEW.published_at, '-infinity'), kind = NEW.kind, status = NEW.status,
        confidence = NEW.confidence, speaker_id = NEW.speaker_id, speaker_status = NEW.speaker_status,
        cue_lemma = NEW.cue_lemma, said_on = NEW.said_on, language = NEW.language, publisher = NEW.publisher
        WHERE quote_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER quotes_carry_to_about
    AFTER UPDATE OF published_at, kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher
    ON quotes FOR EACH ROW
    WHEN ((OLD.published_at, OLD.kind, OLD.status, OLD.confidence, OLD.speaker_id, OLD.speaker_status, OLD.cue_lemma,
            OLD.said_on, OLD.language, OLD.publisher)
        IS DISTINCT FROM (NEW.published_at, NEW.kind, NEW.status, NEW.confidence, NEW.speaker_id, NEW.speaker_status,
            NEW.cue_lemma, NEW.said_on, NEW.language, NEW.publisher))
    EXECUTE FUNCTION carry_to_about();
