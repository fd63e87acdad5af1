//! Full-text search in articles and quotes, by the language of each text.

mod highlight;
mod hostile;
mod lists;
mod planner;
mod relevance;

use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::support::TestApp;
use crate::support::answers::{column, refusal};

/// Percent-encodes a value for a query.
fn encoded(value: &str) -> String {
    byte_serialize(value.as_bytes()).collect()
}

/// Returns the headlines of the matching articles in alphabetical order as one word.
fn found(app: &TestApp, search: &str) -> String {
    let mut found = headlines(app, &format!("q={}", encoded(search))).chars().collect::<Vec<_>>();
    found.sort_unstable();
    found.into_iter().collect()
}

/// Returns the headlines of the matching articles in the order of the list as one word.
fn headlines(app: &TestApp, query: &str) -> String {
    let headlines = column(app, &format!("/v1/articles?{query}"), "headline");
    headlines.iter().map(|headline| headline.as_str().unwrap()).collect()
}

/// Stores an article in a language, with a letter as its headline.
fn article(app: &TestApp, headline: &str, language: &str, body: &str) -> Value {
    app.article(json!({"headline": headline, "language": language, "body": body}))
}

/// Checks the results of searches.
#[track_caller]
fn assert_found(app: &TestApp, searches: &[(&str, &str)]) {
    for (search, expected) in searches {
        assert_eq!(found(app, search), *expected, "{search}");
    }
}

#[test]
fn a_language_that_is_new_to_the_collection_is_searched_at_once() {
    let app = TestApp::start();
    article(&app, "A", "fr", "Le jardin du port.");
    assert_found(&app, &[("jardin", "A"), ("garten", "")]);
    article(&app, "B", "de", "Die Gärten am Hafen.");
    assert_found(&app, &[("garten", "B"), ("jardin", "A")]);
    // Stored by another instance.
    app.sql(
        "INSERT INTO articles (id, headline, body, content_hash, language)
            VALUES (gen_random_uuid(), 'C', 'Los niños juegan.', sha256('x'), 'es')",
    );
    assert_found(&app, &[("niño", "C"), ("garten", "B")]);
}

#[test]
fn accents_case_endings_and_apostrophes_are_ignored() {
    let app = TestApp::start();
    article(&app, "A", "fr", "L’Assemblée a rejeté les MUSÉES à l'étranger.");
    article(&app, "B", "fr", "Une assemblee de l’Etranger, un musée.");
    article(&app, "C", "fr", "Rien de tel.");
    assert_found(
        &app,
        &[
            ("assemblée", "AB"),
            ("ASSEMBLEE", "AB"),
            ("l'assemblée", "AB"),
            ("l’assemblée", "AB"),
            ("musee", "AB"),
            ("musées", "AB"),
            ("étranger", "AB"),
            ("rejetés", "A"),
            ("rejet", "A"),
        ],
    );
}

#[test]
fn words_are_delimited_by_all_spaces_and_marks() {
    let app = TestApp::start();
    article(&app, "A", "fr", "Il\u{a0}a dit\u{202f}: «\u{a0}Partons\u{202f}!\u{a0}» –\u{2009}puis…");
    article(&app, "B", "fr", "(partons)/[revenons]—restons_ici");
    assert_found(
        &app,
        &[
            ("partons", "AB"),
            ("revenons", "B"),
            ("restons", "B"),
            ("ici", "B"),
            ("« a dit partons »", "A"),
            ("dit", "A"),
        ],
    );
}

#[test]
fn stop_words_are_ignored_with_or_without_their_accents() {
    let app = TestApp::start();
    article(&app, "A", "fr", "La grève a été votée à Paris.");
    article(&app, "B", "fr", "Le vote à Lyon.");
    assert_found(&app, &[("été Paris", "A"), ("la grève de Paris", "A"), ("été", ""), ("à", ""), ("été OR Lyon", "B")]);
}

#[test]
fn names_are_found_as_they_are_printed() {
    let app = TestApp::start();
    article(&app, "A", "fr", "À Saint-Denis, « L’Équipe » a vu Marine Le Ven.");
    article(&app, "B", "fr", "Denis est un saint ; l’équipe d’AC/DC joue.");
    article(&app, "C", "fr", "Jean-Luc O’Brien, du G20, au 3,5 km.");
    assert_found(
        &app,
        &[
            ("Saint-Denis", "A"),
            ("saint denis", "AB"),
            ("\"saint denis\"", "A"),
            ("L'Équipe", "AB"),
            ("Le Ven", "A"),
            ("\"Marine Le Ven\"", "A"),
            ("AC/DC", "B"),
            ("ac-dc", "B"),
            ("O'Brien", "C"),
            ("o’brien", "C"),
            ("Jean-Luc", "C"),
            ("g20", "C"),
            ("3,5", "C"),
            ("5,3", ""),
        ],
    );
}

#[test]
fn all_words_must_match_unless_or_is_between_them() {
    let app = TestApp::start();
    article(&app, "A", "en", "A harbour opens on Monday.");
    article(&app, "B", "en", "A harbour closes on Tuesday.");
    article(&app, "C", "en", "A market opens on Tuesday.");
    assert_found(
        &app,
        &[
            ("harbour opens", "A"),
            ("harbour OR market", "ABC"),
            ("harbour -opens", "B"),
            ("-harbour", "C"),
            ("opens -harbour OR closes", "BC"),
            ("-\"harbour opens\"", "BC"),
            ("“opens on Monday”", "A"),
            ("\"Monday opens\"", ""),
            ("tuesday -market -closing", ""),
        ],
    );
}

#[test]
fn a_headline_is_searched_with_the_body() {
    let app = TestApp::start();
    app.article(json!({"headline": "Séisme au Maroc", "body": "La terre a tremblé."}));
    let found = |search: &str| headlines(&app, &format!("q={}", encoded(search)));
    assert_eq!(found("seismes trembler"), "Séisme au Maroc");
    assert_eq!(found("\"seisme au maroc\""), "Séisme au Maroc");
    // A phrase does not go on from the headline to the body.
    assert_eq!(found("\"maroc la terre\""), "");
}

#[test]
fn each_text_is_searched_in_its_own_language() {
    let app = TestApp::start();
    article(&app, "A", "fr", "Le port rouvre lundi.");
    article(&app, "B", "en", "The port opens again on Monday; running costs.");
    article(&app, "C", "xh", "Port; izibuko lívulwa ngoMvulo, running.");
    assert_found(
        &app,
        &[
            ("port", "ABC"),
            ("ports", "AB"),
            ("port -lundi", "BC"),
            ("port -monday", "AC"),
            ("-running", "A"),
            ("runs", "B"),
            ("running", "BC"),
            ("livulwa", "C"),
            ("LÍVULWA", "C"),
            ("the port", "B"),
            ("le port", "A"),
        ],
    );
    assert_eq!(headlines(&app, "q=port&language=fr&language=xh"), "CA");
    assert_eq!(headlines(&app, "q=port&not.language=fr"), "CB");
    assert_eq!(headlines(&app, "q=port&language=de"), "");
}

#[test]
fn a_search_follows_the_changes_of_a_text() {
    let app = TestApp::start();
    let article = article(&app, "A", "en", "Running in the park.");
    let path = format!("/v1/articles/{}", article["id"].as_str().unwrap());
    assert_found(&app, &[("runs", "A")]);
    app.patch(&path, &json!({"language": "fr"})).expect(200);
    assert_found(&app, &[("runs", ""), ("running", "A")]);
    app.patch(&path, &json!({"body": "Promenade."})).expect(200);
    assert_found(&app, &[("running", ""), ("promenades", "A")]);
    app.delete(&path).expect(204);
    assert_found(&app, &[("promenade", "")]);
}

#[test]
fn quotes_are_searched_in_the_language_of_their_article() {
    let app = TestApp::start();
    let body = "« Nous sommes prêts », a dit l’un. « Nous partons », a dit l’autre.";
    let french = app.article(json!({"body": body}));
    app.quote(&french, json!({}));
    app.quote(&french, json!({"text": "Nous partons"}));
    let english = app.article(json!({"language": "en", "body": "“We are prets and partons,” he said."}));
    app.quote(&english, json!({"text": "We are prets and partons"}));
    let found = |search: &str| column(&app, &format!("/v1/quotes?q={}&sort=published_at", encoded(search)), "text");
    assert_eq!(found("prêt"), ["Nous sommes prêts", "We are prets and partons"]);
    assert_eq!(found("\"nous partons\""), ["Nous partons"]);
    assert_eq!(found("nous"), Vec::<Value>::new());
    assert_eq!(found("-partons"), ["Nous sommes prêts"]);
    let path = format!("/v1/articles/{}", english["id"].as_str().unwrap());
    app.patch(&path, &json!({"language": "it"})).expect(200);
    assert_eq!(found("we partons"), ["We are prets and partons"]);
}

#[test]
fn a_search_without_a_word_is_refused() {
    let app = TestApp::start();
    for list in ["articles", "quotes"] {
        for search in ["\"", "« »", "---", "!", "😀"] {
            let problem = refusal(app.get(&format!("/v1/{list}?q={}", encoded(search))), 400, "invalid_parameter");
            let error = json!([{"parameter": "q", "detail": "has no word to search for"}]);
            assert_eq!(problem["errors"], error, "{search}");
        }
        for search in ["", &"a".repeat(501)] {
            let problem = refusal(app.get(&format!("/v1/{list}?q={search}")), 400, "invalid_parameter");
            assert_eq!(problem["errors"][0]["parameter"], "q");
        }
        app.get(&format!("/v1/{list}?q={}", encoded(&"é".repeat(500)))).expect(200);
    }
}

#[test]
fn the_database_and_the_service_have_the_same_separators() {
    let app = TestApp::start();
    let all = "SELECT string_agg(chr(code), '' ORDER BY code) FROM generate_series(1, 1114111) AS code
        WHERE code NOT BETWEEN 55296 AND 57343";
    let searchable = app.database.ask(&format!("SELECT searchable(({all}))"));
    let all: Vec<char> = ('\u{1}'..=char::MAX).collect();
    assert_eq!(searchable.chars().count(), all.len());
    for (mark, shown) in all.into_iter().zip(searchable.chars()) {
        let expected = if verbatim::domain::search::is_separator(mark) { ' ' } else { mark };
        assert_eq!(shown, expected, "{mark:?}");
    }
}
