-- Copies an article's date, language and publisher to its mentions and quotes, and a quote's fields to quote_about.
CREATE FUNCTION copy_from_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT a.published_at, a.language, a.publisher
        INTO NEW.published_at, NEW.language, NEW.publisher
        FROM articles a WHERE a.id = NEW.article_id;
    -- Without such an article, the foreign key fails next, by its name.
    NEW.language := coalesce(NEW.language, 'und');
    RETURN NEW;
END
$$;

CREATE TRIGGER mentions_copy BEFORE INSERT ON mentions
    FOR EACH ROW EXECUTE FUNCTION copy_from_article();
CREATE TRIGGER quotes_copy BEFORE INSERT ON quotes
    FOR EACH ROW EXECUTE FUNCTION copy_from_article();

CREATE FUNCTION copy_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mentions SET published_at = NEW.published_at, language = NEW.language, publisher = NEW.publisher
        WHERE article_id = NEW.id;
    UPDATE quotes SET published_at = NEW.published_at, language = NEW.language, publisher = NEW.publisher
        WHERE article_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER articles_copy AFTER UPDATE OF published_at, language, publisher ON articles
    FOR EACH ROW
    WHEN ((OLD.published_at, OLD.language, OLD.publisher) IS DISTINCT FROM (NEW.published_at, NEW.language, NEW.publisher))
    EXECUTE FUNCTION copy_article();

CREATE FUNCTION copy_quote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quote_about SET
        published_desc = coalesce(NEW.published_at, '-infinity'), kind = NEW.kind, status = NEW.status,
        confidence = NEW.confidence, speaker_id = NEW.speaker_id, speaker_status = NEW.speaker_status,
        cue_lemma = NEW.cue_lemma, said_on = NEW.said_on, language = NEW.language, publisher = NEW.publisher
        WHERE quote_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER quotes_copy_to_about
    AFTER UPDATE OF published_at, kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher
    ON quotes FOR EACH ROW
    WHEN ((OLD.published_at, OLD.kind, OLD.status, OLD.confidence, OLD.speaker_id, OLD.speaker_status, OLD.cue_lemma,
            OLD.said_on, OLD.language, OLD.publisher)
        IS DISTINCT FROM (NEW.published_at, NEW.kind, NEW.status, NEW.confidence, NEW.speaker_id, NEW.speaker_status,
            NEW.cue_lemma, NEW.said_on, NEW.language, NEW.publisher))
    EXECUTE FUNCTION copy_quote();
