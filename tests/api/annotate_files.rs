//! `verbatim annotate` and `verbatim train-names` on the command line.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::process::{run, verbatim};

const TEXT: &str = "Le port rouvre. « Nous sommes prêts depuis lundi », a déclaré Awa Diallo à Bergen.";

/// Runs `verbatim annotate` in a folder.
fn annotate(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    run(verbatim(&[&["annotate"], arguments].concat()).current_dir(folder))
}

/// Runs `verbatim annotate` with a standard input.
fn annotate_input(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = verbatim(&[&["annotate"], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let [printed, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), printed, said)
}

fn json_lines(printed: &str) -> Vec<Value> {
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns a record with only some of its members.
fn only(record: &Value, members: &[&str]) -> Value {
    members.iter().map(|member| ((*member).to_owned(), record[member].clone())).collect()
}

#[test]
fn the_default_output_is_a_table_of_quotes_and_a_table_of_names() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("port.txt"), TEXT).unwrap();
    let (status, printed, said) = annotate(dir.path(), &["port.txt"]);
    assert_eq!((status, &*said), (Some(0), ""));
    assert_eq!(
        printed,
        "port.txt (fr)\n\
         \n\
         SPEAKER     STATUS  KIND    SPANS  WORDS\n\
         Awa Diallo  named   direct  18-48  Nous sommes prêts depuis lundi\n\
         \n\
         NAME        KIND    SPANS  PRINTED\n\
         Awa Diallo  person  62-72  Awa Diallo\n\
         Bergen      place   75-81  Bergen\n\
         \n"
    );
}

#[test]
fn json_output_has_one_line_per_article() {
    let dir = tempfile::tempdir().unwrap();
    let article = json!({"id": 7, "headline": "Le port rouvre.", "lang": "fr", "text": TEXT, "quotes": "not ours"});
    fs::write(dir.path().join("a.jsonl"), format!("{article}\n\n{article}\n")).unwrap();
    let (status, printed, said) = annotate(dir.path(), &["--json", "a.jsonl"]);
    assert_eq!((status, &*said), (Some(0), ""));
    let lines = json_lines(&printed);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], lines[1]);
    assert_eq!(only(&lines[0], &["id", "language", "body"]), json!({"id": 7, "language": "fr", "body": TEXT}));
}

#[test]
fn json_output_has_the_shape_of_the_service() {
    let app = TestApp::start();
    let (_, printed, _) =
        annotate_input(&["--json", "--jsonl", "-"], &json!({"body": TEXT, "language": "fr"}).to_string());
    let mut line = json_lines(&printed).remove(0);
    line.as_object_mut().unwrap().retain(|member, _| !["id", "body"].contains(&&**member));
    let answer = app.post("/v1/annotate", &json!({"body": TEXT, "language": "fr"})).expect(200);
    assert_eq!(line, answer);
    assert_eq!(line["quotes"][0]["speaker_name"], "Awa Diallo");
}

#[test]
fn labels_are_what_evaluate_reads() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("port.txt"), TEXT).unwrap();
    let (status, printed, said) = annotate(dir.path(), &["--labels", "port.txt"]);
    assert_eq!((status, &*said), (Some(0), ""));
    let line = &json_lines(&printed)[0];
    let quote = only(&line["quotes"][0], &["spans", "type", "speaker", "speaker_spans", "reference"]);
    let expected = json!({"spans": [[18, 48]], "type": "direct", "speaker": "Awa Diallo", "speaker_spans": [[62, 72]],
        "reference": "Awa Diallo"});
    assert_eq!(quote, expected);
    assert_eq!(only(&line["entities"][1], &["start", "end", "type"]), json!({"start": 75, "end": 81, "type": "LOC"}));

    fs::write(dir.path().join("labelled.jsonl"), printed).unwrap();
    let (status, printed, said) = run(verbatim(&["evaluate", "labelled.jsonl"]).current_dir(dir.path()));
    assert_eq!((status, &*said), (Some(0), ""));
    assert!(
        printed.contains("fr        quoted    0.8      1         100.0  100.0  100.0  100.0    100.0  100.0  100.0"),
        "{printed}"
    );
    let (status, _, said) = run(verbatim(&["evaluate", "none.jsonl"]).current_dir(dir.path()));
    assert_eq!((status, &*said), (Some(1), "verbatim: none.jsonl: No such file or directory (os error 2)\n"));
}

#[test]
fn standard_input_is_read_without_a_file() {
    for (arguments, input, id) in [
        (&["--json"][..], TEXT.to_owned(), "-"),
        (&["--json", "--jsonl", "-"], json!({"text": TEXT}).to_string(), "-:1"),
    ] {
        let lines = json_lines(&annotate_input(arguments, &input).1);
        assert_eq!(
            (lines[0]["id"].as_str(), lines[0]["quotes"][0]["spans"][0]["start"].as_i64()),
            (Some(id), Some(18))
        );
    }
}

#[test]
fn invalid_input_is_reported_by_file_and_line_and_the_rest_is_annotated() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.jsonl"), format!("{{\"text\":\n{}\n", json!({"id": "b", "text": TEXT}))).unwrap();
    fs::write(dir.path().join("latin.txt"), b"\xab Oui \xbb").unwrap();
    fs::write(dir.path().join("port.txt"), TEXT).unwrap();
    let (status, printed, said) = annotate(dir.path(), &["--json", "a.jsonl", "none.txt", "latin.txt", "port.txt"]);
    let ids: Vec<Value> = json_lines(&printed).into_iter().map(|line| line["id"].clone()).collect();
    assert_eq!((status, ids), (Some(1), vec![json!("b"), json!("port.txt")]));
    assert_eq!(
        said,
        "verbatim: a.jsonl:1: EOF while parsing a value (column 8)\n\
         verbatim: none.txt: No such file or directory (os error 2)\n\
         verbatim: latin.txt: not UTF-8 at byte 0\n\
         verbatim: 3 of the articles could not be read\n"
    );
}

#[test]
fn the_given_language_is_used() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("port.txt"), TEXT).unwrap();
    let (_, printed, _) = annotate(dir.path(), &["--json", "--lang", "de", "port.txt"]);
    assert_eq!(json_lines(&printed)[0]["language"], "de");
    let (status, _, said) = annotate(dir.path(), &["--lang", "French", "port.txt"]);
    assert!(status == Some(2) && said.contains("two or three lower-case letters"), "{said}");
}

#[cfg(feature = "train-names")]
#[test]
fn a_model_is_trained_from_labelled_articles() {
    let dir = tempfile::tempdir().unwrap();
    let article = json!({"text": "Anna Roy vit à Lens.", "entities": [
        {"start": 0, "end": 8, "type": "PER"}, {"start": 15, "end": 19, "type": "LOC"}]});
    fs::write(dir.path().join("data.jsonl"), format!("{article}\n{article}\n")).unwrap();
    fs::write(dir.path().join("broken.jsonl"), format!("{article}\n[]\n")).unwrap();
    let train = |data| run(verbatim(&["train-names", "--out", "m.model", "--data", data]).current_dir(dir.path()));

    let (status, _, said) = train("data.jsonl");
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("data.jsonl: 2 articles with 4 names\nm.model: "), "{said}");
    assert!(fs::metadata(dir.path().join("m.model")).unwrap().len() > 100);

    let (status, _, said) = train("broken.jsonl");
    assert!(status == Some(1) && said.starts_with("verbatim: broken.jsonl: line 2: "), "{said}");
    let (status, _, said) = train("/dev/null");
    assert_eq!((status, &*said), (Some(1), "verbatim: /dev/null: no articles\n"));
}
