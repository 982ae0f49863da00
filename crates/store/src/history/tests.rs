//! What a history keeps, and what it does when it cannot.

mod stories;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::model::history::{
    Actor, HistoryEvent, PassCounts, PassEnd, PassKey, PassOutcome, PassStart, StepOutcome,
    StepRecord, WriteStart,
};
use crate::model::{FieldChange, FieldPath, Location, ResourceName};

const LONG: Duration = Duration::from_secs(20);

struct Bench {
    folder: TempDir,
    writer: Arc<Writer>,
}

impl Bench {
    fn new() -> Self {
        Self::keeping(Retention::default())
    }

    fn keeping(retention: Retention) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(&folder.path().join("state"));
        Self {
            writer: Writer::start(file, retention),
            folder,
        }
    }

    fn file(&self) -> PathBuf {
        file_in(&self.folder.path().join("state"))
    }

    fn note(&self, events: impl IntoIterator<Item = HistoryEvent>) -> HistoryHealth {
        events.into_iter().for_each(|event| self.writer.note(event));
        self.writer.flush(LONG);
        self.writer.health()
    }

    fn passes(&self) -> Vec<PassRecord> {
        let query = HistoryQuery {
            limit: 1000,
            ..HistoryQuery::default()
        };
        Reader::of(self.file()).passes(&query).unwrap()
    }

    fn writes(&self, query: HistoryQuery) -> Vec<WriteRecord> {
        let limit = query.limit.max(1000);
        let query = HistoryQuery { limit, ..query };
        Reader::of(self.file()).writes(&query).unwrap()
    }
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn start(second: i64) -> PassStart {
    PassStart {
        environment: "prod".to_owned(),
        organization: Some("org-1".to_owned()),
        project: Some("acme".to_owned()),
        command: "daemon".to_owned(),
        trigger: Some("source".to_owned()),
        revision: Some("1a2b3c4".to_owned()),
        commit: Some("1a2b3c4d5e".to_owned()),
        plan: Some("sha256:1".to_owned()),
        actor: Actor {
            user: Some("ada@acme.example".to_owned()),
            ..Actor::default()
        },
        version: "0.1.0".to_owned(),
        started_at: moment(second),
    }
}

fn end(second: i64, outcome: PassOutcome) -> PassEnd {
    PassEnd {
        ended_at: moment(second),
        duration_ms: 1000,
        outcome,
        counts: PassCounts::default(),
        error: None,
    }
}

fn quiet(second: i64) -> HistoryEvent {
    let end = end(second + 1, PassOutcome::Unchanged);
    HistoryEvent::Quiet(Box::new(start(second)), Box::new(end))
}

fn smith() -> Address {
    Address::instance(ResourceName::parse("smith").unwrap())
}

fn change(path: &str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange::shown(FieldPath::recorded(path), before, after)
}

fn write(second: i64, changes: Vec<FieldChange>) -> WriteStart {
    WriteStart {
        address: smith(),
        display_name: "Smith ERP".to_owned(),
        customer: Some("Smith".to_owned()),
        actions: vec!["configure".to_owned(), "deploy".to_owned()],
        source: Some(Location {
            line: 3,
            column: 1,
            ..Location::file("smith.yaml")
        }),
        reason: "config differs".to_owned(),
        drift: false,
        started_at: moment(second),
        changes,
    }
}

fn step(step: u64, second: i64, outcome: StepOutcome) -> HistoryEvent {
    let ended = outcome != StepOutcome::Unfinished;
    let record = StepRecord {
        step,
        operation: "configure".to_owned(),
        started_at: moment(second),
        ended_at: ended.then(|| moment(second)),
        outcome,
        message: (outcome == StepOutcome::Failed).then(|| "too long".to_owned()),
    };
    HistoryEvent::Step(PassKey(7), smith(), record)
}

/// A pass that writes one resource, from its beginning to its end.
fn writing(second: i64, outcome: StepOutcome, changes: Vec<FieldChange>) -> Vec<HistoryEvent> {
    let key = PassKey(7);
    let ended = match outcome {
        StepOutcome::Failed => PassOutcome::Incomplete,
        _ => PassOutcome::Applied,
    };
    vec![
        HistoryEvent::PassBegan(key, Box::new(start(second))),
        HistoryEvent::WriteBegan(key, Box::new(write(second + 1, changes))),
        step(0, second + 1, StepOutcome::Unfinished),
        step(0, second + 2, outcome),
        HistoryEvent::PassEnded(key, Box::new(end(second + 3, ended))),
    ]
}

#[test]
fn what_is_noted_is_read_back() {
    let bench = Bench::new();
    let changes = vec![
        change("config \"Endpoint\"", Some("a"), Some("b")),
        FieldChange::hidden(FieldPath::config("Key")),
    ];
    let health = bench.note(writing(0, StepOutcome::Applied, changes.clone()));
    assert_eq!((health.lost, health.problem), (0, None));
    let passes = bench.passes();
    let [pass] = passes.as_slice() else {
        panic!("{passes:?}")
    };
    assert_eq!(pass.start, start(0));
    assert_eq!(pass.end, Some(end(3, PassOutcome::Applied)));
    let writes = bench.writes(HistoryQuery::default());
    let [found] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    let mut expected = write(1, changes);
    expected.source.as_mut().unwrap().length = 0;
    assert_eq!(found.start, expected);
    assert_eq!((found.pass, found.outcome), (pass.id, StepOutcome::Applied));
    assert_eq!(found.operations[0].started_at, moment(1));
    assert_eq!(found.ended_at(), moment(2));
}

#[test]
fn the_file_is_for_its_owner_only() {
    let bench = Bench::new();
    bench.note([quiet(0)]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = bench.folder.path().join("state");
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let ours = path.to_string_lossy().contains("history.sqlite");
        assert!(!ours || mode(&path) == 0o600, "{}", path.display());
    }
}

#[test]
fn passes_that_wrote_nothing_and_ended_alike_are_one_record() {
    let bench = Bench::new();
    bench.note((0..5).map(|n| quiet(60 * n)));
    let [pass] = bench.passes().try_into().unwrap();
    assert_eq!((pass.times, pass.start.started_at), (5, moment(0)));
    assert_eq!(pass.end.unwrap().ended_at, moment(241));
    bench.note(writing(300, StepOutcome::Applied, Vec::new()));
    bench.note([quiet(360), quiet(420)]);
    let times: Vec<_> = bench.passes().iter().map(|pass| pass.times).collect();
    assert_eq!(times, [2, 1, 5]);
}

#[test]
fn questions_are_narrowed_down_and_paged() {
    let bench = Bench::new();
    for n in 0..4 {
        let outcome = match n {
            2 => StepOutcome::Failed,
            _ => StepOutcome::Applied,
        };
        bench.note(writing(100 * n, outcome, Vec::new()));
    }
    let none: [i64; 0] = [];
    let ids = |narrow: fn(&mut HistoryQuery)| -> Vec<_> {
        let mut query = HistoryQuery::default();
        narrow(&mut query);
        let writes = bench.writes(query);
        writes.iter().map(|write| write.id).collect()
    };
    let other = Address::integration(ResourceName::parse("smith").unwrap());
    assert_eq!(ids(|_| ()), [4, 3, 2, 1]);
    assert_eq!(ids(|query| query.failed = true), [3]);
    assert_eq!(
        ids(|query| query.customer = Some("Smith".to_owned())),
        [4, 3, 2, 1]
    );
    assert_eq!(ids(|query| query.customer = Some("Jones".to_owned())), none);
    assert_eq!(
        ids(|query| query.kind = Some(HistoryKind::Write)),
        [4, 3, 2, 1]
    );
    assert_eq!(ids(|query| query.kind = Some(HistoryKind::Outside)), none);
    assert_eq!(ids(|query| query.kind = Some(HistoryKind::Act)), none);
    assert_eq!(ids(|query| query.before = Some(3)), [2, 1]);
    assert_eq!(ids(|query| query.after = Some(3)), [4]);
    assert_eq!(ids(|query| query.after_pass = Some(2)), [4, 3]);
    assert_eq!(ids(|query| query.pass = Some(2)), [2]);
    assert_eq!(ids(|query| query.since = Some(moment(101))), [4, 3, 2]);
    assert_eq!(ids(|query| query.until = Some(moment(101))), [1]);
    assert_eq!(ids(|query| query.oldest_first = true), [1, 2, 3, 4]);
    assert_eq!(ids(|query| query.address = Some(smith())), [4, 3, 2, 1]);
    assert_eq!(
        ids(|query| query.environment = Some("staging".to_owned())),
        none
    );
    assert_eq!(
        ids(|query| query.revision = Some("1a2b3c4d".to_owned())),
        [4, 3, 2, 1]
    );
    assert_eq!(ids(|query| query.revision = Some("a2b3".to_owned())), none);
    let others = HistoryQuery {
        address: Some(other),
        ..HistoryQuery::default()
    };
    assert_eq!(bench.writes(others).len(), 0);
    let page = Reader::of(bench.file()).passes(&HistoryQuery {
        failed: true,
        limit: 1,
        ..HistoryQuery::default()
    });
    assert_eq!(page.unwrap()[0].id, 3);
}

#[test]
fn a_file_that_is_deleted_costs_its_records_and_no_more() {
    let bench = Bench::new();
    let [begun, write, going, done, ended] = writing(0, StepOutcome::Applied, Vec::new())
        .try_into()
        .unwrap();
    bench.note([quiet(-60), begun, write, going]);
    let folder = bench.folder.path().join("state");
    fs::remove_dir_all(&folder).unwrap();
    let health = bench.note([done, ended]);
    assert_eq!((health.lost, health.problem), (0, None));
    let [pass] = bench.passes().try_into().unwrap();
    assert_eq!(pass.end.unwrap().outcome, PassOutcome::Applied);
    assert_eq!(bench.writes(HistoryQuery::default()).len(), 1);
    fs::remove_dir_all(&folder).unwrap();
    bench.note([quiet(60)]);
    assert_eq!(bench.passes().len(), 1);
}

#[test]
fn a_file_that_is_no_history_is_left_alone_and_told_of() {
    let bench = Bench::new();
    fs::create_dir(bench.folder.path().join("state")).unwrap();
    let noise = "not a database at all, but somebody's notes\n".repeat(100);
    fs::write(bench.file(), &noise).unwrap();
    let health = bench.note(writing(0, StepOutcome::Applied, Vec::new()));
    assert_eq!(health.lost, 5);
    assert!(health.problem.unwrap().contains("is damaged or no history"));
    assert_eq!(fs::read_to_string(bench.file()).unwrap(), noise);
    let read = Reader::of(bench.file()).passes(&HistoryQuery::default());
    assert!(
        matches!(read, Err(HistoryError::Damaged { .. })),
        "{read:?}"
    );

    fs::rename(bench.file(), bench.folder.path().join("aside")).unwrap();
    let health = bench.note([quiet(10)]);
    assert_eq!((health.lost, health.problem), (5, None), "it goes on alone");
    assert_eq!(bench.passes().len(), 1);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let bench = Bench::new();
    fs::create_dir(bench.folder.path().join("state")).unwrap();
    let newer = Connection::open(bench.file()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let before = fs::read(bench.file()).unwrap();
    let health = bench.note([quiet(0)]);
    assert!(health.problem.unwrap().contains("has the format 99"));
    assert_eq!(fs::read(bench.file()).unwrap(), before);
    let read = Reader::of(bench.file()).passes(&HistoryQuery::default());
    assert!(matches!(read, Err(HistoryError::Newer { found: 99, .. })));
}

#[test]
fn a_folder_that_cannot_be_made_is_told_of_and_costs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let writer = Writer::start(file_in(&file), Retention::default());
    writer.note(quiet(0));
    writer.flush(LONG);
    let health = writer.health();
    assert_eq!(health.lost, 1);
    assert!(health.problem.unwrap().starts_with("cannot make "));
}

#[test]
fn a_full_disk_loses_what_does_not_fit_and_goes_on_once_there_is_room() {
    let bench = Bench::new();
    bench.note([quiet(0)]);
    // The file may not grow: SQLite answers as it does on a full disk.
    let mut database = database::Database::open(&bench.file()).unwrap();
    let limit = |database: &database::Database, pages: i64| {
        let pragma = format!("PRAGMA max_page_count = {pages}");
        database
            .connection
            .query_row(&pragma, [], |_| Ok(()))
            .unwrap();
    };
    limit(&database, 1);
    let mut open = write::Open::default();
    let long = vec![change("f", Some(&"x".repeat(4000)), Some(&"y".repeat(4000))); 50];
    let events = writing(10, StepOutcome::Applied, long);
    events.iter().for_each(|event| open.learn(event));
    let full = writer::transact(&mut open, &mut database, &events, Retention::default());
    let error = HistoryError::of(&bench.file(), full.unwrap_err());
    assert!(matches!(error, HistoryError::Disk { .. }), "{error:?}");
    assert_eq!(bench.passes().len(), 1, "all of it or nothing");
    open.roll_back();
    limit(&database, 100_000);
    writer::transact(&mut open, &mut database, &events, Retention::default()).unwrap();
    assert_eq!(bench.passes().len(), 2);
}

#[test]
fn a_disk_that_cannot_be_written_can_still_be_read() {
    let bench = Bench::new();
    bench.note([quiet(0)]);
    let copy = bench.folder.path().join("copy");
    fs::create_dir(&copy).unwrap();
    let shut = Connection::open(bench.file()).unwrap();
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    shut.query_row(checkpoint, [], |_| Ok(())).unwrap();
    fs::copy(bench.file(), file_in(&copy)).unwrap();
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&file_in(&copy), 0o400);
    mode(&copy, 0o500);
    let query = HistoryQuery {
        limit: 10,
        ..HistoryQuery::default()
    };
    let read = Reader::of(file_in(&copy)).passes(&query);
    mode(&copy, 0o700);
    assert_eq!(read.unwrap().len(), 1);
}

#[test]
fn two_processes_share_a_file() {
    let bench = Bench::new();
    let other = Writer::start(bench.file(), Retention::default());
    std::thread::scope(|scope| {
        for writer in [&bench.writer, &other] {
            scope.spawn(|| {
                for n in 0..20 {
                    let events = writing(10 * n, StepOutcome::Applied, Vec::new());
                    events.into_iter().for_each(|event| writer.note(event));
                    writer.flush(LONG);
                }
            });
        }
    });
    assert_eq!((bench.writer.health().lost, other.health().lost), (0, 0));
    assert_eq!(bench.passes().len(), 40);
    assert_eq!(bench.writes(HistoryQuery::default()).len(), 40);
}

#[test]
fn a_lock_that_is_held_delays_the_thread_and_nobody_else() {
    let bench = Bench::new();
    bench.note([quiet(0)]);
    let holder = Connection::open(bench.file()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    bench
        .writer
        .note(HistoryEvent::PassBegan(PassKey(1), Box::new(start(60))));
    let query = HistoryQuery {
        limit: 10,
        ..HistoryQuery::default()
    };
    let seen = Reader::of(bench.file()).passes(&query).unwrap();
    assert_eq!(seen.len(), 1, "readers do not wait for a writer");
    holder.execute_batch("COMMIT").unwrap();
    bench.writer.flush(LONG);
    assert_eq!(bench.passes().len(), 2);
}

#[test]
fn a_queue_that_is_full_loses_events_and_blocks_nobody() {
    let bench = Bench::new();
    bench.note([quiet(0)]);
    let holder = Connection::open(bench.file()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let small = Writer::with_room(bench.file(), Retention::default(), 2);
    for n in 0..100 {
        small.note(quiet(60 * n));
    }
    assert!(small.health().lost >= 90, "{:?}", small.health());
    holder.execute_batch("COMMIT").unwrap();
}

#[test]
fn what_is_too_old_is_forgotten_and_the_last_pass_never() {
    let bench = Bench::keeping(Retention {
        age: Duration::from_secs(1000),
        ..Retention::default()
    });
    for n in 0..5 {
        bench.note(writing(100 * n, StepOutcome::Applied, Vec::new()));
    }
    bench.note(writing(1205, StepOutcome::Applied, Vec::new()));
    let kept: Vec<_> = bench.passes().iter().map(|pass| pass.id).collect();
    assert_eq!(kept, [6, 5, 4], "as of the end of the last one");
    assert_eq!(bench.writes(HistoryQuery::default()).len(), 3);
    // A clock that was set back makes nothing older, one that jumps ahead leaves the last.
    bench.note(writing(-5000, StepOutcome::Applied, Vec::new()));
    assert_eq!(bench.passes()[0].id, 7, "the newest is the last one noted");
    bench.note([quiet(1_000_000)]);
    assert_eq!(bench.passes().len(), 1);
}

#[test]
fn what_is_too_much_is_forgotten_from_the_oldest_on() {
    const LIMIT: u64 = 400_000;
    let bench = Bench::keeping(Retention {
        bytes: LIMIT,
        ..Retention::default()
    });
    let long = || vec![change("f", Some(&"x".repeat(4000)), Some(&"y".repeat(4000))); 4];
    for n in 0..60 {
        bench.note(writing(10 * n, StepOutcome::Applied, long()));
    }
    let passes = bench.passes();
    assert_eq!(passes[0].id, 60);
    assert!((5..25).contains(&passes.len()), "{}", passes.len());
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    let connection = Connection::open(bench.file()).unwrap();
    connection.query_row(checkpoint, [], |_| Ok(())).unwrap();
    let size = fs::metadata(bench.file()).unwrap().len();
    assert!(
        size < 2 * LIMIT,
        "{size} bytes: what was freed is given back"
    );
}
