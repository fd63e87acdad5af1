//! JSON Merge Patch (RFC 7396): a member is absent, null or a value.

use serde::{Deserialize, Deserializer};

/// Reads a member that null clears: `Some(None)` for null. With `#[serde(default)]` an absent member is `None`.
///
/// # Errors
/// When the value is not of its type.
pub fn clearable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[derive(Debug, Deserialize)]
    struct Patch {
        #[serde(default, deserialize_with = "clearable")]
        text: Option<Option<String>>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let read = |value: Value| serde_json::from_value::<Patch>(value).unwrap().text;
        assert_eq!(read(json!({})), None);
        assert_eq!(read(json!({"text": null})), Some(None));
        assert_eq!(read(json!({"text": ""})), Some(Some(String::new())));
        assert!(serde_json::from_value::<Patch>(json!({"text": 1})).is_err());
    }
}
