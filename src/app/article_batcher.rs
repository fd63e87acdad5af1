//! Creates articles. Articles that arrive at the same time share one transaction.

use super::annotator::{Annotator, Attempt, MAX_DRAFTS, OwnedDocument};
use super::embed::{self, ArticleWithFindings, Embedded};
use super::text_analysis::TEXT_ANALYSIS;
use crate::domain::article::{Article, NewArticle};
use crate::domain::idempotency::IdempotencyKey;
use crate::domain::new_id;
use crate::store::annotations::{self, Draft, Resolution, Resolutions, Resolved};
use crate::store::db::transaction::WriteBatcher;
use crate::store::idempotency::{StoredAnswer, once};
use crate::store::{Connection, Db, Error, Result, articles};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// Maximum length of a batched body. A longer article has its own transaction, so that no other article waits for it.
const MAX_BATCHED_BYTES: usize = 64 * 1024;

/// An article to be created, with its findings when it is annotated.
#[derive(Debug)]
struct Creation {
    new: Arc<NewArticle>,
    draft: Option<Draft>,
}

type Created = Attempt<ArticleWithFindings>;

/// Creates articles in batches.
#[derive(Clone)]
pub struct ArticleBatcher {
    db: Db,
    annotator: Annotator,
    waiting: Arc<WriteBatcher<Creation, Created>>,
}

impl ArticleBatcher {
    /// Creates articles in `db`.
    pub fn new(db: Db, annotator: Annotator) -> Self {
        Self { db, annotator, waiting: Arc::default() }
    }

    /// Creates an article; with `annotate`, its findings are stored in the same transaction.
    ///
    /// # Errors
    /// A conflict if another article has the URL or the publisher's external id, and [`Error::Overloaded`].
    pub async fn create(&self, new: NewArticle, annotate: bool) -> Result<ArticleWithFindings> {
        let is_batched = new.body.len() <= MAX_BATCHED_BYTES;
        let store = async |creation: Creation| match is_batched {
            true => self.db.write_batched(&self.waiting, creation, create_all).await,
            false => self.db.write(move |conn| create_all(conn, &[&creation])?.remove(0)).await,
        };
        self.store_draft(new, annotate, store).await
    }

    /// Creates an article once for a key, in a transaction of its own. Returns the `answer` to the first request with the key.
    ///
    /// # Errors
    /// As [`ArticleBatcher::create`] and [`once`].
    pub async fn create_once(
        &self,
        new: NewArticle,
        annotate: bool,
        key: &IdempotencyKey,
        answer: impl Fn(ArticleWithFindings) -> Result<StoredAnswer> + Clone + Send + 'static,
    ) -> Result<StoredAnswer> {
        let store = async |creation: Creation| {
            let (key, answer) = (key.clone(), answer.clone());
            let store = move |conn: &mut Connection| {
                let mut unknown = HashSet::new();
                let stored = once(conn, &key, |conn| match create_all(conn, &[&creation])?.remove(0)? {
                    Attempt::Stored(article) => answer(article).map(Some),
                    Attempt::Again(found) => {
                        unknown = found;
                        Ok(None)
                    }
                })?;
                Ok(stored.map_or(Attempt::Again(unknown), Attempt::Stored))
            };
            self.db.write(store).await
        };
        self.store_draft(new, annotate, store).await
    }

    /// Stores an article, which is annotated again while the names that it needs were stored meanwhile.
    async fn store_draft<T>(
        &self,
        new: NewArticle,
        annotate: bool,
        store: impl AsyncFn(Creation) -> Result<Attempt<T>>,
    ) -> Result<T> {
        let new = Arc::new(new);
        let mut known = HashSet::new();
        for number in 1..=MAX_DRAFTS {
            let draft = match annotate {
                false => None,
                true => {
                    let document = OwnedDocument {
                        headline: Some(new.headline.clone()),
                        body: new.body.clone(),
                        language: new.language.clone(),
                    };
                    let extraction = self.annotator.extract(document).await?;
                    Some(Draft {
                        extraction,
                        article: None,
                        publisher: new.publisher.clone(),
                        known: known.clone(),
                        is_final: number == MAX_DRAFTS,
                    })
                }
            };
            match store(Creation { new: Arc::clone(&new), draft }).await? {
                Attempt::Stored(stored) => return Ok(stored),
                Attempt::Again(unknown) => known.extend(unknown),
            }
        }
        Err(Error::Internal("a final draft was not stored".to_owned()))
    }
}

/// Creates articles. An article with a newcomer that was stored meanwhile must be annotated again.
fn create_all(conn: &mut Connection, all: &[&Creation]) -> Result<Vec<Result<Created>>> {
    let drafts: Vec<&Draft> = all.iter().filter_map(|creation| creation.draft.as_ref()).collect();
    let Resolutions { each, missing } = annotations::resolve(conn, &drafts)?;
    let mut each = each.into_iter();
    let resolution = |creation: &&Creation| creation.draft.as_ref().and_then(|_| each.next());
    let mut resolutions: Vec<Option<Resolution>> = all.iter().map(resolution).collect();
    let is_ready = |place: &usize| resolutions[*place].as_ref().is_none_or(|resolution| resolution.unknown.is_empty());
    let ready: Vec<usize> = (0..all.len()).filter(is_ready).collect();
    let new: Vec<(Uuid, &NewArticle)> = ready.iter().map(|place| (new_id(), &*all[*place].new)).collect();
    let mut created: Vec<Option<Result<Article>>> = all.iter().map(|_| None).collect();
    for (place, article) in ready.into_iter().zip(articles::create_all(conn, TEXT_ANALYSIS, &new)?) {
        created[place] = Some(article);
    }
    let mut resolved = Vec::new();
    for ((creation, article), resolution) in all.iter().zip(&created).zip(&mut resolutions) {
        if let (Some(draft), Some(Ok(article))) = (&creation.draft, article)
            && let Some(resolution) = resolution.take()
        {
            resolved.push(Resolved {
                article: article.id,
                body_version: article.body_version,
                body: &creation.new.body,
                annotation: &draft.extraction.annotation,
                resolution,
            });
        }
    }
    let annotated = resolved.iter().map(|resolved| resolved.article).collect::<Vec<_>>();
    annotations::store(conn, &missing, &resolved)?;
    let mut findings = embed::findings(conn, &annotated, Embedded::ALL, embed::MAX_EMBEDDED)?;
    let finished = created.into_iter().zip(resolutions).map(|(article, resolution)| -> Result<Created> {
        let attempt = match article {
            None => Attempt::Again(resolution.map(|resolution| resolution.unknown).unwrap_or_default()),
            Some(article) => {
                let article = article?;
                let findings = findings.remove(&article.id).unwrap_or_default();
                Attempt::Stored(ArticleWithFindings { article, findings })
            }
        };
        Ok(attempt)
    });
    Ok(finished.collect())
}
