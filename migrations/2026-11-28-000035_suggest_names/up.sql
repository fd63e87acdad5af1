-- The best known names that begin alike, walked when there are many.
CREATE INDEX entity_names_beginning_idx ON entity_names (left(name_key, 2), weight DESC)
    INCLUDE (entity_id, position, name_key, kind);
