//! Annotates texts and articles. A text is read, annotated on the CPU pool, and then stored in one transaction, so that no
//! connection and no lock is held during annotation.

use super::cpu_pool::CpuPool;
use super::embed::{self, ArticleWithFindings, Embedded};
use crate::annotate::extraction::{Extraction, annotate_with, contexts, extract};
use crate::annotate::{Annotation, Document};
use crate::domain::mention::Link;
use crate::store::annotations::{self, ArticleText, Draft, Resolution, Resolutions, Resolved};
use crate::store::db::batcher::Batcher;
use crate::store::name_dictionary::NameDictionary;
use crate::store::publisher_limit::{self, Target};
use crate::store::{Connection, Db, Error, Resource, Result, articles};
use futures_util::{StreamExt, TryStreamExt, stream};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Maximum number of times that an article is annotated because its text or the stored names changed meanwhile. The last
/// draft links newcomers to all stored entities with their names.
pub(super) const MAX_DRAFTS: u32 = 4;
/// Texts of one transaction that wait for the CPU pool at the same time.
const EXTRACTED_TOGETHER: usize = 4;

/// A text to annotate.
#[derive(Debug, Clone)]
pub struct OwnedDocument {
    pub headline: Option<String>,
    pub body: String,
    /// BCP 47 primary tag; detected from the body when absent.
    pub language: Option<String>,
}

impl OwnedDocument {
    fn borrowed(&self) -> Document<'_> {
        let language = self.language.as_deref().filter(|language| *language != "und");
        Document { headline: self.headline.as_deref(), body: &self.body, language }
    }
}

/// What was annotated, for the metrics. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AnnotationMetrics {
    /// Seconds to annotate a text, with the wait for a thread.
    pub durations: Histogram,
    /// Quotes found.
    pub quotes: Counter,
    /// Names found.
    pub mentions: Counter,
}

impl Default for AnnotationMetrics {
    fn default() -> Self {
        let durations = Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]);
        Self { durations, quotes: Counter::default(), mentions: Counter::default() }
    }
}

impl AnnotationMetrics {
    fn count(&self, began: Instant, found: &Annotation) {
        self.durations.observe(began.elapsed().as_secs_f64());
        self.quotes.inc_by(found.quotes.len() as u64);
        self.mentions.inc_by(found.mentions.len() as u64);
    }
}

/// Annotates texts with the names of the store.
#[derive(Clone)]
pub struct Annotator {
    db: Db,
    names: Arc<NameDictionary>,
    cpu: CpuPool,
    /// Callers that arrive at the same time share one refresh of the names.
    refreshes: Arc<Batcher<(), ()>>,
    metrics: AnnotationMetrics,
}

/// The result of storing a draft.
#[derive(Debug, Clone)]
pub(super) enum Attempt<T> {
    Stored(T),
    /// The text must be annotated again, with these entities known.
    Again(HashSet<Uuid>),
}

impl Annotator {
    /// Annotates with the names of `db`, which `names` contains. A text that is queued for `queue_timeout` is refused.
    pub fn new(db: Db, names: Arc<NameDictionary>, queue_timeout: Duration) -> Self {
        Self {
            db,
            names,
            cpu: CpuPool::new(queue_timeout),
            refreshes: Arc::default(),
            metrics: AnnotationMetrics::default(),
        }
    }

    /// What was annotated, for the metrics.
    pub fn metrics(&self) -> &AnnotationMetrics {
        &self.metrics
    }

    /// The threads for CPU-bound work.
    pub fn cpu(&self) -> &CpuPool {
        &self.cpu
    }

    /// Annotates a text without storing anything. `view` converts the findings and their links, on the CPU pool too.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when too many texts are queued, and errors of reading the names.
    pub async fn annotate_text<T: Send + 'static>(
        &self,
        document: OwnedDocument,
        view: impl FnOnce(&OwnedDocument, &Annotation, &[Link]) -> T + Send + 'static,
    ) -> Result<T> {
        self.refresh_names().await?;
        let (names, metrics, began) = (Arc::clone(&self.names), self.metrics.clone(), Instant::now());
        let work = move || {
            let (annotation, _) = annotate_with(&document.borrowed(), |text| names.read().names_in(text));
            metrics.count(began, &annotation);
            let contexts = contexts(&document.body, &annotation);
            (document, Arc::new(annotation), contexts)
        };
        let (document, annotation, contexts) = self.cpu.run(work).await?;
        let found = Arc::clone(&annotation);
        let links = match annotations::needs_context(&annotation) {
            true => self.db.read(move |conn| annotations::link(conn, &found, &contexts)).await?,
            false => annotations::links_by_name(&annotation),
        };
        self.cpu.run(move || view(&document, &annotation, &links)).await
    }

    /// Annotates the current text of an article and stores the findings. A second run changes nothing. The caller may be
    /// limited to the articles of a publisher.
    ///
    /// # Errors
    /// Those of [`Annotator::annotate_text`], and an article that does not exist, was deleted or has another publisher.
    pub async fn annotate_article(&self, id: Uuid, publisher: Option<Arc<str>>) -> Result<ArticleWithFindings> {
        let mut known = HashSet::new();
        for draft in 1..=MAX_DRAFTS {
            let limit = publisher.clone();
            let read = move |conn: &mut Connection| {
                publisher_limit::check(conn, Target::Article(id), limit.as_deref())?;
                annotations::text_of(conn, id)
            };
            let text = self.db.read_primary(read).await?;
            let limit = publisher.clone();
            let ArticleText { headline, body, language, publisher, .. } = text.clone();
            let document = OwnedDocument { headline: Some(headline), body, language: Some(language) };
            let extraction = self.extract(document).await?;
            let (known_names, is_final) = (known.clone(), draft == MAX_DRAFTS);
            let draft = Draft { extraction, article: Some(id), publisher, known: known_names, is_final };
            let store = move |conn: &mut Connection| -> Result<Attempt<ArticleWithFindings>> {
                let Resolutions { mut each, missing } = annotations::resolve(conn, &[&draft])?;
                let resolution = each.remove(0);
                if !resolution.unknown.is_empty() || !annotations::lock_text(conn, id, &text)? {
                    return Ok(Attempt::Again(resolution.unknown));
                }
                publisher_limit::check(conn, Target::Article(id), limit.as_deref())?;
                annotations::store(conn, &missing, &[resolved(id, &text, &draft, resolution)])?;
                let article = articles::find(conn, id)?;
                Ok(Attempt::Stored(embed::one(conn, article, Embedded::ALL)?))
            };
            match self.db.write(store).await? {
                Attempt::Stored(article) => return Ok(article),
                Attempt::Again(unknown) => known.extend(unknown),
            }
        }
        Err(Error::Collision("the article is edited again and again".to_owned()))
    }

    /// Annotates the current texts of articles, and stores the findings of all in one transaction. Returns the articles whose findings
    /// were stored: not those whose text, or the names that it needs, changed meanwhile.
    ///
    /// # Errors
    /// Those of [`Annotator::extract`] and of the database. Then nothing is stored.
    pub(super) async fn annotate_together(&self, articles: Vec<Uuid>) -> Result<Vec<Uuid>> {
        let texts = self.db.read_primary(move |conn| annotations::texts_of(conn, &articles)).await?;
        let drafts = stream::iter(texts).map(|(id, text)| async move {
            let ArticleText { headline, body, language, publisher, .. } = text.clone();
            let document = OwnedDocument { headline: Some(headline), body, language: Some(language) };
            let extraction = self.extract(document).await?;
            let draft = Draft { extraction, article: Some(id), publisher, known: HashSet::new(), is_final: false };
            Ok::<_, Error>((id, text, draft))
        });
        let drafts: Vec<(Uuid, ArticleText, Draft)> = drafts.buffered(EXTRACTED_TOGETHER).try_collect().await?;
        let store = move |conn: &mut Connection| -> Result<Vec<Uuid>> {
            let given: Vec<&Draft> = drafts.iter().map(|(.., draft)| draft).collect();
            let Resolutions { each, missing } = annotations::resolve(conn, &given)?;
            let mut ready = Vec::new();
            for ((id, text, draft), resolution) in drafts.iter().zip(each) {
                if resolution.unknown.is_empty() && annotations::lock_text(conn, *id, text)? {
                    ready.push(resolved(*id, text, draft, resolution));
                }
            }
            annotations::store(conn, &missing, &ready)?;
            Ok(ready.iter().map(|resolved| resolved.article).collect())
        };
        self.db.write(store).await
    }

    /// Annotates a text for storage, with all names stored so far.
    pub(super) async fn extract(&self, document: OwnedDocument) -> Result<Extraction> {
        self.refresh_names().await?;
        let (names, metrics, began) = (Arc::clone(&self.names), self.metrics.clone(), Instant::now());
        let work = move || {
            let extraction = extract(&document.borrowed(), |text| names.read().names_in(text));
            metrics.count(began, &extraction.annotation);
            extraction
        };
        self.cpu.run(work).await
    }

    /// Reads changed names from the primary, because a replica may be older than the names in memory.
    async fn refresh_names(&self) -> Result<()> {
        let names = Arc::clone(&self.names);
        let refresh = move |conn: &mut Connection, callers: &[()]| -> Result<Vec<Result<()>>> {
            names.refresh(conn)?;
            Ok(callers.iter().map(|()| Ok(())).collect())
        };
        self.db.look_up_batched(&self.refreshes, Resource::Entity, (), refresh).await
    }
}

fn resolved<'a>(article: Uuid, text: &'a ArticleText, draft: &'a Draft, resolution: Resolution) -> Resolved<'a> {
    let annotation = &draft.extraction.annotation;
    Resolved { article, body_version: text.body_version, body: &text.body, annotation, resolution }
}
