//! Random merges, undos, splits, changes by people, annotations and edits, compared with a model after each step.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{candidate_ids, id, items, refusal};

const STEPS: usize = 60;
const TEXT: &str = "Le port rouvre lundi. « Nous sommes prêts », a déclaré Awa Diallo à Dakar. Fatou Sow l’a saluée.";

/// The entity of each mention or quote.
type Links = BTreeMap<String, Option<String>>;

/// A merge that stands.
struct Standing {
    id: String,
    survivor: String,
    sources: Vec<String>,
    /// Entities that had been merged into a source, with that source.
    redirected: Vec<(String, String)>,
    /// Records that were moved and that nobody has changed since, with their source.
    moved: BTreeMap<String, String>,
}

struct World {
    app: TestApp,
    random: u64,
    articles: Vec<String>,
    /// Every entity, with the one that it was merged into.
    entities: BTreeMap<String, Option<String>>,
    mentions: Links,
    quotes: Links,
    merges: Vec<Standing>,
}

impl World {
    fn new(seed: u64) -> Self {
        let app = TestApp::start();
        let article = |n: usize| id(&app.article(json!({"body": TEXT, "external_id": n.to_string()}))).to_owned();
        let articles = (0..4).map(article).collect();
        let mut world = Self {
            app,
            random: seed,
            articles,
            entities: BTreeMap::new(),
            mentions: Links::new(),
            quotes: Links::new(),
            merges: Vec::new(),
        };
        for (n, name) in ["Awa Diallo", "A. Diallo", "Awa Diallo", "Fatou Sow", "F. Sow"].into_iter().enumerate() {
            let identifiers = json!([{"scheme": "isni", "value": n.to_string()}]);
            let aliases = json!([{"name": "la maire"}, {"name": format!("Alias {}", n % 2)}]);
            world.app.entity(json!({"name": name, "aliases": aliases, "identifiers": identifiers}));
        }
        for n in 0..world.articles.len() {
            world.annotate(n);
        }
        world
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as usize % limit
    }

    fn any<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn live(&self) -> Vec<String> {
        self.entities.iter().filter(|(_, into)| into.is_none()).map(|(id, _)| id.clone()).collect()
    }

    fn survivor(&self, entity: &str) -> String {
        self.entities[entity].clone().unwrap_or_else(|| entity.to_owned())
    }

    fn links(&mut self) -> impl Iterator<Item = (&String, &mut Option<String>)> {
        self.mentions.iter_mut().chain(&mut self.quotes)
    }

    /// A person changed a record.
    fn changed(&mut self, record: &str) {
        self.merges.iter_mut().for_each(|merge| drop(merge.moved.remove(record)));
    }

    fn step(&mut self) {
        match self.below(8) {
            0 | 1 => self.merge(),
            2 => self.undo_any(),
            3 => self.split(),
            4 => self.relink(),
            5 => self.review(),
            6 => {
                let article = self.below(self.articles.len());
                self.annotate(article);
            }
            _ => self.edit(),
        }
    }

    fn merge(&mut self) {
        let mut live = self.live();
        if live.len() < 3 {
            return;
        }
        let survivor = live.swap_remove(self.below(live.len()));
        let count = 1 + self.below(2);
        let sources: Vec<String> = (0..count).map(|_| live.swap_remove(self.below(live.len()))).collect();
        let body = json!({"sources": sources, "force": true});
        let answer = self.app.post(&format!("/v1/entities/{survivor}/merge"), &body).expect(200);
        let (mut redirected, mut moved) = (Vec::new(), BTreeMap::new());
        for source in &sources {
            for (entity, into) in &mut self.entities {
                if into.as_ref() == Some(source) {
                    redirected.push((entity.clone(), source.clone()));
                    *into = Some(survivor.clone());
                }
            }
            self.entities.insert(source.clone(), Some(survivor.clone()));
            for (record, entity) in self.links().filter(|(_, entity)| entity.as_ref() == Some(source)) {
                moved.insert(record.clone(), source.clone());
                *entity = Some(survivor.clone());
            }
        }
        let of = |links: &Links| moved.keys().filter(|record| links.contains_key(*record)).count();
        assert_eq!(answer["moved"]["mentions"], json!(of(&self.mentions)));
        assert_eq!(answer["moved"]["quotes"], json!(of(&self.quotes)));
        let id = id(&answer["merge"]).to_owned();
        self.merges.push(Standing { id, survivor, sources, redirected, moved });
    }

    fn undo_any(&mut self) {
        if !self.merges.is_empty() {
            let chosen = self.below(self.merges.len());
            self.undo(chosen);
        }
    }

    fn undo(&mut self, chosen: usize) {
        let answer = self.app.request("POST", &format!("/v1/merges/{}/undo", self.merges[chosen].id)).send();
        if self.entities[&self.merges[chosen].survivor].is_some() {
            refusal(answer, 409, "later_merge");
            return;
        }
        answer.expect(200);
        let merge = self.merges.remove(chosen);
        merge.sources.iter().for_each(|source| drop(self.entities.insert(source.clone(), None)));
        for (entity, source) in merge.redirected {
            self.entities.insert(entity, Some(source));
        }
        let survivor = Some(merge.survivor);
        for (record, entity) in self.links().filter(|(_, entity)| **entity == survivor) {
            if let Some(source) = merge.moved.get(record) {
                *entity = Some(source.clone());
            }
        }
    }

    fn split(&mut self) {
        let live = self.live();
        let (from, to) = (self.any(&live), self.any(&live));
        let of = |links: &Links| -> Vec<String> {
            links
                .iter()
                .filter(|(_, entity)| entity.as_ref() == Some(&from))
                .map(|(id, _)| id.clone())
                .take(2)
                .collect()
        };
        let (mentions, quotes) = (of(&self.mentions), of(&self.quotes));
        if from == to || mentions.len() + quotes.len() == 0 {
            return;
        }
        let into = match self.below(2) {
            0 => json!({"entity_id": to}),
            _ => json!({"entity": {"kind": "person", "name": "Awa Diallo"}}),
        };
        let body = json!({"mentions": mentions, "quotes": quotes, "into": into});
        let split = self.app.post(&format!("/v1/entities/{from}/split"), &body).expect(200);
        let into = split["into_id"].as_str().unwrap().to_owned();
        self.entities.entry(into.clone()).or_insert(None);
        for record in mentions.iter().chain(&quotes) {
            self.changed(record);
            self.links().filter(|(id, _)| *id == record).for_each(|(_, entity)| *entity = Some(into.clone()));
        }
    }

    /// A person links a mention or a quote to another entity, by an id that may be an old one.
    fn relink(&mut self) {
        let entities: Vec<String> = self.entities.keys().cloned().collect();
        let entity = self.any(&entities);
        let (list, member, links) = match self.below(2) {
            0 => ("mentions", "entity_id", &self.mentions),
            _ => ("quotes", "speaker_id", &self.quotes),
        };
        let records: Vec<String> = links.keys().cloned().collect();
        if records.is_empty() {
            return;
        }
        let record = self.any(&records);
        let survivor = Some(self.survivor(&entity));
        let answer = self.app.patch(&format!("/v1/{list}/{record}"), &json!({member: entity})).expect(200);
        assert_eq!(answer[member], json!(survivor));
        if self.links().any(|(id, linked)| *id == record && *linked != survivor) {
            self.changed(&record);
            self.links().filter(|(id, _)| **id == record).for_each(|(_, linked)| linked.clone_from(&survivor));
        }
    }

    /// A person changes another member of a quote.
    fn review(&mut self) {
        let records: Vec<String> = self.quotes.keys().cloned().collect();
        if records.is_empty() {
            return;
        }
        let record = self.any(&records);
        let said_on = format!("2026-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28));
        let path = format!("/v1/quotes/{record}");
        let version = self.app.get(&path).expect(200)["version"].clone();
        let changed = self.app.patch(&path, &json!({"said_on": said_on})).expect(200);
        if changed["version"] != version {
            self.changed(&record);
        }
    }

    /// Annotates an article again. The model takes over what the extractor found, which must not be a merged entity.
    fn annotate(&mut self, article: usize) {
        let article = self.articles[article].clone();
        self.app.request("POST", &format!("/v1/articles/{article}/annotate")).send().expect(200);
        for entity in items(&self.app, "/v1/entities?limit=200") {
            self.entities.entry(id(&entity).to_owned()).or_insert(None);
        }
        let mentions = links_of(&self.app, "/v1/mentions", "entity_id");
        let quotes = links_of(&self.app, "/v1/quotes", "speaker_id");
        for entity in mentions.values().chain(quotes.values()).flatten() {
            assert_eq!(self.entities[entity], None, "{entity} was merged");
        }
        (self.mentions, self.quotes) = (mentions, quotes);
    }

    fn edit(&mut self) {
        let articles = self.articles.clone();
        let article = self.any(&articles);
        let body = format!("{}{TEXT}", "À Dakar. ".repeat(self.below(4)));
        self.app.patch(&format!("/v1/articles/{article}"), &json!({"body": body})).expect(200);
    }

    /// Compares the service with the model: links, live entities, redirects, counts of lists and statistics.
    fn check(&mut self) {
        assert_eq!(links_of(&self.app, "/v1/mentions", "entity_id"), self.mentions);
        assert_eq!(links_of(&self.app, "/v1/quotes", "speaker_id"), self.quotes);
        let listed: BTreeSet<String> =
            items(&self.app, "/v1/entities?limit=200").iter().map(|entity| id(entity).to_owned()).collect();
        assert_eq!(listed, self.live().into_iter().collect::<BTreeSet<_>>());
        for (entity, into) in &self.entities {
            let answer = self.app.get(&format!("/v1/entities/{entity}"));
            let location = into.as_ref().map_or_else(String::new, |into| format!("/v1/entities/{into}"));
            assert_eq!((answer.status == 308, answer.header("location")), (into.is_some(), location.as_str()));
        }
        for mention in items(&self.app, "/v1/mentions?limit=200") {
            let candidates = candidate_ids(&mention);
            assert!(candidates.as_array().unwrap().iter().all(|id| listed.contains(id.as_str().unwrap())), "{mention}");
        }
        self.app.compact_counters();
        for (of, by, links) in [("mentions", "entity", &self.mentions), ("quotes", "speaker", &self.quotes)] {
            let top = self.app.get(&format!("/v1/stats/top?of={of}&by={by}&limit=50")).expect(200);
            let items = top["items"].as_array().unwrap().iter().filter(|item| item["key"].is_string());
            let counted: BTreeMap<String, u64> =
                items.map(|item| (item["key"].as_str().unwrap().to_owned(), item["count"].as_u64().unwrap())).collect();
            let mut rows: BTreeMap<String, u64> = BTreeMap::new();
            links.values().flatten().for_each(|entity| *rows.entry(entity.clone()).or_default() += 1);
            assert_eq!(counted, rows, "{of}");
        }
        let entities: Vec<String> = self.entities.keys().cloned().collect();
        let entity = self.any(&entities);
        let survivor = Some(self.survivor(&entity));
        for (list, links) in [("mentions?entity", &self.mentions), ("quotes?speaker", &self.quotes)] {
            let page = self.app.get(&format!("/v1/{list}={entity}&count=exact&limit=200")).expect(200);
            let count = links.values().filter(|linked| **linked == survivor).count();
            assert_eq!(page["total"], json!({"value": count, "kind": "exact"}), "{list}");
            assert_eq!(page["items"].as_array().unwrap().len(), count, "{list}");
        }
    }

    /// The names and identifiers of these entities.
    fn names(&self, entities: &[String]) -> Vec<Value> {
        let read = |entity: &String| {
            let entity = self.app.get(&format!("/v1/entities/{entity}")).expect(200);
            json!([entity["name"], entity["aliases"], entity["identifiers"]])
        };
        entities.iter().map(read).collect()
    }
}

fn links_of(app: &TestApp, list: &str, member: &str) -> Links {
    let link = |record: &Value| (id(record).to_owned(), record[member].as_str().map(str::to_owned));
    items(app, &format!("{list}?limit=200")).iter().map(link).collect()
}

fn random_steps(seed: u64) {
    let mut world = World::new(seed);
    let first = world.live();
    let names = world.names(&first);
    for _ in 0..STEPS {
        world.step();
        world.check();
    }
    while let Some(last) = world.merges.len().checked_sub(1) {
        world.undo(last);
        world.check();
    }
    assert_eq!(world.names(&first), names);
}

#[test]
fn random_changes_keep_the_first_collection_consistent() {
    random_steps(1);
}

#[test]
fn random_changes_keep_the_second_collection_consistent() {
    random_steps(2);
}

#[test]
fn random_changes_keep_the_third_collection_consistent() {
    random_steps(3);
}
