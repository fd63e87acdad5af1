//! `verbatim export` and `verbatim import`.

use std::fs;

use serde_json::Value;

use super::restored::full;
use crate::support::TestApp;
use crate::support::answers::items;
use crate::support::postgres::TestDatabase;
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

#[test]
fn documents_of_newsrooms_become_articles() {
    let app = TestApp::start();
    let (status, printed, said) = run(&mut verbatim(&["import", "tests/api/import/samples", "--url", &app.base]));
    assert_eq!((status, printed.as_str()), (Some(1), "8 created, 0 updated, 0 unchanged, 2 failed\n"), "{said}");
    assert!(said.contains("bomb.xml:1: it is not NITF: ") && said.contains("empty.html:1: it has no text"), "{said}");
    let articles = items(&app, "/v1/articles?include=body&sort=published_at");
    let shown = |article: &Value| {
        let text = |member: &str| article[member].as_str().unwrap_or("-").to_owned();
        let authors = article["authors"].as_array().unwrap().iter().map(|author| author.as_str().unwrap());
        [text("headline"), text("publisher"), text("published_at"), text("language"), text("body"), authors.collect()]
            .join(" | ")
    };
    let expected = [
        "Un accord pour le ferry | La Gazette des ports | 2026-01-09T17:30:00Z | fr | Un accord est signé.\n\n« C’est fait », a dit Inês Valadares. | Fatou Sow",
        "L’équipage est complet | La Gazette des ports | 2026-02-09T17:00:00Z | fr | L’équipage est complet.\n\n« Tous à bord », a dit Henrik Solbakken. | Fatou Sow",
        "Le port rouvre | La Gazette des ports | 2026-03-02T07:00:00Z | fr | Le port rouvre\n\nLe port rouvre lundi & mardi.\n\n« Nous sommes prêts », a déclaré Awa Diallo. | Fatou Sow",
        "Le phare s’allume | La Gazette des ports | 2026-03-16T07:15:00Z | fr | Le phare s’allume & brille.\n\n« Enfin », dit Awa Diallo. | ",
        "Lighthouse lit | Harbour Gazette | 2026-03-16T07:15:00Z | en | The lighthouse is lit.\n\n“At last,” said Mona Reis. | Mona Reis",
        "Sailing again | Harbour Gazette | 2026-05-18T11:45:00Z | en | We sail on Monday. | Henrik Solbakken",
    ];
    let mut dated: Vec<String> =
        articles.iter().filter(|article| !article["published_at"].is_null()).map(shown).collect();
    dated[3..5].sort();
    assert_eq!(dated, expected);
    let found = |id: &str| items(&app, &format!("/v1/articles?include=body&external_id={id}"));
    assert_eq!(found("phare-1")[0]["url"], "https://gazette.example/phare");
    assert_eq!(found("relatif-1")[0]["url"], "https://gazette.example/relatif");
    assert_eq!(found("latin-1")[0]["body"], "L’été est là, à Dakar comme à Nîmes.");
    let (status, printed, _) = run(&mut verbatim(&["import", "tests/api/import/samples", "--url", &app.base]));
    assert_eq!((status, printed.as_str()), (Some(1), "0 created, 0 updated, 8 unchanged, 2 failed\n"));
}

#[test]
fn files_are_imported_straight_into_a_database() {
    let (app, empty) = (full(), TestDatabase::empty());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.ndjson");
    let exported = app.get("/v1/export").text();
    fs::write(&file, &exported).unwrap();
    let import = || {
        let arguments = ["import", file.to_str().unwrap(), "--database-url", &empty.url()];
        let (status, printed, said) = run(&mut verbatim(&arguments));
        assert_eq!(status, Some(0), "{said}");
        printed
    };
    let lines = exported.lines().count();
    assert_eq!(import(), format!("{lines} created, 0 updated, 0 unchanged, 0 failed\n"));
    assert_eq!(import(), format!("0 created, 0 updated, {lines} unchanged, 0 failed\n"));
    let (status, _, said) =
        run(&mut verbatim(&["import", file.to_str().unwrap(), "--database-url", "postgres://127.0.0.1:9/none"]));
    assert_eq!(status, Some(2), "{said}");
}
