//! Validates the JSON of requests in bounded time and memory.
//!
//! A [`Schema`] is compiled from the OpenAPI document and reads JSON in one pass: it validates while it parses, keeps only
//! values that the schema allows, and stops at [`MAX_ERRORS`]. So time and memory are linear in the size of the input. It
//! supports the part of JSON Schema that the document uses for requests.

use crate::domain::FieldError;
use crate::domain::text::contains_null_character;
use crate::domain::time::{parse_date, parse_time};
use regex::Regex;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// Maximum number of errors that are reported for one request. Validation stops there.
pub const MAX_ERRORS: usize = 100;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    kind: Kind,
    nullable: bool,
}

#[derive(Debug)]
enum Kind {
    Text(Text),
    Number {
        integer: bool,
        minimum: Option<f64>,
        maximum: Option<f64>,
    },
    Boolean,
    Array {
        items: Box<Schema>,
        minimum: usize,
        maximum: usize,
    },
    Object {
        members: BTreeMap<String, Schema>,
        required: Vec<String>,
    },
    /// Any JSON.
    Any,
    /// An object, or an array.
    OneOrMany {
        one: Box<Schema>,
        many: Box<Schema>,
    },
}

#[derive(Debug)]
struct Text {
    minimum: usize,
    maximum: usize,
    words: Option<Vec<String>>,
    pattern: Option<Regex>,
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Uuid,
    DateTime,
    Date,
    Uri,
    /// A BCP 47 tag, of which the primary tag counts.
    Language,
}

/// The error of JSON that does not match a schema.
#[derive(Debug)]
pub enum Invalid {
    /// The bytes are not JSON.
    Malformed(serde_json::Error),
    /// Values do not match the schema: the first [`MAX_ERRORS`] of them.
    Mismatch(Vec<FieldError>),
}

impl Schema {
    /// Compiles a schema of the document.
    ///
    /// # Panics
    /// If the schema uses a feature that this validator does not support. Every test would detect that.
    pub fn compile(schema: &Value, document: &Value) -> Self {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = document.pointer(reference.trim_start_matches('#')).expect("a $ref has a target");
            return Self::compile(target, document);
        }
        if let Some(branches) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return Self::any_of(branches, document);
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(only) => vec![only],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => panic!("a schema without a type: {schema}"),
        };
        let bound = |name: &str, default| schema[name].as_u64().map_or(default, |bound| bound as usize);
        let kind = match types.iter().find(|name| **name != "null").copied() {
            Some("string") => Kind::Text(Text::compile(schema)),
            Some(number @ ("integer" | "number")) => Kind::Number {
                integer: number == "integer",
                minimum: schema["minimum"].as_f64(),
                maximum: schema["maximum"].as_f64(),
            },
            Some("boolean") => Kind::Boolean,
            Some("array") => Kind::Array {
                items: Box::new(Self::compile(&schema["items"], document)),
                minimum: bound("minItems", 0),
                maximum: bound("maxItems", usize::MAX),
            },
            // A read-only member is derived by the service: whatever a request has there is not used.
            _ if schema["readOnly"] == true => Kind::Any,
            Some("object") if schema["properties"].is_null() => Kind::Any,
            Some("object") => {
                let members = schema["properties"].as_object().into_iter().flatten();
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                Kind::Object {
                    members: members.map(|(name, member)| (name.clone(), Self::compile(member, document))).collect(),
                    required: required.map(str::to_owned).collect(),
                }
            }
            _ => panic!("a schema of an unknown type: {schema}"),
        };
        Self { kind, nullable: types.contains(&"null") }
    }

    /// Compiles a choice: one schema or null, several enumerations, which are merged, or an object and an array.
    fn any_of(branches: &[Value], document: &Value) -> Self {
        let (nulls, others): (Vec<_>, Vec<_>) = branches.iter().partition(|branch| branch["type"] == "null");
        let mut schemas = others.into_iter().map(|branch| Self::compile(branch, document));
        let mut schema = schemas.next().expect("a choice has branches");
        for other in schemas {
            match (&mut schema.kind, other.kind) {
                (Kind::Text(Text { words: Some(words), .. }), Kind::Text(Text { words: Some(more), .. })) => {
                    words.extend(more.into_iter().filter(|word| !words.contains(word)).collect::<Vec<_>>());
                }
                (Kind::Object { .. }, many @ Kind::Array { .. }) => {
                    let many = Box::new(Self { kind: many, nullable: false });
                    schema = Self { kind: Kind::OneOrMany { one: Box::new(schema), many }, nullable: false };
                }
                _ => panic!("a choice between schemas that are not lists of words, nor an object and an array"),
            }
        }
        schema.nullable |= !nulls.is_empty();
        schema
    }

    /// The schema of the items, if the value is a list.
    pub fn list_items(&self) -> Option<&Self> {
        match &self.kind {
            Kind::Array { items, .. } => Some(items),
            _ => None,
        }
    }

    /// The schema of a member, if the value is an object that has it.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Object { members, .. } => members.get(name),
            _ => None,
        }
    }

    /// Converts a cell of CSV to the type of the schema: JSON for lists and objects, of which a list may also be texts
    /// between semicolons. If that fails, the text stays a string, which [`Self::check`] refuses.
    pub fn read_cell(&self, text: &str) -> Value {
        match &self.kind {
            Kind::Array { items, .. } if !text.starts_with('[') && matches!(items.kind, Kind::Text(_)) => {
                text.split(';').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect()
            }
            Kind::Array { .. } | Kind::Object { .. } | Kind::Any => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
            }
            _ => self.read_text(text),
        }
    }

    /// Converts the text of a parameter to a number or a boolean if the schema has that type. If that fails, the text stays a
    /// string, which [`Self::check`] refuses.
    pub fn read_text(&self, text: &str) -> Value {
        let is_plain = !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace);
        let parsed = || serde_json::from_str::<Value>(text).ok().filter(|_| is_plain);
        let value = match self.kind {
            // JSON Schema accepts 1.0 as an integer, but a path or a query must have 1.
            Kind::Number { integer, .. } => parsed().filter(|v| v.is_number() && !(integer && v.is_f64())),
            Kind::Boolean => parsed().filter(Value::is_boolean),
            _ => None,
        };
        value.unwrap_or_else(|| Value::String(text.to_owned()))
    }

    /// Parses JSON that must match the schema.
    ///
    /// # Errors
    /// When it is not JSON or does not match.
    pub fn parse(&self, json: &[u8]) -> Result<Value, Invalid> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        self.read(|seed| {
            let value = seed.deserialize(&mut deserializer)?;
            deserializer.end()?;
            Ok(value)
        })
    }

    /// Checks a value that must match the schema.
    ///
    /// # Errors
    /// When it does not match.
    pub fn check(&self, value: Value) -> Result<Value, Invalid> {
        self.read(|seed| seed.deserialize(value))
    }

    fn read(&self, read: impl FnOnce(Seed<'_>) -> serde_json::Result<Value>) -> Result<Value, Invalid> {
        let errors = RefCell::default();
        let read = read(Seed { schema: self, path: &Path::Root, errors: &errors });
        let errors = errors.into_inner();
        match read {
            Err(error) if errors.len() < MAX_ERRORS => Err(Invalid::Malformed(error)),
            Ok(value) if errors.is_empty() => Ok(value),
            _ => Err(Invalid::Mismatch(errors)),
        }
    }
}

impl Text {
    fn compile(schema: &Value) -> Self {
        let bound = |name: &str, default| schema[name].as_u64().map_or(default, |bound| bound as usize);
        let words = schema["enum"].as_array();
        Self {
            minimum: bound("minLength", 0),
            maximum: bound("maxLength", usize::MAX),
            words: words.map(|words| words.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            pattern: schema["pattern"].as_str().map(|pattern| Regex::new(pattern).expect("a pattern compiles")),
            format: match schema["format"].as_str() {
                Some("uuid") => Some(Format::Uuid),
                Some("date-time") => Some(Format::DateTime),
                Some("date") => Some(Format::Date),
                Some("uri") => Some(Format::Uri),
                Some("language") => Some(Format::Language),
                _ => None,
            },
        }
    }

    /// The error of `text`, if it is not valid.
    fn error(&self, text: &str) -> Option<String> {
        // The only character that Postgres cannot store.
        if text.contains('\0') {
            return Some("must not contain U+0000".to_owned());
        }
        if let Some(words) = &self.words {
            let is_known = words.iter().any(|word| word == text);
            return (!is_known).then(|| format!("must be one of {}", words.join(", ")));
        }
        if let Some(format) = self.format.filter(|format| !format.matches(text)) {
            return Some(format!("must be {format}"));
        }
        // A character has one to four bytes in UTF-8, so most texts need no counting.
        if text.len() > self.maximum && text.chars().count() > self.maximum {
            return Some(format!("must be at most {} characters", self.maximum));
        }
        if text.len() / 4 < self.minimum && text.chars().count() < self.minimum {
            let noun = if self.minimum == 1 { "character" } else { "characters" };
            return Some(format!("must be at least {} {noun}", self.minimum));
        }
        let pattern = self.pattern.as_ref().filter(|pattern| !pattern.is_match(text))?;
        Some(format!("must match {pattern}"))
    }

    /// The form of a valid text that the service works with: a date as the time at which it starts, a language as its primary
    /// tag.
    fn canonical(&self, text: String) -> String {
        match self.format {
            Some(Format::DateTime) if parse_date(&text).is_some() => format!("{text}T00:00:00Z"),
            Some(Format::Language) => text.split('-').next().unwrap_or_default().to_owned(),
            _ => text,
        }
    }
}

impl Format {
    fn matches(self, text: &str) -> bool {
        match self {
            Self::Uuid => text.len() == 36 && Uuid::try_parse(text).is_ok(),
            Self::DateTime => parse_time(text).is_some(),
            Self::Date => parse_date(text).is_some(),
            // The pattern says what a tag looks like.
            Self::Language => true,
            // RFC 3986: these characters only, and two hexadecimal digits after %.
            Self::Uri => {
                let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
                let is_escape = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
                text.bytes().all(is_allowed) && text.split('%').skip(1).all(is_escape)
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uuid => "a UUID with hyphens",
            Self::DateTime => "an RFC 3339 time in the years 0000 to 9999 of UTC, or a date",
            Self::Date => "a date such as 2026-03-02",
            Self::Uri => "a URI",
            Self::Language => "a BCP 47 tag",
        })
    }
}

impl Kind {
    const fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Number { integer: true, .. } => "an integer",
            Self::Number { integer: false, .. } => "a number",
            Self::Boolean => "true or false",
            Self::Array { .. } => "an array",
            Self::Object { .. } => "an object",
            Self::Any => "JSON without U+0000",
            Self::OneOrMany { .. } => "an object or an array",
        }
    }
}

/// The path of a value. It is formatted as a JSON pointer (RFC 6901) only if the value is invalid.
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(parent, name) => write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1")),
            Self::Item(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// Reads one value and records its errors. An invalid value is read as null.
struct Seed<'a> {
    schema: &'a Schema,
    path: &'a Path<'a>,
    errors: &'a RefCell<Vec<FieldError>>,
}

impl Seed<'_> {
    /// Records an error. Fails at [`MAX_ERRORS`], which ends the pass.
    fn report<E: Error>(&self, path: &Path<'_>, detail: impl Into<String>) -> Result<Value, E> {
        let mut errors = self.errors.borrow_mut();
        errors.push(FieldError::new(path.to_string(), detail));
        if errors.len() < MAX_ERRORS { Ok(Value::Null) } else { Err(E::custom("too many errors")) }
    }

    /// Drops the errors of a repeated member, whose last value counts.
    fn drop_errors(&self, path: &Path<'_>) {
        let pointer = path.to_string();
        let is_inside =
            |at: &str| at.strip_prefix(&pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.errors.borrow_mut().retain(|error| !is_inside(&error.pointer));
    }

    fn wrong_type<E: Error>(&self) -> Result<Value, E> {
        self.report(self.path, format!("must be {}", self.schema.kind.noun()))
    }

    fn number<E: Error>(self, number: Number) -> Result<Value, E> {
        let Kind::Number { integer, minimum, maximum } = self.schema.kind else { return self.wrong_type() };
        let value = number.as_f64().unwrap_or(f64::NAN);
        let number = match number {
            number if integer && number.is_f64() => {
                if value.fract() != 0.0 || value.abs() >= 9_007_199_254_740_992.0 {
                    return self.wrong_type();
                }
                #[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
                Number::from(value as i64)
            }
            number => number,
        };
        if let Some(minimum) = minimum.filter(|minimum| value < *minimum) {
            return self.report(self.path, format!("must be at least {minimum}"));
        }
        if let Some(maximum) = maximum.filter(|maximum| value > *maximum) {
            return self.report(self.path, format!("must be at most {maximum}"));
        }
        Ok(Value::Number(number))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if let Kind::Any = self.schema.kind {
            let value = Value::deserialize(deserializer)?;
            return if contains_null_character(&value) { self.wrong_type() } else { Ok(value) };
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        if self.schema.nullable { Ok(Value::Null) } else { self.wrong_type() }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        if matches!(self.schema.kind, Kind::Boolean) { Ok(Value::Bool(value)) } else { self.wrong_type() }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        match Number::from_f64(value) {
            Some(number) => self.number(number),
            None => self.wrong_type(),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        let Kind::Text(text) = &self.schema.kind else { return self.wrong_type() };
        match text.error(&value) {
            None => Ok(Value::String(text.canonical(value))),
            Some(detail) => self.report(self.path, detail),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        if let Kind::OneOrMany { many, .. } = &self.schema.kind {
            return Seed { schema: many, ..self }.visit_seq(seq);
        }
        let Kind::Array { items, minimum, maximum } = &self.schema.kind else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return self.wrong_type();
        };
        let mut values = Vec::new();
        loop {
            if values.len() == *maximum {
                if seq.next_element::<IgnoredAny>()?.is_none() {
                    break;
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return self.report(self.path, format!("must have at most {maximum} items"));
            }
            let path = Path::Item(self.path, values.len());
            match seq.next_element_seed(Seed { schema: items, path: &path, errors: self.errors })? {
                Some(value) => values.push(value),
                None => break,
            }
        }
        if values.len() < *minimum {
            return self.report(self.path, format!("must have at least {minimum} items"));
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        if let Kind::OneOrMany { one, .. } = &self.schema.kind {
            return Seed { schema: one, ..self }.visit_map(map);
        }
        let Kind::Object { members, required } = &self.schema.kind else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return self.wrong_type();
        };
        let mut values = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = Path::Member(self.path, &name);
            match members.get(&name) {
                Some(schema) => {
                    if values.contains_key(&name) {
                        self.drop_errors(&path);
                    }
                    let value = map.next_value_seed(Seed { schema, path: &path, errors: self.errors })?;
                    values.insert(name, value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                    self.report(&path, "is not a known member")?;
                }
            }
        }
        for name in required.iter().filter(|name| !values.contains_key(*name)) {
            self.report(&Path::Member(self.path, name), "is required")?;
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        let document = json!({"components": {"schemas": {"Kind": {"type": "string", "enum": ["a", "b"]}}}});
        let schema = json!({
            "type": "object", "required": ["name"], "additionalProperties": false, "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 3},
                "kind": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Kind"}]},
                "count": {"type": ["integer", "null"], "minimum": 0, "maximum": 10},
                "at": {"type": "string", "format": "date-time"},
                "url": {"type": "string", "format": "uri"},
                "list": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "number"}},
            },
        });
        Schema::compile(&schema, &document)
    }

    fn errors(json: &str) -> Vec<(String, String)> {
        match schema().parse(json.as_bytes()) {
            Err(Invalid::Mismatch(errors)) => errors.into_iter().map(|error| (error.pointer, error.detail)).collect(),
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn whole_numbers_are_parsed_as_integers() {
        let given = r#"{"name": "été", "kind": null, "count": 2.0, "list": [1, 2.5]}"#;
        let read = schema().parse(given.as_bytes()).unwrap();
        assert_eq!(read, json!({"name": "été", "kind": null, "count": 2, "list": [1, 2.5]}));
    }

    #[test]
    fn an_object_or_an_array_of_them_is_checked_as_what_it_is() {
        let one = json!({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}});
        let many = json!({"type": "array", "minItems": 1, "maxItems": 2, "items": one});
        let schema = Schema::compile(&json!({"oneOf": [one, many]}), &json!({}));
        for good in ["{\"n\": 1}", "[{\"n\": 1}, {\"n\": 2}]"] {
            assert!(schema.parse(good.as_bytes()).is_ok(), "{good}");
        }
        for (bad, pointer, detail) in [
            ("1", "", "must be an object or an array"),
            ("{\"n\": \"x\"}", "/n", "must be an integer"),
            ("[]", "", "must have at least 1 items"),
            ("[{\"n\": 1}, {\"n\": \"x\"}]", "/1/n", "must be an integer"),
            ("[{}]", "/0/n", "is required"),
        ] {
            let Err(Invalid::Mismatch(errors)) = schema.parse(bad.as_bytes()) else { panic!("{bad} is accepted") };
            assert_eq!((&*errors[0].pointer, &*errors[0].detail), (pointer, detail), "{bad}");
        }
    }

    #[test]
    fn each_error_has_a_pointer() {
        for (json, pointer, detail) in [
            ("[]", "", "must be an object"),
            (r#"{"name": ""}"#, "/name", "must be at least 1 character"),
            (r#"{"name": "éééé"}"#, "/name", "must be at most 3 characters"),
            (r#"{"name": "\u0000"}"#, "/name", "must not contain U+0000"),
            (r#"{"name": 1}"#, "/name", "must be a string"),
            (r#"{"name": "a", "kind": "c"}"#, "/kind", "must be one of a, b"),
            (r#"{"name": "a", "count": 1.5}"#, "/count", "must be an integer"),
            (r#"{"name": "a", "count": 11}"#, "/count", "must be at most 10"),
            (r#"{"name": "a", "list": []}"#, "/list", "must have at least 1 items"),
            (r#"{"name": "a", "list": [1, 2, "x", {}]}"#, "/list", "must have at most 2 items"),
            (r#"{"name": "a", "list": [1, {"x": []}]}"#, "/list/1", "must be a number"),
            (r#"{"name": "a", "a/b~c": {"x": [1]}}"#, "/a~1b~0c", "is not a known member"),
            ("{}", "/name", "is required"),
        ] {
            assert_eq!(errors(json), [(pointer.to_owned(), detail.to_owned())], "{json}");
        }
    }

    #[test]
    fn the_last_of_repeated_members_counts() {
        let given = r#"{"name": 1, "list": ["x", {}], "name": "a", "list": [1]}"#;
        assert_eq!(schema().parse(given.as_bytes()).unwrap(), json!({"name": "a", "list": [1]}));
        assert_eq!(errors(r#"{"name": "a", "name": 1}"#), [("/name".to_owned(), "must be a string".to_owned())]);
    }

    #[test]
    fn times_outside_the_years_0000_to_9999_are_refused() {
        for (time, is_valid) in [
            ("0000-01-01T00:00:00Z", true),
            ("9999-12-31T23:59:59.999999Z", true),
            ("0000-01-01T00:00:00+00:01", false),
            ("9999-12-31T23:59:59-00:01", false),
            ("2026-03-02 08:00:00Z", false),
            ("2026-03-02", true),
            ("2026-02-30", false),
        ] {
            assert_eq!(schema().check(json!({"name": "a", "at": time})).is_ok(), is_valid, "{time}");
        }
    }

    #[test]
    fn a_date_is_read_as_its_start_and_a_language_as_its_primary_tag() {
        let read = schema().check(json!({"name": "a", "at": "2026-03-02"})).unwrap();
        assert_eq!(read["at"], "2026-03-02T00:00:00Z");
        let tag = json!({"type": "string", "format": "language", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$"});
        let language = Schema::compile(&tag, &Value::Null);
        for (given, expected) in [("fr", "fr"), ("fr-CA", "fr"), ("zh-Hant-TW", "zh"), ("nds-NL", "nds")] {
            assert_eq!(language.check(json!(given)).unwrap(), expected);
        }
        assert!(language.check(json!("français")).is_err());
    }

    #[test]
    fn uris_have_only_the_characters_of_rfc_3986() {
        for (uri, is_valid) in [
            ("http://a.example/b%20c?d#e", true),
            ("http://a.example/é", false),
            ("http://a/%2", false),
            ("a b", false),
        ] {
            assert_eq!(schema().check(json!({"name": "a", "url": uri})).is_ok(), is_valid, "{uri}");
        }
    }

    #[test]
    fn validation_stops_at_the_maximum_number_of_errors() {
        let members: String = (0..100_000).map(|i| format!("\"{i}\": 0,")).collect();
        // The text after the last error is not parsed.
        assert_eq!(errors(&format!("{{{members}]")).len(), MAX_ERRORS);
    }

    #[test]
    fn text_that_is_not_json_is_malformed() {
        for json in ["", "{", "{} {}", "nul", "{'name': 1}", "{\"name\": 1"] {
            assert!(matches!(schema().parse(json.as_bytes()), Err(Invalid::Malformed(_))), "{json}");
        }
    }

    #[test]
    fn parameters_are_parsed_as_json_numbers_and_booleans() {
        let number = Schema::compile(&json!({"type": "number"}), &Value::Null);
        let integer = Schema::compile(&json!({"type": "integer"}), &Value::Null);
        let boolean = Schema::compile(&json!({"type": "boolean"}), &Value::Null);
        assert_eq!(number.read_text("20"), json!(20));
        assert_eq!(number.read_text("2e1"), json!(20.0));
        assert_eq!(integer.read_text("20"), json!(20));
        assert!(integer.read_text("20.0").is_string() && integer.read_text("2e1").is_string());
        for text in ["020", "+5", " 5", "5 ", "", "0x1", "NaN", "true"] {
            assert!(number.read_text(text).is_string(), "{text:?}");
        }
        assert_eq!(boolean.read_text("true"), json!(true));
        assert!(boolean.read_text("True").is_string());
    }
}
