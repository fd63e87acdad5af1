//! The document as law: what a request may be is read from the OpenAPI document, once, and every request is held to it.
//!
//! So the document cannot promise what the service does not do: an address, a method, a media type, a parameter or a
//! member that is not in it is refused here, before a handler runs.

use super::accept::accepts;
use super::docs;
use super::input::Parameters;
use super::problem::{Code, Problem};
use super::trace;
use crate::domain::FieldError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Where a parameter stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Query,
    Header,
}

/// One parameter of an operation.
struct Parameter {
    name: String,
    place: Place,
    /// Read as a list: repeated, or with commas where `explode` is false.
    list: bool,
    commas: bool,
    required: bool,
    /// Numbers and booleans are read from their text.
    scalar: Scalar,
    validator: Validator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scalar {
    Text,
    Integer,
    Number,
    Boolean,
}

/// What the document says of one operation.
pub struct Operation {
    parameters: Vec<Parameter>,
    /// The media types of its successful answers; empty when it answers no content.
    produces: Vec<String>,
    /// The media types it takes, and the validator of its JSON.
    pub consumes: Vec<String>,
    pub body: Option<Validator>,
}

/// Every operation by path and method, and the methods of each path.
pub struct Contract {
    operations: HashMap<String, Vec<(Method, Operation)>>,
    allow: HashMap<String, HeaderValue>,
}

impl Contract {
    /// The contract of this build's document.
    pub fn get() -> &'static Contract {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Contract::of(docs::document()))
    }

    /// Reads a document.
    ///
    /// # Panics
    /// When the document has a schema that cannot be compiled: a fault of the build, which every test meets.
    fn of(document: &Value) -> Self {
        let components = &document["components"];
        let mut operations = HashMap::new();
        let mut allow = HashMap::new();
        for (path, item) in members(&document["paths"]) {
            let mut methods = Vec::new();
            for (method, operation) in members(item) {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method of the document");
                methods.push(method.to_string());
                if method == Method::GET {
                    methods.push("HEAD".to_owned());
                }
                let operations: &mut Vec<_> = operations.entry(path.clone()).or_default();
                operations.push((method, Operation::of(operation, components)));
            }
            methods.push("OPTIONS".to_owned());
            allow.insert(path.clone(), HeaderValue::from_str(&methods.join(", ")).expect("methods are ASCII"));
        }
        Self { operations, allow }
    }

    /// What the document says of `method` at `pattern`; HEAD is GET.
    pub fn operation(&self, pattern: &str, method: &Method) -> Option<&Operation> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let operations = self.operations.get(pattern)?;
        operations.iter().find_map(|(of, operation)| (of == method).then_some(operation))
    }
}

/// The pattern that the address of a request matches, when anything is there.
pub fn pattern(request: &ServiceRequest) -> Option<&'static str> {
    let pattern = request.match_pattern()?;
    // The files of the documentation page are served beside the document.
    if pattern == docs::FILES {
        return Some(docs::FILES);
    }
    Contract::get().allow.get_key_value(&pattern).map(|(pattern, _)| pattern.as_str())
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

/// Compiles a schema of the document, whose references point into its components.
fn compile(schema: &Value, components: &Value) -> Validator {
    let mut root = match schema {
        Value::Object(members) => members.clone(),
        _ => Map::new(),
    };
    root.insert("components".to_owned(), components.clone());
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&Value::Object(root))
        .expect("a schema of the document compiles")
}

impl Operation {
    fn of(operation: &Value, components: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let content = &operation["requestBody"]["content"];
        let json = members(content).find(|(media_type, _)| media_type.ends_with("json"));
        let mut produces = Vec::new();
        for (status, response) in members(&operation["responses"]) {
            if status.starts_with('2') {
                produces.extend(members(&response["content"]).map(|(media_type, _)| media_type.clone()));
            }
        }
        Self {
            parameters: parameters.map(|parameter| Parameter::of(parameter, components)).collect(),
            produces,
            consumes: members(content).map(|(media_type, _)| media_type.clone()).collect(),
            body: json.map(|(_, media)| compile(&media["schema"], components)),
        }
    }

    fn check(&self, request: &ServiceRequest, pattern: &str) -> Result<(), Problem> {
        self.check_accept(request)?;
        let mut faults = Vec::new();
        let parameters = Parameters::of(request.request());
        for (name, _) in parameters.pairs() {
            if !self.parameters.iter().any(|p| p.place == Place::Query && p.name == name) {
                faults.push((name.to_owned(), "is not a parameter of this operation".to_owned()));
            }
        }
        let unreadable = parameters.unreadable().iter();
        faults.extend(unreadable.map(|name| (name.clone(), "is not UTF-8".to_owned())));
        for parameter in &self.parameters {
            faults
                .extend(parameter.faults(request, pattern, &parameters).map(|detail| (parameter.name.clone(), detail)));
        }
        faults.dedup();
        if faults.is_empty() { Ok(()) } else { Err(Problem::parameters(faults)) }
    }

    /// Refuses a request that takes nothing of what the operation answers.
    fn check_accept(&self, request: &ServiceRequest) -> Result<(), Problem> {
        let Some(accept) = request.headers().get(header::ACCEPT) else { return Ok(()) };
        if self.produces.is_empty() {
            return Ok(());
        }
        let refuse =
            || Problem::new(Code::NotAcceptable, format!("this operation answers {}", self.produces.join(" or ")));
        let accept = accept.to_str().map_err(|_| refuse())?;
        if accept.trim().is_empty() || self.produces.iter().any(|produced| accepts(accept, produced)) {
            Ok(())
        } else {
            Err(refuse())
        }
    }

    /// What is wrong with a query that is read as the filters of this list: all its parameters but these.
    pub fn filter_faults(&self, parameters: &Parameters, others: &[&str]) -> Vec<(String, String)> {
        let filter = |name: &str| {
            let named = self.parameters.iter().find(|p| p.place == Place::Query && p.name == name);
            named.filter(|_| !others.contains(&name))
        };
        let mut faults = Vec::new();
        for (name, _) in parameters.pairs() {
            let fault = match filter(name) {
                None => Some("is no filter of what is counted".to_owned()),
                Some(parameter) => parameter.faults_of(&parameters.all(name)),
            };
            faults.extend(fault.map(|detail| (name.to_owned(), detail)));
        }
        faults.sort();
        faults.dedup();
        faults
    }

    /// The query as JSON: lists as arrays, numbers and booleans as such. Sound once [`enforce`] has let it through.
    pub fn query(&self, parameters: &Parameters) -> Value {
        let mut query = Map::new();
        for parameter in self.parameters.iter().filter(|parameter| parameter.place == Place::Query) {
            let given = parameters.all(&parameter.name);
            if !given.is_empty() {
                query.insert(parameter.name.clone(), parameter.value(&given));
            }
        }
        Value::Object(query)
    }
}

impl Parameter {
    fn of(parameter: &Value, components: &Value) -> Self {
        let schema = &parameter["schema"];
        let list = is_of_type(schema, "array");
        let one = if list { &schema["items"] } else { schema };
        let scalar = match one {
            one if is_of_type(one, "integer") => Scalar::Integer,
            one if is_of_type(one, "number") => Scalar::Number,
            one if is_of_type(one, "boolean") => Scalar::Boolean,
            _ => Scalar::Text,
        };
        Self {
            name: parameter["name"].as_str().unwrap_or_default().to_owned(),
            place: match parameter["in"].as_str() {
                Some("path") => Place::Path,
                Some("header") => Place::Header,
                _ => Place::Query,
            },
            list,
            commas: parameter["explode"] == json!(false),
            required: parameter["required"] == json!(true),
            scalar,
            validator: compile(schema, components),
        }
    }

    /// What is wrong with this parameter in a request.
    fn faults(&self, request: &ServiceRequest, pattern: &str, parameters: &Parameters) -> Option<String> {
        let header;
        let given = match self.place {
            Place::Path => segment(pattern, request.path(), &self.name).into_iter().collect(),
            Place::Query => parameters.all(&self.name),
            Place::Header => match request.headers().get(self.name.as_str()).map(HeaderValue::to_str) {
                None => Vec::new(),
                Some(Err(_)) => return Some("has a character outside ASCII".to_owned()),
                Some(Ok(value)) => {
                    header = value.trim().to_owned();
                    vec![header.as_str()]
                }
            },
        };
        if given.is_empty() { self.required.then(|| "is required".to_owned()) } else { self.faults_of(&given) }
    }

    /// What is wrong with the values given for it.
    fn faults_of(&self, given: &[&str]) -> Option<String> {
        if given.len() > 1 && !self.list {
            return Some("must be given once".to_owned());
        }
        faults(&self.validator, &self.value(given)).into_iter().next().map(|fault| fault.detail)
    }

    fn value(&self, given: &[&str]) -> Value {
        if !self.list {
            return self.scalar.read(given.first().copied().unwrap_or_default());
        }
        let split = given.iter().flat_map(|value| match self.commas {
            true => value.split(',').collect(),
            false => vec![*value],
        });
        split.map(|value| self.scalar.read(value)).collect()
    }
}

impl Scalar {
    /// The JSON value that the text spells; text that spells none stays text, and fails validation.
    fn read(self, text: &str) -> Value {
        let plain = !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace);
        let parsed = serde_json::from_str::<Value>(text).ok().filter(|_| plain);
        match (self, parsed) {
            // To JSON Schema 1.0 is an integer; an address or a query spells one without a point.
            (Self::Integer, Some(Value::Number(number))) if !number.is_f64() => Value::Number(number),
            (Self::Number, Some(value @ Value::Number(_))) | (Self::Boolean, Some(value @ Value::Bool(_))) => value,
            _ => Value::String(text.to_owned()),
        }
    }
}

fn is_of_type(schema: &Value, name: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == name,
        Value::Array(several) => several.iter().any(|one| one == name),
        _ => false,
    }
}

/// What stands in `path` where `pattern` has `{name}`. The request is not routed yet.
fn segment<'a>(pattern: &str, path: &'a str, name: &str) -> Option<&'a str> {
    let is_named = |part: &str| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) == Some(name);
    pattern.split('/').zip(path.split('/')).find(|(part, _)| is_named(part)).map(|(_, given)| given)
}

/// Everything that is wrong with `value`, each with its place.
pub fn faults(validator: &Validator, value: &Value) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for error in validator.iter_errors(value) {
        collect(&error, &mut faults);
    }
    faults
}

fn collect(error: &jsonschema::ValidationError, faults: &mut Vec<FieldError>) {
    let at = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            faults.extend(unexpected.iter().map(|name| FieldError::new(member(at, name), "is not a known member")));
        }
        ValidationErrorKind::Required { property } => {
            faults.push(FieldError::new(member(at, property.as_str().unwrap_or_default()), "is required"));
        }
        ValidationErrorKind::Format { format } => faults.push(FieldError::new(at, format!("must be a {format}"))),
        ValidationErrorKind::Enum { options } => faults.push(FieldError::new(at, format!("must be one of {options}"))),
        ValidationErrorKind::Pattern { pattern } if pattern == docs::NO_NUL => {
            faults.push(FieldError::new(at, "must not contain U+0000"));
        }
        // Null or a value: what is wrong with the value says more than that neither fits.
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            let is_telling = |branch: &&Vec<_>| !branch.iter().all(is_about_type);
            match context.iter().find(is_telling) {
                Some(branch) => branch.iter().for_each(|error| collect(error, faults)),
                None => faults.push(FieldError::new(at, "is of the wrong type")),
            }
        }
        _ => faults.push(FieldError::new(at, error.masked_with("the value").to_string())),
    }
}

fn is_about_type(error: &jsonschema::ValidationError) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. })
}

fn member(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Refuses what the document does not allow, answers OPTIONS, and lets the rest through.
pub async fn enforce(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match verdict(&request) {
        Verdict::Pass => Ok(next.call(request).await?.map_into_left_body()),
        Verdict::Answer(response) => Ok(request.into_response(response).map_into_right_body()),
    }
}

enum Verdict {
    Pass,
    Answer(HttpResponse),
}

fn verdict(request: &ServiceRequest) -> Verdict {
    let contract = Contract::get();
    let found = trace::pattern(request.request()).unwrap_or_default();
    let pattern = if found == docs::FILES { docs::PAGE } else { found };
    let Some(allow) = contract.allow.get(pattern) else {
        let detail = format!("nothing is at {}", request.path());
        return Verdict::Answer(Problem::new(Code::NoSuchRoute, detail).error_response());
    };
    if request.method() == Method::OPTIONS {
        return Verdict::Answer(HttpResponse::NoContent().insert_header((header::ALLOW, allow.clone())).finish());
    }
    let Some(operation) = contract.operation(pattern, request.method()) else {
        let detail = format!("this address takes {}", allow.to_str().unwrap_or_default());
        let problem = Problem::new(Code::MethodNotAllowed, detail).with_header(ALLOW, allow.clone());
        return Verdict::Answer(problem.error_response());
    };
    // A stylesheet or a script is not what `Accept: text/html` of the page is about.
    if found == docs::FILES {
        return Verdict::Pass;
    }
    match operation.check(request, pattern) {
        Ok(()) => {
            request.extensions_mut().insert(operation);
            Verdict::Pass
        }
        Err(problem) => Verdict::Answer(problem.error_response()),
    }
}

const ALLOW: HeaderName = header::ALLOW;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_json_spells_them() {
        assert_eq!(Scalar::Number.read("20"), json!(20));
        assert_eq!(Scalar::Number.read("2e1"), json!(20.0));
        assert_eq!(Scalar::Integer.read("20"), json!(20));
        assert!(Scalar::Integer.read("20.0").is_string() && Scalar::Integer.read("2e1").is_string());
        for text in ["020", "+5", " 5", "5 ", "", "0x1", "NaN", "true"] {
            assert!(Scalar::Number.read(text).is_string(), "{text:?}");
        }
        assert_eq!(Scalar::Boolean.read("true"), json!(true));
        assert!(Scalar::Boolean.read("True").is_string());
    }
}
