//! Bodies and records that cannot be imported.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{article, import, lines, results, send};
use crate::support::TestApp;
use crate::support::answers::{items, refusal};

/// Sends lines, compressed with `encoding`.
#[track_caller]
fn encoded(app: &TestApp, encoding: &str, body: Vec<u8>) -> Vec<Value> {
    let call = app.request("POST", "/v1/import").header("content-type", "application/x-ndjson");
    lines(call.header("content-encoding", encoding).body(body).send())
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_record_that_fails_says_why_and_harms_no_other() {
    let app = TestApp::start();
    let mut body = format!("{}\n", article("1")).into_bytes();
    let taken = json!({"external_id": "8", "headline": "H", "body": "B", "url": "https://a.example/"});
    body.extend(format!("{taken}\n").bytes());
    let faulty: Vec<(Vec<u8>, &str, &str)> = vec![
        (b"{\"headline\": ".to_vec(), "malformed_body", ""),
        (b"\xff\xfe{}".to_vec(), "malformed_body", ""),
        (b"[]".to_vec(), "invalid_content", ""),
        (b"{}".to_vec(), "invalid_content", ""),
        (b"{\"headline\": \"H\", \"body\": \"B\"}".to_vec(), "invalid_content", ""),
        (b"{\"external_id\": \"2\", \"title\": 1}".to_vec(), "invalid_content", "/title"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\"}".to_vec(), "invalid_content", "/body"),
        (b"{\"external_id\": \"2\", \"headline\": \"a\\u0000\", \"body\": \"B\"}".to_vec(), "invalid_content", "/headline"),
        (b"{\"kind\": \"person\", \"name\": \"A\", \"body\": \"B\"}".to_vec(), "invalid_content", "/body"),
        (b"{\"kind\": \"person\"}".to_vec(), "invalid_content", "/name"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"B\", \"url\": \"https://a.example/\"}".to_vec(), "url_taken", ""),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"B\", \"url\": \"http://[\"}".to_vec(), "invalid_content", "/url"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"Oui\", \"quotes\": [{\"text\": \"Non\"}]}".to_vec(), "invalid_content", "/quotes/0/text"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"Oui\", \"mentions\": [{\"start\": 0, \"end\": 9}]}".to_vec(), "invalid_content", "/mentions/0/end"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"Oui\", \"mentions\": [{\"start\": 0, \"end\": 2, \"entity\": \"x\"}]}".to_vec(), "invalid_content", "/mentions/0/entity"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"Oui\", \"mentions\": [{\"start\": 0, \"end\": 3}, {\"start\": 0, \"end\": 3}]}".to_vec(), "invalid_content", "/mentions/1"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"Oui\", \"quotes\": [{\"text\": \"Oui\"}, {\"text\": \"Oui\"}]}".to_vec(), "invalid_content", "/quotes/1"),
        (b"{\"kind\": \"person\", \"name\": \"A\", \"publisher\": \"P\"}".to_vec(), "invalid_content", "/publisher"),
        (b"{\"external_id\": \"2\", \"headline\": \"H\", \"body\": \"B\", \"aliases\": []}".to_vec(), "invalid_content", "/aliases"),
        (vec![b'x'; (8 << 20) + 1], "body_too_large", ""),
    ];
    for (line, ..) in &faulty {
        body.extend(line);
        body.push(b'\n');
    }
    body.extend(article("3").to_string().bytes());
    let answered = lines(send(&app, "", "application/x-ndjson", body));
    assert_eq!(answered.len(), faulty.len() + 3);
    assert_eq!(
        (&answered[0]["result"], &answered[answered.len() - 1]["result"]),
        (&json!("created"), &json!("created"))
    );
    for ((line, code, pointer), answer) in faulty.iter().zip(&answered[2..]) {
        let what = String::from_utf8_lossy(&line[..line.len().min(100)]).into_owned();
        assert_eq!((&answer["result"], &answer["id"]), (&json!("failed"), &Value::Null), "{what}");
        assert_eq!(answer["problem"]["code"], *code, "{what}: {answer}");
        if !pointer.is_empty() {
            assert_eq!(answer["problem"]["errors"][0]["pointer"], *pointer, "{what}: {answer}");
        }
    }
    assert_eq!(items(&app, "/v1/articles").len(), 3, "nothing is stored of those that fail");
}

#[test]
fn compressed_bodies_are_read_and_what_is_cut_off_is_told() {
    let app = TestApp::start();
    let body: String = (0..50).map(|n| format!("{}\n", article(&n.to_string()))).collect();
    assert!(encoded(&app, "gzip", gzip(body.as_bytes())).iter().all(|line| line["result"] == "created"));
    let zstd = zstd::encode_all(body.as_bytes(), 1).unwrap();
    assert!(encoded(&app, "zstd", zstd).iter().all(|line| line["result"] == "unchanged"));
    let mut cut = gzip(body.repeat(40).as_bytes());
    cut.truncate(cut.len() / 2);
    let answered = encoded(&app, "gzip", cut);
    let last = answered.last().unwrap();
    assert_eq!((&last["result"], &last["problem"]["code"]), (&json!("failed"), &json!("malformed_body")));
    let answered = encoded(&app, "gzip", b"not gzip".to_vec());
    assert_eq!(results(&answered), "failed");
}

#[test]
fn a_file_that_cannot_be_read_is_told_once() {
    let app = TestApp::start();
    for (media_type, body, detail) in [
        ("text/csv", "headline,body\nH,B\n", "a column is missing"),
        ("text/csv", "external_id,title\n1,T\n", "unknown columns: title"),
        ("text/csv", "external_id,external_id\n1,T\n", "twice"),
        ("application/json", "{\"external_id\": \"1\"}", "not a JSON array"),
        ("application/json", "[{\"external_id\": \"1\"", "not closed"),
    ] {
        let answered = lines(send(&app, "", media_type, body));
        assert_eq!(results(&answered), "failed", "{body}");
        let told = answered[0]["problem"]["detail"].as_str().unwrap();
        assert!(told.contains(detail), "{body}: {told}");
    }
    let answered = lines(send(&app, "", "text/csv", "external_id,headline,body\n1,H\n2,H,B\n"));
    assert_eq!(results(&answered), "failed created");
    refusal(send(&app, "", "application/xml", "<a/>"), 415, "unsupported_media_type");
    refusal(send(&app, "results=some", "text/csv", "id\n"), 400, "invalid_parameter");
}

#[test]
fn a_key_that_is_given_twice_is_the_same_record() {
    let app = TestApp::start();
    let mut second = article("1");
    second["headline"] = json!("Le port ferme");
    assert_eq!(results(&import(&app, "", &[article("1"), second, article("1")])), "created updated updated");
}

#[test]
fn a_record_that_takes_too_long_fails_and_the_others_of_its_batch_are_stored() {
    let app = TestApp::with(|config| config.statement_timeout = Duration::from_millis(300));
    app.sql(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN IF NEW.headline = 'Slow' THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END $$;
         CREATE TRIGGER wait BEFORE INSERT ON articles FOR EACH ROW EXECUTE FUNCTION wait();",
    );
    let mut records: Vec<Value> = (0..9).map(|number| article(&number.to_string())).collect();
    records[6]["headline"] = json!("Slow");
    let answered = import(&app, "", &records);
    assert_eq!(
        results(&answered),
        "created created created created created created failed created created",
        "{answered:?}"
    );
    assert_eq!(answered[6]["problem"]["status"], 503);
    assert_eq!(items(&app, "/v1/articles").len(), 8);
    records.truncate(8);
    assert_eq!(results(&import(&app, "on_error=abort", &records[5..])), "unchanged failed");
}
