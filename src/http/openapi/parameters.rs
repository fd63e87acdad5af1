//! Describes the parameters of several operations once, as components.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Moves each parameter with the same description in several operations to the components.
pub fn share(document: &mut Value) {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    each_parameter(document, |_, parameter| *uses.entry(parameter.to_string()).or_default() += 1);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut components = Map::new();
    each_parameter(document, |path, parameter| {
        let text = parameter.to_string();
        if uses[&text] < 2 {
            return;
        }
        let name = names.entry(text).or_insert_with(|| {
            let name = free_name(&components, path, parameter);
            components.insert(name.clone(), parameter.clone());
            name
        });
        *parameter = json!({"$ref": format!("#/components/parameters/{name}")});
    });
    components.sort_keys();
    document["components"]["parameters"] = Value::Object(components);
}

/// The name of a shared parameter. If the name is taken, it is prefixed with the resource of the first operation.
fn free_name(taken: &Map<String, Value>, path: &str, parameter: &Value) -> String {
    let name = parameter["name"].as_str().unwrap_or_default();
    let resource = path.trim_start_matches("/v1/").replace(['/', '{', '}'], ".").replace("..", ".");
    let names = [name.to_owned(), format!("{}.{name}", resource.trim_matches('.'))];
    names.into_iter().find(|name| !taken.contains_key(name)).expect("a name is free")
}

fn each_parameter(document: &mut Value, mut visit: impl FnMut(&str, &mut Value)) {
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in parameters.into_iter().flatten() {
                visit(path, parameter);
            }
        }
    }
}
