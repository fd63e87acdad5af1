-- Judgements are in the change feed.
ALTER TABLE changes DROP CONSTRAINT changes_resource_check;
ALTER TABLE changes ADD CONSTRAINT changes_resource_check
    CHECK (resource IN ('article', 'entity', 'mention', 'quote', 'review', 'claim_review', 'judgement'));

CREATE FUNCTION log_judgements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO changes (action, resource, record_id) SELECT 'create', 'judgement', id FROM inserted;
    ELSE
        INSERT INTO changes (action, resource, record_id) SELECT 'delete', 'judgement', id FROM deleted;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER judgements_log_inserted AFTER INSERT ON judgements
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION log_judgements();
CREATE TRIGGER judgements_log_deleted AFTER DELETE ON judgements
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION log_judgements();
