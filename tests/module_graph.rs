//! Checks the import graph of `src`: imports point downwards, and modules have no import cycles.
//!
//! The graph is built from the code: `mod` and `use` declarations, and the paths in expressions, types and macro calls. Code under
//! `#[cfg(test)]` is left out. A path counts as an import of the file that defines the item, even if another file re-exports it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each layer and the layers that it may import, from the top down; `http/` stands for `http` and all layers in it. A file belongs to the
/// layer with the longest matching path. Files of one layer may import each other.
const LAYERS: &[(&str, &str)] = &[
    ("main", "cli"),
    (
        "cli",
        "annotate_files train_names table server tls http/ app store/keys store/error auth annotate domain postgres config logs",
    ),
    ("annotate_files", "annotate domain table"),
    ("table", ""),
    ("train_names", "annotate"),
    ("server", "http/ tls jwks app store/ auth annotate postgres config"),
    ("logs", "config"),
    ("config", "tls jwks store/db auth domain postgres"),
    ("http", HTTP),
    ("http/mcp", HTTP),
    ("http/openapi", HTTP),
    ("http/pages", HTTP),
    ("http/routes", HTTP),
    ("http/middleware", "http/extract http/respond http/wire http/context app store/db store/error tls auth domain"),
    ("http/extract", "http/respond http/wire http/context auth domain"),
    ("http/respond", "http/wire http/context store/error domain"),
    ("http/wire", "annotate domain"),
    ("http/context", "auth"),
    ("app", "store/ tls auth annotate domain"),
    ("store/analytics", STORE),
    // These two layers may also import `annotate`: they store its findings and fill its dictionary.
    (
        "store/annotations",
        "store store/name_dictionary store/fulltext store/sql store/db store/error schema annotate domain",
    ),
    ("store/name_dictionary", "store store/sql store/db store/error schema annotate domain"),
    ("store/keys", "store store/sql store/db store/error schema auth domain"),
    ("store", STORE),
    ("store/counts", "store/sql store/db store/error schema domain"),
    ("store/fulltext", "store/sql store/db store/error schema domain"),
    ("store/sql", "store/db store/error schema domain"),
    ("store/db", "store/error schema domain"),
    ("store/error", "domain"),
    ("jwks", "tls auth"),
    ("auth", "domain"),
    ("tls", ""),
    ("annotate", "domain"),
    ("domain", ""),
    ("schema", ""),
    ("postgres", ""),
];
const HTTP: &str = "http/ app store store/analytics store/keys store/name_dictionary store/fulltext store/db store/error auth annotate domain";
const STORE: &str = "store store/counts store/fulltext store/sql store/db store/error schema domain";

/// Layers that are one module with its submodules, which may import each other in cycles.
const SINGLE_MODULES: &[&str] = &["config", "http/wire", "postgres", "store/annotations", "store/fulltext"];

/// Longest chain of re-exports that is followed.
const MAX_REEXPORTS: usize = 8;

type Name = Vec<String>;

/// A module: a file, or a `mod name { .. }` in a file.
#[derive(Default)]
struct Module {
    file: String,
    children: BTreeSet<String>,
    items: BTreeSet<String>,
    /// Names that `use` brings into scope, with their paths from the root of the crate.
    imports: BTreeMap<String, Name>,
    globs: Vec<Name>,
    /// Paths in the code, from the root of the crate.
    paths: BTreeSet<Name>,
}

#[derive(Default)]
struct Graph {
    modules: BTreeMap<Name, Module>,
}

impl Graph {
    /// Reads a file and the files of its modules, which are in `folder`.
    fn read(&mut self, file: &Path, folder: &Path, name: &Name) {
        let code = fs::read_to_string(file).unwrap();
        let tokens = code.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.scan(tokens, file, folder, name);
    }

    fn scan(&mut self, tokens: TokenStream, file: &Path, folder: &Path, name: &Name) {
        let mut module = Module { file: file.strip_prefix("src").unwrap().display().to_string(), ..Module::default() };
        let tokens = without_tests(tokens);
        // Declarations first: a path may begin with a name that is declared below it.
        for (at, token) in tokens.iter().enumerate() {
            match (ident(Some(token)).as_deref(), ident(tokens.get(at + 1)), tokens.get(at + 2)) {
                (Some("mod"), Some(child), body) => {
                    let path = [&name[..], std::slice::from_ref(&child)].concat();
                    let inner = folder.join(&child);
                    match body {
                        Some(TokenTree::Group(body)) => self.scan(body.stream(), file, &inner, &path),
                        _ => {
                            let files = [folder.join(format!("{child}.rs")), inner.join("mod.rs")];
                            let found = files.iter().find(|file| file.exists());
                            self.read(found.unwrap_or_else(|| panic!("no file of {path:?}")), &inner, &path);
                        }
                    }
                    module.children.insert(child);
                }
                (Some("macro_rules"), None, Some(TokenTree::Ident(item))) => {
                    module.items.insert(item.to_string());
                }
                // A lifetime `'static` declares nothing.
                (Some("static"), _, _) if is_punct(tokens.get(at.wrapping_sub(1)), '\'') => {}
                (Some("fn" | "struct" | "enum" | "trait" | "type" | "const" | "static"), Some(item), _) => {
                    module.items.insert(item);
                }
                _ => {}
            }
        }
        read_imports(&tokens, name, &mut module);
        read_paths(&tokens, name, &mut module);
        self.modules.insert(name.clone(), module);
    }

    /// The file that defines the item of a path, `None` for a module and for items of other crates.
    fn file_of(&self, path: &[String], depth: usize) -> Option<&str> {
        let mut at = path.get(..1)?.to_vec();
        let mut module = self.modules.get(&at)?;
        for (position, segment) in path.iter().enumerate().skip(1) {
            let rest = &path[position + 1..];
            if module.children.contains(segment) {
                at.push(segment.clone());
                module = &self.modules[&at];
            } else if module.items.contains(segment) || depth > MAX_REEXPORTS {
                return Some(&module.file);
            } else if let Some(import) = module.imports.get(segment) {
                return self.file_of(&[import, rest].concat(), depth + 1);
            } else {
                let mut globs = module.globs.iter().filter_map(|glob| {
                    let found = self.file_of(&[&glob[..], &path[position..]].concat(), depth + 1)?;
                    self.defines(found, segment).then_some(found)
                });
                // An item that a macro defines belongs to the file that calls the macro.
                return globs.next().or((at.len() > 1).then_some(&module.file));
            }
        }
        None
    }

    fn defines(&self, file: &str, item: &str) -> bool {
        self.modules.values().any(|module| module.file == file && module.items.contains(item))
    }

    /// The imports between files.
    fn edges(&self) -> BTreeSet<(&str, &str)> {
        let mut edges = BTreeSet::new();
        for module in self.modules.values() {
            for path in &module.paths {
                if let Some(to) = self.file_of(path, 0).filter(|to| *to != module.file) {
                    edges.insert((module.file.as_str(), to));
                }
            }
        }
        edges
    }
}

/// The tokens without the items under `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let is_attribute = is_punct(kept.last(), '#');
        if is_attribute && matches!(&token, TokenTree::Group(group) if group.stream().to_string() == "cfg (test)") {
            kept.pop();
            let ends = |token: &TokenTree| {
                is_punct(Some(token), ';')
                    || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
            };
            tokens.by_ref().find(ends);
        } else {
            kept.push(token);
        }
    }
    kept
}

/// Reads the `use` declarations, also those within functions.
fn read_imports(tokens: &[TokenTree], name: &Name, module: &mut Module) {
    let mut at = 0;
    while at < tokens.len() {
        if let TokenTree::Group(group) = &tokens[at] {
            if !is_module_body(tokens, at) {
                read_imports(&without_tests(group.stream()), name, module);
            }
        } else if ident(tokens.get(at)).as_deref() == Some("use") {
            let end = at + tokens[at..].iter().position(|token| is_punct(Some(token), ';')).unwrap_or(1);
            read_use_tree(&tokens[at + 1..end], &[], name, module);
            at = end;
        }
        at += 1;
    }
}

fn read_use_tree(tokens: &[TokenTree], prefix: &[String], name: &Name, module: &mut Module) {
    let mut path = prefix.to_vec();
    let mut alias = None;
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "as" => alias = tokens.next().map(|token| token.to_string()),
            TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Group(group) => {
                let members: Vec<_> = group.stream().into_iter().collect();
                for member in members.split(|token| is_punct(Some(token), ',')) {
                    read_use_tree(member, &path, name, module);
                }
                return;
            }
            TokenTree::Punct(mark) if mark.as_char() == '*' => {
                let path = absolute(&path, name, module);
                module.paths.insert([&path[..], &["*".to_owned()]].concat());
                module.globs.push(path);
                return;
            }
            _ => {}
        }
    }
    if let Some(last) = path.last() {
        let alias = alias.unwrap_or_else(|| last.clone());
        let path = absolute(&path, name, module);
        module.paths.insert(path.clone());
        module.imports.insert(alias, path);
    }
}

/// Reads the paths in expressions, types, attributes and macro calls.
fn read_paths(tokens: &[TokenTree], name: &Name, module: &mut Module) {
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) if !is_module_body(tokens, at) => {
                read_paths(&without_tests(group.stream()), name, module);
            }
            TokenTree::Ident(word) if word == "use" => {
                at += tokens[at..].iter().position(|token| is_punct(Some(token), ';')).unwrap_or(0);
            }
            TokenTree::Ident(first) => {
                let is_start =
                    !(is_punct(tokens.get(at.wrapping_sub(1)), ':') && is_punct(tokens.get(at.wrapping_sub(2)), ':'));
                let mut path = vec![first.to_string()];
                while is_punct(tokens.get(at + 1), ':') && is_punct(tokens.get(at + 2), ':') {
                    let Some(next) = ident(tokens.get(at + 3)) else { break };
                    path.push(next);
                    at += 3;
                }
                if is_start && path.len() > 1 {
                    let path = absolute(&path, name, module);
                    module.paths.insert(path);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Resolves the beginning of a path. Paths into other crates stay unchanged.
fn absolute(path: &[String], name: &Name, module: &Module) -> Name {
    let mut base = match path[0].as_str() {
        "crate" => name[..1].to_vec(),
        "self" => name.clone(),
        "super" => name[..name.len() - 1].to_vec(),
        first if module.children.contains(first) => [&name[..], &path[..1]].concat(),
        first => match module.imports.get(first) {
            Some(import) => import.clone(),
            None => vec![path[0].clone()],
        },
    };
    for segment in &path[1..] {
        if segment == "super" {
            base.pop();
        } else {
            base.push(segment.clone());
        }
    }
    base
}

/// Whether the group is the body of a `mod name { .. }`, which is a module of its own.
fn is_module_body(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && ident(tokens.get(at - 2)).as_deref() == Some("mod")
}

fn ident(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// The layer of a file below `src`, and the layers that it may import.
fn layer_of(file: &str) -> (&'static str, &'static str) {
    let belongs = |layer: &str| file.strip_prefix(layer).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'));
    let matching = LAYERS.iter().filter(|(layer, _)| belongs(layer)).max_by_key(|(layer, _)| layer.len());
    *matching.unwrap_or_else(|| panic!("src/{file} belongs to no layer of LAYERS"))
}

/// Whether a list of layers contains this layer.
fn allows(layers: &str, layer: &str) -> bool {
    layers
        .split(' ')
        .any(|allowed| layer == allowed.trim_end_matches('/') || (allowed.ends_with('/') && layer.starts_with(allowed)))
}

/// Whether the files belong to one module with its submodules, such as `store/quotes` and `store/quotes/row.rs`.
/// A layer counts as one module only if it is in `SINGLE_MODULES`.
fn is_one_module(files: &[&str]) -> bool {
    let stem = |file: &str| file.trim_end_matches("/mod.rs").trim_end_matches(".rs").to_owned();
    let mut root = PathBuf::from(stem(files[0]));
    while !files.iter().all(|file| Path::new(&stem(file)).starts_with(&root)) {
        if !root.pop() {
            return false;
        }
    }
    let root = root.display().to_string();
    !root.is_empty() && (SINGLE_MODULES.contains(&root.as_str()) || !LAYERS.iter().any(|(layer, _)| *layer == root))
}

/// Groups of files that form import cycles.
fn cycles<'a>(edges: &BTreeSet<(&'a str, &'a str)>) -> Vec<Vec<&'a str>> {
    let reach = |from: &'a str| {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(file) = waiting.pop() {
            let next = edges.range((file, "")..).take_while(|(importer, _)| *importer == file);
            waiting.extend(next.filter(|(_, to)| seen.insert(*to)).map(|(_, to)| *to));
        }
        seen
    };
    let files: BTreeSet<&str> = edges.iter().map(|(from, _)| *from).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> = files.iter().map(|file| (*file, reach(file))).collect();
    let mut cycles: Vec<Vec<&str>> = Vec::new();
    for file in files.iter().filter(|file| reached[*file].contains(*file)) {
        let group: Vec<&str> = files
            .iter()
            .filter(|other| reached[file].contains(*other) && reached[*other].contains(file))
            .copied()
            .collect();
        if group[0] == *file {
            cycles.push(group);
        }
    }
    cycles
}

fn graph() -> Graph {
    let mut graph = Graph::default();
    graph.read(Path::new("src/lib.rs"), Path::new("src"), &vec!["verbatim".to_owned()]);
    graph.read(Path::new("src/main.rs"), Path::new("src/main"), &vec!["main".to_owned()]);
    graph
}

#[test]
fn imports_point_downwards() {
    let graph = graph();
    let mut wrong = Vec::new();
    for (from, to) in graph.edges() {
        let [(importer, allowed), (imported, _)] = [from, to].map(layer_of);
        if importer != imported && !allows(allowed, imported) {
            wrong.push(format!("src/{from} imports src/{to}"));
        }
    }
    assert!(wrong.is_empty(), "imports against the direction of the layers:\n{}", wrong.join("\n"));
}

#[test]
fn modules_have_no_import_cycles() {
    let graph = graph();
    let edges = graph.edges();
    let mut shown = Vec::new();
    for files in cycles(&edges).into_iter().filter(|files| !is_one_module(files)) {
        let inside = edges.iter().filter(|(from, to)| files.contains(from) && files.contains(to));
        let imports: Vec<String> = inside.map(|(from, to)| format!("  src/{from} imports src/{to}")).collect();
        shown.push(format!("{} files:\n{}", files.len(), imports.join("\n")));
    }
    assert!(shown.is_empty(), "cycles of imports:\n{}", shown.join("\n"));
}
