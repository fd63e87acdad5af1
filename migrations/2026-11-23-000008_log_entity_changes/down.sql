DROP TRIGGER entity_aliases_log_deleted ON entity_aliases;
DROP TRIGGER entity_aliases_log_inserted ON entity_aliases;
DROP TRIGGER entities_log_deleted ON entities;
DROP TRIGGER entities_log_updated ON entities;
DROP TRIGGER entities_log_inserted ON entities;
DROP FUNCTION log_entity_change();
DROP TABLE entity_changes;
