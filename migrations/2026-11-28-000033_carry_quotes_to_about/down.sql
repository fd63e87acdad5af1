DROP TRIGGER quotes_carry_to_about ON quotes;
CREATE OR REPLACE FUNCTION carry_to_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quote_about SET published_desc = coalesce(NEW.published_at, '-infinity') WHERE quote_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER quotes_carry_to_about AFTER UPDATE OF published_at ON quotes
    FOR EACH ROW
    WHEN (OLD.published_at IS DISTINCT FROM NEW.published_at)
    EXECUTE FUNCTION carry_to_about();

DROP INDEX quote_about_entity_id_idx, quote_about_confidence_idx;
ALTER TABLE quote_about DISABLE TRIGGER USER;
ALTER TABLE quote_about DROP COLUMN rejected;
ALTER TABLE quote_about ADD COLUMN rejected boolean NOT NULL DEFAULT false;
UPDATE quote_about SET rejected = true WHERE status = 'rejected';
ALTER TABLE quote_about ENABLE TRIGGER USER;
ALTER TABLE quote_about
    DROP COLUMN kind,
    DROP COLUMN status,
    DROP COLUMN confidence,
    DROP COLUMN speaker_id,
    DROP COLUMN speaker_status,
    DROP COLUMN cue_lemma,
    DROP COLUMN said_on,
    DROP COLUMN language,
    DROP COLUMN publisher;
CREATE INDEX quote_about_entity_id_idx ON quote_about (entity_id, published_desc DESC, quote_id DESC);

CREATE FUNCTION carry_status_to_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quote_about SET rejected = (NEW.status = 'rejected') WHERE quote_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER quotes_carry_status_to_about AFTER UPDATE OF status ON quotes
    FOR EACH ROW
    WHEN ((OLD.status = 'rejected') <> (NEW.status = 'rejected'))
    EXECUTE FUNCTION carry_status_to_about();
