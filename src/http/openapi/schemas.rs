//! Schemas by rule: lengths of well-known formats, limits of maps, and names without the suffix of their Rust types.

use serde_json::{Map, Value, json};

/// Suffix of the Rust types that have the name of a type of the domain. The document omits it.
const SUFFIX: &str = "Body";
const PREFIX: &str = "#/components/schemas/";
/// Maximum length of a key of a map.
const MAX_MAP_KEY: usize = 300;
/// Maximum length of a list that is a value of a map: more than an entity has aliases.
const MAX_MAP_LIST: usize = 1000;

/// Gives the strings of well-known formats their lengths, and maps the limits of their keys and lists, which no attribute of
/// utoipa can give.
pub fn set_lengths(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(set_lengths),
        Value::Object(members) => {
            let length = match members.get("format").and_then(Value::as_str) {
                Some("uuid") => Some(36),
                Some("date-time") => Some(40),
                Some("date") => Some(10),
                _ => None,
            };
            if let Some(length) = length {
                members.entry("maxLength").or_insert_with(|| json!(length));
            }
            if let Some(keys) = members.get_mut("propertyNames") {
                keys["maxLength"] = json!(MAX_MAP_KEY);
            }
            if let Some(list) = members.get_mut("additionalProperties").filter(|values| values["type"] == "array") {
                list["maxItems"] = json!(MAX_MAP_LIST);
            }
            let described = members.iter_mut().filter(|(name, _)| *name != "example" && *name != "examples");
            described.for_each(|(_, member)| set_lengths(member));
        }
        _ => {}
    }
}

/// Renames the schemas to their public names.
pub fn renamed(schemas: Value) -> Value {
    let Value::Object(schemas) = schemas else { return schemas };
    let count = schemas.len();
    let schemas: Map<_, _> =
        schemas.into_iter().map(|(name, schema)| (public_name(&name).to_owned(), schema)).collect();
    assert_eq!(schemas.len(), count, "two schemas have one name");
    Value::Object(schemas)
}

/// Renames the references to schemas like [`renamed`].
pub fn rename_references(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(rename_references),
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(PREFIX)
            {
                *reference = format!("{PREFIX}{}", public_name(name));
            }
            members.iter_mut().for_each(|(_, member)| rename_references(member));
        }
        _ => {}
    }
}

fn public_name(name: &str) -> &str {
    name.strip_suffix(SUFFIX).unwrap_or(name)
}
