DROP TABLE entity_identifiers;
DROP TABLE entity_aliases;
DROP TABLE entities;
