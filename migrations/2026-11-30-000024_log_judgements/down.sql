DROP TRIGGER judgements_log_deleted ON judgements;
DROP TRIGGER judgements_log_inserted ON judgements;
DROP FUNCTION log_judgements();
DELETE FROM changes WHERE resource = 'judgement';
ALTER TABLE changes DROP CONSTRAINT changes_resource_check;
ALTER TABLE changes ADD CONSTRAINT changes_resource_check
    CHECK (resource IN ('article', 'entity', 'mention', 'quote', 'review', 'claim_review'));
