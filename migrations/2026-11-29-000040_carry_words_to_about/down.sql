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

ALTER TABLE quote_about DROP COLUMN word_bits;
DROP FUNCTION word_bits;
CREATE INDEX quote_about_entity_id_idx ON quote_about (entity_id, published_desc DESC, quote_id DESC)
    INCLUDE (kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher);
