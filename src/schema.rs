// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
    pub struct Tsvector;
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        name -> Text,
        scope -> Text,
        publisher -> Nullable<Text>,
        expires_at -> Nullable<Timestamptz>,
        digest -> Bytea,
        previous_digest -> Nullable<Bytea>,
        previous_expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    article_versions (article_id, body_version) {
        article_id -> Uuid,
        body_version -> Int4,
        headline -> Text,
        body -> Text,
        content_hash -> Bytea,
        language -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tsvector;

    articles (id) {
        id -> Uuid,
        version -> Int4,
        body_version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        headline -> Text,
        body -> Text,
        body_created_at -> Timestamptz,
        content_hash -> Bytea,
        language -> Text,
        blocks -> Array<Nullable<Int4>>,
        url -> Nullable<Text>,
        publisher -> Nullable<Text>,
        external_id -> Nullable<Text>,
        authors -> Array<Nullable<Text>>,
        section -> Nullable<Text>,
        keywords -> Array<Nullable<Text>>,
        published_at -> Nullable<Timestamptz>,
        published_desc -> Timestamptz,
        vector -> Tsvector,
    }
}

diesel::table! {
    change_log (is_only) {
        is_only -> Bool,
        id -> Uuid,
        removed_transaction_id -> Int8,
        removed_id -> Int8,
    }
}

diesel::table! {
    changes (transaction_id, id) {
        transaction_id -> Int8,
        id -> Int8,
        at -> Timestamptz,
        actor -> Nullable<Text>,
        action -> Text,
        resource -> Text,
        record_id -> Uuid,
        article_id -> Nullable<Uuid>,
        version -> Nullable<Int4>,
    }
}

diesel::table! {
    claim_reviews (id) {
        id -> Uuid,
        created_at -> Timestamptz,
        actor -> Nullable<Text>,
        quote_id -> Uuid,
        article_id -> Uuid,
        publisher -> Text,
        url -> Text,
        rating -> Text,
        title -> Nullable<Text>,
        date -> Nullable<Date>,
    }
}

diesel::table! {
    count_changes (id) {
        id -> Int8,
        of -> Text,
        change -> Int4,
        day -> Date,
        language -> Nullable<Text>,
        publisher -> Nullable<Text>,
        kind -> Nullable<Text>,
        status -> Nullable<Text>,
        speaker_status -> Nullable<Text>,
        cue -> Nullable<Text>,
        entity_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    day_counts (of, dimension, key, day) {
        of -> Text,
        dimension -> Text,
        key -> Text,
        day -> Date,
        count -> Int8,
    }
}

diesel::table! {
    duplicate_queue (entity_id) {
        entity_id -> Uuid,
    }
}

diesel::table! {
    duplicates (id) {
        id -> Uuid,
        first_id -> Uuid,
        second_id -> Uuid,
        kind -> Text,
        score -> Float8,
        reasons -> Jsonb,
    }
}

diesel::table! {
    entities (id) {
        id -> Uuid,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        description -> Nullable<Text>,
        merged_into -> Nullable<Uuid>,
    }
}

diesel::table! {
    entity_aliases (entity_id, position) {
        entity_id -> Uuid,
        position -> Int4,
        name -> Text,
        name_key -> Text,
        language -> Nullable<Text>,
        kind -> Text,
    }
}

diesel::table! {
    entity_counts (entity_id) {
        entity_id -> Uuid,
        kind -> Text,
        mentions -> Int8,
        quotes -> Int8,
    }
}

diesel::table! {
    entity_day_counts (role, entity_id, day) {
        role -> Text,
        entity_id -> Uuid,
        day -> Date,
        count -> Int8,
    }
}

diesel::table! {
    entity_identifiers (scheme, value) {
        scheme -> Text,
        value -> Text,
        entity_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    entity_names (entity_id, position) {
        entity_id -> Uuid,
        position -> Int4,
        name -> Text,
        name_key -> Text,
        kind -> Text,
        weight -> Int2,
    }
}

diesel::table! {
    history (record_id, version) {
        record_id -> Uuid,
        version -> Int4,
        article_id -> Nullable<Uuid>,
        replaced_by -> Nullable<Text>,
        state -> Jsonb,
    }
}

diesel::table! {
    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        created_at -> Timestamptz,
        request -> Bytea,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Bytea,
    }
}

diesel::table! {
    judgements (id) {
        id -> Uuid,
        created_at -> Timestamptz,
        actor -> Nullable<Text>,
        reason -> Nullable<Text>,
        first_id -> Uuid,
        second_id -> Uuid,
    }
}

diesel::table! {
    mention_reviews (id, article_id) {
        id -> Uuid,
        article_id -> Uuid,
        mention_id -> Uuid,
        actor -> Nullable<Text>,
        action -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        note -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    mentions (id, article_id) {
        id -> Uuid,
        article_id -> Uuid,
        entity_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        published_desc -> Timestamptz,
        confidence -> Float8,
        version -> Int4,
        body_version -> Int4,
        span_start -> Int4,
        span_end -> Int4,
        candidate_count -> Int4,
        candidates -> Nullable<Array<Nullable<Uuid>>>,
        anchor -> Text,
        kind -> Text,
        status -> Text,
        origin -> Text,
        extractor -> Nullable<Text>,
        language -> Text,
        publisher -> Nullable<Text>,
        exact -> Text,
        prefix -> Text,
        suffix -> Text,
        suggestion -> Nullable<Jsonb>,
        candidate_scores -> Nullable<Jsonb>,
    }
}

diesel::table! {
    merge_moves (merge_id, article_id, record_id, source_id, kind) {
        merge_id -> Uuid,
        article_id -> Uuid,
        record_id -> Uuid,
        source_id -> Uuid,
        kind -> Text,
        had_survivor -> Bool,
        is_changed -> Bool,
    }
}

diesel::table! {
    merge_sources (merge_id, entity_id) {
        merge_id -> Uuid,
        entity_id -> Uuid,
        position -> Int4,
        aliases -> Jsonb,
        identifiers -> Jsonb,
        redirected -> Array<Nullable<Uuid>>,
        is_moved -> Bool,
    }
}

diesel::table! {
    merges (id) {
        id -> Uuid,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        entity_id -> Uuid,
        status -> Text,
        actor -> Nullable<Text>,
        reason -> Nullable<Text>,
        undone_by -> Nullable<Text>,
        undone_at -> Nullable<Timestamptz>,
        mentions -> Int8,
        candidates -> Int8,
        quotes -> Int8,
        about -> Int8,
        aliases -> Int8,
        identifiers -> Int8,
        kept_mentions -> Int8,
        kept_quotes -> Int8,
    }
}

diesel::table! {
    name_words (word) {
        word -> Text,
    }
}

diesel::table! {
    quote_about (quote_id, article_id, entity_id) {
        quote_id -> Uuid,
        entity_id -> Uuid,
        article_id -> Uuid,
        published_desc -> Timestamptz,
        kind -> Text,
        status -> Text,
        confidence -> Float8,
        speaker_id -> Nullable<Uuid>,
        speaker_status -> Text,
        cue_lemma -> Nullable<Text>,
        said_on -> Nullable<Date>,
        language -> Text,
        publisher -> Nullable<Text>,
        rejected -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tsvector;

    quotes (id, article_id) {
        id -> Uuid,
        article_id -> Uuid,
        speaker_id -> Nullable<Uuid>,
        cluster_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
        published_desc -> Timestamptz,
        confidence -> Float8,
        version -> Int4,
        body_version -> Int4,
        said_on -> Nullable<Date>,
        spans -> Array<Nullable<Int4>>,
        speaker_span -> Nullable<Int4range>,
        cue_span -> Nullable<Int4range>,
        anchor -> Text,
        kind -> Text,
        status -> Text,
        origin -> Text,
        extractor -> Nullable<Text>,
        language -> Text,
        publisher -> Nullable<Text>,
        speaker_status -> Text,
        speaker_label -> Nullable<Text>,
        cue -> Nullable<Text>,
        cue_lemma -> Nullable<Text>,
        text -> Text,
        canonical_text -> Nullable<Text>,
        prefix -> Text,
        suffix -> Text,
        vector -> Tsvector,
        suggestion -> Nullable<Jsonb>,
    }
}

diesel::table! {
    reviews (id, article_id) {
        id -> Uuid,
        article_id -> Uuid,
        quote_id -> Uuid,
        actor -> Nullable<Text>,
        action -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        note -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    splits (id) {
        id -> Uuid,
        created_at -> Timestamptz,
        entity_id -> Uuid,
        into_id -> Uuid,
        mentions -> Array<Nullable<Uuid>>,
        quotes -> Array<Nullable<Uuid>>,
        actor -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    tombstones (id) {
        id -> Uuid,
        kind -> Text,
        deleted_at -> Timestamptz,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Uuid,
        webhook_id -> Uuid,
        created_at -> Timestamptz,
        body -> Text,
        status -> Text,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        queued_at -> Timestamptz,
        last_attempt_at -> Nullable<Timestamptz>,
        response_status -> Nullable<Int4>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Uuid,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        url -> Text,
        description -> Nullable<Text>,
        enabled -> Bool,
        resources -> Array<Nullable<Text>>,
        actions -> Array<Nullable<Text>>,
        publishers -> Array<Nullable<Text>>,
        speakers -> Array<Nullable<Uuid>>,
        search -> Nullable<Text>,
        secret -> Bytea,
        previous_secret -> Nullable<Bytea>,
        previous_expires_at -> Nullable<Timestamptz>,
        cursor -> Text,
    }
}

diesel::joinable!(article_versions -> articles (article_id));
diesel::joinable!(entity_aliases -> entities (entity_id));
diesel::joinable!(entity_counts -> entities (entity_id));
diesel::joinable!(entity_identifiers -> entities (entity_id));
diesel::joinable!(entity_names -> entities (entity_id));
diesel::joinable!(mentions -> articles (article_id));
diesel::joinable!(mentions -> entities (entity_id));
diesel::joinable!(merge_moves -> merges (merge_id));
diesel::joinable!(merge_sources -> merges (merge_id));
diesel::joinable!(quote_about -> entities (entity_id));
diesel::joinable!(quotes -> articles (article_id));
diesel::joinable!(quotes -> entities (speaker_id));
diesel::joinable!(webhook_deliveries -> webhooks (webhook_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    article_versions,
    articles,
    change_log,
    changes,
    claim_reviews,
    count_changes,
    day_counts,
    duplicate_queue,
    duplicates,
    entities,
    entity_aliases,
    entity_counts,
    entity_day_counts,
    entity_identifiers,
    entity_names,
    history,
    idempotency_keys,
    judgements,
    mention_reviews,
    mentions,
    merge_moves,
    merge_sources,
    merges,
    name_words,
    quote_about,
    quotes,
    reviews,
    splits,
    tombstones,
    webhook_deliveries,
    webhooks,
);
