//! The description of a tool: its name, and the schemas of its arguments and its answer.

use crate::http::extract::schema::{Invalid, Schema};
use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use rmcp::model::{JsonObject, ToolAnnotations};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;

/// Where the schemas of utoipa refer to, and where those of a tool have the same schemas.
const COMPONENTS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";

/// A tool that only reads.
pub struct Tool {
    pub description: rmcp::model::Tool,
    arguments: Schema,
}

impl Tool {
    /// A tool that takes `A` and answers `R`.
    pub fn new<A: ToSchema, R: ToSchema>(name: &'static str, title: &str, description: &'static str) -> Self {
        let (takes, answers) = (schema_of::<A>(), schema_of::<R>());
        let arguments = Schema::compile(&takes, &takes);
        let annotations = ToolAnnotations::new().read_only(true).open_world(false);
        let description = rmcp::model::Tool::new(name, description, object(takes))
            .with_title(title)
            .with_raw_output_schema(Arc::new(object(answers)))
            .with_annotations(annotations);
        Self { description, arguments }
    }

    /// Checks the arguments of a call.
    ///
    /// # Errors
    /// 422 with each argument that is not valid.
    pub fn check(&self, arguments: JsonObject) -> Result<Value, Problem> {
        self.arguments.check(Value::Object(arguments)).map_err(|invalid| match invalid {
            Invalid::Malformed(error) => Problem::new(Code::MalformedBody, error.to_string()),
            Invalid::Mismatch(errors) => Problem::content(errors),
        })
    }
}

/// Reads checked arguments.
///
/// # Errors
/// 422 when they do not fit the type.
pub fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, Problem> {
    serde_json::from_value(arguments).map_err(|error| Problem::new(Code::InvalidContent, error.to_string()))
}

/// An answer as JSON.
///
/// # Errors
/// 500, which every test would detect.
pub fn write<T: Serialize>(answer: T) -> Result<Value, Problem> {
    serde_json::to_value(answer).map_err(|error| Problem::unexpected(&error.to_string()))
}

/// The schema of a type with those that it refers to.
fn schema_of<T: ToSchema>() -> Value {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let parts: Value = parts.into_iter().map(|(name, part)| (name, json!(part))).collect();
    let mut schema = json!(T::schema());
    if parts.as_object().is_some_and(|parts| !parts.is_empty()) {
        schema["$defs"] = parts;
    }
    let text = schema.to_string().replace(COMPONENTS, DEFINITIONS);
    serde_json::from_str(&text).expect("a schema is JSON")
}

fn object(schema: Value) -> JsonObject {
    match schema {
        Value::Object(members) => members,
        _ => unreachable!("a schema is an object"),
    }
}
