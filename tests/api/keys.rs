//! API keys: what each may do, and how they are managed.

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use verbatim::auth::{Anonymous, JwtSettings, LimitSettings};
use verbatim::config::{AccessConfig, AdminKey, Database, DatabaseUrl, JwtConfig};
use verbatim::domain::Scope;
use verbatim::jwks::JwksSource;

use crate::support::answers::{self, id};
use crate::support::document::{NOBODY, Operation, filled, operations};
use crate::support::embedded::eventually;
use crate::support::endpoint::Endpoint;
use crate::support::postgres::connect;
use crate::support::process::{Process, run, verbatim};
use crate::support::raw::Raw;
use crate::support::{Client, Response, TestApp, refused};

const ADMIN: &str = "an-admin-key-of-the-settings-0123456789";

/// A service that nobody uses without a key.
fn closed() -> TestApp {
    TestApp::with(|config| config.access = closed_access())
}

fn closed_access() -> AccessConfig {
    let admin_key = AdminKey::parse(ADMIN);
    AccessConfig { admin_key, anonymous: Anonymous::Fixed(None), ..AccessConfig::default() }
}

/// A client with a new key.
fn client(app: &TestApp, name: &str, scope: &str) -> Client {
    let key = admin(app).post("/v1/keys", &json!({"name": name, "scope": scope})).expect(201);
    app.with_key(key["secret"].as_str().unwrap())
}

fn admin(app: &TestApp) -> Client {
    app.with_key(ADMIN)
}

/// Sends an operation with a body that is not valid: the caller is refused before it is read.
fn call(client: &Client, operation: &Operation) -> Response {
    let request = client.request(&operation.method, &filled(operation.path, NOBODY));
    let has_body = !operation.value["requestBody"].is_null();
    if has_body { request.header("content-type", "application/json").body("{").send() } else { request.send() }
}

/// The scope that the document requires.
fn scope_of(operation: &Operation) -> Option<Scope> {
    let scope = &operation.value["security"][0]["key"][0];
    scope.as_str().map(|scope| Scope::parse(scope).unwrap())
}

#[test]
fn every_operation_refuses_callers_without_a_valid_key() {
    let app = closed();
    let expired = json!({"name": "expired", "scope": "admin", "expires_at": "2026-01-01T00:00:00Z"});
    let expired = admin(&app).post("/v1/keys", &expired).expect(201);
    let revoked = admin(&app).post("/v1/keys", &json!({"name": "revoked", "scope": "admin"})).expect(201);
    admin(&app).delete(&format!("/v1/keys/{}", id(&revoked))).expect(204);
    let [expired, revoked] = [expired, revoked].map(|key| key["secret"].as_str().unwrap().to_owned());
    let unknown = format!("vbt_{}6cq3q", "0".repeat(51));
    let mistyped = format!("vbt_{}6cq3r", "0".repeat(51));
    let mut open = 0;
    for operation in operations() {
        if scope_of(&operation).is_none() {
            assert_ne!(call(&app, &operation).status, 401, "{}", operation.id);
            open += 1;
            continue;
        }
        let none = call(&app, &operation);
        refused(&app, &none, 401, "unauthorized");
        assert_eq!(none.header("www-authenticate"), "Bearer realm=\"verbatim\"");
        for credentials in [&expired, &revoked, &unknown, &mistyped, "x", &ADMIN[1..]] {
            let answer = call(&app.with_key(credentials), &operation);
            refused(&app, &answer, 401, "unauthorized");
            let challenge = answer.header("www-authenticate");
            assert_eq!(challenge, "Bearer realm=\"verbatim\", error=\"invalid_token\"", "{credentials}");
        }
        for other in ["Basic YTpi", "Bearer"] {
            let request = app.request(&operation.method, &filled(operation.path, NOBODY));
            refused(&app, &request.header("authorization", other).send(), 401, "unauthorized");
        }
    }
    // The probes, the document, its page, the index and the problems.
    assert_eq!(open, 7);
}

#[test]
fn every_operation_needs_its_scope_and_takes_the_higher_ones() {
    let app = closed();
    let clients: Vec<_> =
        Scope::ALL.iter().map(|scope| (*scope, client(&app, scope.as_str(), scope.as_str()))).collect();
    for operation in operations() {
        let Some(needed) = scope_of(&operation) else { continue };
        for (scope, client) in &clients {
            let answer = call(client, &operation);
            let what = format!("{} with {}", operation.id, scope.as_str());
            if *scope >= needed {
                assert!(![401, 403].contains(&answer.status), "{what}: {}", answer.text());
                continue;
            }
            let problem = refused(&app, &answer, 403, "insufficient_scope");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(&format!("the scope {}", needed.as_str())), "{what}: {detail}");
            assert!(answer.header("www-authenticate").contains("insufficient_scope"), "{what}");
        }
    }
}

#[test]
fn a_caller_is_refused_before_the_body_is_read() {
    let app = closed();
    let headers = ["Content-Type: application/json", "Content-Length: 8000000"];
    let answer = Raw::connect(&app).head("POST /v1/articles", &headers).answer();
    assert_eq!(answer.status, 401);
}

#[test]
fn an_absent_record_is_refused_like_one_that_exists() {
    let app = closed();
    let article = admin(&app).post("/v1/articles", &json!({"headline": "Dakar", "body": "Dakar."})).expect(201);
    let reader = client(&app, "reader", "read");
    let [foreign, absent] = [id(&article), NOBODY].map(|id| reader.delete(&format!("/v1/articles/{id}")).expect(403));
    assert_eq!(foreign, absent);
}

#[test]
fn a_key_is_answered_with_every_member() {
    let app = closed();
    let asked = json!({"name": "archive import", "scope": "write", "publisher": "Le Quotidien",
        "expires_at": "2036-03-02T08:00:00Z"});
    let answer = admin(&app).post("/v1/keys", &asked);
    let location = answer.header("location").to_owned();
    let mut key = answer.expect(201);
    let secret = key.as_object_mut().unwrap().remove("secret").unwrap();
    let secret = secret.as_str().unwrap();
    assert!(secret.len() == 60 && secret.starts_with("vbt_"), "{secret}");
    assert_eq!(
        answers::settled(&key),
        json!({"version": 1, "name": "archive import", "scope": "write", "publisher": "Le Quotidien",
            "expires_at": "2036-03-02T08:00:00Z", "previous_expires_at": null, "last_used_at": null})
    );
    assert_eq!(admin(&app).get(&location).expect(200), key);
    app.with_key(secret).get("/v1/articles").expect(200);
    let stored = app.database.ask("SELECT to_jsonb(api_keys)::text FROM api_keys");
    assert!(!stored.contains(&secret[4..]), "{stored}");
}

#[test]
fn a_name_is_taken_until_the_key_is_revoked() {
    let app = TestApp::start();
    let key = app.key("desk", json!({}));
    let again = json!({"name": "desk", "scope": "read"});
    refused(&app, &app.post("/v1/keys", &again), 409, "key_name_taken");
    app.delete(&format!("/v1/keys/{}", id(&key))).expect(204);
    app.post("/v1/keys", &again).expect(201);
}

#[test]
fn a_limit_to_a_publisher_needs_a_scope_that_writes() {
    let app = TestApp::start();
    for scope in ["read", "admin"] {
        let key = json!({"name": "desk", "scope": scope, "publisher": "Le Quotidien"});
        assert_eq!(answers::pointers(app.post("/v1/keys", &key)), ["/publisher"]);
    }
}

#[test]
fn keys_are_listed_by_name_without_their_secrets() {
    let app = TestApp::start();
    for name in ["c", "a", "b"] {
        app.key(name, json!({}));
    }
    let keys = answers::items(&app, "/v1/keys?limit=1");
    assert_eq!(keys.iter().map(|key| key["name"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b", "c"]);
    for key in keys {
        assert_eq!(key["secret"], Value::Null);
        assert_eq!(app.get(&format!("/v1/keys/{}", id(&key))).expect(200), key);
    }
    assert_eq!(app.get("/v1/keys?count=exact").expect(200)["total"], json!({"value": 3, "kind": "exact"}));
}

#[test]
fn a_rotated_key_has_two_secrets_for_a_while() {
    let app = closed();
    let key = admin(&app).post("/v1/keys", &json!({"name": "desk", "scope": "read"})).expect(201);
    let secret = |key: &Value| key["secret"].as_str().unwrap().to_owned();
    let rotate = |grace: &str| {
        let path = format!("/v1/keys/{}/rotate?grace_seconds={grace}", id(&key));
        admin(&app).request("POST", &path).send().expect(200)
    };
    let rotated = rotate("2");
    assert_eq!((&rotated["version"], &rotated["name"]), (&json!(2), &json!("desk")));
    assert!(answers::time(&rotated["previous_expires_at"]) > answers::time(&rotated["updated_at"]));
    for key in [&key, &rotated] {
        app.with_key(&secret(key)).get("/v1/articles").expect(200);
    }
    eventually("the end of the former secret", || {
        (app.with_key(&secret(&key)).get("/v1/articles").status == 401).then_some(())
    });
    app.with_key(&secret(&rotated)).get("/v1/articles").expect(200);
    let last = rotate("0");
    assert_eq!(last["previous_expires_at"], Value::Null);
    app.with_key(&secret(&rotated)).get("/v1/articles").expect(401);
    app.with_key(&secret(&last)).get("/v1/articles").expect(200);
}

#[test]
fn a_revoked_key_is_refused_at_once_here_and_soon_elsewhere() {
    let app = closed();
    let other = TestApp::with(|config| {
        config.access = closed_access();
        config.database = Database::At(DatabaseUrl::parse(&app.database.url()).unwrap());
    });
    let key = admin(&app).post("/v1/keys", &json!({"name": "desk", "scope": "read"})).expect(201);
    let secret = key["secret"].as_str().unwrap();
    let status = |client: &Client| client.with_key(secret).get("/v1/articles").status;
    assert_eq!(status(&app), 200);
    eventually("a key that the other instance knows", || (status(&other) == 200).then_some(()));
    admin(&app).delete(&format!("/v1/keys/{}", id(&key))).expect(204);
    let revoked = Instant::now();
    assert_eq!(status(&app), 401);
    eventually("a refusal by the other instance", || (status(&other) == 401).then_some(()));
    assert!(revoked.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_last_use_of_a_key_is_recorded() {
    let app = closed();
    let key = admin(&app).post("/v1/keys", &json!({"name": "desk", "scope": "read"})).expect(201);
    app.with_key(key["secret"].as_str().unwrap()).get("/v1/articles").expect(200);
    let path = format!("/v1/keys/{}", id(&key));
    let read = || admin(&app).get(&path).expect(200)["last_used_at"].clone();
    let first = eventually("a last use", || Some(read()).filter(Value::is_string));
    app.with_key(key["secret"].as_str().unwrap()).get("/v1/articles").expect(200);
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(read(), first, "it is written once a minute");
    assert_eq!(app.get("/livez").status, 200);
}

#[test]
fn a_service_on_loopback_is_open_until_a_key_exists() {
    let app = TestApp::with(|config| config.access = AccessConfig::default());
    app.post("/v1/articles", &json!({"headline": "Dakar", "body": "Dakar."})).expect(201);
    let key = app.key("desk", json!({"scope": "admin"}));
    app.get("/v1/articles").expect(401);
    let owner = app.with_key(key["secret"].as_str().unwrap());
    owner.get("/v1/articles").expect(200);
    owner.delete(&format!("/v1/keys/{}", id(&key))).expect(204);
    app.get("/v1/articles").expect(200);
}

#[test]
fn anonymous_callers_may_read_where_that_is_allowed() {
    let app = TestApp::with(|config| {
        config.access = AccessConfig { anonymous: Anonymous::Fixed(Some(Scope::Read)), ..closed_access() };
    });
    app.get("/v1/articles").expect(200);
    app.post("/v1/annotate", &json!({"body": "Dakar."})).expect(200);
    let refusal = app.post("/v1/articles", &json!({"headline": "Dakar", "body": "Dakar."}));
    refused(&app, &refusal, 401, "unauthorized");
    refused(&app, &app.with_key("x").get("/v1/articles"), 401, "unauthorized");
}

#[test]
fn the_metrics_need_a_key_unless_they_are_open() {
    let app = closed();
    app.get("/metrics").expect(401);
    assert_eq!(client(&app, "prometheus", "read").get("/metrics").status, 200);
    let open = TestApp::with(|config| config.access = AccessConfig { open_metrics: true, ..closed_access() });
    assert_eq!(open.get("/metrics").status, 200);
}

#[test]
fn a_change_names_its_caller() {
    let app = closed();
    let admin = admin(&app);
    let article = admin.post("/v1/articles", &json!({"headline": "Dakar", "body": "« Oui », dit Awa."})).expect(201);
    let awa = admin.post("/v1/entities", &json!({"kind": "person", "name": "Awa"})).expect(201);
    let quote = json!({"article_id": article["id"], "text": "Oui", "speaker_id": awa["id"]});
    let quote = admin.post("/v1/quotes", &quote).expect(201);
    let path = format!("/v1/quotes/{}", id(&quote));
    client(&app, "fact checker", "review").patch(&path, &json!({"status": "disputed"})).expect(200);
    admin.delete(&format!("/v1/entities/{}?cascade=true", id(&awa))).expect(204);
    let reviews = admin.get(&path).expect(200)["reviews"].clone();
    assert_eq!([&reviews[0]["actor"], &reviews[1]["actor"]], ["fact checker", "admin"]);
}

#[test]
fn a_key_of_a_publisher_writes_only_its_articles() {
    let app = closed();
    let admin = admin(&app);
    let article = |publisher: &str| {
        let article = json!({"headline": "Dakar", "body": "« Oui », dit Awa à Dakar.", "publisher": publisher});
        let article = admin.post("/v1/articles", &article).expect(201);
        let quote = admin.post("/v1/quotes", &json!({"article_id": article["id"], "text": "Oui"})).expect(201);
        let mention = json!({"start": 12, "end": 15});
        let mention = admin.post(&format!("/v1/articles/{}/mentions", id(&article)), &mention).expect(201);
        [article, quote, mention].map(|record| id(&record).to_owned())
    };
    let (own, foreign) = (article("Sud"), article("Nord"));
    let key = json!({"name": "sud", "scope": "write", "publisher": "Sud"});
    let key = admin.post("/v1/keys", &key).expect(201);
    let sud = app.with_key(key["secret"].as_str().unwrap());

    // It reads everything.
    sud.get(&format!("/v1/articles/{}", foreign[0])).expect(200);
    let writes = |[article, quote, mention]: &[String; 3]| {
        [
            sud.patch(&format!("/v1/articles/{article}"), &json!({"section": "Port"})),
            sud.post(&format!("/v1/articles/{article}/mentions"), &json!({"start": 0, "end": 1})),
            sud.request("POST", &format!("/v1/articles/{article}/annotate")).send(),
            sud.post("/v1/quotes", &json!({"article_id": article, "text": "Awa"})),
            sud.patch(&format!("/v1/quotes/{quote}"), &json!({"cue": "dit"})),
            sud.delete(&format!("/v1/quotes/{quote}")),
            sud.patch(&format!("/v1/mentions/{mention}"), &json!({"kind": "role"})),
            sud.delete(&format!("/v1/mentions/{mention}")),
            sud.delete(&format!("/v1/articles/{article}")),
        ]
    };
    let absent = [(); 3].map(|()| NOBODY.to_owned());
    for (foreign, absent) in writes(&foreign).into_iter().zip(writes(&absent)) {
        let [foreign, absent] = [foreign, absent].map(|answer| refused(&app, &answer, 404, "not_found"));
        assert_eq!(foreign, absent);
    }
    for answer in writes(&own) {
        assert!((200..300).contains(&answer.status), "{}", answer.text());
    }
    let new =
        |publisher: Value| sud.post("/v1/articles", &json!({"headline": "A", "body": "A.", "publisher": publisher}));
    let mine = new(json!("Sud")).expect(201);
    for publisher in [json!("Nord"), json!(null)] {
        assert_eq!(answers::pointers(new(publisher.clone())), ["/publisher"]);
        let patch = sud.patch(&format!("/v1/articles/{}", id(&mine)), &json!({"publisher": publisher}));
        assert_eq!(answers::pointers(patch), ["/publisher"]);
    }
    let entity = sud.post("/v1/entities", &json!({"kind": "place", "name": "Dakar"}));
    refused(&app, &entity, 403, "publisher_limit");
}

#[test]
fn every_write_says_whether_keys_of_a_publisher_may_use_it() {
    let limited: Vec<_> = operations().into_iter().filter(|op| op.value["x-publisher-keys"] == true).collect();
    assert!(limited.iter().all(|op| matches!(scope_of(op), Some(Scope::Review | Scope::Write))));
    assert!(limited.len() >= 10, "{}", limited.len());
}

#[test]
fn keys_are_managed_on_the_command_line() {
    let app = closed();
    let keys = |arguments: &[&str]| {
        let arguments = [&["keys"], arguments].concat();
        run(verbatim(&arguments).env("DATABASE_URL", app.database.url()))
    };
    let (status, secret, notice) = keys(&[
        "create",
        "--name",
        "desk",
        "--scope",
        "write",
        "--publisher",
        "Sud",
        "--expires",
        "2036-01-01T00:00:00Z",
    ]);
    assert_eq!(status, Some(0), "{notice}");
    let secret = secret.trim();
    eventually("a key that the service knows", || {
        (app.with_key(secret).get("/v1/articles").status == 200).then_some(())
    });
    let (_, list, _) = keys(&["list"]);
    assert!(
        list.contains("desk") && list.contains("write") && list.contains("Sud") && list.contains("2036-01-01"),
        "{list}"
    );
    assert!(!list.contains(secret), "{list}");
    let (_, rotated, _) = keys(&["rotate", "desk", "--grace", "0"]);
    eventually("the new secret", || (app.with_key(rotated.trim()).get("/v1/articles").status == 200).then_some(()));
    app.with_key(secret).get("/v1/articles").expect(401);
    assert_eq!(keys(&["revoke", "desk"]).0, Some(0));
    eventually("a refusal", || (app.with_key(rotated.trim()).get("/v1/articles").status == 401).then_some(()));
    let (status, _, error) = keys(&["revoke", "desk"]);
    assert!(status == Some(1) && error.contains("there is no such key"), "{error}");
    let (status, _, error) = keys(&["create", "--name", "-", "--scope", "read", "--publisher", "Sud"]);
    assert!(status == Some(1) && error.contains("--name") && error.contains("--publisher"), "{error}");
}

#[test]
fn secrets_are_read_from_files() {
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let [url, key] = ["url", "key"].map(|name| folder.path().join(name));
    std::fs::write(&url, app.database.url()).unwrap();
    std::fs::write(&key, format!("{ADMIN}\n")).unwrap();
    let mut command = verbatim(&["serve", "--listen", "127.0.0.1:0"]);
    let mut service = Process::start(command.env("DATABASE_URL_FILE", &url).env("VERBATIM_ADMIN_KEY_FILE", &key));
    let client = service.client();
    eventually("a service that is ready", || (client.get("/readyz").status == 200).then_some(()));
    client.get("/v1/articles").expect(401);
    client.with_key(ADMIN).get("/v1/articles").expect(200);
    let log = service.stop().join("\n");
    assert!(!log.contains(ADMIN), "{log}");
}

#[test]
fn a_service_that_others_reach_needs_a_key_or_a_word_that_it_does_not() {
    let serve = |arguments: &[&str]| {
        let all = ["serve", "--listen", "0.0.0.0:0", "--database-url", "postgres://127.0.0.1:1/none"];
        verbatim(&[&all, arguments].concat())
    };
    let (status, _, error) = run(&mut serve(&[]));
    assert_eq!(status, Some(2));
    assert!(error.contains("--admin-key") && error.contains("--allow-anonymous"), "{error}");
    let mut service = Process::start(&mut serve(&["--allow-anonymous", "read"]));
    service.logged("callers without a key have the scope read");
    service.stop();
}

/// A client that a trusted proxy forwards the requests of.
fn forwarded(app: &TestApp, method: &str, path: &str, address: &str) -> Response {
    app.request(method, path).header("x-forwarded-for", address).send()
}

fn limited(per_key: u32, per_address: u32, concurrent: u32) -> TestApp {
    TestApp::with(|config| {
        let [per_key, per_address, concurrent] = [per_key, per_address, concurrent].map(NonZeroU32::new);
        config.access = AccessConfig {
            anonymous: Anonymous::Fixed(Some(Scope::Read)),
            limits: LimitSettings { per_key, per_address, concurrent },
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            ..closed_access()
        };
    })
}

/// Asserts that an answer is 429, and returns `Retry-After`.
#[track_caller]
fn spent(answer: &Response) -> u64 {
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_eq!(answer.json()["code"], "too_many_requests");
    answer.header("retry-after").parse().unwrap()
}

#[test]
fn a_key_has_a_rate_and_costly_requests_use_more_of_it() {
    let app = limited(2, 0, 0);
    let [one, other] = ["one", "other"].map(|name| client(&app, name, "read"));
    let first = one.get("/v1/articles");
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), "\"cost\";q=20;w=10");
    assert_eq!(first.header("ratelimit"), "\"cost\";r=19;t=1");
    assert_eq!(one.get("/v1/stats/timeline").header("ratelimit"), "\"cost\";r=9;t=6");
    let text = json!({"body": "Dakar. ".repeat(4000)});
    assert!(one.post("/v1/annotate", &text).header("ratelimit").starts_with("\"cost\";r=2;"));
    let refusal = one.get("/v1/articles?limit=200");
    assert!((1..=2).contains(&spent(&refusal)));
    assert!(refusal.header("ratelimit").starts_with("\"cost\";r=0;"), "{}", refusal.header("ratelimit"));
    // What is left is enough for this, and another key has a rate of its own.
    one.get("/v1/articles").expect(200);
    other.get("/v1/articles").expect(200);
    for path in ["/livez", "/readyz", "/openapi.json"] {
        assert_eq!((app.get(path).status, app.get(path).header("ratelimit")), (200, ""), "{path}");
    }
}

#[test]
fn an_address_has_a_rate_also_for_wrong_keys() {
    let app = limited(0, 1, 0);
    let read = |address: &str| forwarded(&app, "GET", "/v1/articles", address);
    for _ in 0..10 {
        read("192.0.2.1").expect(200);
    }
    spent(&read("192.0.2.1"));
    // The client cannot choose its address: the proxy adds the true one.
    spent(&read("198.51.100.7, 192.0.2.1"));
    read("192.0.2.2").expect(200);
    app.get("/v1/articles").expect(200);
    let guess = || app.with_key("x").request("GET", "/v1/articles").header("x-forwarded-for", "192.0.2.3").send();
    for _ in 0..10 {
        guess().expect(401);
    }
    spent(&guess());
    let sign_in = || {
        let form = app.request("POST", "/sign-in").header("content-type", "application/x-www-form-urlencoded");
        form.header("x-forwarded-for", "192.0.2.4").body("key=x").send().status
    };
    for _ in 0..10 {
        assert_eq!(sign_in(), 401);
    }
    assert_eq!(sign_in(), 429);
}

#[test]
fn a_page_of_an_allowed_origin_may_read_why_it_is_refused() {
    let app = TestApp::with(|config| {
        config.cors_origins = vec!["https://desk.example".to_owned()];
        config.access = AccessConfig {
            limits: LimitSettings { per_address: NonZeroU32::new(1), ..config.access.limits },
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            ..closed_access()
        };
    });
    let refusal = |status: u16| {
        let read = app.request("GET", "/v1/articles").header("origin", "https://desk.example");
        let answer = read.header("x-forwarded-for", "192.0.2.1").send();
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), "https://desk.example");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("x-request-id").is_empty());
    };
    for _ in 0..10 {
        refusal(401);
    }
    refusal(429);
}

#[test]
fn a_key_has_a_number_of_requests_at_the_same_time() {
    let app = limited(0, 0, 1);
    let reader = client(&app, "reader", "read");
    let mut lock = connect(&app.database.url());
    lock.batch_execute("BEGIN; LOCK TABLE articles IN ACCESS EXCLUSIVE MODE").unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| reader.get("/v1/articles"));
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        eventually("a request under way", || (app.database.ask(waits) == "1").then_some(()));
        assert_eq!(spent(&reader.get("/v1/entities")), 1);
        // The one thread for reads is busy; a write of another key is answered.
        client(&app, "other", "read");
        lock.batch_execute("COMMIT").unwrap();
        waiting.join().unwrap().expect(200);
    });
    reader.get("/v1/articles").expect(200);
}

#[test]
fn the_audit_log_has_writes_and_refusals_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.log");
    let app = TestApp::with(|config| {
        config.access = AccessConfig {
            audit_log: Some(file.clone()),
            trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
            ..closed_access()
        };
    });
    let writer = client(&app, "writer", "write");
    let article =
        writer.post("/v1/articles?annotate=true", &json!({"headline": "Secret", "body": "Dakar."})).expect(201);
    writer.get("/v1/articles?q=secret").expect(200);
    writer.get("/v1/keys?limit=1").expect(403);
    let path = format!("/v1/articles/{}", id(&article));
    let delete =
        app.request("DELETE", &path).header("authorization", "Bearer wrong").header("x-forwarded-for", "192.0.2.7");
    delete.send().expect(401);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seen: Vec<Value> = lines
        .iter()
        .map(|line| {
            answers::time(&line["at"]);
            assert!(line["request_id"].as_str().unwrap().len() > 10 && line["method"].is_string());
            json!([line["actor"], line["address"], line["operation"], line["path"], line["status"]])
        })
        .collect();
    assert_eq!(
        seen,
        [
            json!(["admin", "127.0.0.1", "create_key", "/v1/keys", 201]),
            json!(["writer", "127.0.0.1", "create_article", "/v1/articles", 201]),
            json!(["writer", "127.0.0.1", "list_keys", "/v1/keys", 403]),
            json!([null, "192.0.2.7", "delete_article", path, 401]),
        ]
    );
    assert_eq!(lines[1]["created"], path);
    for secret in [ADMIN, "Bearer", "wrong", "secret", "vbt_"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// An Ed25519 key that only these tests know.
const ISSUER_KEY: &[u8] = b"-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIMIqlTEh9qO6HbyFrWY6NYUjmDF/KiWQMhKYrh92UeHt
-----END PRIVATE KEY-----
";

/// A token of the issuer, with some claims replaced.
fn token(changes: Value) -> String {
    let mut claims = json!({"iss": "https://id.example", "aud": "verbatim", "sub": "awa", "scope": "openid write",
        "exp": jsonwebtoken::get_current_timestamp() + 60});
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let key = EncodingKey::from_ed_pem(ISSUER_KEY).unwrap();
    encode(&Header::new(Algorithm::EdDSA), &claims, &key).unwrap()
}

/// The public key of the issuer.
fn issuer_key() -> Jwk {
    Jwk::from_encoding_key(&EncodingKey::from_ed_pem(ISSUER_KEY).unwrap(), Algorithm::EdDSA).unwrap()
}

/// A service that trusts the issuer.
fn trusting(jwks: JwksSource) -> TestApp {
    let settings = JwtSettings {
        issuer: "https://id.example".to_owned(),
        audience: "verbatim".to_owned(),
        scope_claim: "scope".to_owned(),
    };
    TestApp::with(|config| config.access = AccessConfig { jwt: Some(JwtConfig { jwks, settings }), ..closed_access() })
}

#[test]
fn the_keys_of_an_issuer_are_fetched_from_its_url() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/200/jwks.json", listener.local_addr().unwrap());
    let app = trusting(JwksSource::parse(&url).unwrap());
    let reader = app.with_key(&token(json!({})));
    // The service starts without the keys.
    refused(&app, &reader.get("/v1/articles"), 401, "unauthorized");
    let issuer = Endpoint::on(listener, &json!({"keys": [issuer_key()]}).to_string());
    let request = issuer.next();
    assert_eq!((&*request.method, &*request.path), ("GET", "/200/jwks.json"));
    eventually("the keys", || (reader.get("/v1/articles").status == 200).then_some(()));
}

#[test]
fn tokens_of_a_trusted_issuer_are_accepted_like_keys() {
    let folder = tempfile::tempdir().unwrap();
    let jwks = folder.path().join("jwks.json");
    let own = issuer_key();
    std::fs::write(&jwks, json!({"keys": [own]}).to_string()).unwrap();
    let app = trusting(JwksSource::File(jwks.clone()));
    let with = |changes: Value| app.with_key(&token(changes));
    let awa = with(json!({}));
    let article = awa.post("/v1/articles", &json!({"headline": "Dakar", "body": "Dakar."})).expect(201);
    let quote = awa.post("/v1/quotes", &json!({"article_id": article["id"], "text": "Dakar"})).expect(201);
    let path = format!("/v1/quotes/{}", id(&quote));
    let changed = awa.patch(&path, &json!({"status": "disputed"})).expect(200);
    assert_eq!(changed["reviews"][0]["actor"], "jwt:awa");
    refused(&app, &with(json!({"scope": "read"})).delete(&path), 403, "insufficient_scope");
    for changes in [json!({"exp": 1}), json!({"aud": "other"}), json!({"iss": "other"}), json!({"scope": "openid"})] {
        let answer = with(changes).get("/v1/articles");
        refused(&app, &answer, 401, "unauthorized");
        assert!(answer.header("www-authenticate").ends_with("error=\"invalid_token\""));
    }
    // Keys work beside tokens.
    admin(&app).get("/v1/articles").expect(200);
    let mut other = own.clone();
    other.common.key_id = Some("other".to_owned());
    let jwks_without = json!({"keys": [other, own.clone()]}).to_string();
    std::fs::write(&jwks, jwks_without).unwrap();
    eventually("keys that were read again", || (awa.get("/v1/articles").status == 401).then_some(()));
}
