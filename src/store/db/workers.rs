//! Threads for one class of work, the queue of jobs for them, and the pool that their connections come from.
//!
//! A thread that finishes takes the next job without sleeping, which saves each request two context switches under load. A
//! caller whose job is not started within the queue timeout withdraws it and is refused. The timeout bounds the queue, also
//! behind statements that hang.
//!
//! A connection can go silent: a proxy or a failover loses it, and no answer ever arrives. libpq then blocks for ever and
//! cannot be interrupted. The thread is given up together with the connection pool, and both are replaced; see `silence`.

use super::caller::Caller;
use super::connection::{Connector, Session};
use super::wait_times::PoolWaits;
use crate::store::{Error, Resource, Result};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::pg::PgConnection;
use r2d2::{NopErrorHandler, Pool, PooledConnection, State};
use scheduled_thread_pool::ScheduledThreadPool;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Threads for one class of work. Cheap to clone. They end with the last clone.
#[derive(Clone)]
pub(super) struct WorkerPool(Arc<ThreadOwner>);

/// Ends the threads when it is dropped.
struct ThreadOwner(Arc<Shared>);

impl Drop for ThreadOwner {
    fn drop(&mut self) {
        self.0.queue().threads.clear();
        self.0.changed.notify_all();
    }
}

/// The part of a pool that its threads share.
struct Shared {
    name: String,
    size: u32,
    connector: Connector,
    queue_timeout: Duration,
    waits: PoolWaits,
    connections: Mutex<Pool<Connector>>,
    queue: Mutex<Queue>,
    /// Signals that a job was added, or that a thread must end.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<QueuedJob>,
    next_ticket: Ticket,
    /// The threads that are not given up. A thread that is missing here ends.
    threads: Vec<ThreadEntry>,
}

struct QueuedJob {
    ticket: Ticket,
    since: Instant,
    reads: Option<Resource>,
    job: Job,
}

/// Identifies a job.
type Ticket = u64;
type Job = Box<dyn FnOnce(&mut Worker) + Send>;

struct ThreadEntry {
    thread: Arc<ThreadState>,
    is_busy: bool,
    /// The resource that its job reads.
    reads: Option<Resource>,
}

/// The state of a thread that other threads read.
#[derive(Default)]
pub(super) struct ThreadState {
    is_given_up: AtomicBool,
    /// The backend of the connection that it uses; 0 until the session is configured.
    server: AtomicI32,
    /// When it sent the statement whose answer it waits for.
    statement_since: Mutex<Option<Instant>>,
    /// Answers the callers of its job when it is given up.
    on_loss: Mutex<Option<OnLoss>>,
}

type OnLoss = Box<dyn FnOnce() + Send>;

/// A statement whose answer a thread waits for.
#[derive(Clone)]
pub(super) struct PendingStatement {
    thread: Arc<ThreadState>,
    since: Instant,
    /// The process id of the backend; 0 until the session is configured.
    pub server: i32,
}

impl WorkerPool {
    /// Starts the threads. They connect when they are first needed.
    pub fn new(name: &str, size: u32, connector: Connector, queue_timeout: Duration, waits: PoolWaits) -> Self {
        let connections = Mutex::new(connection_pool(name, size, &connector, queue_timeout));
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            size,
            connector,
            queue_timeout,
            waits,
            connections,
            queue: Mutex::default(),
            changed: Condvar::new(),
        });
        (0..size).for_each(|_| shared.start_thread());
        Self(Arc::new(ThreadOwner(shared)))
    }

    /// Runs `work` on one of the threads.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when it is not started within the queue timeout, [`Error::Unavailable`] when there is no
    /// connection by then, and the error of `work`.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Worker) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run_reading(None, work).await
    }

    /// Runs `work`, which reads a resource, as [`WorkerPool::run`] does.
    ///
    /// # Errors
    /// As [`WorkerPool::run`].
    pub async fn run_reading<T: Send + 'static>(
        &self,
        reads: Option<Resource>,
        work: impl FnOnce(&mut Worker) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (caller, answer) = Caller::new();
        let job = move |worker: &mut Worker| {
            // Skipped when the caller has gone while the job was queued.
            if !caller.is_gone() {
                worker.answer_when_lost(vec![caller.clone()]);
                caller.answer(work(worker));
            }
        };
        let ticket = self.enqueue(reads, job);
        self.wait(answer, || self.shared().withdraw(ticket)).await
    }

    /// Adds a job to the queue. Jobs that read the same resource do not get all threads, so that a lock on its table leaves
    /// some for others.
    pub fn enqueue(&self, reads: Option<Resource>, job: impl FnOnce(&mut Worker) + Send + 'static) -> Ticket {
        let mut queue = self.shared().queue();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.jobs.push_back(QueuedJob { ticket, since: Instant::now(), reads, job: Box::new(job) });
        drop(queue);
        self.shared().changed.notify_one();
        ticket
    }

    /// Waits for an answer. When it does not come within the queue timeout, `withdraw` takes the request back; it returns
    /// false when the request is already being served.
    ///
    /// # Errors
    /// As [`WorkerPool::run`].
    pub async fn wait<T>(
        &self,
        mut answer: oneshot::Receiver<Result<T>>,
        withdraw: impl FnOnce() -> bool,
    ) -> Result<T> {
        let answer = match tokio::time::timeout(self.shared().queue_timeout, &mut answer).await {
            Ok(answer) => answer,
            Err(_) if withdraw() => {
                return Err(match self.connections().connections {
                    0 => Error::Unavailable("the server does not answer".to_owned()),
                    _ => Error::Overloaded,
                });
            }
            Err(_) => answer.await,
        };
        answer.map_err(|_| Error::Internal("the store panicked".to_owned()))?
    }

    /// Waits until a thread runs `job`, which answers for itself.
    ///
    /// # Errors
    /// As [`WorkerPool::run`], when none does within the queue timeout.
    pub async fn start(&self, job: impl FnOnce(&mut Worker) + Send + 'static) -> Result<()> {
        let (started, is_started) = oneshot::channel();
        let ticket = self.enqueue(None, move |worker| {
            if started.send(Ok(())).is_ok() {
                job(worker);
            }
        });
        self.wait(is_started, || self.shared().withdraw(ticket)).await
    }

    pub fn size(&self) -> usize {
        self.shared().size as usize
    }

    /// How many connections there are, for the metrics.
    pub fn connections(&self) -> State {
        self.shared().connections().state()
    }

    /// True when the oldest job has waited for nearly all of the queue timeout: a new one would probably time out.
    pub fn is_overloaded(&self) -> bool {
        let oldest = self.shared().queue().jobs.front().map(|queued| queued.since);
        oldest.is_some_and(|since| since.elapsed() > self.shared().queue_timeout * 9 / 10)
    }

    /// How many more jobs could start immediately.
    pub fn free_threads(&self) -> usize {
        let queue = self.shared().queue();
        queue.idle_threads().saturating_sub(queue.jobs.len())
    }

    pub fn queue_timeout(&self) -> Duration {
        self.shared().queue_timeout
    }

    /// The statement timeout of the sessions.
    pub fn statement_timeout(&self) -> Duration {
        self.shared().connector.statement_timeout
    }

    /// Statements without an answer for longer than `age`.
    pub fn statements_older_than(&self, age: Duration) -> Vec<PendingStatement> {
        let queue = self.shared().queue();
        let statements = queue.threads.iter().filter_map(|entry| PendingStatement::of(&entry.thread));
        statements.filter(|statement| statement.age() > age).collect()
    }

    /// Gives up the thread of a statement, unless it has the answer by now, and starts another. Replaces the connection pool
    /// too: its other connections may also be silent.
    pub fn replace_thread(&self, statement: &PendingStatement) {
        let shared = self.shared();
        let PendingStatement { thread, since, .. } = statement;
        let mut queue = shared.queue();
        let index = queue.threads.iter().position(|entry| Arc::ptr_eq(&entry.thread, thread));
        let is_pending = *thread.statement_since() == Some(*since);
        if let (Some(index), true) = (index, is_pending) {
            thread.is_given_up.store(true, Ordering::SeqCst);
            queue.threads.remove(index);
            drop(queue);
            log::warn!(
                "a connection for {} work is lost: no answer for {} ms",
                shared.name,
                since.elapsed().as_millis()
            );
            let on_loss = thread.on_loss().take();
            on_loss.into_iter().for_each(|answer_callers| answer_callers());
            shared.replace_connections();
            shared.start_thread();
        }
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.0.0
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a thread. It ends when its entry is removed from the queue.
    fn start_thread(self: &Arc<Self>) {
        let thread = Arc::<ThreadState>::default();
        self.queue().threads.push(ThreadEntry { thread: Arc::clone(&thread), is_busy: false, reads: None });
        let mut worker = Worker { pool: Arc::clone(self), thread };
        thread::Builder::new()
            .name(format!("db-{}", self.name))
            .spawn(move || worker.run_jobs())
            .expect("the system can start a thread");
    }

    fn connections(&self) -> MutexGuard<'_, Pool<Connector>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace_connections(&self) {
        *self.connections() = connection_pool(&self.name, self.size, &self.connector, self.queue_timeout);
    }

    /// Waits for a job for `thread`; `None` when the thread is to end.
    fn next_job(&self, thread: &Arc<ThreadState>) -> Option<Job> {
        let mut queue = self.queue();
        let entry = queue.entry(thread)?;
        (entry.is_busy, entry.reads) = (false, None);
        loop {
            let next = queue.next_job(self.size as usize);
            if let Some(QueuedJob { job, reads, since, .. }) = next.and_then(|index| queue.jobs.remove(index)) {
                self.waits.queue.observe(since.elapsed().as_secs_f64());
                let entry = queue.entry(thread)?;
                (entry.is_busy, entry.reads) = (true, reads);
                return Some(job);
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.entry(thread)?;
        }
    }

    /// Takes a job back; false when a thread has it.
    fn withdraw(&self, ticket: Ticket) -> bool {
        let jobs = &mut self.queue().jobs;
        let index = jobs.iter().position(|queued| queued.ticket == ticket);
        index.and_then(|index| jobs.remove(index)).is_some()
    }
}

/// A pool without connections. It opens one whenever a thread needs one and all are in use.
fn connection_pool(name: &str, size: u32, connector: &Connector, timeout: Duration) -> Pool<Connector> {
    let connecting =
        ScheduledThreadPool::builder().num_threads(1).thread_name_pattern(&format!("connect-{name}")).build();
    Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .max_lifetime(None)
        .idle_timeout(None)
        // Lost connections are replaced when a statement fails: a test before each job would double the round trips.
        .test_on_check_out(false)
        .connection_timeout(timeout)
        .thread_pool(Arc::new(connecting))
        // The callers of `get` report the error.
        .error_handler(Box::new(NopErrorHandler))
        .build_unchecked(connector.clone())
}

impl Queue {
    fn entry(&mut self, thread: &Arc<ThreadState>) -> Option<&mut ThreadEntry> {
        self.threads.iter_mut().find(|entry| Arc::ptr_eq(&entry.thread, thread))
    }

    fn idle_threads(&self) -> usize {
        self.threads.iter().filter(|entry| !entry.is_busy).count()
    }

    /// The first job that may start in a pool of `size` threads.
    fn next_job(&self, size: usize) -> Option<usize> {
        let max_readers = (size - (size / 4).max(1).min(size)).max(1);
        let may_start = |queued: &QueuedJob| {
            queued.reads.is_none_or(|resource| {
                self.threads.iter().filter(|entry| entry.reads == Some(resource)).count() < max_readers
            })
        };
        self.jobs.iter().position(may_start)
    }
}

impl ThreadState {
    fn statement_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.statement_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_loss(&self) -> MutexGuard<'_, Option<OnLoss>> {
        self.on_loss.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn statement_begins(&self) {
        *self.statement_since() = Some(Instant::now());
    }

    fn statement_ends(&self) {
        *self.statement_since() = None;
    }
}

impl PendingStatement {
    fn of(thread: &Arc<ThreadState>) -> Option<Self> {
        let since = (*thread.statement_since())?;
        Some(Self { thread: Arc::clone(thread), since, server: thread.server.load(Ordering::Relaxed) })
    }

    pub fn age(&self) -> Duration {
        self.since.elapsed()
    }
}

/// The thread that runs a job.
pub(super) struct Worker {
    pool: Arc<Shared>,
    thread: Arc<ThreadState>,
}

impl Worker {
    /// Runs `work` on a connection.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there is no connection within the queue timeout, and those of `work`.
    pub fn run<T>(&mut self, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
        let mut session = self.session()?;
        self.run_on(&mut session, work)
    }

    /// Runs `work`, and retries it on another connection when its connection was lost, as all are after a restart of Postgres.
    /// Tries any number of idle connections, and at most two new ones.
    ///
    /// `work` must be safe to repeat after an error that [loses the connection](Error::loses_connection).
    pub fn run_retrying<T>(&mut self, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        let mut new_connections = 0;
        loop {
            let mut session = self.session()?;
            new_connections += u32::from(!session.was_used);
            match self.run_on(&mut session, &work) {
                Err(Error::OutcomeUnknown(cause)) => return Err(Error::OutcomeUnknown(cause)),
                Err(error) if error.loses_connection() && new_connections < 2 && !self.is_given_up() => {}
                result => return result,
            }
        }
    }

    /// Takes a connection from the pool.
    fn session(&self) -> Result<PooledConnection<Connector>> {
        let begun = Instant::now();
        let connections = self.pool.connections().clone();
        let session = connections.get();
        self.pool.waits.connection.observe(begun.elapsed().as_secs_f64());
        session.map_err(|error| Error::Unavailable(error.to_string()))
    }

    fn run_on<T>(&self, session: &mut Session, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
        // Reset when `work` returns: after a panic the connection is not reused.
        session.is_lost = true;
        let thread = Arc::clone(&self.thread);
        thread.server.store(session.server, Ordering::Relaxed);
        session.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| match event {
            InstrumentationEvent::StartQuery { .. } => thread.statement_begins(),
            InstrumentationEvent::FinishQuery { .. } => thread.statement_ends(),
            _ => {}
        });
        let configured = if session.was_used { Ok(()) } else { self.pool.connector.configure(session) };
        self.thread.server.store(session.server, Ordering::Relaxed);
        let is_configured = configured.is_ok();
        let result = configured.and_then(|()| work(&mut session.conn));
        self.thread.statement_ends();
        // diesel does not notice every lost connection.
        session.is_lost = !is_configured || result.as_ref().is_err_and(Error::loses_connection);
        session.was_used = true;
        result
    }

    /// Answers these callers of the job when the connection goes silent and the thread is given up.
    pub fn answer_when_lost<T: Send + 'static>(&self, callers: Vec<Caller<T>>) {
        self.when_lost(move || {
            let lost = || Err(Error::Unavailable("the connection was lost".to_owned()));
            callers.iter().for_each(|caller| caller.answer(lost()));
        });
    }

    /// Runs `answer` when the connection goes silent during the job and the thread is given up.
    pub fn when_lost(&self, answer: impl FnOnce() + Send + 'static) {
        *self.thread.on_loss() = Some(Box::new(answer));
    }

    fn run_jobs(&mut self) {
        while let Some(job) = self.pool.next_job(&self.thread) {
            // A panic drops the callers without an answer, which is an error for them.
            drop(catch_unwind(AssertUnwindSafe(|| job(self))));
            *self.thread.on_loss() = None;
            self.thread.statement_ends();
        }
    }

    /// Threads of the pool without a job.
    pub fn idle_threads(&self) -> usize {
        self.pool.queue().idle_threads()
    }

    fn is_given_up(&self) -> bool {
        self.thread.is_given_up.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::connection::{PlanCacheMode, PoolOptions};
    use crate::store::db::wait_times::WaitTimes;
    use std::sync::mpsc;

    /// A pool whose threads cannot connect: their jobs run all the same.
    fn pool(threads: u32, queue_timeout: Duration) -> WorkerPool {
        let options = PoolOptions {
            url: "postgres://127.0.0.1:1/none".to_owned(),
            replicas: Vec::new(),
            max_age: None,
            connections: threads,
            queue_timeout,
            statement_timeout: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(60),
        };
        let connector = Connector::new(&options, &options.url, PlanCacheMode::Auto, None);
        WorkerPool::new("test", threads, connector, queue_timeout, WaitTimes::default().of("test"))
    }

    /// Occupies a thread until the sender is dropped.
    fn occupy(pool: &WorkerPool, reads: Option<Resource>) -> mpsc::Sender<()> {
        let (finish, finished) = mpsc::channel::<()>();
        pool.enqueue(reads, move |_| assert!(finished.recv().is_err()));
        finish
    }

    async fn has_idle_threads(pool: &WorkerPool, count: usize) {
        while pool.shared().queue().idle_threads() != count {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_job_that_is_not_started_in_time_is_refused_and_never_run() {
        let pool = pool(1, Duration::from_millis(20));
        let finish = occupy(&pool, None);
        has_idle_threads(&pool, 0).await;
        assert_eq!(pool.free_threads(), 0);
        let (done, is_done) = mpsc::channel();
        let refused = pool.run(move |_| Ok(done.send(2).is_ok())).await;
        // No thread is connected.
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        drop(finish);
        has_idle_threads(&pool, 1).await;
        assert_eq!(pool.run(|_| Ok(3)).await.unwrap(), 3);
        assert!(is_done.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_pool_whose_oldest_job_has_waited_too_long_is_overloaded() {
        let pool = pool(1, Duration::from_millis(100));
        let finish = occupy(&pool, None);
        has_idle_threads(&pool, 0).await;
        assert!(!pool.is_overloaded());
        pool.enqueue(None, |_| {});
        assert!(!pool.is_overloaded());
        tokio::time::sleep(Duration::from_millis(95)).await;
        assert!(pool.is_overloaded());
        drop(finish);
        has_idle_threads(&pool, 1).await;
        assert!(!pool.is_overloaded());
    }

    #[tokio::test]
    async fn jobs_that_read_one_resource_leave_a_thread_to_others() {
        let pool = pool(3, Duration::from_secs(60));
        let quotes: Vec<_> = (0..5).map(|_| occupy(&pool, Some(Resource::Quote))).collect();
        has_idle_threads(&pool, 1).await;
        assert_eq!(pool.run_reading(Some(Resource::Article), |_| Ok(1)).await.unwrap(), 1);
        has_idle_threads(&pool, 1).await;
        drop(quotes);
        has_idle_threads(&pool, 3).await;
    }

    #[tokio::test]
    async fn the_only_thread_of_a_pool_reads_every_resource() {
        let pool = pool(1, Duration::from_secs(60));
        assert_eq!(pool.run_reading(Some(Resource::Quote), |_| Ok(1)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_thread_without_a_connection_says_why() {
        let pool = pool(1, Duration::from_secs(60));
        let failed = pool.run(|worker| worker.run(|_| Ok(()))).await;
        assert!(matches!(failed, Err(Error::Unavailable(_))), "{failed:?}");
        assert_eq!((pool.connections().connections, pool.connections().idle_connections), (0, 0));
    }

    #[tokio::test]
    async fn a_thread_that_waits_for_ever_is_replaced_unless_it_has_its_answer() {
        let pool = pool(1, Duration::from_secs(60));
        let (finish, finished) = mpsc::channel::<()>();
        let hanging = pool.clone();
        let hanging = tokio::spawn(async move {
            let hang = move |worker: &mut Worker| {
                worker.thread.statement_begins();
                Ok(finished.recv().is_ok())
            };
            hanging.run(hang).await
        });
        while pool.statements_older_than(Duration::ZERO).is_empty() || pool.shared().queue().idle_threads() > 0 {
            tokio::task::yield_now().await;
        }
        let pending = pool.statements_older_than(Duration::ZERO).remove(0);
        let answered = PendingStatement { since: Instant::now() + Duration::from_secs(1), ..pending.clone() };
        pool.replace_thread(&answered);
        assert_eq!(pool.shared().queue().idle_threads(), 0);
        pool.replace_thread(&pending);
        let answer = hanging.await.unwrap();
        assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
        assert_eq!(pool.run(|_| Ok(1)).await.unwrap(), 1);
        drop(finish);
        has_idle_threads(&pool, 1).await;
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_its_caller() {
        let pool = pool(1, Duration::from_secs(60));
        assert!(matches!(pool.run::<()>(|_| panic!("on purpose")).await, Err(Error::Internal(_))));
        assert_eq!(pool.run(|_| Ok(1)).await.unwrap(), 1);
    }

    #[test]
    fn the_threads_end_with_the_pool() {
        let pool = pool(2, Duration::from_secs(60));
        let shared = Arc::downgrade(pool.shared());
        drop(pool);
        while shared.strong_count() > 0 {
            thread::yield_now();
        }
    }
}
