//! The server of the Model Context Protocol: the protocol, and who may use it.

mod resources;
mod tools;

use std::num::NonZeroU32;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use verbatim::auth::{Anonymous, LimitSettings};
use verbatim::config::{AccessConfig, AdminKey};
use verbatim::domain::Scope;

use crate::support::postgres::connect;
use crate::support::{Client, Response, TestApp, refused};

/// Sends a message of the protocol, as a client of its version does.
fn send(client: &Client, message: &Value) -> Response {
    let call = client.request("POST", "/mcp").header("accept", "application/json, text/event-stream");
    call.header("mcp-protocol-version", "2025-11-25").json(message).send()
}

/// The result of a method.
#[track_caller]
fn ask(client: &Client, method: &str, params: Value) -> Value {
    let answer = send(client, &json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})).expect(200);
    assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
    assert!(answer["error"].is_null(), "{answer}");
    answer["result"].clone()
}

/// The error of a method that is refused by the protocol.
#[track_caller]
fn error_of(client: &Client, method: &str, params: Value) -> (i64, String) {
    let answer = send(client, &json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})).expect(200);
    (answer["error"]["code"].as_i64().unwrap(), answer["error"]["message"].as_str().unwrap().to_owned())
}

/// The result of a tool, whether it is an error or not.
#[track_caller]
fn call(client: &Client, tool: &str, arguments: Value) -> Value {
    ask(client, "tools/call", json!({"name": tool, "arguments": arguments}))
}

/// The answer of a tool, which fits the tool's schema and is in the text too.
#[track_caller]
fn answer_of(client: &Client, tool: &str, arguments: Value) -> Value {
    let result = call(client, tool, arguments);
    assert_eq!(result["isError"], false, "{result}");
    let answer = result["structuredContent"].clone();
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, answer);
    let tools = ask(client, "tools/list", json!({}));
    let described = tools["tools"].as_array().unwrap().iter().find(|described| described["name"] == tool).unwrap();
    jsonschema::validate(&described["outputSchema"], &answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    answer
}

/// What a tool says about arguments that it refuses.
#[track_caller]
fn refusal_of(client: &Client, tool: &str, arguments: Value) -> String {
    let result = call(client, tool, arguments);
    assert_eq!(result["isError"], true, "{result}");
    result["content"][0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn a_client_learns_what_the_server_is_and_needs_no_session() {
    let app = TestApp::start();
    let params = json!({
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
    });
    let message = json!({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params});
    let answer = app.post("/mcp", &message);
    assert!(!answer.headers.contains_key("mcp-session-id"));
    assert_eq!(answer.header("content-type"), "application/json");
    let result = answer.expect(200)["result"].clone();
    assert_eq!(result["protocolVersion"], "2025-06-18");
    assert_eq!(result["capabilities"], json!({"tools": {}, "resources": {}}));
    assert_eq!(result["serverInfo"]["name"], "verbatim");
    assert!(result["instructions"].as_str().unwrap().contains("citation"), "{result}");
    let note = send(&app, &json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    assert_eq!((note.status, note.body.len()), (202, 0));
    assert_eq!(ask(&app, "ping", json!({})), json!({}));
}

#[test]
fn every_tool_only_reads_and_describes_its_arguments() {
    let app = TestApp::start();
    let tools = ask(&app, "tools/list", json!({}))["tools"].clone();
    let names: Vec<&str> = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["search_quotes", "who_said", "quotes_of", "find_entity", "read_passage", "share_of_voice"]);
    for tool in tools.as_array().unwrap() {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{tool}");
            jsonschema::validator_for(&tool[schema]).unwrap();
        }
        for argument in tool["inputSchema"]["properties"].as_object().unwrap().values() {
            assert!(argument["description"].is_string() || argument["oneOf"].is_array(), "{argument}");
        }
    }
}

#[test]
fn what_is_no_message_of_the_protocol_is_refused() {
    let app = TestApp::start();
    refused(&app, &app.request("POST", "/mcp").json(&json!({"hello": 1})).send(), 400, "malformed_body");
    let text = app.request("POST", "/mcp").header("content-type", "application/json").body("{").send();
    refused(&app, &text, 400, "malformed_body");
    let text = app.request("POST", "/mcp").header("content-type", "text/plain").body("{}").send();
    refused(&app, &text, 415, "unsupported_media_type");
    // There is no stream to listen to, and no session to delete.
    for method in ["GET", "DELETE"] {
        let answer = app.request(method, "/mcp").header("accept", "text/event-stream").send();
        assert_eq!((answer.status, answer.header("allow")), (405, "POST, OPTIONS"));
    }
    let version = app.request("POST", "/mcp").header("mcp-protocol-version", "1999-01-01");
    let answer = version.json(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).send();
    assert_eq!(answer.status, 400, "{}", answer.text());
    let (code, message) = error_of(&app, "tools/call", json!({"name": "delete_quote", "arguments": {}}));
    assert_eq!((code, message.as_str()), (-32602, "there is no tool delete_quote"));
    assert_eq!(error_of(&app, "prompts/get", json!({"name": "x"})).0, -32601);
}

#[test]
fn a_setting_turns_it_off() {
    let app = TestApp::with(|config| config.mcp = false);
    refused(&app, &app.post("/mcp", &json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})), 404, "no_such_route");
}

#[test]
fn a_page_of_another_site_may_not_call_it() {
    let app = TestApp::start();
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let from = |origin: &str| app.request("POST", "/mcp").header("origin", origin).json(&ping).send();
    refused(&app, &from("https://evil.example"), 403, "cross_site");
    from(&app.base).expect(200);
    let rebound = app.request("POST", "/mcp").header("host", "evil.example").json(&ping).send();
    refused(&app, &rebound, 421, "unknown_host");
}

/// A service that nobody uses without a key, and a client with a new one.
fn closed(key: Value, per_key: u32) -> (TestApp, Client) {
    const ADMIN: &str = "an-admin-key-of-the-settings-0123456789";
    let app = TestApp::with(|config| {
        let limits = LimitSettings { per_key: NonZeroU32::new(per_key), ..LimitSettings::default() };
        let (admin_key, anonymous) = (AdminKey::parse(ADMIN), Anonymous::Fixed(None));
        config.access = AccessConfig { admin_key, anonymous, limits, ..AccessConfig::default() };
    });
    let key = app.with_key(ADMIN).post("/v1/keys", &key).expect(201);
    let client = app.with_key(key["secret"].as_str().unwrap());
    (app, client)
}

#[test]
fn a_call_needs_a_key_that_reads() {
    let (app, client) = closed(json!({"name": "agent", "scope": "read"}), 0);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    for stranger in [Client::clone(&app), app.with_key("vbt_wrong")] {
        let answer = stranger.post("/mcp", &ping);
        assert_eq!((answer.status, answer.json()["code"].clone()), (401, json!("unauthorized")));
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    assert_eq!(answer_of(&client, "search_quotes", json!({}))["items"], json!([]));
}

#[test]
fn a_key_of_a_publisher_reads_like_any_other() {
    let (_app, client) = closed(json!({"name": "agent", "scope": "write", "publisher": "Le Quotidien"}), 0);
    assert_eq!(answer_of(&client, "search_quotes", json!({"publisher": "Le Soir"}))["items"], json!([]));
}

#[test]
fn a_statistic_costs_what_it_costs_in_the_api() {
    let (_app, client) = closed(json!({"name": "agent", "scope": "read"}), 1);
    assert_eq!(call(&client, "share_of_voice", json!({}))["isError"], false);
    // Ten of the ten of a burst are spent, and one comes back in a second. The HTTP request itself is refused.
    let ping = || send(&client, &json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}));
    let refusal = (0..5).map(|_| ping()).find(|answer| answer.status != 200).unwrap();
    assert_eq!((refusal.status, refusal.json()["code"].clone()), (429, json!("too_many_requests")));

    // Where half of the burst is spent, the rest suffices for the HTTP request, and not for the statistic.
    let (_app, client) = closed(json!({"name": "agent", "scope": "read"}), 1);
    (0..5).for_each(|_| drop(ask(&client, "ping", json!({}))));
    let text = refusal_of(&client, "share_of_voice", json!({}));
    assert_eq!(text, "the limit is a cost of 10 in 10 seconds");
}

#[test]
fn a_call_ends_at_the_deadline_of_its_request() {
    let app = TestApp::with(|config| {
        config.request_deadline = Duration::from_secs(1);
        config.statement_timeout = Duration::from_secs(20);
    });
    let mut lock = connect(&app.database.url());
    lock.batch_execute("BEGIN; LOCK TABLE quotes IN ACCESS EXCLUSIVE MODE").unwrap();
    let answer = send(
        &app,
        &json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search_quotes", "arguments": {}},
        }),
    );
    match answer.status {
        200 => assert_eq!(answer.json()["result"]["isError"], true, "{}", answer.text()),
        status => assert_eq!(status, 504, "{}", answer.text()),
    }
}

#[test]
fn a_caller_without_a_key_may_read_where_that_is_allowed() {
    let app = TestApp::with(|config| {
        config.access = AccessConfig { anonymous: Anonymous::Fixed(Some(Scope::Read)), ..AccessConfig::default() };
    });
    assert_eq!(ask(&app, "ping", json!({})), json!({}));
}
