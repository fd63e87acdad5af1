//! The document as OpenAPI 3.0.3, for generators that cannot read 3.1.
//!
//! It is derived from the document by rule: what 3.0 lacks is written in the way that 3.0 has for it.

use serde_json::{Map, Value, json};

/// Members whose values are data.
const DATA: [&str; 4] = ["default", "enum", "example", "examples"];

/// The document in version 3.0.3.
pub fn downgraded(document: &Value) -> Value {
    let mut older = document.clone();
    convert(&mut older, document);
    older["openapi"] = json!("3.0.3");
    older
}

fn convert(value: &mut Value, document: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| convert(item, document)),
        Value::Object(members) => {
            convert_types(members);
            convert_choice(members, document);
            convert_reference(members);
            convert_security(members);
            members.shift_remove("propertyNames");
            let parts = members.iter_mut().filter(|(name, _)| !DATA.contains(&name.as_str()));
            parts.for_each(|(_, part)| convert(part, document));
        }
        _ => {}
    }
}

/// A type or null: `nullable`. An enumeration then lists null too.
fn convert_types(members: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = members.get("type") else { return };
    let is_nullable = types.iter().any(|kind| kind == "null");
    let Some(kind) = types.iter().find(|kind| *kind != "null").cloned() else { return };
    members.insert("type".to_owned(), kind);
    if is_nullable {
        members.insert("nullable".to_owned(), json!(true));
        if let Some(Value::Array(words)) = members.get_mut("enum") {
            words.push(Value::Null);
        }
    }
}

/// A schema or null: `nullable` beside the schema. 3.0 wants a type there.
fn convert_choice(members: &mut Map<String, Value>, document: &Value) {
    let is_null = |branch: &Value| branch["type"] == "null";
    let choice = ["oneOf", "anyOf"].into_iter().find(|choice| {
        members.get(*choice).and_then(Value::as_array).is_some_and(|branches| branches.iter().any(is_null))
    });
    let Some(choice) = choice else { return };
    let Some(Value::Array(mut branches)) = members.shift_remove(choice) else { return };
    branches.retain(|branch| !is_null(branch));
    if let Some(kind) = branches.first().and_then(|branch| type_of(branch, document)) {
        members.insert("type".to_owned(), kind);
    }
    members.insert("nullable".to_owned(), json!(true));
    match &mut branches[..] {
        [Value::Object(only)] => only.iter().for_each(|(name, value)| {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }),
        _ => drop(members.insert(choice.to_owned(), Value::Array(branches))),
    }
}

/// A reference with other members, which 3.0 ignores: `allOf` of the reference alone.
fn convert_reference(members: &mut Map<String, Value>) {
    if members.len() > 1
        && let Some(reference) = members.shift_remove("$ref")
    {
        members.insert("allOf".to_owned(), json!([{"$ref": reference}]));
    }
}

/// The scope of a key, which 3.0 takes for OAuth alone: `x-scope`.
fn convert_security(members: &mut Map<String, Value>) {
    let Some(Value::Array(requirements)) = members.get_mut("security") else { return };
    let schemes = requirements.iter_mut().filter_map(Value::as_object_mut).flat_map(|schemes| schemes.values_mut());
    let scopes: Vec<Value> =
        schemes.filter_map(|scopes| std::mem::replace(scopes, json!([])).get(0).cloned()).collect();
    if let Some(scope) = scopes.into_iter().next() {
        members.insert("x-scope".to_owned(), scope);
    }
}

/// The type of a schema's values, if they have one.
fn type_of(schema: &Value, document: &Value) -> Option<Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return type_of(document.pointer(reference.trim_start_matches('#'))?, document);
    }
    match &schema["type"] {
        Value::Array(types) => types.iter().find(|kind| *kind != "null").cloned(),
        Value::Null => {
            let branches = ["oneOf", "anyOf", "allOf"].into_iter().find_map(|choice| schema[choice].as_array())?;
            type_of(branches.iter().find(|branch| branch["type"] != "null")?, document)
        }
        kind => Some(kind.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_3_0_lacks_is_written_in_its_way() {
        let document = json!({
            "openapi": "3.1.0",
            "security": [{"key": ["read"]}],
            "components": {"schemas": {
                "Word": {"type": ["string", "null"], "enum": ["a"], "example": {"type": ["string", "null"]}},
                "Choice": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Kind", "description": "A"}]},
                "Kind": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "Map": {"type": "object", "propertyNames": {"maxLength": 3}, "additionalProperties": {"type": "integer"}},
                "Described": {"$ref": "#/components/schemas/Map", "description": "B"},
            }},
        });
        assert_eq!(
            downgraded(&document),
            json!({
                "openapi": "3.0.3",
                "security": [{"key": []}],
                "x-scope": "read",
                "components": {"schemas": {
                    "Word": {
                        "type": "string", "nullable": true, "enum": ["a", null], "example": {"type": ["string", "null"]},
                    },
                    "Choice": {
                        "type": "string", "nullable": true, "description": "A",
                        "allOf": [{"$ref": "#/components/schemas/Kind"}],
                    },
                    "Kind": {"type": "string", "nullable": true},
                    "Map": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "Described": {"description": "B", "allOf": [{"$ref": "#/components/schemas/Map"}]},
                }},
            })
        );
    }
}
