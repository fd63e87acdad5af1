//! The roles of the lines of an article.

use serde_json::{Value, json};

use super::super::support::TestApp;
use super::super::support::answers::{id, items};
use super::{found, select};

const PAGE: &str = "Le port rouvre\n\nLe port de Sète a rouvert lundi matin, après trois semaines de grève, selon la capitainerie.\n\nclose\n\nUne longue attente\n\nLes navires attendaient au large depuis le début du mois, sans savoir quand ils pourraient accoster.";

fn blocks_of(article: &Value) -> Vec<(String, String)> {
    let body: Vec<char> = article["body"].as_str().unwrap().chars().collect();
    let offset = |value: &Value| value.as_u64().unwrap() as usize;
    let block = |block: &Value| {
        let words: String = body[offset(&block["start"])..offset(&block["end"])].iter().collect();
        let first = words.split(' ').take(3).collect::<Vec<_>>().join(" ");
        (block["role"].as_str().unwrap().to_owned(), first)
    };
    article["blocks"].as_array().unwrap().iter().map(block).collect()
}

fn named(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(role, words)| ((*role).to_owned(), (*words).to_owned())).collect()
}

#[test]
fn lines_are_headline_heading_paragraph_or_boilerplate() {
    let app = TestApp::start();
    let article = app.article(json!({"headline": "Le port rouvre", "body": PAGE}));
    let expected = [
        ("headline", "Le port rouvre"),
        ("paragraph", "Le port de"),
        ("boilerplate", "close"),
        ("heading", "Une longue attente"),
        ("paragraph", "Les navires attendaient"),
    ];
    assert_eq!(blocks_of(&article), named(&expected));
    assert_eq!(app.get(&format!("/v1/articles/{}", id(&article))).expect(200)["blocks"], article["blocks"]);
}

#[test]
fn a_list_has_blocks_only_with_bodies() {
    let app = TestApp::start();
    let article = app.article(json!({"headline": "Le port rouvre", "body": PAGE}));
    let listed = items(&app, "/v1/articles");
    assert_eq!((listed[0].get("body"), listed[0].get("blocks")), (None, None));
    let listed = items(&app, "/v1/articles?include=body");
    assert_eq!(listed, [article]);
}

#[test]
fn blocks_follow_the_body_and_the_headline() {
    let app = TestApp::start();
    let path = format!("/v1/articles/{}", id(&app.article(json!({"headline": "Au port", "body": PAGE}))));
    let before = app.get(&path).expect(200);
    assert_eq!(blocks_of(&before)[0], ("heading".to_owned(), "Le port rouvre".to_owned()));
    let retitled = app.patch(&path, &json!({"headline": "Le port rouvre"})).expect(200);
    assert_eq!(blocks_of(&retitled)[0].0, "headline");
    let edited = app.patch(&path, &json!({"body": "Publicité\n\nLe port rouvre"})).expect(200);
    assert_eq!(blocks_of(&edited), named(&[("boilerplate", "Publicité"), ("headline", "Le port rouvre")]));
    assert_eq!(app.get(&path).expect(200)["blocks"], edited["blocks"]);
}

#[test]
fn a_body_of_blank_lines_has_no_blocks() {
    let app = TestApp::start();
    assert_eq!(app.article(json!({"body": "\n \n\u{a0}\n"}))["blocks"], json!([]));
}

#[test]
fn the_repeated_headline_is_not_quoted_twice() {
    let app = TestApp::start();
    let title = "Le port de Sète signe un accord «\u{a0}hors norme\u{a0}»";
    let body = format!("{title}\n\n{title}\n\nLe port a signé mardi un accord «\u{a0}hors norme\u{a0}» avec la ville.");
    let quotes = select(&found(&app, &body)["quotes"], &["text", "kind"]);
    assert_eq!(quotes, json!([["hors norme", "partial"]]));
}

#[test]
fn names_in_boilerplate_are_not_found() {
    let app = TestApp::start();
    let answer =
        found(&app, "«\u{a0}Le port tiendra\u{a0}», a dit Awa Diallo.\n\nLire aussi : Élise Vautrin à Rabat\n\nclose");
    assert_eq!(select(&answer["blocks"], &["role"]), json!([["paragraph"], ["boilerplate"], ["boilerplate"]]));
    assert_eq!(select(&answer["mentions"], &["exact"]), json!([["Awa Diallo"]]));
}
