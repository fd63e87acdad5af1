//! The operations of the API description: their parameters, media types and bodies.
//!
//! They are compiled from the document, so that the service accepts only what it documents: any other path, method, media
//! type, parameter or member is refused before a handler runs.

use super::accept::{self, accepts};
use super::query::{Parameters, ValidQuery};
use super::schema::{Invalid, Schema};
use crate::domain::Scope;
use crate::http::context;
use crate::http::respond::problem::Problem;
use crate::http::wire::export::{ListFormat, NDJSON};
use crate::http::wire::filters::ParameterError;
use crate::http::wire::json_ld::JSON_LD;
use crate::http::wire::problem::Code;
use crate::http::wire::reconciliation::FORM;
use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, Accept, Header, HeaderMap, HeaderValue};
use actix_web::mime::Mime;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use url::form_urlencoded;

/// Path of the documentation page.
pub const DOCS_PAGE: &str = "/docs";
/// Path of the files of that page, which are not in the document.
pub const DOCS_FILES: &str = "/docs/{file}";

/// The security scheme of the document.
pub const SECURITY_SCHEME: &str = "key";
/// The member of operations that write and take keys that are limited to a publisher.
const PUBLISHER_KEYS: &str = "x-publisher-keys";

/// The location of a parameter.
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
    /// Whether the values of a list are separated by commas instead of repeating the parameter.
    commas: bool,
    required: bool,
    schema: Schema,
}

/// One operation of the document.
pub struct Operation {
    pub id: String,
    pub tag: String,
    parameters: Vec<Parameter>,
    /// The media types of its successful responses; empty if they have no content.
    produces: Vec<Mime>,
    /// Whether the answer depends on `Accept`: it has several media types, or there is a page at the path.
    pub depends_on_accept: bool,
    /// The media types of its request body.
    pub consumes: Vec<String>,
    /// The schema of its JSON, or of its form.
    pub body: Option<Schema>,
    /// The scope that the caller needs; `None` when it is open to everybody.
    pub scope: Option<Scope>,
    /// Whether keys that are limited to a publisher may use it: reads, and writes that check the publisher.
    pub takes_publisher_keys: bool,
}

type Operations = HashMap<String, Vec<(Method, Operation)>>;

/// Every operation by path and method, and the methods of each path. The pages and `/mcp` are not in the document of the API.
pub struct Contract {
    operations: Operations,
    /// The pages for people. A path may have an operation and a page.
    pages: Operations,
    allow: HashMap<String, HeaderValue>,
}

impl Operation {
    /// The operation that a request asks for. `None` for an unknown path or method, which the contract refuses.
    pub fn of(request: &HttpRequest) -> Option<&'static Self> {
        Contract::of(request).requested(request, context::route(request)?)
    }
}

impl Contract {
    /// Compiles the documents of the operations, and that of the pages.
    ///
    /// # Panics
    /// If a schema cannot be compiled. Every test would detect that.
    pub fn new(documents: &[&Value], pages: &Value) -> Self {
        let mut operations: Operations = documents.iter().flat_map(|document| compiled(document)).collect();
        let mut pages = compiled(pages);
        for (path, of_page) in &mut pages {
            if let Some(of_api) = operations.get_mut(path) {
                of_api.iter_mut().chain(of_page).for_each(|(_, operation)| operation.depends_on_accept = true);
            }
        }
        let mut methods: HashMap<&String, Vec<&str>> = HashMap::new();
        for (path, operations) in operations.iter().chain(&pages) {
            let methods = methods.entry(path).or_default();
            for (method, _) in operations {
                if !methods.contains(&method.as_str()) {
                    methods.push(method.as_str());
                    methods.extend((method == Method::GET).then_some("HEAD"));
                }
            }
        }
        let value = |methods: Vec<&str>| {
            HeaderValue::from_str(&format!("{}, OPTIONS", methods.join(", "))).expect("methods are ASCII")
        };
        let allow = methods.into_iter().map(|(path, methods)| (path.clone(), value(methods))).collect();
        Self { operations, pages, allow }
    }

    /// The contract that the application was built with.
    ///
    /// # Panics
    /// If the application was built without its contract. Every test would detect that.
    pub fn of(request: &HttpRequest) -> &'static Self {
        request.app_data::<&'static Self>().expect("the application has its contract")
    }

    /// The operation of the API for `method` at `path`; HEAD is GET.
    pub fn operation(&self, path: &str, method: &Method) -> Option<&Operation> {
        find(&self.operations, path, method)
    }

    /// The operation or the page that a request for `path` asks for.
    pub fn requested(&self, request: &HttpRequest, path: &str) -> Option<&Operation> {
        find(if context::is_page(request) { &self.pages } else { &self.operations }, path, request.method())
    }

    /// Whether a request is answered with a page: nothing else is at the path, or the caller prefers it.
    pub fn answers_page(&self, path: &str, headers: &HeaderMap) -> bool {
        self.pages.contains_key(path) && (!self.operations.contains_key(path) || accept::prefers_page(headers))
    }

    /// The value of `Allow` for a path.
    pub fn allow(&self, path: &str) -> Option<&HeaderValue> {
        self.allow.get(path)
    }

    /// The route pattern that a request's path matches.
    pub fn route(&self, request: &ServiceRequest) -> Option<&str> {
        let pattern = request.match_pattern()?;
        if pattern == DOCS_FILES {
            return Some(DOCS_FILES);
        }
        self.allow.get_key_value(&pattern).map(|(pattern, _)| pattern.as_str())
    }
}

/// The operations of a document.
fn compiled(document: &Value) -> Operations {
    let mut operations = Operations::new();
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method of the document");
            operations.entry(path.clone()).or_default().push((method, Operation::new(operation, document)));
        }
    }
    operations
}

fn find<'a>(operations: &'a Operations, path: &str, method: &Method) -> Option<&'a Operation> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    operations.get(path)?.iter().find_map(|(known, operation)| (known == method).then_some(operation))
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn resolved<'a>(value: &'a Value, document: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    target.unwrap_or(value)
}

/// The scope that the security requirement of an operation names.
fn scope_of(operation: &Value) -> Option<Scope> {
    let security = operation["security"].as_array();
    let security = security.unwrap_or_else(|| panic!("{} declares no security", operation["operationId"]));
    let scope = &security.first()?.get(SECURITY_SCHEME)?[0];
    Some(scope.as_str().and_then(Scope::parse).unwrap_or_else(|| panic!("{scope} is no scope")))
}

impl Operation {
    fn new(operation: &Value, document: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let content = &operation["requestBody"]["content"];
        // With NDJSON, the schema of a line: that of an array is made of it.
        let lines = members(content).find(|(media_type, _)| *media_type == NDJSON);
        let json = lines.or_else(|| members(content).find(|(media_type, _)| media_type.ends_with("json")));
        let json = json.or_else(|| members(content).find(|(media_type, _)| *media_type == FORM));
        let successes = members(&operation["responses"]).filter(|(status, _)| status.starts_with('2'));
        let produces = successes.flat_map(|(_, response)| members(&response["content"]));
        let produces: Vec<Mime> =
            produces.map(|(kind, _)| kind.parse().expect("a media type of the document")).collect();
        let scope = scope_of(operation);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            id: text(&operation["operationId"]),
            tag: text(&operation["tags"][0]),
            scope,
            takes_publisher_keys: scope <= Some(Scope::Read) || operation[PUBLISHER_KEYS] == true,
            parameters: parameters.map(|parameter| Parameter::new(resolved(parameter, document), document)).collect(),
            depends_on_accept: produces.len() > 1,
            produces,
            consumes: members(content).map(|(media_type, _)| media_type.clone()).collect(),
            body: json.map(|(_, media)| Schema::compile(&media["schema"], document)),
        }
    }

    /// Checks the head of a request and returns its query.
    ///
    /// # Errors
    /// 400 with every invalid parameter, 406 when `Accept` excludes every media type of the operation.
    pub fn check(&self, request: &ServiceRequest, pattern: &str) -> Result<ValidQuery, Problem> {
        self.check_accept(request)?;
        let given = Parameters::of(request.request());
        let mut faults = Vec::new();
        for name in given.names() {
            if !self.parameters.iter().any(|p| p.place == Place::Query && p.name == name) {
                faults.push(ParameterError::new(name, "is not a parameter of this operation"));
            }
        }
        faults.extend(given.unreadable().iter().map(|name| ParameterError::new(name, "is not UTF-8")));
        let mut query = Map::new();
        for parameter in &self.parameters {
            match parameter.read(request, pattern, &given) {
                Ok(Some(value)) if parameter.place == Place::Query => drop(query.insert(parameter.name.clone(), value)),
                Ok(_) => {}
                Err(detail) => faults.push(ParameterError::new(&parameter.name, detail)),
            }
        }
        if faults.is_empty() { Ok(ValidQuery(Value::Object(query))) } else { Err(Problem::parameters(faults)) }
    }

    fn check_accept(&self, request: &ServiceRequest) -> Result<(), Problem> {
        let is_any = request.headers().get_all(header::ACCEPT).all(HeaderValue::is_empty);
        let accept = Accept::parse(request).unwrap_or_else(|_| Accept(Vec::new()));
        if is_any || self.produces.is_empty() || self.produces.iter().any(|produced| accepts(&accept, produced)) {
            return Ok(());
        }
        let produces: Vec<_> = self.produces.iter().map(ToString::to_string).collect();
        Err(Problem::new(Code::NotAcceptable, format!("this operation answers {}", produces.join(" or "))))
    }

    /// Whether a request with this query asks for JSON-LD, and the operation has it.
    pub fn answers_json_ld(&self, headers: &HeaderMap, ValidQuery(query): &ValidQuery) -> bool {
        let given = query.get("format").and_then(|format| serde_json::from_value(format.clone()).ok());
        let is_produced = self.produces.iter().any(|produced| produced.essence_str() == JSON_LD);
        is_produced && accept::format(headers, given) == ListFormat::Jsonld
    }

    /// The names of the parameters in a query, sorted; `?` for those that the operation does not know. No values.
    pub fn query_shape(&self, query: &str) -> String {
        let is_known = |name: &str| self.parameters.iter().any(|p| p.place == Place::Query && p.name == name);
        let names = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
        let names: BTreeSet<_> = names.map(|name| if is_known(&name) { name } else { "?".into() }).collect();
        names.into_iter().collect::<Vec<_>>().join(",")
    }

    /// Reads `given` as the filters of this list, which are its query parameters except `others`.
    ///
    /// # Errors
    /// Each parameter that is not a filter of the list or has an invalid value.
    pub fn filters(&self, given: &Parameters, others: &[&str]) -> Result<Value, Vec<ParameterError>> {
        let is_filter =
            |parameter: &&Parameter| parameter.place == Place::Query && !others.contains(&parameter.name.as_str());
        let mut faults = Vec::new();
        let mut filters = Map::new();
        for name in given.names() {
            let parameter = self.parameters.iter().filter(is_filter).find(|parameter| parameter.name == name);
            match parameter.map(|parameter| parameter.value(&given.all(name))) {
                None => faults.push(ParameterError::new(name, "is not a filter of the records that are counted")),
                Some(Err(detail)) => faults.push(ParameterError::new(name, detail)),
                Some(Ok(value)) => drop(filters.insert(name.to_owned(), value)),
            }
        }
        if faults.is_empty() { Ok(Value::Object(filters)) } else { Err(faults) }
    }
}

impl Parameter {
    fn new(parameter: &Value, document: &Value) -> Self {
        Self {
            name: parameter["name"].as_str().unwrap_or_default().to_owned(),
            place: match parameter["in"].as_str() {
                Some("path") => Place::Path,
                Some("header") => Place::Header,
                _ => Place::Query,
            },
            commas: parameter["explode"] == false,
            required: parameter["required"] == true,
            schema: Schema::compile(&parameter["schema"], document),
        }
    }

    /// The value of this parameter in a request, if it has one.
    fn read(&self, request: &ServiceRequest, pattern: &str, query: &Parameters) -> Result<Option<Value>, String> {
        let header;
        let given = match self.place {
            Place::Path => path_value(pattern, request.path(), &self.name).into_iter().collect(),
            Place::Query => query.all(&self.name),
            Place::Header => match field(request.headers(), &self.name)? {
                None => Vec::new(),
                Some(value) => {
                    header = value;
                    vec![header.as_str()]
                }
            },
        };
        if given.is_empty() {
            return if self.required { Err("is required".to_owned()) } else { Ok(None) };
        }
        self.value(&given).map(Some)
    }

    /// Validates the given texts and returns their value.
    fn value(&self, given: &[&str]) -> Result<Value, String> {
        let value = match (self.schema.list_items(), given) {
            (None, [only]) => self.schema.read_text(only),
            (None, _) => return Err("must be given once".to_owned()),
            (Some(items), given) if self.commas => {
                given.iter().flat_map(|value| value.split(',')).map(|value| items.read_text(value)).collect()
            }
            (Some(items), given) => given.iter().map(|value| items.read_text(value)).collect(),
        };
        self.schema.check(value).map_err(|invalid| match invalid {
            Invalid::Malformed(error) => error.to_string(),
            Invalid::Mismatch(errors) => errors.into_iter().next().map(|error| error.detail).unwrap_or_default(),
        })
    }
}

/// The value of a header. Several lines are joined to one list.
fn field(headers: &HeaderMap, name: &str) -> Result<Option<String>, String> {
    let lines: Result<Vec<&str>, _> = headers.get_all(name).map(HeaderValue::to_str).collect();
    let lines = lines.map_err(|_| "has a character outside ASCII".to_owned())?;
    Ok((!lines.is_empty()).then(|| lines.join(", ").trim().to_owned()))
}

/// The value of the parameter `name` in `path`. The request is not routed yet.
fn path_value<'a>(pattern: &str, path: &'a str, name: &str) -> Option<&'a str> {
    pattern.split('/').zip(path.split('/')).find_map(|(pattern, segment)| segment_value(pattern, segment, name))
}

/// The value of the parameter `name` in a segment with one or more parameters, such as `{a}..{b}`.
fn segment_value<'a>(mut pattern: &str, mut segment: &'a str, name: &str) -> Option<&'a str> {
    loop {
        let (literal, parameter) = pattern.split_once('{')?;
        let (parameter, rest) = parameter.split_once('}')?;
        segment = segment.strip_prefix(literal)?;
        let separator = rest.split('{').next().unwrap_or_default();
        let end = if separator.is_empty() { segment.len() } else { segment.find(separator)? };
        if parameter == name {
            return Some(&segment[..end]);
        }
        (pattern, segment) = (rest, &segment[end..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_of_a_path_may_have_several_parameters() {
        let value = |path, name| path_value("/v1/articles/{id}/versions/{a}..{b}", path, name);
        let path = "/v1/articles/17/versions/1..20";
        assert_eq!(["id", "a", "b", "n"].map(|name| value(path, name)), [Some("17"), Some("1"), Some("20"), None]);
        assert_eq!(["a", "b"].map(|name| value("/v1/articles/17/versions/1..2..3", name)), [Some("1"), Some("2..3")]);
        assert_eq!(value("/v1/articles/17/versions/1", "a"), None);
    }
}
