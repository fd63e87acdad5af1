DROP TRIGGER entity_identifiers_queue_deleted ON entity_identifiers;
DROP TRIGGER entity_identifiers_queue_inserted ON entity_identifiers;
DROP TRIGGER entity_names_queue_deleted ON entity_names;
DROP TRIGGER entity_names_queue_inserted ON entity_names;
DROP FUNCTION queue_for_duplicates();
DROP TABLE duplicate_queue;
DROP TABLE duplicates;
