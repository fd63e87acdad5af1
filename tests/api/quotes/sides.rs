//! Speaker, cue and `about` of quotes: as printed and as linked.

use serde_json::{Value, json};

use super::{ABSENT, create, path};
use crate::support::TestApp;
use crate::support::answers::{id, pointers, refusal};

/// Returns the members of a quote that describe the speaker.
fn speaker(quote: &Value) -> Value {
    json!([quote["speaker_id"], quote["speaker_label"], quote["speaker_status"]])
}

#[test]
fn the_speaker_status_is_derived_from_id_and_label() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let awa = &awa["id"];
    let label = "un responsable";
    for (given, expected) in [
        (json!({}), json!([null, null, "unattributed"])),
        (json!({"speaker_label": label}), json!([null, label, "unresolved"])),
        (json!({"speaker_span": {"start": 55, "end": 65}}), json!([null, "Awa Diallo", "unresolved"])),
        (json!({"speaker_id": awa}), json!([awa, null, "named"])),
        (json!({"speaker_id": awa, "speaker_label": label}), json!([awa, label, "named"])),
        (json!({"speaker_id": awa, "speaker_status": "collective"}), json!([awa, null, "collective"])),
        (json!({"speaker_label": label, "speaker_status": "anonymous"}), json!([null, label, "anonymous"])),
        (json!({"speaker_status": "collective"}), json!([null, null, "collective"])),
        (json!({"speaker_label": label, "speaker_status": "unattributed"}), json!([null, label, "unattributed"])),
    ] {
        assert_eq!(speaker(&app.quote(&article, given)), expected);
    }
}

#[test]
fn a_status_that_the_speaker_contradicts_is_refused() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let text = "Nous sommes prêts";
    let alone = json!({"text": text, "speaker_label": "Awa Diallo", "speaker_status": "named"});
    let problem = refusal(create(&app, &article, alone), 422, "invalid_content");
    let expected = json!([{"pointer": "/speaker_status", "detail": "named requires a speaker_id"}]);
    assert_eq!(problem["errors"], expected);
    let quote = app.quote(&article, json!({"speaker_id": awa["id"]}));
    let expected =
        json!([{"pointer": "/speaker_status", "detail": "must be named or collective if there is a speaker_id"}]);
    for status in ["anonymous", "unattributed", "unresolved"] {
        let given = json!({"text": text, "speaker_id": awa["id"], "speaker_status": status});
        assert_eq!(refusal(create(&app, &article, given), 422, "invalid_content")["errors"], expected);
        let problem = refusal(app.patch(&path(&quote), &json!({"speaker_status": status})), 422, "invalid_content");
        assert_eq!(problem["errors"], expected);
    }
    let unlinked = json!({"speaker_id": null, "speaker_status": "named"});
    assert_eq!(pointers(app.patch(&path(&quote), &unlinked)), ["/speaker_status"]);
}

#[test]
fn a_new_speaker_changes_the_speaker_status() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let awa = &awa["id"];
    for (given, patch, expected) in [
        (json!({}), json!({"speaker_id": awa}), json!([awa, null, "named"])),
        (json!({"speaker_id": awa}), json!({"speaker_id": null}), json!([null, null, "unattributed"])),
        (
            json!({"speaker_id": awa, "speaker_label": "Awa"}),
            json!({"speaker_id": null}),
            json!([null, "Awa", "unresolved"]),
        ),
        (json!({}), json!({"speaker_label": "Awa"}), json!([null, "Awa", "unresolved"])),
        (json!({"speaker_label": "Awa"}), json!({"speaker_label": null}), json!([null, null, "unattributed"])),
        (
            json!({"speaker_label": "Awa", "speaker_status": "anonymous"}),
            json!({"speaker_label": "elle"}),
            json!([null, "elle", "anonymous"]),
        ),
        (
            json!({"speaker_status": "collective"}),
            json!({"speaker_id": awa, "speaker_status": "collective"}),
            json!([awa, null, "collective"]),
        ),
        (
            json!({"speaker_id": awa, "speaker_status": "collective"}),
            json!({"speaker_label": "Awa"}),
            json!([awa, "Awa", "collective"]),
        ),
    ] {
        let quote = app.quote(&article, given);
        assert_eq!(speaker(&app.patch(&path(&quote), &patch).expect(200)), expected, "{patch}");
    }
}

#[test]
fn the_words_of_speaker_and_cue_are_taken_from_their_spans() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let sides = json!({"speaker_span": {"start": 55, "end": 58}, "cue_span": {"start": 45, "end": 54}});
    let quote = app.quote(&article, sides);
    assert_eq!((&quote["speaker_label"], &quote["cue"]), (&json!("Awa"), &json!("a déclaré")));
    let longer = app.patch(&path(&quote), &json!({"speaker_span": {"start": 55, "end": 65}})).expect(200);
    assert_eq!(longer["speaker_label"], "Awa Diallo");
    let cleared = app.patch(&path(&quote), &json!({"speaker_span": null, "cue_span": null})).expect(200);
    assert_eq!((&cleared["speaker_span"], &cleared["speaker_label"]), (&json!(null), &json!("Awa Diallo")));
    assert_eq!((&cleared["cue_span"], &cleared["cue"]), (&json!(null), &json!("a déclaré")));
}

#[test]
fn a_speaker_or_cue_that_differs_from_its_span_is_refused() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let span = json!({"start": 55, "end": 65});
    for (sides, pointer) in [
        (json!({"speaker_span": span, "speaker_label": "Awa"}), "/speaker_label"),
        (json!({"cue_span": span, "cue": "a déclaré"}), "/cue"),
        (json!({"speaker_span": {"start": 70, "end": 75}}), "/speaker_span"),
        (json!({"cue_span": {"start": 5, "end": 5}}), "/cue_span"),
    ] {
        let mut quote = sides.clone();
        quote["text"] = json!("Nous sommes prêts");
        assert_eq!(pointers(create(&app, &article, quote)), [pointer]);
        let quote = app.quote(&article, json!({}));
        assert_eq!(pointers(app.patch(&path(&quote), &sides)), [pointer]);
    }
    let quote = app.quote(&article, json!({"speaker_span": span}));
    for label in [json!("Awa"), json!(null)] {
        assert_eq!(pointers(app.patch(&path(&quote), &json!({"speaker_label": label}))), ["/speaker_label"]);
    }
}

#[test]
fn the_words_at_a_span_have_the_maximum_length_of_given_words() {
    let app = TestApp::start();
    let article = app.article(json!({"body": format!("« Oui » {}", "é".repeat(600))}));
    for (member, longest) in [("speaker_span", 500), ("cue_span", 200)] {
        let quote = |length: i32| json!({"text": "Oui", member: {"start": 8, "end": 8 + length}});
        create(&app, &article, quote(longest)).expect(201);
        assert_eq!(pointers(create(&app, &article, quote(longest + 1))), [format!("/{member}")]);
    }
}

#[test]
fn a_quote_is_about_the_entities_mentioned_inside_it() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "À Dakar : « Dakar et Thiès », dit-il, « Kaolack »."}));
    let [dakar, thies, kaolack] = ["Dakar", "Thiès", "Kaolack"].map(|name| app.entity(json!({"name": name})));
    let spans = json!([{"start": 12, "end": 26}, {"start": 40, "end": 47}]);
    let made = create(&app, &article, json!({"spans": spans})).expect(201);
    let about = || app.get(&path(&made)).expect(200)["about"].clone();
    let mention = |start: i32, end: i32, entity: &Value| {
        let mention = json!({"start": start, "end": end, "entity_id": entity["id"]});
        app.post(&format!("/v1/articles/{}/mentions", id(&article)), &mention).expect(201)
    };
    mention(2, 7, &dakar);
    assert_eq!(about(), json!([]), "a mention before the quote");
    mention(26, 30, &thies);
    mention(21, 28, &thies);
    assert_eq!(about(), json!([]), "a mention that leaves the quote");
    let last = mention(40, 47, &kaolack);
    let inside = mention(21, 26, &thies);
    mention(21, 25, &thies);
    assert_eq!(about(), json!([thies["id"], kaolack["id"]]), "each once, in order of id");
    let path = |mention: &Value| format!("/v1/mentions/{}", id(mention));
    app.patch(&path(&last), &json!({"entity_id": dakar["id"]})).expect(200);
    assert_eq!(about(), json!([dakar["id"], thies["id"]]));
    app.patch(&path(&last), &json!({"entity_id": null})).expect(200);
    app.delete(&path(&inside)).expect(204);
    assert_eq!(about(), json!([thies["id"]]), "one of its two mentions is left");
}

#[test]
fn about_follows_the_spans_of_the_quote() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    app.mention(&article, "prêts", json!({"entity_id": awa["id"]}));
    let quote = app.quote(&article, json!({}));
    assert_eq!(quote["about"], json!([awa["id"]]), "a mention that was there before the quote");
    let shorter = app.patch(&path(&quote), &json!({"text": "Nous sommes"})).expect(200);
    assert_eq!(shorter["about"], json!([]));
    let longer = app.patch(&path(&quote), &json!({"text": "sommes prêts"})).expect(200);
    assert_eq!(longer["about"], json!([awa["id"]]));
}

#[test]
fn a_patch_with_an_unknown_speaker_is_refused() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    assert_eq!(pointers(app.patch(&path(&quote), &json!({"speaker_id": ABSENT}))), ["/speaker_id"]);
    assert_eq!(app.get(&path(&quote)).expect(200), quote);
}
