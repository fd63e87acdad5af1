//! Anchoring of quotes, their speakers and their cues after an edit.

use serde_json::{Value, json};

use super::{edit, now, with};
use crate::support::TestApp;
use crate::support::answers::{id, pointers, refusal, settled};
use crate::support::app::span_of;

const BODY: &str = "« Nous irons », a dit Awa à Dakar, « demain matin ».";

fn span(body: &str, words: &str) -> Value {
    let (start, end) = span_of(body, words);
    json!({"start": start, "end": end})
}

/// An article with the body above, and its quote in two spans with speaker and cue.
fn interrupted(app: &TestApp) -> (Value, Value) {
    let article = app.article(json!({"body": BODY}));
    let quote = json!({
        "article_id": article["id"], "spans": [span(BODY, "Nous irons"), span(BODY, "demain matin")],
        "speaker_span": span(BODY, "Awa"), "cue_span": span(BODY, "a dit"), "cue_lemma": "dire",
    });
    let quote = app.post("/v1/quotes", &quote).expect(201);
    (article, quote)
}

#[test]
fn a_quote_before_the_edit_stays_where_it_is() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, &format!("{BODY} Puis rien."));
    let expected = json!({"version": 2, "body_version": 2, "anchor": "exact", "suffix": " ». Puis rien."});
    assert_eq!(settled(&now(&app, "quotes", &quote)), with(&quote, expected));
}

#[test]
fn a_quote_after_the_edit_moves_with_its_speaker_and_its_cue() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    let body = format!("Awa a dit : 𝄞 {BODY}");
    edit(&app, &article, &body);
    let expected = json!({
        "version": 2, "body_version": 2, "anchor": "moved", "prefix": "Awa a dit : 𝄞 « ",
        "spans": [span(&body, "Nous irons"), span(&body, "demain matin")],
        "speaker_span": {"start": 36, "end": 39}, "cue_span": {"start": 30, "end": 35},
    });
    assert_eq!(settled(&now(&app, "quotes", &quote)), with(&quote, expected));
}

#[test]
fn the_spans_of_a_quote_move_apart_when_the_text_between_them_changes() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    let body = "« Nous irons », a dit la très jeune Awa, « demain matin ».";
    edit(&app, &article, body);
    let expected = json!({
        "version": 2, "body_version": 2, "anchor": "moved",
        "spans": [span(body, "Nous irons"), span(body, "demain matin")],
        "speaker_span": span(body, "Awa"), "cue_span": span(body, "a dit"),
    });
    assert_eq!(settled(&now(&app, "quotes", &quote)), with(&quote, expected));
}

#[test]
fn spans_in_another_order_orphan_a_quote() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, "« demain matin », a dit Awa à Dakar, « Nous irons ».");
    assert_eq!(settled(&now(&app, "quotes", &quote)), with(&quote, json!({"version": 2, "anchor": "orphaned"})));
}

#[test]
fn a_quote_without_its_words_is_orphaned_and_keeps_its_old_spans() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, "« Nous irons », a dit Awa à Dakar, « un jour ».");
    let orphan = now(&app, "quotes", &quote);
    assert_eq!(settled(&orphan), with(&quote, json!({"version": 2, "anchor": "orphaned"})));
    edit(&app, &article, "Rien.");
    assert_eq!(now(&app, "quotes", &quote), orphan);
    edit(&app, &article, BODY);
    let expected = json!({"version": 3, "body_version": 4, "anchor": "exact"});
    assert_eq!(settled(&now(&app, "quotes", &quote)), with(&quote, expected));
}

#[test]
fn a_repeated_quote_is_anchored_by_its_context() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "« Oui », dit Awa. « Oui », dit Jean."}));
    let quote = |at: i32| json!({"article_id": article["id"], "spans": [{"start": at, "end": at + 3}]});
    let made = [2, 20].map(|at| app.post("/v1/quotes", &quote(at)).expect(201));
    edit(&app, &article, "Hier : « Oui », dit Awa. « Oui », dit Jean.");
    for (quote, start) in made.iter().zip([9, 27]) {
        let after = now(&app, "quotes", quote);
        let spans = json!([{"start": start, "end": start + 3}]);
        assert_eq!((&after["anchor"], &after["spans"]), (&json!("moved"), &spans));
    }
    edit(&app, &article, "« Oui », répète Awa. « Oui », répète Jean. « Oui ».");
    for quote in &made {
        assert_eq!(now(&app, "quotes", quote)["anchor"], "orphaned");
    }
}

#[test]
fn a_speaker_or_cue_that_is_no_longer_printed_loses_its_span_and_keeps_its_words() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, "« Nous irons », ajoute-t-elle     , « demain matin ».");
    let after = now(&app, "quotes", &quote);
    let kept = ["speaker_label", "speaker_status", "cue", "cue_lemma", "text"];
    assert!(kept.iter().all(|member| after[*member] == quote[*member]), "{after}");
    assert_eq!((&after["speaker_span"], &after["cue_span"]), (&json!(null), &json!(null)));
}

#[test]
fn a_repeated_speaker_is_anchored_by_its_distance_from_the_quote() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, &format!("Awa. {BODY} Awa."));
    let after = now(&app, "quotes", &quote);
    assert_eq!(after["speaker_span"], json!({"start": 27, "end": 30}));
    edit(&app, &article, "Awa. « Nous irons », a dit hier Awa à Dakar, « demain matin ». Awa.");
    assert_eq!(now(&app, "quotes", &quote)["speaker_span"], json!(null), "which of them is not known");
}

#[test]
fn an_edit_of_the_article_is_not_a_review() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, &format!("Hier. {BODY}"));
    assert_eq!(now(&app, "quotes", &quote)["reviews"], json!([]));
}

#[test]
fn a_patch_without_changes_keeps_an_orphaned_quote_orphaned() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, "Rien.");
    let orphan = now(&app, "quotes", &quote);
    let same = json!({
        "text": quote["text"], "spans": quote["spans"], "speaker_span": quote["speaker_span"],
        "speaker_label": "Awa", "cue": "a dit", "cue_span": quote["cue_span"],
    });
    assert_eq!(app.patch(&format!("/v1/quotes/{}", id(&quote)), &same).expect(200), orphan);
}

#[test]
fn the_speaker_and_cue_of_an_orphaned_quote_refer_to_its_own_text() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    edit(&app, &article, "Rien.");
    let path = format!("/v1/quotes/{}", id(&quote));
    let changed = app.patch(&path, &json!({"speaker_span": span(BODY, "Awa à Dakar")})).expect(200);
    assert_eq!(changed["speaker_label"], "Awa à Dakar");
    assert_eq!((&changed["anchor"], &changed["body_version"]), (&json!("orphaned"), &json!(1)));
    let problem = refusal(app.patch(&path, &json!({"cue_span": {"start": 50, "end": 60}})), 422, "invalid_content");
    assert_eq!(problem["errors"][0]["pointer"], "/cue_span");
}

#[test]
fn a_patch_anchors_an_orphaned_quote_in_the_current_text() {
    let app = TestApp::start();
    let (article, quote) = interrupted(&app);
    let body = "Awa a dit : « Nous irons demain ».";
    edit(&app, &article, body);
    let path = format!("/v1/quotes/{}", id(&quote));
    assert_eq!(pointers(app.patch(&path, &json!({"text": "Nous irons hier"}))), ["/text"]);
    let placed = app.patch(&path, &json!({"text": "Nous irons demain"})).expect(200);
    let text = json!("Nous irons demain");
    assert_eq!((&placed["anchor"], &placed["body_version"], &placed["text"]), (&json!("exact"), &json!(2), &text));
    assert_eq!(placed["spans"], json!([span(body, "Nous irons demain")]));
    assert_eq!((&placed["prefix"], &placed["suffix"]), (&json!("Awa a dit : « "), &json!(" ».")));
    assert_eq!((&placed["speaker_span"], &placed["cue_span"]), (&span(body, "Awa"), &span(body, "a dit")));
    let changed = |part: &str| placed["reviews"][0][part].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut members = changed("to");
    members.sort();
    assert_eq!(members, ["anchor", "body_version", "cue_span", "spans", "speaker_span", "text"]);
    let mut before = changed("from");
    before.sort();
    assert_eq!(before, members);
}
