//! The resources: articles and entities.

use serde_json::{Value, json};

use super::{ask, error_of};
use crate::support::TestApp;
use crate::support::answers::id;

#[test]
fn articles_and_entities_are_resources() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let templates = ask(&app, "resources/templates/list", json!({}))["resourceTemplates"].clone();
    let addresses: Vec<&Value> =
        templates.as_array().unwrap().iter().map(|template| &template["uriTemplate"]).collect();
    assert_eq!(addresses, ["verbatim://articles/{id}", "verbatim://entities/{id}"]);
    for (list, record) in [("articles", &article), ("entities", &awa)] {
        let uri = format!("verbatim://{list}/{}", id(record));
        let contents = ask(&app, "resources/read", json!({"uri": uri}))["contents"].clone();
        assert_eq!((&contents[0]["uri"], &contents[0]["mimeType"]), (&json!(uri), &json!("application/json")));
        let text: Value = serde_json::from_str(contents[0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, app.get(&format!("/v1/{list}/{}", id(record))).expect(200));
    }
}

#[test]
fn an_address_without_a_resource_is_an_error() {
    let app = TestApp::start();
    let other = app.entity(json!({"name": "A. Diallo"}));
    let awa = app.entity(json!({}));
    app.post(&format!("/v1/entities/{}/merge", id(&awa)), &json!({"sources": [other["id"]]})).expect(200);
    for (uri, message) in [
        ("https://news.example", "there is no resource https://news.example"),
        ("verbatim://quotes/1", "there is no resource verbatim://quotes/1"),
        ("verbatim://articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "there is no such article"),
        (&format!("verbatim://entities/{}", id(&other)), &format!("this entity was merged into {}", id(&awa))),
    ] {
        assert_eq!(error_of(&app, "resources/read", json!({"uri": uri})), (-32002, message.to_owned()));
    }
}
