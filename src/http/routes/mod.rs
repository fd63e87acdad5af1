//! The operations: one file per resource.

pub mod annotations;
pub mod articles;
mod cached;
pub mod changes;
pub mod claim_reviews;
mod creation;
pub mod docs;
pub mod duplicates;
pub mod entities;
mod event_stream;
mod export;
pub mod export_everything;
pub mod graph;
pub mod history;
pub mod import;
pub mod judgements;
pub mod keys;
mod list;
pub mod mentions;
pub mod merges;
pub mod quotes;
pub mod reconciliation;
pub mod reviews;
pub mod service;
pub mod splits;
pub mod stats;
pub mod webhooks;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of the document.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(articles::create_article)
        .service(articles::list_articles)
        .service(articles::read_article)
        .service(articles::update_article)
        .service(articles::delete_article)
        .service(articles::list_article_versions)
        // Before the versions, whose pattern matches it too.
        .service(articles::compare_article_versions)
        .service(articles::read_article_version)
        .service(history::list_article_history)
        .service(annotations::annotate_text)
        .service(annotations::annotate_article)
        .service(mentions::create_mention)
        .service(mentions::list_mentions_of_article)
        .service(mentions::list_mentions)
        .service(mentions::read_mention)
        .service(mentions::update_mention)
        .service(mentions::delete_mention)
        .service(history::list_mention_history)
        .service(quotes::list_quotes_of_article)
        .service(entities::create_entity)
        .service(entities::list_entities)
        .service(entities::suggest_entities)
        .service(duplicates::list_duplicates)
        .service(duplicates::list_duplicates_of_entity)
        .service(entities::read_entity)
        .service(entities::update_entity)
        .service(entities::delete_entity)
        .service(history::list_entity_history)
        .service(judgements::create_judgement)
        .service(judgements::list_judgements)
        .service(judgements::read_judgement)
        .service(judgements::delete_judgement)
        .service(merges::merge_entities)
        .service(merges::list_merges)
        .service(merges::read_merge)
        .service(merges::undo_merge)
        .service(splits::split_entity)
        .service(splits::list_splits)
        .service(quotes::create_quote)
        .service(quotes::list_quotes)
        .service(quotes::match_quotes)
        .service(quotes::read_quote)
        .service(quotes::update_quote)
        .service(quotes::delete_quote)
        .service(history::list_quote_history)
        .service(quotes::read_quote_occurrences)
        .service(reviews::create_quote_review)
        .service(reviews::list_reviews_of_quote)
        .service(reviews::create_mention_review)
        .service(reviews::list_reviews_of_mention)
        .service(reviews::create_reviews)
        .service(reviews::list_review_queue)
        .service(claim_reviews::create_claim_review)
        .service(claim_reviews::list_claim_reviews)
        .service(claim_reviews::read_claim_review)
        .service(claim_reviews::delete_claim_review)
        .service(stats::read_timeline)
        .service(stats::read_top)
        .service(graph::read_speaks_about)
        .service(graph::read_co_mentions)
        .service(graph::list_related_entities)
        .service(changes::list_changes)
        .service(export_everything::export_everything)
        .service(import::import_records)
        .service(keys::create_key)
        .service(keys::list_keys)
        .service(keys::read_key)
        .service(keys::rotate_key)
        .service(keys::revoke_key)
        .service(webhooks::create_webhook)
        .service(webhooks::list_webhooks)
        .service(webhooks::read_webhook)
        .service(webhooks::update_webhook)
        .service(webhooks::rotate_webhook)
        .service(webhooks::delete_webhook)
        .service(webhooks::test_webhook)
        .service(webhooks::list_webhook_deliveries)
        .service(webhooks::replay_webhook)
        .service(reconciliation::read_reconciliation)
        .service(reconciliation::reconcile)
        .service(reconciliation::suggest_reconciliation_entities)
        .service(reconciliation::suggest_reconciliation_types)
        .service(reconciliation::suggest_reconciliation_properties)
        .service(reconciliation::propose_properties)
        .service(reconciliation::preview_entity)
        .service(docs::read_document)
        .service(docs::read_document_3_0)
        .service(docs::read_docs)
        .service(service::read_index)
        .service(service::read_liveness)
        .service(service::read_readiness)
        .service(service::read_metrics)
        .service(service::read_problem);
}
