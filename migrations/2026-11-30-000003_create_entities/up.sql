CREATE TABLE entities (
    id uuid CONSTRAINT entities_pkey PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    name text NOT NULL,
    -- The name without case, accents and repeated spaces, at most 200 characters.
    name_key text NOT NULL COLLATE "C",
    description text,
    merged_into uuid,
    CONSTRAINT entities_version_check CHECK (version >= 1),
    CONSTRAINT entities_kind_check
        CHECK (kind IN ('person', 'organization', 'place', 'product', 'event', 'work', 'other')),
    CONSTRAINT entities_name_check CHECK (char_length(name) BETWEEN 1 AND 300),
    CONSTRAINT entities_name_key_check CHECK (char_length(name_key) <= 200),
    CONSTRAINT entities_description_check CHECK (char_length(description) BETWEEN 1 AND 2000),
    CONSTRAINT entities_merged_into_check CHECK (merged_into <> id),
    -- A merged entity only redirects to the entity that it was merged into, and is deleted with it.
    CONSTRAINT entities_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES entities (id) ON DELETE CASCADE
);

CREATE INDEX entities_name_key_idx ON entities (name_key, id);
CREATE INDEX entities_kind_idx ON entities (kind, name_key, id);
CREATE INDEX entities_updated_at_idx ON entities (updated_at DESC, id DESC);
CREATE INDEX entities_merged_into_idx ON entities (merged_into);

CREATE TABLE entity_aliases (
    entity_id uuid NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    -- Derived from the name like entities.name_key.
    name_key text NOT NULL COLLATE "C",
    language text,
    kind text NOT NULL,
    CONSTRAINT entity_aliases_pkey PRIMARY KEY (entity_id, position),
    CONSTRAINT entity_aliases_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE,
    CONSTRAINT entity_aliases_position_check CHECK (position BETWEEN 0 AND 199),
    CONSTRAINT entity_aliases_name_check CHECK (char_length(name) BETWEEN 1 AND 300),
    CONSTRAINT entity_aliases_name_key_check CHECK (char_length(name_key) <= 200),
    CONSTRAINT entity_aliases_language_check CHECK (language ~ '^[a-z]{2,3}$'),
    CONSTRAINT entity_aliases_kind_check
        CHECK (kind IN ('name', 'acronym', 'periphrasis', 'metonym', 'role', 'demonym', 'misspelling'))
);

CREATE INDEX entity_aliases_name_key_idx ON entity_aliases (name_key);

CREATE TABLE entity_identifiers (
    scheme text NOT NULL,
    value text NOT NULL,
    entity_id uuid NOT NULL,
    position integer NOT NULL,
    CONSTRAINT entity_identifiers_pkey PRIMARY KEY (scheme, value),
    CONSTRAINT entity_identifiers_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE,
    CONSTRAINT entity_identifiers_position_check CHECK (position BETWEEN 0 AND 49),
    CONSTRAINT entity_identifiers_scheme_check CHECK (scheme ~ '^[a-z][a-z0-9_.-]{0,49}$'),
    CONSTRAINT entity_identifiers_value_check CHECK (char_length(value) BETWEEN 1 AND 200),
    CONSTRAINT entity_identifiers_wikidata_check CHECK (scheme <> 'wikidata' OR value ~ '^Q[1-9][0-9]*$')
);

CREATE INDEX entity_identifiers_entity_id_idx ON entity_identifiers (entity_id, position);
