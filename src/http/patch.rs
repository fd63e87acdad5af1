//! JSON Merge Patch (RFC 7396): a member that is absent, null, or a value.

use serde::{Deserialize, Deserializer};

/// What a merge patch says of one member that may be cleared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Absent,
    /// Clear it.
    Null,
    Value(T),
}

impl<T> Patch<T> {
    /// The domain's form: an outer `None` leaves the member, an inner one clears it.
    pub fn into_change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// The same with the value made into something else.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(f(value)),
        }
    }
}

/// Needs `#[serde(default)]` on the member: what is not there is not deserialized.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    #[derive(Debug, Deserialize)]
    struct Members {
        #[serde(default)]
        text: Patch<String>,
        #[serde(default)]
        number: Patch<i32>,
    }

    /// RFC 7396, section 2, for an object without nested ones.
    fn merge(mut target: Map<String, Value>, patch: &Map<String, Value>) -> Map<String, Value> {
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                target.insert(name.clone(), value.clone());
            }
        }
        target
    }

    fn apply<T: Into<Value>>(target: &mut Map<String, Value>, name: &str, patch: Patch<T>) {
        match patch.into_change() {
            None => {}
            Some(None) => drop(target.remove(name)),
            Some(Some(value)) => drop(target.insert(name.to_owned(), value.into())),
        }
    }

    fn member<V: Into<Value> + Clone + std::fmt::Debug>(
        value: impl Strategy<Value = V>,
    ) -> impl Strategy<Value = Option<Value>> {
        prop_oneof![Just(None), Just(Some(Value::Null)), value.prop_map(|value| Some(value.into()))]
    }

    proptest! {
        #[test]
        fn a_patch_does_what_the_rfc_says(
            text in member("\\PC{0,8}"), number in member(any::<i32>()), was_text in member("\\PC{0,8}"),
        ) {
            let mut target = Map::new();
            if let Some(was) = was_text.filter(|value| !value.is_null()) {
                target.insert("text".to_owned(), was);
            }
            let mut patch = Map::new();
            for (name, value) in [("text", text), ("number", number)] {
                if let Some(value) = value {
                    patch.insert(name.to_owned(), value);
                }
            }
            let expected = merge(target.clone(), &patch);
            let members: Members = serde_json::from_value(Value::Object(patch)).unwrap();
            apply(&mut target, "text", members.text);
            apply(&mut target, "number", members.number);
            prop_assert_eq!(target, expected);
        }
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let read = |value: Value| serde_json::from_value::<Members>(value).unwrap().text;
        assert_eq!(read(json!({})), Patch::Absent);
        assert_eq!(read(json!({"text": null})), Patch::Null);
        assert_eq!(read(json!({"text": ""})), Patch::Value(String::new()));
    }
}
