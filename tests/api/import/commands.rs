//! `verbatim export` and `verbatim import`.

use std::fs;

use super::restored::full;
use crate::support::TestApp;
use crate::support::answers::items;
use crate::support::process::{run, verbatim};

#[test]
fn the_commands_export_and_import_everything() {
    let (app, restored) = (full(), TestApp::start());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.ndjson");
    let name = file.to_str().unwrap();
    let (status, _, said) = run(&mut verbatim(&["export", "all", "--url", &app.base, "--out", name]));
    assert_eq!((status, said.as_str()), (Some(0), ""));
    let (status, printed, said) = run(&mut verbatim(&["import", name, "--url", &restored.base]));
    assert_eq!((status, said.as_str()), (Some(0), ""), "{printed}");
    let (_, again, _) = run(&mut verbatim(&["export", "--url", &restored.base]));
    assert_eq!(again, fs::read_to_string(&file).unwrap());
    let (_, csv, _) =
        run(&mut verbatim(&["export", "quotes", "--format", "csv", "--filter", "status=disputed", "--url", &app.base]));
    assert!(csv.starts_with("id,version,") && csv.lines().count() > 1, "{csv}");
}

#[test]
fn files_of_other_names_and_columns_are_imported_and_what_fails_is_reported() {
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("a.csv", "key,title,text\n1,Un,Corps\n2,Deux\n3,Trois,Corps\n");
    write("b.json", "[\n {\"key\": \"4\", \"title\": \"Quatre\",\n \"text\": \"Corps\"}\n]");
    write("notes.txt", "not imported");
    let (path, map) = (folder.path().to_str().unwrap(), "external_id=key,headline=title,body=text");
    let state = folder.path().join("state");
    let arguments = ["import", path, "--map", map, "--url", &app.base, "--state", state.to_str().unwrap()];
    let (status, printed, said) = run(&mut verbatim(&arguments));
    assert_eq!((status, printed.as_str()), (Some(1), "3 created, 0 updated, 0 unchanged, 1 failed\n"), "{said}");
    assert!(said.contains("a.csv:3: ") && said.contains("1 records failed"), "{said}");
    assert_eq!(items(&app, "/v1/articles?external_id=4")[0]["headline"], "Quatre");
    // The state says that everything is done.
    let (status, printed, _) = run(&mut verbatim(&arguments));
    assert_eq!((status, printed.as_str()), (Some(0), "0 created, 0 updated, 0 unchanged, 0 failed\n"));
    write("c.ndjson", "{}\n");
    let only = folder.path().join("c.ndjson");
    let (status, ..) = run(&mut verbatim(&["import", only.to_str().unwrap(), "--url", &app.base]));
    assert_eq!(status, Some(2));
}
