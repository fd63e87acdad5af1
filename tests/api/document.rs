//! The API description: equal to the code, complete, and true for every operation.

use std::collections::BTreeSet;
use std::fs;

use jsonschema::Draft;
use serde_json::{Value, json};
use verbatim::http::openapi;
use verbatim::http::wire::problem::Code;

use crate::support::document::{NOBODY, Operation, encoded, operations, resolved};
use crate::support::process::{run, verbatim};
use crate::support::{Response, TestApp};

#[test]
fn the_committed_document_equals_the_generated_one() {
    let committed = fs::read_to_string("openapi/openapi.json").unwrap();
    let is_current = committed == openapi::document_text();
    assert!(is_current, "openapi/openapi.json is stale: mend it with `cargo run -- openapi > openapi/openapi.json`");
}

#[test]
fn the_service_serves_the_committed_document() {
    let app = TestApp::start();
    let answer = app.get("/openapi.json");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.text(), fs::read_to_string("openapi/openapi.json").unwrap());
}

#[test]
fn the_service_serves_the_document_as_3_0_too() {
    let app = TestApp::start();
    let answer = app.get("/openapi-3.0.json");
    assert_eq!(answer.header("content-type"), "application/json");
    let (older, current) = (answer.expect(200), app.get("/openapi.json").expect(200));
    assert_eq!(older["openapi"], "3.0.3");
    let operations = |document: &Value| {
        let paths = document["paths"].as_object().unwrap().values();
        paths
            .flat_map(|item| item.as_object().unwrap().values())
            .map(|op| op["operationId"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(operations(&older), operations(&current));
    let quote = &older["components"]["schemas"]["Quote"]["properties"];
    assert_eq!((&quote["cue"]["type"], &quote["cue"]["nullable"]), (&json!("string"), &json!(true)));
    let span = &quote["speaker_span"];
    assert_eq!((&span["type"], &span["allOf"][0]["$ref"]), (&json!("object"), &json!("#/components/schemas/Span")));
    let read = &older["paths"]["/v1/quotes"]["get"];
    assert_eq!((&read["security"], &read["x-scope"]), (&json!([{"key": []}]), &json!("read")));
    let (status, printed, _) = run(&mut verbatim(&["openapi", "--openapi-version", "3.0"]));
    assert_eq!((status, serde_json::from_str::<Value>(&printed).unwrap()), (Some(0), older));
}

fn has_example(value: &'static Value) -> bool {
    match resolved(value) {
        Value::Object(members) => {
            members.iter().any(|(name, member)| name.starts_with("example") || has_example(member))
        }
        Value::Array(items) => items.iter().any(has_example),
        _ => false,
    }
}

#[test]
fn every_operation_is_described_with_an_example_and_a_tag() {
    let tags: BTreeSet<_> =
        openapi::document()["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).map(Value::to_string).collect();
    let mut ids = BTreeSet::new();
    for Operation { id, value, .. } in operations() {
        for member in ["summary", "description"] {
            assert!(value[member].as_str().is_some_and(|text| text.len() > 10), "{id} has no {member}");
        }
        assert!(
            value["tags"].as_array().is_some_and(|own| own.len() == 1 && tags.contains(&own[0].to_string())),
            "{id}"
        );
        assert!(ids.insert(id), "{id} is the name of two");
        // Error schemas are shared by all operations.
        let responses = value["responses"].as_object().unwrap().iter();
        let mut successes = responses.filter(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
        let is_shown = value["parameters"].as_array().into_iter().flatten().any(has_example)
            || has_example(&value["requestBody"])
            || successes.any(|response| has_example(&response["content"]));
        assert!(is_shown, "{id} has no example");
        for parameter in value["parameters"].as_array().into_iter().flatten() {
            assert!(resolved(parameter)["description"].is_string(), "{id}: {parameter}");
        }
    }
}

#[test]
fn parameters_that_operations_share_are_components() {
    let mut seen: Vec<&Value> = Vec::new();
    for Operation { id, value, .. } in operations() {
        for parameter in value["parameters"].as_array().into_iter().flatten() {
            if parameter["$ref"].is_null() {
                assert!(!seen.contains(&parameter), "{id} repeats {parameter}");
                seen.push(parameter);
            }
        }
    }
    assert!(openapi::document()["components"]["parameters"].as_object().unwrap().len() > 20);
}

/// The schemas that a request brings, directly or inside of others.
fn is_of_requests(name: &str) -> bool {
    let is_input = |prefix| name.starts_with(prefix);
    ["Create", "Update", "Annotate", "Match", "Import"].into_iter().any(is_input)
        && !["MatchKind", "ImportLine"].contains(&name)
        || name == "Alias"
}

#[test]
fn nullable_members_are_required_in_responses() {
    // These are left out unless they were asked for, and may then be null.
    const OPTIONAL: [&str; 2] = ["highlight", "speaker"];
    let may_be_null = |schema: &Value| {
        let is_null = |kind: &Value| kind == "null" || kind["type"] == "null";
        [&schema["type"], &schema["oneOf"]].into_iter().filter_map(Value::as_array).flatten().any(is_null)
    };
    let mut count = 0;
    for (name, schema) in openapi::document()["components"]["schemas"].as_object().unwrap() {
        assert!(!name.ends_with("Body"), "{name}");
        for (member, value) in schema["properties"].as_object().into_iter().flatten() {
            if may_be_null(value) && !is_of_requests(name) && !OPTIONAL.contains(&member.as_str()) {
                let required = schema["required"].as_array().unwrap();
                assert!(required.contains(&json!(member)), "{name}: {member}");
                count += 1;
            }
        }
    }
    assert!(count > 30, "{count}");
}

#[test]
fn every_operation_has_all_its_statuses() {
    for operation in operations() {
        let statuses: BTreeSet<_> =
            operation.value["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = vec!["400", "414", "421", "500", "503", "507"];
        let security = &operation.value["security"];
        expected.extend((*security != json!([])).then_some(["401", "429"]).into_iter().flatten());
        // Every key may read.
        let is_plain_read = operation.method == "GET" && *security == json!([{"key": ["read"]}]);
        expected.extend((*security != json!([]) && !is_plain_read).then_some("403"));
        expected.extend((operation.method != "GET").then_some("504"));
        let is_single = operation.path.ends_with("{id}") || operation.path.ends_with("{n}");
        expected.extend(match (operation.method.as_str(), is_single) {
            ("POST", _) if operation.id == "undo_merge" => &["200", "202", "406"][..],
            ("POST", _) if operation.id == "merge_entities" => &["200", "202", "406", "408", "413", "415", "422"],
            ("POST", _)
                if ["annotate_article", "rotate_key", "rotate_webhook", "test_webhook", "replay_webhook"]
                    .contains(&operation.id) =>
            {
                &["200", "406"]
            }
            ("POST", _)
                if [
                    "annotate_text",
                    "match_quotes",
                    "reconcile",
                    "import_records",
                    "split_entity",
                    "create_reviews",
                ]
                .contains(&operation.id) =>
            {
                &["200", "406", "408", "413", "415", "422"]
            }
            ("POST", _) => &["201", "406", "408", "413", "415", "422"],
            ("PATCH", _) => &["200", "406", "408", "412", "413", "415", "422"],
            ("DELETE", _) => &["204", "412"],
            (_, true) => &["200", "304", "406"],
            _ => &["200", "406"],
        });
        if operation.path.contains("{id}") {
            expected.extend(["404", "410"]);
        }
        expected.extend(match operation.id {
            "update_entity" | "split_entity" => &["308", "409"][..],
            "create_quote_review" | "create_mention_review" => &["409", "412"],
            "create_article"
            | "update_article"
            | "create_entity"
            | "create_mention"
            | "create_quote"
            | "create_claim_review"
            | "create_judgement"
            | "create_key"
            | "merge_entities"
            | "undo_merge" => &["409"],
            "delete_entity" => &["202", "308", "409"],
            "read_entity" | "list_related_entities" => &["308"],
            "read_problem" => &["404"],
            "list_changes" => &["410"],
            _ => &[],
        });
        assert_eq!(statuses, expected.into_iter().collect(), "{}", operation.id);
    }
}

/// Checks a value against a schema of the description.
#[track_caller]
fn assert_valid(schema: &Value, value: &Value, what: &str) {
    let mut root = schema.as_object().unwrap().clone();
    root.insert("components".to_owned(), openapi::document()["components"].clone());
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    let validator = options.build(&Value::Object(root)).unwrap();
    let faults: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}\n{value:#}");
}

#[test]
fn every_example_is_an_instance_of_its_schema() {
    let mut count = 0;
    for (name, schema) in openapi::document()["components"]["schemas"].as_object().unwrap() {
        if !schema["example"].is_null() {
            assert_valid(schema, &schema["example"], name);
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

/// Checks headers, media type and body of an answer against the description of its status.
#[track_caller]
fn assert_documented(operation: &Operation, answer: &Response) {
    let what = format!("{} {}", operation.id, answer.status);
    let response = resolved(&operation.value["responses"][answer.status.to_string()]);
    assert!(response.is_object(), "{what} is not in the document: {}", answer.text());
    for (name, header) in response["headers"].as_object().unwrap() {
        let is_missing = header["required"] == true && answer.header(name).is_empty();
        assert!(!is_missing, "{what} has no {name}");
    }
    let Some(content) = response["content"].as_object() else {
        assert!(answer.body.is_empty(), "{what}: {}", answer.text());
        return;
    };
    let media_type = answer.header("content-type");
    let media = content.get(media_type).unwrap_or_else(|| panic!("{what} is answered in {media_type}"));
    let bodies = match media_type {
        "application/x-ndjson" => answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        _ if media_type.contains("json") => vec![answer.json()],
        _ => vec![Value::String(answer.text())],
    };
    bodies.iter().for_each(|body| assert_valid(&media["schema"], body, &what));
}

/// Records for the calls of the operations.
struct Stored {
    article: String,
    entity: String,
    judgement: String,
    mention: String,
    quote: String,
    key: String,
    webhook: String,
}

fn store(app: &TestApp) -> Stored {
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    let article =
        app.article(json!({"url": "https://example.org/port", "keywords": ["port"], "authors": ["Awa Ndiaye"]}));
    let identifiers = json!([{"scheme": "wikidata", "value": "Q42"}]);
    let entity = app.entity(json!({"aliases": [{"name": "la maire", "kind": "role"}], "identifiers": identifiers}));
    let namesake = app.entity(json!({}));
    let judgement = app.post("/v1/judgements", &json!({"entities": [entity["id"], namesake["id"]]})).expect(201);
    let mention = app.mention(&article, "Awa Diallo", json!({"entity_id": entity["id"]}));
    let quote = app.quote(&article, json!({"speaker_id": entity["id"], "cue": "a déclaré", "cue_lemma": "déclarer"}));
    app.patch(&format!("/v1/quotes/{}", id(&quote)), &json!({"status": "disputed"})).expect(200);
    let key = app.key("desk", json!({}));
    let webhook = app.post("/v1/webhooks", &json!({"url": "http://127.0.0.1:9/"})).expect(201);
    Stored {
        article: id(&article),
        entity: id(&entity),
        judgement: id(&judgement),
        mention: id(&mention),
        quote: id(&quote),
        key: id(&key),
        webhook: id(&webhook),
    }
}

/// For each operation, the file and the name of a test of its behaviour.
const COVERED: [(&str, &str, &str); 93] = [
    ("create_article", "articles", "the_response_has_every_member_of_an_article"),
    ("list_articles", "articles/list", "each_filter_selects_its_value"),
    ("read_article", "articles/list", "mentions_and_quotes_are_embedded_in_order_of_start"),
    ("update_article", "articles/update", "a_patch_changes_only_the_members_it_contains"),
    ("delete_article", "articles", "everything_in_a_deleted_article_is_deleted"),
    ("list_article_versions", "articles/update", "versions_are_listed_newest_first_and_read_by_number"),
    ("read_article_version", "articles/update", "a_version_does_not_have_later_changes_of_its_article"),
    (
        "compare_article_versions",
        "history/versions",
        "two_versions_show_their_differences_and_what_became_of_their_spans",
    ),
    ("list_article_history", "history", "an_article_has_a_version_for_each_change"),
    ("list_entity_history", "history", "an_entity_has_its_former_aliases_and_identifiers"),
    ("list_mention_history", "history", "an_edit_of_the_text_is_in_the_history_of_its_mentions_and_quotes"),
    ("list_quote_history", "history", "an_edit_of_the_text_is_in_the_history_of_its_mentions_and_quotes"),
    ("create_mention", "mentions", "the_response_has_every_member_of_a_mention"),
    ("list_mentions_of_article", "mentions", "the_mentions_of_an_article_are_in_order_of_start_then_id"),
    ("list_mentions", "stats/mentions", "each_filter_of_mentions_selects_its_value_or_the_others"),
    ("read_mention", "mentions", "the_response_has_every_member_of_a_mention"),
    ("update_mention", "mentions", "a_patch_of_the_span_changes_the_words_of_a_mention"),
    ("delete_mention", "mentions", "a_deleted_mention_is_gone"),
    ("list_quotes_of_article", "quotes", "the_quotes_of_an_article_include_rejected_ones_in_order_of_start_then_id"),
    ("create_entity", "entities", "the_response_has_every_member_of_an_entity"),
    ("list_entities", "entities/list", "each_filter_of_entities_selects_its_value"),
    ("suggest_entities", "entities/names", "suggestions_complete_a_name_or_an_alias_the_most_mentioned_first"),
    ("list_duplicates", "entities/duplicates", "entities_with_like_names_are_pairs_with_their_reasons"),
    ("list_duplicates_of_entity", "entities/duplicates", "entities_with_like_names_are_pairs_with_their_reasons"),
    ("read_entity", "entities", "a_merged_entity_redirects_to_its_survivor"),
    ("update_entity", "entities", "a_patch_sets_clears_and_keeps_members"),
    ("delete_entity", "entities", "an_entity_that_is_mentioned_or_quoted_is_not_deleted_without_cascade"),
    ("create_judgement", "judgements", "a_judgement_is_answered_with_every_member_until_it_is_deleted"),
    ("list_judgements", "judgements", "judgements_are_listed_newest_first_and_by_entity"),
    ("read_judgement", "judgements", "a_judgement_is_answered_with_every_member_until_it_is_deleted"),
    ("delete_judgement", "judgements", "a_judgement_is_answered_with_every_member_until_it_is_deleted"),
    ("merge_entities", "merges", "a_merge_moves_mentions_quotes_names_and_identifiers"),
    ("list_merges", "merges", "merges_are_listed_newest_first_by_entity_and_status"),
    ("read_merge", "merges", "a_merge_moves_mentions_quotes_names_and_identifiers"),
    ("undo_merge", "merges/undo", "an_undo_restores_exactly_what_was_moved"),
    ("split_entity", "merges/split", "a_split_takes_chosen_mentions_and_quotes_to_a_new_entity"),
    ("list_splits", "merges/split", "splits_are_listed_newest_first_by_entity"),
    ("create_quote", "quotes", "the_response_has_every_member_of_a_quote"),
    ("list_quotes", "quotes/list", "each_filter_of_quotes_selects_its_value"),
    ("match_quotes", "quotes/quote_match", "equal_quotes_come_before_similar_quotes"),
    ("read_quote", "quotes/list", "article_and_speaker_are_embedded_on_request"),
    ("update_quote", "quotes/changes", "a_patch_sets_a_member_and_adds_a_review"),
    ("delete_quote", "quotes", "a_deleted_quote_is_gone"),
    ("read_quote_occurrences", "quotes/clusters", "occurrences_have_the_publishers_times_and_wordings_of_a_quote"),
    ("create_claim_review", "claim_reviews", "a_claim_review_is_answered_with_every_member_until_it_is_deleted"),
    ("list_claim_reviews", "claim_reviews", "claim_reviews_are_listed_for_their_quote_and_shown_for_its_cluster"),
    ("read_claim_review", "claim_reviews", "a_claim_review_is_answered_with_every_member_until_it_is_deleted"),
    ("delete_claim_review", "claim_reviews", "a_claim_review_is_answered_with_every_member_until_it_is_deleted"),
    ("annotate_text", "annotate", "the_response_has_the_language_blocks_mentions_and_quotes_of_a_text"),
    ("annotate_article", "annotate/again", "annotating_twice_changes_nothing"),
    ("read_reconciliation", "reconciliation", "the_manifest_names_its_addresses"),
    ("reconcile", "reconciliation", "names_are_reconciled_with_scores_and_types"),
    ("suggest_reconciliation_entities", "reconciliation", "prefixes_are_completed_to_entities_types_and_properties"),
    ("suggest_reconciliation_types", "reconciliation", "prefixes_are_completed_to_entities_types_and_properties"),
    ("suggest_reconciliation_properties", "reconciliation", "prefixes_are_completed_to_entities_types_and_properties"),
    ("propose_properties", "reconciliation", "prefixes_are_completed_to_entities_types_and_properties"),
    ("preview_entity", "reconciliation", "a_preview_is_harmless_html_that_any_page_may_frame"),
    ("read_timeline", "stats", "a_timeline_counts_every_interval_from_the_first_record_to_the_last"),
    ("read_top", "stats", "the_most_frequent_values_have_shares_and_the_rest_is_one_item"),
    ("read_speaks_about", "graph", "edges_lead_from_speakers_to_the_entities_of_their_quotes"),
    ("read_co_mentions", "graph", "entities_are_paired_by_the_articles_that_mention_both"),
    ("list_related_entities", "graph", "related_entities_are_unusually_frequent_in_the_same_articles"),
    ("list_changes", "changes", "a_change_is_answered_with_every_member"),
    ("export_everything", "import/restored", "an_export_of_everything_restores_an_empty_service_to_the_byte"),
    ("import_records", "import", "each_record_is_created_then_unchanged_then_updated_in_order"),
    ("create_key", "keys", "a_key_is_answered_with_every_member"),
    ("list_keys", "keys", "keys_are_listed_by_name_without_their_secrets"),
    ("read_key", "keys", "keys_are_listed_by_name_without_their_secrets"),
    ("rotate_key", "keys", "a_rotated_key_has_two_secrets_for_a_while"),
    ("revoke_key", "keys", "a_revoked_key_is_refused_at_once_here_and_soon_elsewhere"),
    ("create_quote_review", "reviews", "verify_reject_and_dispute_set_the_status"),
    ("list_reviews_of_quote", "reviews", "a_review_that_changes_nothing_is_kept_and_a_comment_decides_nothing"),
    ("create_mention_review", "reviews/mentions", "a_mention_is_right_wrong_or_of_another_entity"),
    ("list_reviews_of_mention", "reviews/mentions", "a_mention_is_right_wrong_or_of_another_entity"),
    ("create_reviews", "reviews", "several_quotes_are_reviewed_at_once_each_with_its_result"),
    ("list_review_queue", "reviews", "the_queue_has_what_nobody_decided_about"),
    ("create_webhook", "webhooks", "a_webhook_is_answered_with_every_member_and_its_secret_once"),
    ("list_webhooks", "webhooks", "webhooks_are_listed_oldest_first_page_by_page"),
    ("read_webhook", "webhooks", "a_webhook_is_answered_with_every_member_and_its_secret_once"),
    ("update_webhook", "webhooks", "a_webhook_is_answered_with_every_member_and_its_secret_once"),
    ("rotate_webhook", "webhooks", "a_rotated_webhook_signs_with_both_secrets_for_a_while"),
    ("delete_webhook", "webhooks", "a_webhook_is_answered_with_every_member_and_its_secret_once"),
    ("test_webhook", "webhooks", "a_test_sends_a_message_without_a_change"),
    ("list_webhook_deliveries", "webhooks", "failures_are_tried_again_later_and_dead_after_three_days"),
    ("replay_webhook", "webhooks", "failures_are_tried_again_later_and_dead_after_three_days"),
    ("read_document", "document", "the_service_serves_the_committed_document"),
    ("read_document_3_0", "document", "the_service_serves_the_document_as_3_0_too"),
    ("read_docs", "service", "the_documentation_page_loads_nothing_from_other_hosts"),
    ("read_index", "service", "the_index_has_the_name_of_the_service_and_valid_links"),
    ("read_liveness", "service", "a_service_with_its_database_is_alive_and_ready"),
    ("read_readiness", "service", "a_service_is_not_ready_until_its_database_is_migrated"),
    ("read_metrics", "service", "the_metrics_are_openmetrics_and_count_requests"),
    ("read_problem", "service", "every_problem_is_explained"),
];

#[test]
fn every_operation_has_a_test_of_its_behaviour() {
    let documented: BTreeSet<_> = operations().iter().map(|operation| operation.id).collect();
    assert_eq!(documented, COVERED.iter().map(|(id, ..)| *id).collect());
    for (id, file, test) in COVERED {
        let tests = fs::read_to_string(format!("tests/api/{file}.rs")).unwrap();
        assert!(tests.contains(&format!("#[test]\nfn {test}() {{")), "{id}: {file} has no {test}");
    }
}

type Call = fn(&TestApp, &Stored) -> Response;

/// Merges another entity into the stored one.
fn merge(app: &TestApp, stored: &Stored) -> Response {
    let source = app.entity(json!({"name": "Awa D."}));
    app.post(
        &format!("/v1/entities/{}/merge", stored.entity),
        &json!({"sources": [source["id"]], "reason": "Spelling"}),
    )
}

fn split(app: &TestApp, stored: &Stored) -> Response {
    let into = json!({"entity": {"kind": "person", "name": "Awa Diallo"}});
    let split = json!({"mentions": [stored.mention], "quotes": [stored.quote], "into": into, "reason": "Another one"});
    app.post(&format!("/v1/entities/{}/split", stored.entity), &split)
}

fn id_of_merge(app: &TestApp, stored: &Stored) -> String {
    merge(app, stored).expect(200)["merge"]["id"].as_str().unwrap().to_owned()
}

/// Stores a claim review, and returns its id.
fn claim_review(app: &TestApp, stored: &Stored) -> String {
    let review =
        json!({"publisher": "Vérif", "url": "https://check.example/1", "rating": "Faux", "date": "2026-03-03"});
    let review = app.post(&format!("/v1/quotes/{}/claim-reviews", stored.quote), &review).expect(201);
    review["id"].as_str().unwrap().to_owned()
}

/// A successful call of each operation.
const CALLS: [(&str, Call); 93] = [
    ("create_article", |app, _| app.post("/v1/articles", &json!({"headline": "Dakar", "body": "Dakar."}))),
    ("list_articles", |app, _| {
        app.get("/v1/articles?include=body,mentions,quotes,highlight&count=exact&q=dakar&sort=relevance")
    }),
    ("read_article", |app, stored| app.get(&format!("/v1/articles/{}?include=mentions,quotes", stored.article))),
    ("update_article", |app, stored| {
        app.patch(&format!("/v1/articles/{}", stored.article), &json!({"section": "Monde"}))
    }),
    ("delete_article", |app, stored| app.delete(&format!("/v1/articles/{}", stored.article))),
    ("list_article_versions", |app, stored| app.get(&format!("/v1/articles/{}/versions?count=exact", stored.article))),
    ("read_article_version", |app, stored| app.get(&format!("/v1/articles/{}/versions/1", stored.article))),
    ("compare_article_versions", |app, stored| {
        let path = format!("/v1/articles/{}", stored.article);
        app.patch(&path, &json!({"body": "Le port ferme. « Nous sommes prêts », a déclaré Awa Diallo."})).expect(200);
        app.get(&format!("{path}/versions/1..2"))
    }),
    ("list_article_history", |app, stored| app.get(&format!("/v1/articles/{}/history?count=exact", stored.article))),
    ("list_entity_history", |app, stored| {
        let path = format!("/v1/entities/{}", stored.entity);
        app.patch(&path, &json!({"description": "Maire"})).expect(200);
        app.get(&format!("{path}/history"))
    }),
    ("list_mention_history", |app, stored| app.get(&format!("/v1/mentions/{}/history", stored.mention))),
    ("list_quote_history", |app, stored| app.get(&format!("/v1/quotes/{}/history", stored.quote))),
    ("create_mention", |app, stored| {
        app.post(&format!("/v1/articles/{}/mentions", stored.article), &json!({"start": 3, "end": 7}))
    }),
    ("list_mentions_of_article", |app, stored| {
        app.get(&format!("/v1/articles/{}/mentions?count=estimate", stored.article))
    }),
    ("list_mentions", |app, stored| app.get(&format!("/v1/mentions?entity={}&count=exact", stored.entity))),
    ("read_mention", |app, stored| app.get(&format!("/v1/mentions/{}", stored.mention))),
    ("update_mention", |app, stored| {
        app.patch(&format!("/v1/mentions/{}", stored.mention), &json!({"entity_id": null}))
    }),
    ("delete_mention", |app, stored| app.delete(&format!("/v1/mentions/{}", stored.mention))),
    ("list_quotes_of_article", |app, stored| app.get(&format!("/v1/articles/{}/quotes?limit=1", stored.article))),
    ("create_entity", |app, _| app.post("/v1/entities", &json!({"kind": "place", "name": "Dakar"}))),
    ("list_entities", |app, _| app.get("/v1/entities?identifier=wikidata:Q42&count=exact")),
    ("list_duplicates", |app, _| app.get("/v1/entities/duplicates?kind=person&min_score=0.5&count=exact")),
    ("list_duplicates_of_entity", |app, stored| app.get(&format!("/v1/entities/{}/duplicates", stored.entity))),
    ("read_entity", |app, stored| app.get(&format!("/v1/entities/{}", stored.entity))),
    ("suggest_entities", |app, _| app.get("/v1/entities/suggest?q=a")),
    ("update_entity", |app, stored| {
        app.patch(&format!("/v1/entities/{}", stored.entity), &json!({"description": "Maire de Dakar"}))
    }),
    ("delete_entity", |app, stored| app.delete(&format!("/v1/entities/{}?cascade=true", stored.entity))),
    ("create_judgement", |app, stored| {
        let other = app.entity(json!({}));
        app.post("/v1/judgements", &json!({"entities": [stored.entity, other["id"]], "reason": "The mayor"}))
    }),
    ("list_judgements", |app, stored| app.get(&format!("/v1/judgements?entity={}&count=exact", stored.entity))),
    ("read_judgement", |app, stored| app.get(&format!("/v1/judgements/{}", stored.judgement))),
    ("delete_judgement", |app, stored| app.delete(&format!("/v1/judgements/{}", stored.judgement))),
    ("merge_entities", merge),
    ("list_merges", |app, stored| {
        merge(app, stored);
        app.get("/v1/merges?status=done&count=exact")
    }),
    ("read_merge", |app, stored| app.get(&format!("/v1/merges/{}", id_of_merge(app, stored)))),
    ("undo_merge", |app, stored| app.request("POST", &format!("/v1/merges/{}/undo", id_of_merge(app, stored))).send()),
    ("split_entity", split),
    ("list_splits", |app, stored| {
        split(app, stored);
        app.get(&format!("/v1/splits?entity={}", stored.entity))
    }),
    ("create_quote", |app, stored| {
        app.post("/v1/quotes", &json!({"article_id": stored.article, "text": "Nous sommes prêts"}))
    }),
    ("list_quotes", |app, _| {
        app.get("/v1/quotes?include=article,speaker,highlight&status=disputed&count=estimate&q=pr%C3%AAts")
    }),
    ("read_quote", |app, stored| app.get(&format!("/v1/quotes/{}?include=article,speaker", stored.quote))),
    ("match_quotes", |app, _| app.post("/v1/quotes/match", &json!({"text": "Nous sommes prets"}))),
    ("update_quote", |app, stored| {
        app.patch(&format!("/v1/quotes/{}", stored.quote), &json!({"said_on": "2026-03-01", "speaker_id": null}))
    }),
    ("delete_quote", |app, stored| app.delete(&format!("/v1/quotes/{}", stored.quote))),
    ("read_quote_occurrences", |app, stored| app.get(&format!("/v1/quotes/{}/occurrences", stored.quote))),
    ("create_claim_review", |app, stored| {
        let review = json!({"publisher": "Vérif", "url": "https://check.example/2", "rating": "Faux"});
        app.post(&format!("/v1/quotes/{}/claim-reviews", stored.quote), &review)
    }),
    ("list_claim_reviews", |app, stored| app.get(&format!("/v1/quotes/{}/claim-reviews?count=exact", stored.quote))),
    ("read_claim_review", |app, stored| app.get(&format!("/v1/claim-reviews/{}", claim_review(app, stored)))),
    ("delete_claim_review", |app, stored| app.delete(&format!("/v1/claim-reviews/{}", claim_review(app, stored)))),
    ("annotate_text", |app, _| {
        let body = "Le port rouvre. « Nous sommes prêts », a déclaré Awa Diallo, maire de Dakar.";
        app.post("/v1/annotate", &json!({"headline": "Le port rouvre", "body": body}))
    }),
    ("annotate_article", |app, stored| {
        app.request("POST", &format!("/v1/articles/{}/annotate", stored.article)).send()
    }),
    ("read_reconciliation", |app, _| app.get("/reconcile")),
    ("reconcile", |app, _| {
        let form = format!("queries={}", encoded("{\"q\": {\"query\": \"Awa Diallo\"}}"));
        let request = app.request("POST", "/reconcile").header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send()
    }),
    ("suggest_reconciliation_entities", |app, _| app.get("/reconcile/suggest/entity?prefix=aw")),
    ("suggest_reconciliation_types", |app, _| app.get("/reconcile/suggest/type?prefix=p")),
    ("suggest_reconciliation_properties", |app, _| app.get("/reconcile/suggest/property")),
    ("propose_properties", |app, _| app.get("/reconcile/properties?type=person&limit=3")),
    ("preview_entity", |app, stored| app.get(&format!("/reconcile/preview?entity={}", stored.entity))),
    ("read_timeline", |app, _| app.get("/v1/stats/timeline?group_by=speaker&interval=week")),
    ("read_top", |app, _| app.get("/v1/stats/top?of=mentions&by=entity")),
    ("read_speaks_about", |app, _| app.get("/v1/graph/speaks-about?status=disputed")),
    ("read_co_mentions", |app, _| app.get("/v1/graph/co-mentions?keyword=port")),
    ("list_related_entities", |app, stored| app.get(&format!("/v1/entities/{}/related", stored.entity))),
    ("list_changes", |app, _| app.get("/v1/changes?resource=article&action=create&limit=5")),
    ("export_everything", |app, _| app.get("/v1/export")),
    ("import_records", |app, _| {
        let call = app.request("POST", "/v1/import").header("content-type", "application/x-ndjson");
        call.body("{\"kind\": \"place\", \"name\": \"Dakar\"}").send()
    }),
    ("create_key", |app, _| app.post("/v1/keys", &json!({"name": "archive", "scope": "write", "publisher": "Sud"}))),
    ("list_keys", |app, _| app.get("/v1/keys?count=exact")),
    ("read_key", |app, stored| app.get(&format!("/v1/keys/{}", stored.key))),
    ("rotate_key", |app, stored| app.request("POST", &format!("/v1/keys/{}/rotate", stored.key)).send()),
    ("revoke_key", |app, stored| app.delete(&format!("/v1/keys/{}", stored.key))),
    ("create_quote_review", |app, stored| {
        app.post(&format!("/v1/quotes/{}/reviews", stored.quote), &json!({"action": "verify", "note": "Heard it"}))
    }),
    ("list_reviews_of_quote", |app, stored| app.get(&format!("/v1/quotes/{}/reviews?count=exact", stored.quote))),
    ("create_mention_review", |app, stored| {
        app.post(&format!("/v1/mentions/{}/reviews", stored.mention), &json!({"action": "reject"}))
    }),
    ("list_reviews_of_mention", |app, stored| app.get(&format!("/v1/mentions/{}/reviews?count=exact", stored.mention))),
    ("create_reviews", |app, stored| {
        app.post("/v1/reviews", &json!({"quotes": [stored.quote, NOBODY], "review": {"action": "dispute"}}))
    }),
    ("list_review_queue", |app, _| app.get("/v1/reviews/queue?count=exact")),
    ("create_webhook", |app, _| {
        app.post("/v1/webhooks", &json!({"url": "https://desk.example/x", "publisher": ["Sud"]}))
    }),
    ("list_webhooks", |app, _| app.get("/v1/webhooks?count=exact")),
    ("read_webhook", |app, stored| app.get(&format!("/v1/webhooks/{}", stored.webhook))),
    ("update_webhook", |app, stored| {
        app.patch(&format!("/v1/webhooks/{}", stored.webhook), &json!({"description": "Desk", "enabled": false}))
    }),
    ("rotate_webhook", |app, stored| app.request("POST", &format!("/v1/webhooks/{}/rotate", stored.webhook)).send()),
    ("delete_webhook", |app, stored| app.delete(&format!("/v1/webhooks/{}", stored.webhook))),
    ("test_webhook", |app, stored| app.request("POST", &format!("/v1/webhooks/{}/test", stored.webhook)).send()),
    ("list_webhook_deliveries", |app, stored| {
        app.request("POST", &format!("/v1/webhooks/{}/test", stored.webhook)).send().expect(200);
        app.get(&format!("/v1/webhooks/{}/deliveries?status=pending", stored.webhook))
    }),
    ("replay_webhook", |app, stored| app.request("POST", &format!("/v1/webhooks/{}/replay", stored.webhook)).send()),
    ("read_document", |app, _| app.get("/openapi.json")),
    ("read_document_3_0", |app, _| app.get("/openapi-3.0.json")),
    ("read_docs", |app, _| app.get("/docs")),
    ("read_index", |app, _| app.get("/")),
    ("read_liveness", |app, _| app.get("/livez")),
    ("read_readiness", |app, _| app.get("/readyz")),
    ("read_metrics", |app, _| app.get("/metrics")),
    ("read_problem", |app, _| app.get("/problems/gone")),
];

#[test]
fn every_successful_response_matches_the_document() {
    let documented: BTreeSet<_> = operations().iter().map(|operation| operation.id).collect();
    assert_eq!(
        documented,
        CALLS.iter().map(|(id, _)| *id).collect(),
        "operations without a call, or calls without one"
    );
    let app = TestApp::start();
    for operation in operations() {
        let (_, call) = CALLS.iter().find(|(id, _)| *id == operation.id).unwrap();
        let answer = call(&app, &store(&app));
        assert!((200..300).contains(&answer.status), "{}: {}", operation.id, answer.text());
        assert_documented(&operation, &answer);
        // Another record may then have the same URL and identifier.
        app.sql("DELETE FROM articles; DELETE FROM entities; DELETE FROM api_keys; DELETE FROM webhooks");
    }
}

#[test]
fn every_error_response_matches_the_document() {
    let app = TestApp::start();
    let Stored { article, .. } = store(&app);
    let deleted = app.entity(json!({}));
    app.delete(&format!("/v1/entities/{}", deleted["id"].as_str().unwrap())).expect(204);
    for operation in operations() {
        let path = |id: &str| {
            operation
                .path
                .replace("{id}", id)
                .replace("{n}", "1")
                .replace("{a}", "1")
                .replace("{b}", "2")
                .replace("{code}", "surprise")
        };
        let body = match operation.method.as_str() {
            "POST" | "PATCH" => "{\"surprise\": 1}",
            _ => "",
        };
        let ids = [NOBODY, "1", &article, deleted["id"].as_str().unwrap()];
        for (id, kind, accept, tags) in [
            (ids[0], "application/json", "*/*", "*"),
            (ids[1], "application/json", "*/*", "*"),
            (ids[2], "application/merge-patch+json", "*/*", "\"9-\""),
            (ids[3], "application/merge-patch+json", "*/*", "*"),
            (ids[2], "image/png", "*/*", "\"1-"),
            (ids[2], "application/json", "image/png", "*"),
        ] {
            let mut call = app.request(&operation.method, &path(id)).header("accept", accept).header("if-match", tags);
            if !body.is_empty() {
                call = call.header("content-type", kind).body(body);
            }
            let answer = call.send();
            assert_documented(&operation, &answer);
            if answer.status >= 400 {
                let response = resolved(&operation.value["responses"][answer.status.to_string()]);
                let example = &response["content"]["application/problem+json"]["example"];
                for member in ["type", "title", "status", "code"] {
                    assert_eq!(example[member], answer.json()[member], "{}: {}", operation.id, answer.text());
                }
            }
        }
    }
}

#[test]
fn every_problem_has_an_example_with_its_status() {
    for operation in operations() {
        let responses = operation.value["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            let media = &resolved(response)["content"]["application/problem+json"];
            assert_valid(&media["schema"], &media["example"], &format!("{} {status}", operation.id));
            let code = media["example"]["code"].as_str().and_then(Code::of).unwrap();
            let is_true = media["example"]["status"] == code.status().as_u16()
                && *status == code.status().as_str()
                && media["example"]["title"] == code.title();
            assert!(is_true, "{} {status}: {}", operation.id, media["example"]);
        }
    }
}
