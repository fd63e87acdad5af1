//! Whole lists as NDJSON and CSV.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::answers::{id, items, refusal};
use crate::support::embedded::eventually;
use crate::support::{Client, TestApp};

/// The items of a list as NDJSON.
#[track_caller]
fn ndjson(client: &Client, path: &str) -> Vec<Value> {
    let answer = client.request("GET", path).header("accept", "application/x-ndjson").send();
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"), "{}", answer.text());
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The header and the records of a list as CSV.
#[track_caller]
fn csv(client: &Client, path: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let answer = client.request("GET", path).header("accept", "text/csv").send();
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"), "{}", answer.text());
    let mut reader = csv::Reader::from_reader(&answer.body[..]);
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = cells(reader.headers().unwrap());
    (header, reader.records().map(|record| cells(&record.unwrap())).collect())
}

/// Some articles with mentions, quotes and entities.
fn store(app: &TestApp, articles: usize) -> Vec<Value> {
    let awa = app.entity(json!({"aliases": [{"name": "la maire", "kind": "role"}]}));
    (0..articles)
        .map(|n| {
            let published = format!("2026-03-{:02}T08:00:00Z", n % 7 + 1);
            let article = app.article(json!({"external_id": n.to_string(), "published_at": published}));
            app.mention(&article, "Awa Diallo", json!({"entity_id": awa["id"]}));
            let status = ["machine", "verified"][n % 2];
            app.quote(&article, json!({"speaker_id": awa["id"], "status": status}));
            article
        })
        .collect()
}

#[test]
fn every_list_as_ndjson_has_the_items_of_its_pages_in_their_order() {
    let app = TestApp::start();
    let articles = store(&app, 60);
    let [mayor, player] = [(); 2].map(|()| app.entity(json!({})));
    app.post("/v1/judgements", &json!({"entities": [mayor["id"], player["id"]]})).expect(201);
    let article = format!("/v1/articles/{}", id(&articles[0]));
    app.patch(&article, &json!({"body": "Nous sommes prêts, dit Awa Diallo."})).expect(200);
    let queued = || app.database.ask("SELECT count(*) FROM duplicate_queue");
    eventually("all duplicates are computed", || (queued() == "0").then_some(()));
    for path in [
        "/v1/articles",
        "/v1/articles?include=body,mentions,quotes&sort=published_at&external_id=3&external_id=40",
        "/v1/articles?q=port&sort=relevance&include=highlight",
        "/v1/entities?q=awa",
        "/v1/entities",
        "/v1/entities/duplicates",
        "/v1/judgements",
        "/v1/mentions",
        "/v1/quotes?status=verified&sort=-confidence&include=speaker",
        "/v1/quotes?speaker_name=awa%20diallo",
        "/v1/quotes?speaker_name=nobody",
        &format!("{article}/mentions"),
        &format!("{article}/quotes"),
        &format!("{article}/versions"),
        &format!("{article}/history"),
    ] {
        assert_eq!(ndjson(&app, path), items(&app, path), "{path}");
    }
}

#[test]
fn a_list_of_more_records_than_one_statement_reads_is_complete() {
    let app = TestApp::start();
    app.sql(
        "INSERT INTO entities (id, kind, name, name_key) SELECT gen_random_uuid(), 'person', 'P' || n, 'p' || n FROM generate_series(1, 1203) n",
    );
    let found = ndjson(&app, "/v1/entities?kind=person");
    assert_eq!(found.len(), 1203);
    assert!(found.is_sorted_by_key(|entity| entity["name"].as_str().unwrap().to_lowercase()));
    assert_eq!(csv(&app, "/v1/entities").1.len(), 1203);
}

#[test]
fn mentions_and_quotes_of_exported_articles_are_complete() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Awa ".repeat(120)}));
    let mentions: Vec<Value> = (0..120).map(|n| json!({"start": n * 4, "end": n * 4 + 3})).collect();
    app.post(&format!("/v1/articles/{}/mentions", id(&article)), &json!(mentions)).expect(201);
    let exported = ndjson(&app, "/v1/articles?include=mentions,quotes");
    assert_eq!(exported[0]["mentions"].as_array().unwrap().len(), 120);
    assert_eq!((&exported[0]["mentions_next"], &exported[0]["quotes"]), (&Value::Null, &json!([])));
}

#[test]
fn csv_has_the_members_as_columns_and_lists_as_json() {
    let app = TestApp::start();
    let aliases = json!([{"name": "la \"maire\"", "language": "fr", "kind": "role"}]);
    let entity = app.entity(json!({"description": "a,b\nc", "aliases": aliases}));
    let (header, records) = csv(&app, "/v1/entities");
    let expected = [
        "id",
        "version",
        "created_at",
        "updated_at",
        "kind",
        "name",
        "description",
        "aliases",
        "identifiers",
        "merged_into",
    ];
    assert_eq!(header, expected);
    let [record] = &records[..] else { panic!("{records:?}") };
    assert_eq!(record[0], id(&entity));
    assert_eq!((&*record[1], &*record[5], &*record[6], &*record[9]), ("1", "Awa Diallo", "a,b\nc", ""));
    assert_eq!(serde_json::from_str::<Value>(&record[7]).unwrap(), aliases);
    // Without items there is still a header.
    assert_eq!(csv(&app, "/v1/entities?kind=work"), (header, Vec::new()));
    // Parts that are not asked for are no columns.
    app.article(json!({}));
    assert!(!csv(&app, "/v1/articles").0.contains(&"body".to_owned()));
    assert!(csv(&app, "/v1/articles?include=body").0.contains(&"body".to_owned()));
}

#[test]
fn no_cell_of_csv_is_a_formula() {
    let app = TestApp::start();
    for (name, written) in [
        ("=1+2", "'=1+2"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("'=1", "''=1"),
        ("'a", "'a"),
        ("a=1", "a=1"),
    ] {
        let entity = app.entity(json!({"name": name}));
        let (_, records) = csv(&app, "/v1/entities");
        assert_eq!(records.iter().find(|record| record[0] == id(&entity)).unwrap()[5], written);
    }
}

#[test]
fn the_form_is_chosen_by_a_parameter_or_by_accept() {
    let app = TestApp::start();
    app.entity(json!({}));
    let answer = app.get("/v1/entities?format=csv&bom=true");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"entities.csv\"");
    assert!(answer.text().starts_with("\u{feff}id,version,"), "{}", answer.text());
    assert_eq!(app.get("/v1/entities?format=ndjson").text().lines().count(), 1);
    let accepted = app.request("GET", "/v1/entities?format=json").header("accept", "text/csv").send();
    assert_eq!(accepted.header("content-type"), "application/json");
    refusal(app.get("/v1/entities?format=xml"), 400, "invalid_parameter");
    for parameter in ["limit=5", "count=exact", "cursor=abc"] {
        let problem = refusal(app.get(&format!("/v1/quotes?format=csv&{parameter}")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], parameter.split('=').next().unwrap());
    }
    let nobody = "/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/quotes?format=csv";
    refusal(app.get(nobody), 404, "not_found");
}

/// Entities whose export is larger than the buffers of a connection.
const MANY: usize = 60_000;

fn store_many(app: &TestApp) {
    app.sql(&format!(
        "INSERT INTO entities (id, kind, name, name_key, description)
        SELECT gen_random_uuid(), 'person', 'P' || n, 'p' || n, repeat('d', 300) FROM generate_series(1, {MANY}) n"
    ));
}

/// An export of which nothing but the head is read yet.
fn stalled(client: &Client) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(client.base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
        .write_all(b"GET /v1/entities?format=ndjson HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut stream = BufReader::with_capacity(1024, stream);
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 200 OK\r\n");
    stream
}

/// The rest of a stalled export; an error when it is cut off.
fn rest(mut stream: BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line)?;
    }
    let mut text = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim_end(), 16).map_err(|_| ErrorKind::UnexpectedEof)?;
        let mut chunk = vec![0; size + 2];
        stream.read_exact(&mut chunk)?;
        if size == 0 {
            return String::from_utf8(text).map_err(|_| ErrorKind::InvalidData.into());
        }
        text.extend(&chunk[..size]);
    }
}

/// The number of exports that hold a snapshot.
fn snapshots(app: &TestApp) -> usize {
    let statement =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE '%transaction'
        AND query NOT LIKE '%pg_stat_activity%'";
    app.database.ask(statement).parse().unwrap()
}

#[test]
fn an_export_shows_the_records_of_its_beginning_and_stops_when_its_reader_leaves() {
    let app = TestApp::start();
    store_many(&app);
    let reading = stalled(&app);
    let leaving = stalled(&app);
    // The last of the list.
    app.sql("DELETE FROM entities WHERE name LIKE 'P99%'");
    drop(leaving);
    assert_eq!(rest(reading).unwrap().lines().count(), MANY);
    eventually("no snapshot is held", || (snapshots(&app) == 0).then_some(()));
}

#[test]
fn exports_have_connections_of_their_own_and_slow_readers_lose_them() {
    let app = TestApp::with(|config| config.queue_timeout = Duration::from_millis(200));
    store_many(&app);
    let stalled: Vec<_> = (0..2).map(|_| stalled(&app)).collect();
    refusal(app.get("/v1/mentions?format=csv"), 503, "overloaded");
    app.get("/v1/entities").expect(200);
    app.article(json!({}));
    eventually("another export", || (app.get("/v1/mentions?format=csv").status == 200).then_some(()));
    // Each is cut off by itself.
    eventually("no snapshot is held", || (snapshots(&app) == 0).then_some(()));
    for stream in stalled {
        assert!(rest(stream).is_err(), "it looks complete");
    }
}
