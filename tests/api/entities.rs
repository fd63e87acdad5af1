//! Entities: names, aliases, identifiers, references, merges and deletions.

mod duplicates;
mod list;
mod names;

use serde_json::{Value, json};

use super::support::answers::{candidate_ids, id, pointers, refusal, settled, time};
use super::support::{Response, TestApp};

const ABSENT: &str = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";

fn path(entity: &Value) -> String {
    format!("/v1/entities/{}", id(entity))
}

fn create(app: &TestApp, entity: &Value) -> Response {
    app.post("/v1/entities", entity)
}

fn morocco() -> Value {
    json!({
        "kind": "place", "name": "Maroc", "description": "État d'Afrique du Nord",
        "aliases": [
            {"name": "le royaume chérifien", "language": "fr", "kind": "periphrasis"},
            {"name": "Rabat", "language": null, "kind": "metonym"},
        ],
        "identifiers": [{"scheme": "wikidata", "value": "Q1028"}, {"scheme": "iso3166", "value": "MA"}],
    })
}

#[test]
fn the_response_has_every_member_of_an_entity() {
    let app = TestApp::start();
    let answer = create(&app, &morocco());
    let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
    let created = answer.expect(201);
    let mut expected = morocco();
    expected["version"] = json!(1);
    expected["merged_into"] = json!(null);
    assert_eq!(settled(&created), expected);
    assert_eq!(created["created_at"], created["updated_at"]);
    assert_eq!(location, path(&created));
    let read = app.get(&location);
    assert_eq!(read.header("etag"), etag);
    assert_eq!(read.expect(200), created);
}

#[test]
fn an_entity_needs_only_a_kind_and_a_name() {
    let app = TestApp::start();
    for kind in ["person", "organization", "place", "product", "event", "work", "other"] {
        let created = create(&app, &json!({"kind": kind, "name": "N"})).expect(201);
        let expected = json!({
            "version": 1, "kind": kind, "name": "N", "description": null, "aliases": [], "identifiers": [],
            "merged_into": null,
        });
        assert_eq!(settled(&created), expected);
    }
}

#[test]
fn the_kind_of_an_alias_is_name_by_default() {
    let app = TestApp::start();
    let kinds = ["name", "acronym", "periphrasis", "metonym", "role", "demonym", "misspelling"];
    let mut aliases: Vec<Value> = kinds.iter().map(|kind| json!({"name": "N", "kind": kind})).collect();
    aliases.push(json!({"name": "N"}));
    let created = app.entity(json!({"aliases": aliases}));
    let answered: Vec<&Value> = created["aliases"].as_array().unwrap().iter().map(|alias| &alias["kind"]).collect();
    assert_eq!(answered[..7], kinds);
    assert_eq!(answered[7], "name");
    assert_eq!(created["aliases"][7]["language"], json!(null));
}

#[test]
fn members_of_an_entity_of_maximum_length_are_stored() {
    let app = TestApp::start();
    let wide = |count: usize| "𝄞".repeat(count);
    let identifier = |n: i32| json!({"scheme": "s".repeat(50), "value": format!("{n:04}{}", wide(196))});
    let entity = json!({
        "kind": "other", "name": wide(300), "description": wide(2000),
        "aliases": vec![json!({"name": wide(300), "language": "fra", "kind": "name"}); 200],
        "identifiers": (0..50).map(identifier).collect::<Vec<_>>(),
    });
    let created = create(&app, &entity).expect(201);
    for (member, value) in entity.as_object().unwrap() {
        assert_eq!(&created[member], value, "{member}");
    }
}

#[test]
fn members_of_an_entity_outside_of_their_limits_are_refused_together() {
    let app = TestApp::start();
    let entity = json!({
        "kind": "person ", "name": "n".repeat(301), "description": "", "nom": "",
        "aliases": [{"name": ""}, {"name": "n".repeat(301)}, {"name": "N", "language": "FR"}, {"kind": "name"}],
        "identifiers": [{"scheme": "Wikidata", "value": "Q1"}, {"scheme": "isni", "value": "1".repeat(201)}],
    });
    let expected = [
        "/aliases/0/name",
        "/aliases/1/name",
        "/aliases/2/language",
        "/aliases/3/name",
        "/description",
        "/identifiers/0/scheme",
        "/identifiers/1/value",
        "/kind",
        "/name",
        "/nom",
    ];
    let mut found = pointers(create(&app, &entity));
    found.dedup();
    assert_eq!(found, expected);
    let many = json!({"kind": "other", "name": "N", "aliases": vec![json!({"name": "N"}); 201]});
    assert_eq!(pointers(create(&app, &many)), ["/aliases"]);
    let identifiers: Vec<Value> = (0..51).map(|n| json!({"scheme": "s", "value": n.to_string()})).collect();
    assert_eq!(
        pointers(create(&app, &json!({"kind": "other", "name": "N", "identifiers": identifiers}))),
        ["/identifiers"]
    );
}

#[test]
fn a_wikidata_identifier_must_have_the_form_of_wikidata() {
    let app = TestApp::start();
    for value in ["Q0", "Q01", "q42", "42", "Q", "Q42 ", "P31", "Q4２"] {
        let entity = json!({
            "kind": "other", "name": "N",
            "identifiers": [{"scheme": "isni", "value": value}, {"scheme": "wikidata", "value": value}],
        });
        assert_eq!(pointers(create(&app, &entity)), ["/identifiers/1/value"], "{value}");
    }
}

#[test]
fn two_entities_may_share_a_name_and_an_alias() {
    let app = TestApp::start();
    let alias = json!([{"name": "le ministre", "language": "fr", "kind": "role"}]);
    let first = app.entity(json!({"aliases": alias}));
    let mut second = app.entity(json!({"aliases": alias}));
    second.as_object_mut().unwrap().remove("similar");
    assert_eq!(settled(&first), settled(&second));
    assert_ne!(id(&first), id(&second));
}

#[test]
fn an_identifier_belongs_to_one_entity() {
    let app = TestApp::start();
    create(&app, &morocco()).expect(201);
    let again = json!({
        "kind": "organization", "name": "Makhzen",
        "identifiers": [{"scheme": "isni", "value": "1"}, {"scheme": "wikidata", "value": "Q1028"}],
    });
    let expected = json!({
        "type": "/problems/identifier_taken", "title": "Identifier already taken", "status": 409,
        "detail": "another entity has one of these identifiers", "code": "identifier_taken", "errors": [],
    });
    assert_eq!(refusal(create(&app, &again), 409, "identifier_taken"), expected);
    // The failed request has changed nothing.
    let other = app.entity(json!({"identifiers": [{"scheme": "isni", "value": "1"}]}));
    let patch = json!({"identifiers": again["identifiers"]});
    assert_eq!(refusal(app.patch(&path(&other), &patch), 409, "identifier_taken"), expected);
    assert_eq!(app.get(&path(&other)).expect(200), other);
}

#[test]
fn an_entity_may_have_several_identifiers_of_a_scheme_but_none_twice() {
    let app = TestApp::start();
    let one = |value: &str| json!({"scheme": "wikidata", "value": value});
    let entity = app.entity(json!({"identifiers": [one("Q2"), one("Q1")]}));
    assert_eq!(entity["identifiers"], json!([one("Q2"), one("Q1")]), "in the order in which they were given");
    let twice = json!({"identifiers": [one("Q3"), one("Q1"), one("Q3")]});
    let problem = refusal(app.patch(&path(&entity), &twice), 422, "invalid_content");
    assert_eq!(problem["errors"], json!([{"pointer": "/identifiers/2", "detail": "duplicate identifier"}]));
}

#[test]
fn an_identifier_is_free_after_its_entity_drops_it() {
    let app = TestApp::start();
    let identifiers = json!([{"scheme": "wikidata", "value": "Q42"}]);
    let first = app.entity(json!({"identifiers": identifiers}));
    app.patch(&path(&first), &json!({"identifiers": []})).expect(200);
    let second = app.entity(json!({"identifiers": identifiers}));
    app.delete(&path(&second)).expect(204);
    app.entity(json!({"identifiers": identifiers}));
}

#[test]
fn a_patch_sets_clears_and_keeps_members() {
    let app = TestApp::start();
    for (member, value) in [
        ("kind", json!("organization")),
        ("name", json!("Royaume du Maroc")),
        ("description", json!("Royaume")),
        ("description", json!(null)),
        ("aliases", json!([{"name": "Rabat", "language": null, "kind": "metonym"}])),
        ("aliases", json!([])),
        ("identifiers", json!([{"scheme": "iso3166", "value": "MA"}])),
        ("identifiers", json!([])),
    ] {
        let entity = create(&app, &morocco()).expect(201);
        let changed = app.patch(&path(&entity), &json!({member: value})).expect(200);
        let mut expected = settled(&entity);
        expected[member] = value;
        expected["version"] = json!(2);
        assert_eq!(settled(&changed), expected);
        assert!(time(&changed["updated_at"]) > time(&entity["updated_at"]));
        assert_eq!(app.get(&path(&entity)).expect(200), changed);
        app.delete(&path(&entity)).expect(204);
    }
}

#[test]
fn null_is_refused_for_required_members_of_an_entity() {
    let app = TestApp::start();
    let entity = app.entity(json!({}));
    let patch = json!({"kind": null, "name": null, "aliases": null, "identifiers": null, "merged_into": null});
    let expected = ["/aliases", "/identifiers", "/kind", "/merged_into", "/name"];
    let mut found = pointers(app.patch(&path(&entity), &patch));
    found.dedup();
    assert_eq!(found, expected);
}

#[test]
fn a_patch_without_changes_does_not_change_the_entity() {
    let app = TestApp::start();
    let entity = create(&app, &morocco()).expect(201);
    for patch in [json!({}), morocco()] {
        assert_eq!(app.patch(&path(&entity), &patch).expect(200), entity);
    }
}

#[test]
fn a_deleted_entity_is_gone() {
    let app = TestApp::start();
    let entity = app.entity(json!({}));
    assert_eq!(app.delete(&path(&entity)).expect(204), Value::Null);
    for answer in [app.get(&path(&entity)), app.delete(&path(&entity)), app.patch(&path(&entity), &json!({}))] {
        assert_eq!(refusal(answer, 410, "gone")["detail"], "this entity was deleted");
    }
    assert_eq!(app.get("/v1/entities").expect(200), json!({"items": [], "next_cursor": null}));
}

#[test]
fn an_unknown_entity_is_404_and_a_malformed_id_is_400() {
    let app = TestApp::start();
    let problem = refusal(app.get(&format!("/v1/entities/{ABSENT}")), 404, "not_found");
    assert_eq!(problem["detail"], "there is no such entity");
    refusal(app.get("/v1/entities/Q42"), 400, "invalid_parameter");
}

#[test]
fn an_entity_that_is_mentioned_or_quoted_is_not_deleted_without_cascade() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let mention = app.mention(&article, "Awa Diallo", json!({"entity_id": awa["id"]}));
    let quote = app.quote(&article, json!({"speaker_id": awa["id"]}));
    let expected = json!({
        "type": "/problems/still_referenced", "title": "Still referenced", "status": 409,
        "detail": "1 mentions and 1 quotes refer to this entity; cascade=true unlinks them",
        "code": "still_referenced", "errors": [],
    });
    assert_eq!(refusal(app.delete(&path(&awa)), 409, "still_referenced"), expected);
    app.delete(&format!("/v1/mentions/{}", id(&mention))).expect(204);
    refusal(app.delete(&format!("{}?cascade=false", path(&awa))), 409, "still_referenced");
    app.delete(&format!("/v1/quotes/{}", id(&quote))).expect(204);
    app.delete(&path(&awa)).expect(204);
}

#[test]
fn a_delete_that_cascades_unlinks_mentions() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let found = json!({"entity_id": awa["id"], "origin": "machine"});
    let mention = app.mention(&article, "Awa Diallo", found);
    app.delete(&format!("{}?cascade=true", path(&awa))).expect(204);
    let mut expected = settled(&mention);
    expected["entity_id"] = json!(null);
    expected["version"] = json!(2);
    assert_eq!(settled(&app.get(&format!("/v1/mentions/{}", id(&mention))).expect(200)), expected);
}

#[test]
fn a_delete_that_cascades_removes_the_entity_from_speaker_and_about() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    app.mention(&article, "Nous", json!({"entity_id": awa["id"]}));
    let quotes = [
        app.quote(&article, json!({"speaker_id": awa["id"], "speaker_label": "Awa Diallo"})),
        app.quote(&article, json!({"speaker_id": awa["id"]})),
        app.quote(&article, json!({"speaker_id": awa["id"], "speaker_status": "collective"})),
    ];
    assert_eq!(quotes[0]["about"], json!([awa["id"]]));
    app.delete(&format!("{}?cascade=true", path(&awa))).expect(204);
    for (quote, status) in quotes.iter().zip(["unresolved", "unattributed", "collective"]) {
        let mut from = json!({"speaker_id": awa["id"]});
        let mut to = json!({"speaker_id": null});
        if quote["speaker_status"] != status {
            from["speaker_status"] = quote["speaker_status"].clone();
            to["speaker_status"] = json!(status);
        }
        let mut expected = settled(quote);
        for (member, value) in [
            ("version", json!(2)),
            ("about", json!([])),
            ("speaker_id", json!(null)),
            ("speaker_status", json!(status)),
            ("decision", json!({"actor": null, "action": "reattribute"})),
            ("reviews", json!([{"actor": null, "action": "reattribute", "from": from, "to": to, "note": null}])),
        ] {
            expected[member] = value;
        }
        assert_eq!(settled(&app.get(&format!("/v1/quotes/{}", id(quote))).expect(200)), expected);
    }
}

/// 1,000 articles, each with a hundred mentions of the entity, six quotes by it and about it, and six mentions that it is a
/// candidate of.
const HOT: &str = "
    SET session_replication_role = replica;
    INSERT INTO articles (id, headline, body, content_hash, language)
        SELECT gen_random_uuid(), 'Titre', repeat('x', 100), sha256('x'), 'fr' FROM generate_series(1, 1000);
    INSERT INTO mentions (id, article_id, body_version, entity_id, span_start, span_end, exact, prefix, suffix, kind, confidence,
            origin, language)
        SELECT gen_random_uuid(), a.id, 1, 'ENTITY', i, i + 1, 'x', '', '', 'name', 1, 'machine', 'fr'
        FROM articles a, generate_series(0, 99) AS i;
    INSERT INTO mentions (id, article_id, body_version, candidates, candidate_count, span_start, span_end, exact, prefix, suffix,
            kind, confidence, origin, language)
        SELECT gen_random_uuid(), a.id, 1, ARRAY['ENTITY', 'OTHER']::uuid[], 2, i, i + 1, 'x', '', '', 'name', 1, 'machine', 'fr'
        FROM articles a, generate_series(0, 5) AS i;
    INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_id, speaker_status, status,
            confidence, origin, language)
        SELECT gen_random_uuid(), a.id, 1, 'x', ARRAY[i, i + 1], '', '', 'direct', 'ENTITY', 'named', 'machine', 1, 'machine', 'fr'
        FROM articles a, generate_series(0, 5) AS i;
    INSERT INTO quote_about (quote_id, entity_id, article_id, published_desc, kind, status, confidence, speaker_status, language)
        SELECT id, speaker_id, article_id, published_desc, kind, status, confidence, speaker_status, language FROM quotes;
    SET session_replication_role = origin;
    SELECT rebuild_counters();
    ANALYZE";

#[test]
fn an_entity_with_100_000_mentions_is_deleted_in_batches() {
    let app = TestApp::start();
    let (hot, other) = (app.entity(json!({})), app.entity(json!({"name": "Autre"})));
    app.database.execute_as_admin(&HOT.replace("ENTITY", id(&hot)).replace("OTHER", id(&other)));
    let delete = || app.delete(&format!("{}?cascade=true", path(&hot)));
    loop {
        let answer = delete();
        match answer.status {
            202 => assert_eq!(app.get(&path(&hot)).expect(200), hot, "it is there until all links are removed"),
            _ => break drop(answer.expect(204)),
        }
    }
    refusal(app.get(&path(&hot)), 410, "gone");
    let left = "SELECT concat_ws(' ', count(entity_id), min(candidates::text), min(candidate_count),
        (SELECT count(speaker_id) FROM quotes), (SELECT count(*) FROM quote_about)) FROM mentions WHERE version = 2 AND";
    assert_eq!(app.database.ask(&format!("{left} candidate_count = 0")), "0 0 0 0");
    assert_eq!(app.database.ask(&format!("{left} candidate_count > 0")), format!("0 {{{}}} 1 0 0", id(&other)));
    assert_eq!(app.database.ask("SELECT count(*) FROM mentions WHERE version <> 2"), "0");
    app.compact_counters();
    let counted = "SELECT sum(count) FROM entity_day_counts WHERE day = 'infinity' AND entity_id =";
    assert_eq!(app.database.ask(&format!("{counted} '{}'", id(&hot))), "0");
}

#[test]
fn a_deleted_entity_is_not_a_candidate_of_a_mention() {
    let app = TestApp::start();
    let [one, other] = ["Awa Diallo", "Awa D."].map(|name| app.entity(json!({"name": name})));
    let mention = app.mention(&app.article(json!({})), "Awa Diallo", json!({}));
    let both = format!("ARRAY['{}', '{}']::uuid[]", id(&one), id(&other));
    app.sql(&format!("UPDATE mentions SET candidates = {both}, candidate_count = 2"));
    app.delete(&path(&one)).expect(204);
    let answered = app.get(&format!("/v1/mentions/{}", id(&mention))).expect(200);
    assert_eq!((candidate_ids(&answered), &answered["version"]), (json!([other["id"]]), &json!(2)));
}

/// Two entities, the first merged into the second.
fn merged(app: &TestApp) -> [Value; 2] {
    let entities = [app.entity(json!({"name": "Awa D."})), app.entity(json!({}))];
    let [source, survivor] = entities.each_ref().map(id);
    app.sql(&format!("UPDATE entities SET merged_into = '{survivor}' WHERE id = '{source}'"));
    entities
}

#[test]
fn a_merged_entity_redirects_to_its_survivor() {
    let app = TestApp::start();
    let [source, survivor] = merged(&app);
    let answer = app.get(&path(&source));
    assert_eq!((answer.status, answer.header("location")), (308, path(&survivor).as_str()));
    assert_eq!(app.get(&path(&survivor)).expect(200), survivor);
}

#[test]
fn entities_merged_into_a_deleted_entity_are_deleted() {
    let app = TestApp::start();
    let [source, survivor] = merged(&app);
    app.delete(&path(&survivor)).expect(204);
    refusal(app.get(&path(&survivor)), 410, "gone");
    refusal(app.get(&path(&source)), 410, "gone");
}
