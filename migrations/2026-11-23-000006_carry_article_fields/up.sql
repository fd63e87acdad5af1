-- Mentions and quotes carry their article's date, language and publisher; the database keeps them true.
CREATE FUNCTION carry_from_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT a.published_at, a.language, a.publisher
        INTO NEW.published_at, NEW.language, NEW.publisher
        FROM articles a WHERE a.id = NEW.article_id;
    -- No such article: the foreign key says so in a moment, with its name.
    NEW.language := coalesce(NEW.language, 'und');
    RETURN NEW;
END
$$;

CREATE TRIGGER mentions_carry BEFORE INSERT ON mentions
    FOR EACH ROW EXECUTE FUNCTION carry_from_article();
CREATE TRIGGER quotes_carry BEFORE INSERT ON quotes
    FOR EACH ROW EXECUTE FUNCTION carry_from_article();

CREATE FUNCTION carry_to_children() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mentions SET published_at = NEW.published_at, language = NEW.language, publisher = NEW.publisher
        WHERE article_id = NEW.id;
    UPDATE quotes SET published_at = NEW.published_at, language = NEW.language, publisher = NEW.publisher
        WHERE article_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER articles_carry AFTER UPDATE OF published_at, language, publisher ON articles
    FOR EACH ROW
    WHEN ((OLD.published_at, OLD.language, OLD.publisher) IS DISTINCT FROM (NEW.published_at, NEW.language, NEW.publisher))
    EXECUTE FUNCTION carry_to_children();

CREATE FUNCTION carry_to_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quote_about SET published_desc = coalesce(NEW.published_at, '-infinity') WHERE quote_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER quotes_carry_to_about AFTER UPDATE OF published_at ON quotes
    FOR EACH ROW
    WHEN (OLD.published_at IS DISTINCT FROM NEW.published_at)
    EXECUTE FUNCTION carry_to_about();
