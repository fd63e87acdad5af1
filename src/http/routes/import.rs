//! `/v1/import`: any number of records, stored in batches, with a result for each.

use crate::app::importer::Importer;
use crate::auth::{Caller, LimitError, Limits, Subject};
use crate::domain::Scope;
use crate::domain::article_url::UrlNormalizer;
use crate::domain::import::{ImportMode, ImportRecord, Imported};
use crate::http::context::{self, PublicPrefix};
use crate::http::extract::body;
use crate::http::extract::contract::Operation;
use crate::http::extract::query::Query;
use crate::http::extract::records::{Batch, Framing, RawRecord, RecordReader, RecordStream, STALL_TIMEOUT};
use crate::http::middleware::limit::{self, ANNOTATED_BYTES};
use crate::http::respond::problem::Problem;
use crate::http::wire::export::{CsvText, NDJSON};
use crate::http::wire::import::{
    ImportAnswer, ImportLineBody, ImportOptions, ImportRecordBody, ImportRecordList, ImportResult, ImportSummaryBody,
    OnConflict, OnError, Results,
};
use crate::store;
use crate::store::db::session::Session;
use actix_web::error::PayloadError;
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse, post, rt};
use futures_util::{Stream, stream};
use std::num::NonZeroU32;
use std::rc::Rc;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// Bytes of records that cost 1.
const BYTES: u64 = 16 << 10;

/// Import records
///
/// Takes articles, with their entities, mentions and quotes, and entities: a record a line (NDJSON), a row (CSV, whose columns are
/// members) or an item of an array. A record that is stored is changed, or left as it is when nothing differs, so that an
/// import can be repeated. The answer has a line for each record in order, sent once the record is stored: read it while you
/// send, or ask for `results=errors`. A record that fails does no harm to the others. Rates slow an import down instead of
/// refusing it.
#[utoipa::path(
    tag = "bulk",
    security(("key" = ["write"])),
    params(ImportOptions),
    request_body(content(
        (ImportRecordBody = "application/x-ndjson"),
        (ImportRecordList = "application/json"),
        (CsvText = "text/csv"),
    )),
    responses((status = 200, description = "The results", content((ImportAnswer = "application/x-ndjson")))),
)]
#[post("/v1/import")]
pub async fn import_records(
    request: HttpRequest,
    caller: Caller,
    importer: web::Data<Importer>,
    urls: web::Data<UrlNormalizer>,
    query: Query<ImportOptions>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let operation = Operation::of(&request);
    let operation = operation.ok_or_else(|| Problem::unexpected("the import has no contract"))?;
    let (media_type, body) = body::stream(&request, operation, payload.into_inner())?;
    let schema = operation.body.as_ref().ok_or_else(|| Problem::unexpected("the import takes no body"))?;
    let permit = importer.begin()?;
    let framing = Framing::of(&media_type);
    let (lines, answer) = mpsc::channel::<Bytes>(4);
    let import = Import {
        importer,
        _permit: permit,
        options: query.0,
        mode: ImportMode {
            dry_run: query.dry_run,
            keep_stored: query.on_conflict == OnConflict::Keep,
            stop_at_failure: query.on_error == OnError::Abort,
            actor: caller.name.clone(),
        },
        urls,
        with_history: caller.scope == Scope::Admin,
        limits: request.app_data().cloned(),
        subject: limit::subject(&request),
        lines,
        summary: ImportSummaryBody::default(),
    };
    let prefix = request.app_data::<web::Data<PublicPrefix>>().map(|prefix| (***prefix).clone()).unwrap_or_default();
    let run = import.run(RecordStream::new(Box::pin(body), framing), RecordReader::new(schema, framing));
    let session = Session::new(None, false, None, caller.name);
    rt::spawn(context::scope(context::request_id(), prefix, Rc::default(), session.run(run)));
    let answer =
        stream::unfold(answer, |mut answer| async { Some((Ok::<_, actix_web::Error>(answer.recv().await?), answer)) });
    Ok(HttpResponse::Ok().content_type(NDJSON).streaming(answer))
}

/// A running import.
struct Import {
    importer: web::Data<Importer>,
    _permit: OwnedSemaphorePermit,
    options: ImportOptions,
    mode: ImportMode,
    urls: web::Data<UrlNormalizer>,
    with_history: bool,
    limits: Option<web::Data<Limits>>,
    subject: Option<Subject>,
    lines: mpsc::Sender<Bytes>,
    summary: ImportSummaryBody,
}

/// The import ends before its body: a record that failed aborts it, or the client has left.
struct Ended;

/// A record that was read, or why it cannot be imported.
type ReadRecord = (u64, Result<ImportRecord, Problem>);

impl Import {
    async fn run(
        mut self,
        mut records: RecordStream<impl Stream<Item = Result<Bytes, PayloadError>> + Unpin>,
        mut reader: RecordReader,
    ) {
        loop {
            let Batch { records, bytes, end } = records.next_batch().await;
            self.charge(bytes).await;
            match self.import_batch(records, reader).await {
                Ok(read_on) => reader = read_on,
                Err(Ended) => break,
            }
            match end {
                None => {}
                Some(Ok(())) => break,
                // An error of the whole body is the result of the record where it was found.
                Some(Err((number, problem))) => {
                    drop(self.answer([(number, Err(problem))]).await);
                    break;
                }
            }
        }
        if self.options.results == Results::Errors {
            drop(self.send(&[ImportAnswer::Summary { summary: self.summary }]).await);
        }
    }

    /// Waits until the rate limit of the caller allows the cost of this many bytes.
    async fn charge(&self, bytes: usize) {
        let (Some(limits), Some(subject)) = (&self.limits, &self.subject) else { return };
        let cost = bytes as u64 / if self.options.annotate { ANNOTATED_BYTES } else { BYTES };
        let Some(cost) = u32::try_from(cost).ok().and_then(NonZeroU32::new) else { return };
        while let Err(LimitError::Rate { retry_after, .. }) = limits.charge(subject, cost) {
            tokio::time::sleep(retry_after).await;
        }
    }

    /// Reads, stores and answers a batch.
    async fn import_batch(&mut self, records: Vec<RawRecord>, mut reader: RecordReader) -> Result<RecordReader, Ended> {
        let (urls, with_history) = (self.urls.clone(), self.with_history);
        let read = web::block(move || {
            let mut read = Vec::with_capacity(records.len());
            let mut broken = false;
            for RawRecord { number, bytes } in records {
                match bytes.map_err(Ok).and_then(|bytes| reader.read(&bytes)) {
                    Ok(None) => {}
                    Ok(Some(value)) => read.push((number, to_record(value, &urls, with_history))),
                    Err(Ok(problem)) => read.push((number, Err(problem))),
                    // No row can be read without the header.
                    Err(Err(problem)) => {
                        read.push((number, Err(problem)));
                        broken = true;
                        break;
                    }
                }
            }
            (read, broken, reader)
        });
        let Ok((mut read, broken, reader)) = read.await else { return Err(Ended) };
        let first_fault = read.iter().position(|(_, record): &ReadRecord| record.is_err());
        if let Some(first_fault) = first_fault.filter(|_| self.mode.stop_at_failure) {
            read.truncate(first_fault + 1);
        }
        let goes_on = self.store(read).await?;
        if broken || !goes_on { Err(Ended) } else { Ok(reader) }
    }

    /// Stores the valid records of a batch, and sends the results of all of them in order. Returns whether the import goes on.
    async fn store(&mut self, read: Vec<ReadRecord>) -> Result<bool, Ended> {
        let mut places = Vec::with_capacity(read.len());
        let mut records = Vec::with_capacity(read.len());
        for (number, record) in read {
            places.push((number, record.map(|record| records.push(record))));
        }
        let stored = match records.is_empty() {
            true => Ok(Vec::new()),
            false => self.importer.import(records, &self.mode).await,
        };
        let stored = match stored {
            Ok(stored) if self.options.annotate && !self.mode.dry_run => self.importer.annotate(stored).await,
            Ok(stored) => stored,
            // The transaction of the batch has failed: its error is the result of each record.
            Err(error) => places.iter().map(|_| Err(error.clone())).collect(),
        };
        let mut stored = stored.into_iter();
        let mut results = Vec::with_capacity(places.len());
        for (number, place) in places {
            results.push(match place {
                Err(problem) => (number, Err(problem)),
                Ok(()) => match stored.next() {
                    Some(result) => (number, result.map_err(Problem::from)),
                    // The record before has failed and aborted the import.
                    None => break,
                },
            });
        }
        let has_failed = results.iter().any(|(_, result)| result.is_err());
        self.answer(results).await?;
        Ok(!(self.mode.stop_at_failure && has_failed))
    }

    async fn answer(
        &mut self,
        results: impl IntoIterator<Item = (u64, Result<Imported, Problem>)>,
    ) -> Result<(), Ended> {
        let mut lines = Vec::new();
        for (line, result) in results {
            let (result, id, problem) = match result {
                Ok(Imported { outcome, id, .. }) => (outcome.into(), Some(id).filter(|_| !self.mode.dry_run), None),
                Err(problem) => (ImportResult::Failed, None, Some(problem.body())),
            };
            self.summary.count(result);
            if self.options.results == Results::All || result == ImportResult::Failed {
                lines.push(ImportAnswer::Line(Box::new(ImportLineBody { line, result, id, problem })));
            }
        }
        self.send(&lines).await
    }

    /// Sends lines. Waits while the client does not read, and ends the import when it has left.
    async fn send(&self, lines: &[ImportAnswer]) -> Result<(), Ended> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line).map_err(|_| Ended)?;
            text.push(b'\n');
        }
        if text.is_empty() {
            return if self.lines.is_closed() { Err(Ended) } else { Ok(()) };
        }
        self.lines.send_timeout(text.into(), STALL_TIMEOUT).await.map_err(|_| Ended)
    }
}

fn to_record(value: serde_json::Value, urls: &UrlNormalizer, with_history: bool) -> Result<ImportRecord, Problem> {
    let record: ImportRecordBody =
        serde_json::from_value(value).map_err(|error| Problem::from(store::Error::field("", error.to_string())))?;
    record.into_record(urls, with_history).map_err(Problem::content)
}
