//! The differences between two versions of an article's text.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{id, refusal};

/// Replaces the body of an article.
#[track_caller]
fn edit(app: &TestApp, path: &str, body: &str) {
    app.patch(path, &json!({"body": body})).expect(200);
}

/// The anchors of the followed records, by id.
fn anchors(followed: &Value) -> Vec<(&Value, &Value)> {
    followed.as_array().unwrap().iter().map(|one| (&one["id"], &one["anchor"])).collect()
}

#[test]
fn two_versions_show_their_differences_and_what_became_of_their_spans() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "𝄞 Rabat parle. « Oui », dit Awa. Tunis."}));
    let [rabat, awa, tunis] = ["Rabat", "Awa", "Tunis"].map(|words| app.mention(&article, words, json!({})));
    let quote = app.quote(&article, json!({"text": "Oui"}));
    let path = format!("/v1/articles/{}", id(&article));
    app.patch(&path, &json!({"headline": "Le port ferme", "body": "𝄞 Rabat parle. Enfin ! « Oui », dit Awa."}))
        .expect(200);
    let late = app.get(&path).expect(200);
    let late = app.mention(&late, "Enfin", json!({}));
    let compared = app.get(&format!("{path}/versions/1..2")).expect(200);
    assert_eq!(
        compared,
        json!({
            "article_id": article["id"], "from": 1, "to": 2, "complete": true,
            "headline": [{"op": "replace", "from": {"start": 8, "end": 14}, "to": {"start": 8, "end": 13},
                "deleted": "rouvre", "inserted": "ferme"}],
            "body": [
                {"op": "insert", "from": {"start": 15, "end": 15}, "to": {"start": 15, "end": 23}, "deleted": "", "inserted": "Enfin ! "},
                {"op": "delete", "from": {"start": 31, "end": 38}, "to": {"start": 39, "end": 39}, "deleted": ". Tunis", "inserted": ""},
            ],
            "mentions": [
                {"id": rabat["id"], "anchor": "exact", "from": [{"start": 2, "end": 7}], "to": [{"start": 2, "end": 7}]},
                {"id": awa["id"], "anchor": "moved", "from": [{"start": 28, "end": 31}], "to": [{"start": 36, "end": 39}]},
                {"id": tunis["id"], "anchor": "orphaned", "from": [{"start": 33, "end": 38}], "to": null},
            ],
            "quotes": [{"id": quote["id"], "anchor": "moved", "from": [{"start": 17, "end": 20}], "to": [{"start": 25, "end": 28}]}],
        })
    );
    // Later edits do not change what was found between these two.
    edit(&app, &path, "Tunis.");
    assert_eq!(app.get(&format!("{path}/versions/1..2")).expect(200), compared);
    let (orphaned, exact, moved) = (json!("orphaned"), json!("exact"), json!("moved"));
    let whole = app.get(&format!("{path}/versions/1..3")).expect(200);
    let expected = [(&rabat["id"], &orphaned), (&awa["id"], &orphaned), (&tunis["id"], &moved)];
    assert_eq!(anchors(&whole["mentions"]), expected, "it was absent in between, and is back");
    let after = app.get(&format!("{path}/versions/2..3")).expect(200);
    let expected = [(&rabat["id"], &orphaned), (&late["id"], &orphaned), (&awa["id"], &orphaned)];
    assert_eq!(anchors(&after["mentions"]), expected);
    edit(&app, &path, "Tunis. Rabat.");
    let last = app.get(&format!("{path}/versions/3..4")).expect(200);
    assert_eq!(anchors(&last["mentions"]), [(&tunis["id"], &exact)]);
}

#[test]
fn versions_that_cannot_be_compared_are_refused() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let path = format!("/v1/articles/{}", id(&article));
    edit(&app, &path, "Dakar.");
    for (versions, parameter) in [("2..1", "b"), ("1..1", "b"), ("0..1", "a"), ("1..x", "b"), ("1..2147483648", "b")] {
        let problem = refusal(app.get(&format!("{path}/versions/{versions}")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{versions}");
    }
    refusal(app.get(&format!("{path}/versions/1..3")), 404, "not_found");
    app.delete(&path).expect(204);
    refusal(app.get(&format!("{path}/versions/1..2")), 410, "gone");
}

#[test]
fn large_texts_without_anything_in_common_are_compared() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "a b ".repeat(1 << 18), "language": "fr"}));
    let path = format!("/v1/articles/{}", id(&article));
    edit(&app, &path, &"c, d".repeat(1 << 18));
    let compared = app.get(&format!("{path}/versions/1..2")).expect(200);
    assert!(!compared["body"].as_array().unwrap().is_empty());
}
