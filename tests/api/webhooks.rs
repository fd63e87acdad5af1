//! Webhooks: what is sent to whom, signed, and what becomes of it.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use serde_json::{Value, json};
use verbatim::config::{Config, Database, DatabaseUrl};

use crate::changes::caught_up;
use crate::support::answers::{id, items, pointers, refusal, settled, time};
use crate::support::embedded::eventually;
use crate::support::endpoint::{Endpoint, Message};
use crate::support::{Client, TestApp};

/// Lets webhooks reach this machine.
fn allow_loopback(config: &mut Config) {
    config.webhook_networks = vec!["127.0.0.0/8".parse().unwrap()];
}

fn webhook(app: &TestApp, url: &str, members: Value) -> Value {
    let mut body = json!({"url": url});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    app.post("/v1/webhooks", &body).expect(201)
}

fn deliveries(client: &Client, webhook: &Value, parameters: &str) -> Vec<Value> {
    items(client, &format!("/v1/webhooks/{}/deliveries?{parameters}", id(webhook)))
}

/// Waits until a webhook has deliveries in this state, and returns them.
#[track_caller]
fn in_state(client: &Client, webhook: &Value, status: &str, count: usize) -> Vec<Value> {
    eventually("the deliveries", || {
        let found = deliveries(client, webhook, &format!("status={status}"));
        let is_attempted =
            found.iter().all(|delivery| !delivery["response_status"].is_null() || !delivery["error"].is_null());
        (found.len() == count && is_attempted).then_some(found)
    })
}

#[test]
fn a_webhook_is_answered_with_every_member_and_its_secret_once() {
    let app = TestApp::start();
    let created = webhook(&app, "https://desk.example/x", json!({"description": "Desk", "resource": ["quote"]}));
    let secret = created["secret"].as_str().unwrap();
    assert_eq!(BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap().len(), 32);
    let members = json!({
        "version": 1, "url": "https://desk.example/x", "description": "Desk", "enabled": true, "resource": ["quote"],
        "action": [], "publisher": [], "speaker": [], "search": null, "previous_expires_at": null
    });
    let path = format!("/v1/webhooks/{}", id(&created));
    let read = app.get(&path).expect(200);
    assert_eq!(settled(&read), members);
    assert_eq!(items(&app, "/v1/webhooks"), [read]);
    let patch = json!({"description": null, "action": ["create"], "publisher": ["Sud"], "enabled": false});
    let changed = app.patch(&path, &patch).expect(200);
    assert_eq!(
        (&changed["version"], &changed["description"], &changed["action"]),
        (&json!(2), &json!(null), &json!(["create"]))
    );
    app.request("DELETE", &path).header("if-match", "\"1-\"").send().expect(412);
    app.delete(&path).expect(204);
    refusal(app.get(&path), 410, "gone");
}

#[test]
fn webhooks_are_listed_oldest_first_page_by_page() {
    let app = TestApp::start();
    let created =
        [0, 1, 2].map(|number| webhook(&app, &format!("https://desk.example/{number}"), json!({}))["id"].clone());
    let listed: Vec<_> = items(&app, "/v1/webhooks?limit=2").iter().map(|webhook| webhook["id"].clone()).collect();
    assert_eq!(listed, created);
}

#[test]
fn bad_webhooks_are_refused() {
    let app = TestApp::start();
    for url in ["desk.example", "ftp://desk.example", "https://user:password@desk.example", "https://"] {
        assert_eq!(pointers(app.post("/v1/webhooks", &json!({"url": url}))), ["/url"], "{url}");
    }
    let with =
        |member: &str, value: Value| app.post("/v1/webhooks", &json!({"url": "https://x.example", member: value}));
    assert_eq!(pointers(with("resource", json!(["key"]))), ["/resource/0"]);
    assert_eq!(pointers(with("search", json!("« »"))), ["/search"]);
}

#[test]
fn changes_are_sent_signed_as_standard_webhooks_says() {
    let app = TestApp::with(allow_loopback);
    let endpoint = Endpoint::start();
    app.article(json!({"headline": "before the webhook"}));
    caught_up(&app);
    let created = webhook(&app, &endpoint.url("/200"), json!({}));
    let entity = app.entity(json!({}));
    let message = endpoint.next();
    let change = &app.get("/v1/changes?resource=entity").expect(200)["items"][0];
    assert_eq!(message.json()["type"], "entity.create");
    assert_eq!((&message.json()["data"], &change["record_id"]), (change, &entity["id"]));
    assert_eq!(message.header("content-type"), "application/json");
    assert_eq!(signed_with(&message, &[&created]), [true]);
    let delivered = in_state(&app, &created, "delivered", 1);
    assert_eq!(delivered[0]["id"], message.header("webhook-id"));
    assert_eq!((&delivered[0]["response_status"], &delivered[0]["attempts"]), (&json!(200), &json!(1)));
    assert_eq!(delivered[0]["body"], message.body);
}

/// Whether each signature of a message is one with the secret of an answer, in the order of the answers.
#[track_caller]
fn signed_with(message: &Message, answers: &[&Value]) -> Vec<bool> {
    let signed = format!("{}.{}.{}", message.header("webhook-id"), message.header("webhook-timestamp"), message.body);
    let signatures: Vec<&str> = message.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures.len(), answers.len(), "{signatures:?}");
    let is_by = |(signature, answer): (&&str, &&Value)| {
        let secret = answer["secret"].as_str().unwrap().trim_start_matches("whsec_");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &BASE64.decode(secret.as_bytes()).unwrap());
        let signature = BASE64.decode(signature.strip_prefix("v1,").unwrap().as_bytes()).unwrap();
        hmac::verify(&key, signed.as_bytes(), &signature).is_ok()
    };
    signatures.iter().zip(answers).map(is_by).collect()
}

#[test]
fn a_rotated_webhook_signs_with_both_secrets_for_a_while() {
    let app = TestApp::with(allow_loopback);
    let endpoint = Endpoint::start();
    let created = webhook(&app, &endpoint.url("/200"), json!({}));
    let path = format!("/v1/webhooks/{}", id(&created));
    let rotate = |grace: u32| app.request("POST", &format!("{path}/rotate?grace_seconds={grace}")).send().expect(200);
    let test = || {
        app.request("POST", &format!("{path}/test")).send().expect(200);
        endpoint.next()
    };
    let rotated = rotate(3600);
    assert_eq!(rotated["version"], 2);
    assert!(time(&rotated["previous_expires_at"]) > time(&rotated["updated_at"]));
    assert_eq!(signed_with(&test(), &[&rotated, &created]), [true, true]);
    app.sql("UPDATE webhooks SET previous_expires_at = now()");
    assert_eq!(signed_with(&test(), &[&rotated]), [true]);
    let last = rotate(0);
    assert_eq!(last["previous_expires_at"], Value::Null);
    assert_eq!(signed_with(&test(), &[&last]), [true]);
    assert!(app.get(&path).expect(200).get("secret").is_none());
}

#[test]
fn each_filter_of_webhooks_selects_its_changes() {
    let app = TestApp::start();
    let speaker = app.entity(json!({}));
    caught_up(&app);
    // The address is refused, so that all deliveries stay.
    let with = |members: Value| webhook(&app, "http://127.0.0.1:9/", members);
    // The first, so that its changes are queued before those that the test waits for.
    let other_words = with(json!({"search": "« prêts demain »"}));
    let all = with(json!({}));
    let quotes = with(json!({"resource": ["quote"], "action": ["create", "delete"]}));
    let sud = with(json!({"publisher": ["Sud"]}));
    let spoken = with(json!({"speaker": [speaker["id"]]}));
    let found = with(json!({"search": "prête -Dakar"}));
    let disabled = with(json!({"enabled": false}));
    let [article, other] = ["Sud", "Nord"].map(|publisher| app.article(json!({"publisher": publisher})));
    let quote = app.quote(&article, json!({"speaker_id": speaker["id"]}));
    app.quote(&other, json!({}));
    app.patch(&format!("/v1/quotes/{}", id(&quote)), &json!({"status": "disputed"})).expect(200);
    let types = |webhook: &Value, count: usize| {
        eventually("the deliveries", || {
            let found = deliveries(&app, webhook, "limit=200");
            (found.len() == count).then(|| {
                let body =
                    |delivery: &Value| serde_json::from_str::<Value>(delivery["body"].as_str().unwrap()).unwrap();
                let mut types: Vec<_> =
                    found.iter().map(|found| body(found)["type"].as_str().unwrap().to_owned()).collect();
                types.sort();
                types
            })
        })
    };
    assert_eq!(
        types(&all, 6),
        ["article.create", "article.create", "quote.create", "quote.create", "quote.update", "review.create"]
    );
    assert_eq!(types(&quotes, 2), ["quote.create", "quote.create"]);
    assert_eq!(types(&sud, 4), ["article.create", "quote.create", "quote.update", "review.create"]);
    assert_eq!(types(&spoken, 3), ["quote.create", "quote.update", "review.create"]);
    assert_eq!(types(&found, 4), ["quote.create", "quote.create", "quote.update", "review.create"]);
    assert_eq!(deliveries(&app, &other_words, ""), Vec::<Value>::new());
    assert_eq!(deliveries(&app, &disabled, ""), Vec::<Value>::new());
}

#[test]
fn a_webhook_of_a_merged_speaker_gets_the_quotes_of_the_survivor() {
    let app = TestApp::start();
    let [survivor, source] = ["Awa Diallo", "A. Diallo"].map(|name| app.entity(json!({"name": name})));
    caught_up(&app);
    let hook = webhook(&app, "http://127.0.0.1:9/", json!({"speaker": [source["id"]]}));
    let merge = json!({"sources": [source["id"]]});
    app.post(&format!("/v1/entities/{}/merge", id(&survivor)), &merge).expect(200);
    let article = app.article(json!({}));
    app.quote(&article, json!({}));
    let quote = app.quote(&article, json!({"speaker_id": survivor["id"]}));
    let delivery = eventually("the delivery", || deliveries(&app, &hook, "limit=200").pop());
    let body: Value = serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["type"], &body["data"]["record_id"]), (&json!("quote.create"), &quote["id"]));
}

#[test]
fn failures_are_tried_again_later_and_dead_after_three_days() {
    let app = TestApp::with(allow_loopback);
    let endpoint = Endpoint::start();
    let created = webhook(&app, &endpoint.url("/503"), json!({}));
    app.entity(json!({}));
    let first = endpoint.next();
    let failed = in_state(&app, &created, "pending", 1).remove(0);
    assert_eq!((&failed["response_status"], &failed["attempts"]), (&json!(503), &json!(1)));
    assert!(failed["next_attempt_at"].as_str() > failed["last_attempt_at"].as_str());
    app.sql("UPDATE webhook_deliveries SET next_attempt_at = now(), response_status = NULL");
    let second = endpoint.next();
    assert_eq!((second.header("webhook-id"), &second.body), (first.header("webhook-id"), &first.body));
    // The attempt is counted when it begins. Its response is stored later.
    eventually("the second failure", || (deliveries(&app, &created, "")[0]["response_status"] == 503).then_some(()));
    app.sql("UPDATE webhook_deliveries SET next_attempt_at = now(), queued_at = now() - interval '3 days'");
    let dead = in_state(&app, &created, "dead", 1);
    assert_eq!(dead[0]["attempts"], 3);
    // It is sent again on demand, to the address that it has by then.
    app.patch(&format!("/v1/webhooks/{}", id(&created)), &json!({"url": endpoint.url("/200")})).expect(200);
    let replay = format!("/v1/webhooks/{}/replay", id(&created));
    assert_eq!(app.request("POST", &replay).send().expect(200), json!({"replayed": 1}));
    in_state(&app, &created, "delivered", 1);
    assert_eq!(app.request("POST", &replay).send().expect(200), json!({"replayed": 0}));
    let named = format!("{replay}?delivery={}", id(&dead[0]));
    assert_eq!(app.request("POST", &named).send().expect(200), json!({"replayed": 1}));
}

#[test]
fn a_test_sends_a_message_without_a_change() {
    let app = TestApp::with(allow_loopback);
    let endpoint = Endpoint::start();
    let created = webhook(&app, &endpoint.url("/204"), json!({}));
    let queued = app.request("POST", &format!("/v1/webhooks/{}/test", id(&created))).send().expect(200);
    let message = endpoint.next();
    assert_eq!((message.header("webhook-id"), &*message.body), (id(&queued), queued["body"].as_str().unwrap()));
    assert_eq!(message.json()["type"], "webhook.test");
    in_state(&app, &created, "delivered", 1);
}

#[test]
fn a_webhook_that_answers_410_is_disabled() {
    let app = TestApp::with(allow_loopback);
    let endpoint = Endpoint::start();
    let created = webhook(&app, &endpoint.url("/410"), json!({}));
    app.entity(json!({}));
    in_state(&app, &created, "dead", 1);
    assert_eq!(app.get(&format!("/v1/webhooks/{}", id(&created))).expect(200)["enabled"], false);
}

#[test]
fn private_addresses_are_not_connected_to_and_redirects_not_followed() {
    let app = TestApp::start();
    let endpoint = Endpoint::start();
    let port = endpoint.address.port();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0"] {
        let created = webhook(&app, &format!("http://{host}:{port}/200"), json!({}));
        app.request("POST", &format!("/v1/webhooks/{}/test", id(&created))).send().expect(200);
        let failed = in_state(&app, &created, "pending", 1);
        assert!(failed[0]["error"].as_str().unwrap().contains("public internet"), "{host}: {failed:?}");
    }
    assert!(endpoint.messages.try_recv().is_err());
    let allowed = TestApp::with(allow_loopback);
    let created = webhook(&allowed, &endpoint.url("/302"), json!({}));
    allowed.entity(json!({}));
    assert_eq!(endpoint.next().path, "/302");
    assert_eq!(in_state(&allowed, &created, "pending", 1)[0]["response_status"], 302);
    assert!(endpoint.messages.try_recv().is_err());
}

#[test]
fn two_instances_send_each_change_once() {
    const ENTITIES: usize = 60;
    let app = TestApp::with(allow_loopback);
    let _other = TestApp::with(|config| {
        allow_loopback(config);
        config.database = Database::At(DatabaseUrl::parse(&app.database.url()).unwrap());
    });
    let endpoint = Endpoint::start();
    let created = webhook(&app, &endpoint.url("/200"), json!({}));
    for number in 0..ENTITIES {
        app.entity(json!({"name": number.to_string()}));
    }
    let mut records: Vec<_> = (0..ENTITIES).map(|_| endpoint.next().json()["data"]["record_id"].to_string()).collect();
    records.sort();
    records.dedup();
    assert_eq!(records.len(), ENTITIES);
    in_state(&app, &created, "delivered", ENTITIES);
    assert!(endpoint.messages.try_recv().is_err(), "a change was sent twice");
}
