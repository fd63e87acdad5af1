//! Reviews of quotes and mentions: decisions of people, which machines do not change.

mod mentions;
mod suggestions;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id, items, pointers, refusal, settled};
use crate::support::document::NOBODY;

fn path(quote: &Value) -> String {
    format!("/v1/quotes/{}", id(quote))
}

fn review(app: &TestApp, quote: &Value, body: Value) -> Value {
    app.post(&format!("{}/reviews", path(quote)), &body).expect(201)
}

fn machine_quote(app: &TestApp, article: &Value) -> Value {
    app.quote(article, json!({"origin": "machine", "extractor": "quotes 1.2"}))
}

#[test]
fn verify_reject_and_dispute_set_the_status() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    for (action, status) in [("verify", "verified"), ("reject", "rejected"), ("dispute", "disputed")] {
        let quote = machine_quote(&app, &article);
        let body = json!({"action": action, "note": "Heard it", "actor": "Awa"});
        let answer = app.post(&format!("{}/reviews", path(&quote)), &body);
        assert_eq!(answer.header("location"), path(&quote));
        let reviewed = answer.expect(201);
        assert_eq!(app.get(&path(&quote)).expect(200), reviewed);
        let mut expected = settled(&quote);
        expected["version"] = json!(2);
        expected["status"] = json!(status);
        expected["decision"] = json!({"actor": "Awa", "action": action});
        expected["reviews"] = json!([{
            "actor": "Awa", "action": action, "from": {"status": "machine"}, "to": {"status": status}, "note": "Heard it",
        }]);
        assert_eq!(settled(&reviewed), expected);
        assert_eq!(reviewed["decision"]["at"], reviewed["reviews"][0]["at"]);
    }
}

#[test]
fn a_review_that_changes_nothing_is_kept_and_a_comment_decides_nothing() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = machine_quote(&app, &article);
    let commented = review(&app, &quote, json!({"action": "comment", "note": "Who was there?"}));
    assert_eq!(
        (&commented["version"], &commented["status"], &commented["decision"]),
        (&json!(1), &json!("machine"), &json!(null))
    );
    let first = review(&app, &quote, json!({"action": "verify"}));
    let second = review(&app, &quote, json!({"action": "verify", "actor": "Henrik"}));
    assert_eq!(second["version"], first["version"]);
    assert_eq!(second["decision"]["actor"], "Henrik");
    let reviews = second["reviews"].as_array().unwrap();
    assert_eq!(reviews.len(), 3);
    assert_eq!((&reviews[2]["from"], &reviews[2]["to"]), (&json!(null), &json!(null)));
    let list = format!("{}/reviews?limit=2", path(&quote));
    assert_eq!(&items(&app, &list), reviews);
    assert_eq!(app.get(&format!("{list}&count=exact")).expect(200)["total"]["value"], 3);
}

#[test]
fn another_speaker_is_given_by_id_or_by_name() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({"name": "Awa Diallo"})));
    let quote = machine_quote(&app, &article);
    let reattribute = |body: Value| app.post(&format!("{}/reviews", path(&quote)), &body);
    let body = |name: &str| json!({"action": "reattribute", "speaker_name": name});
    let by_id = reattribute(json!({"action": "reattribute", "speaker_id": awa["id"]})).expect(201);
    assert_eq!((&by_id["speaker_id"], &by_id["speaker_status"]), (&awa["id"], &json!("named")));
    let nobody = reattribute(json!({"action": "reattribute", "speaker_id": null})).expect(201);
    assert_eq!((&nobody["speaker_id"], &nobody["speaker_status"]), (&json!(null), &json!("unattributed")));
    assert_eq!(reattribute(body("awa diallo")).expect(201)["speaker_id"], awa["id"]);
    let henrik = reattribute(body("Henrik Solbakken")).expect(201)["speaker_id"].clone();
    let person = app.get(&format!("/v1/entities/{}", henrik.as_str().unwrap())).expect(200);
    assert_eq!((&person["kind"], &person["name"]), (&json!("person"), &json!("Henrik Solbakken")));
    app.entity(json!({"name": "Awa Diallo"}));
    let refused = reattribute(body("Awa Diallo"));
    let detail = refused.json()["errors"][0]["detail"].to_string();
    assert_eq!(pointers(refused), ["/speaker_name"]);
    assert!(detail.contains("2 entities") && detail.contains(id(&awa)), "{detail}");
    assert_eq!(pointers(reattribute(json!({"action": "reattribute", "speaker_id": NOBODY}))), ["/speaker_id"]);
}

#[test]
fn an_edit_takes_the_members_of_a_patch() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = machine_quote(&app, &article);
    let edited =
        review(&app, &quote, json!({"action": "edit", "changes": {"kind": "partial", "said_on": "2026-03-01"}}));
    assert_eq!(
        (&edited["kind"], &edited["said_on"], &edited["version"]),
        (&json!("partial"), &json!("2026-03-01"), &json!(2))
    );
    assert_eq!(edited["reviews"][0]["to"], json!({"kind": "partial", "said_on": "2026-03-01"}));
}

#[test]
fn bad_reviews_name_the_member() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = machine_quote(&app, &article);
    let reviews = format!("{}/reviews", path(&quote));
    for (body, expected) in [
        (json!({}), &["/action"][..]),
        (json!({"action": "praise"}), &["/action"]),
        (json!({"action": "comment"}), &["/note"]),
        (json!({"action": "edit"}), &["/changes"]),
        (json!({"action": "edit", "changes": {"kind": "loud"}}), &["/changes/kind"]),
        (
            json!({"action": "verify", "changes": {"kind": "mixed"}, "speaker_name": "Awa"}),
            &["/changes", "/speaker_name"],
        ),
        (json!({"action": "reattribute"}), &["/speaker_id"]),
        (json!({"action": "reattribute", "speaker_id": null, "speaker_name": "Awa"}), &["/speaker_name"]),
        (json!({"action": "reattribute", "speaker_status": "named"}), &["/speaker_status"]),
        (json!({"action": "verify", "note": ""}), &["/note"]),
    ] {
        assert_eq!(pointers(app.post(&reviews, &body)), expected, "{body}");
    }
    assert_eq!(app.get(&path(&quote)).expect(200), quote);
    let stale = app.request("POST", &reviews).header("if-match", "\"2-\"").json(&json!({"action": "verify"})).send();
    refusal(stale, 412, "version_mismatch");
    refusal(app.post(&format!("/v1/quotes/{NOBODY}/reviews"), &json!({"action": "verify"})), 404, "not_found");
    app.delete(&path(&quote)).expect(204);
    refusal(app.post(&reviews, &json!({"action": "verify"})), 410, "gone");
    refusal(app.get(&reviews), 410, "gone");
}

#[test]
fn a_review_names_the_key_of_its_caller_and_is_a_change() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = machine_quote(&app, &article);
    let desk = app.key("desk", json!({"scope": "review"}));
    let desk = app.with_key(desk["secret"].as_str().unwrap());
    let body = json!({"action": "verify", "actor": "Awa"});
    let reviewed = desk.post(&format!("{}/reviews", path(&quote)), &body).expect(201);
    assert_eq!(reviewed["reviews"][0]["actor"], "desk");
    let last = "SELECT string_agg(concat_ws(' ', actor, resource, action), ', ' ORDER BY id)
        FROM (SELECT * FROM changes ORDER BY id DESC LIMIT 2) AS last";
    assert_eq!(app.database.ask(last), "desk review create, desk quote update");
}

#[test]
fn annotation_keeps_what_a_person_decided() {
    let app = TestApp::start();
    let article = app.post("/v1/articles?annotate=true", &json!({"headline": "Le port", "language": "fr",
        "body": "Le port rouvre lundi. « Nous sommes prêts à partir », a déclaré Awa Diallo. « Il fait beau », a dit Luc Morel."}));
    let article = article.expect(201);
    let quotes = items(&app, &format!("{}/quotes", article_path(&article)));
    assert_eq!(quotes.len(), 2);
    let henrik = app.entity(json!({"name": "Henrik Solbakken"}));
    let reattributed = review(&app, &quotes[0], json!({"action": "reattribute", "speaker_id": henrik["id"]}));
    let rejected = review(&app, &quotes[1], json!({"action": "reject"}));
    app.request("POST", &format!("{}/annotate", article_path(&article))).send().expect(200);
    let now = items(&app, &format!("{}/quotes", article_path(&article)));
    for member in ["speaker_id", "speaker_status", "status", "text", "reviews"] {
        assert_eq!(now[0][member], reattributed[member], "{member}");
    }
    assert_eq!(now[1..], [rejected]);
}

fn article_path(article: &Value) -> String {
    format!("/v1/articles/{}", id(article))
}

#[test]
fn several_quotes_are_reviewed_at_once_each_with_its_result() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quotes: Vec<_> = (0..3).map(|_| machine_quote(&app, &article)).collect();
    app.delete(&path(&quotes[1])).expect(204);
    let asked = json!([quotes[2]["id"], quotes[1]["id"], NOBODY, quotes[0]["id"]]);
    let answer = app.post("/v1/reviews", &json!({"quotes": asked, "review": {"action": "verify", "actor": "Awa"}}));
    let results = answer.expect(200)["items"].as_array().unwrap().clone();
    let outline = |item: &Value| {
        (item["id"].clone(), item["result"].clone(), item["version"].clone(), item["problem"]["code"].clone())
    };
    assert_eq!(
        results.iter().map(outline).collect::<Vec<_>>(),
        [
            (quotes[2]["id"].clone(), json!("reviewed"), json!(2), json!(null)),
            (quotes[1]["id"].clone(), json!("failed"), json!(null), json!("gone")),
            (json!(NOBODY), json!("failed"), json!(null), json!("not_found")),
            (quotes[0]["id"].clone(), json!("reviewed"), json!(2), json!(null)),
        ]
    );
    let read = app.get(&path(&quotes[0])).expect(200);
    assert_eq!((&read["status"], &read["reviews"][0]["actor"]), (&json!("verified"), &json!("Awa")));
    let twice = json!({"quotes": [NOBODY, NOBODY], "review": {"action": "verify"}});
    assert_eq!(pointers(app.post("/v1/reviews", &twice)), ["/quotes/1"]);
    for (body, expected) in [
        (json!({"quotes": [NOBODY], "review": {"action": "comment"}}), &["/review/note"][..]),
        (json!({"mentions": [NOBODY], "mention_review": {"action": "reattribute"}}), &["/mention_review/entity_id"]),
        (json!({"quotes": [NOBODY]}), &["/review"]),
        (json!({"review": {"action": "verify"}}), &["/quotes", "/quotes"]),
    ] {
        assert_eq!(pointers(app.post("/v1/reviews", &body)), expected, "{body}");
    }
}

#[test]
fn the_queue_has_what_nobody_decided_about() {
    let app = TestApp::start();
    let quote = |day: u32, confidence: f64, text: &str| {
        let body = format!("« {text} », dit Awa.");
        let article = app.article(json!({"body": body, "published_at": format!("2026-03-{day:02}")}));
        app.quote(&article, json!({"text": text, "spans": null, "confidence": confidence, "origin": "machine"}))
    };
    let (yes, no) = ("Oui, nous irons", "Non, nous restons");
    let [a, b, c, d] = [quote(1, 0.9, yes), quote(2, 0.5, no), quote(3, 0.7, yes), quote(4, 0.6, "Peut-être demain")];
    app.quote(&app.article(json!({})), json!({}));
    let queue = |parameters: &str| column(&app, &format!("/v1/reviews/queue?limit=1{parameters}"), "id");
    let of = |quotes: &[&Value]| quotes.iter().map(|quote| quote["id"].clone()).collect::<Vec<_>>();
    assert_eq!(queue(""), of(&[&b, &d, &c, &a]));
    assert_eq!(queue("&order=recent"), of(&[&d, &c, &b, &a]));
    // One quote of each cluster. The larger id comes first among clusters of one size.
    assert_eq!(queue("&order=frequent"), of(&[&c, &d, &b]));
    assert_eq!(queue("&min_confidence=0.65"), of(&[&c, &a]));
    review(&app, &b, json!({"action": "verify"}));
    review(&app, &d, json!({"action": "comment", "note": "Later"}));
    review(&app, &a, json!({"action": "reattribute", "speaker_name": "Awa"}));
    assert_eq!(queue(""), of(&[&d, &c]));
    assert_eq!(app.get("/v1/reviews/queue?count=exact").expect(200)["total"], json!({"value": 2, "kind": "exact"}));
    let refused = app.get("/v1/reviews/queue?order=frequent&count=exact").expect(400);
    assert_eq!(refused["errors"][0]["parameter"], "count");
}
