//! The schema: migrations up and down, names of objects, and agreement with the code.

use std::collections::BTreeMap;
use std::fs;

use diesel::PgConnection;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use serde_json::{Value, json};
use tempfile::TempDir;
use verbatim::domain::{
    AliasKind, Anchor, ChangeAction, ChangedResource, DeliveryStatus, EntityKind, MentionKind, MentionStatus,
    MergeStatus, Origin, QuoteKind, QuoteStatus, ReviewAction, Scope, SpeakerStatus,
};
use verbatim::store::migrate::{self, Extent, MIGRATIONS, Migrated};

use crate::support::postgres::{TestDatabase, connect};

/// Describes everything in the schema except the table of migrations.
const CATALOG: &str = "
    WITH mine AS (
        SELECT oid, relname, relkind, reloptions FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_diesel%'
    )
    SELECT coalesce(json_agg(thing ORDER BY thing), '[]') FROM (
        SELECT format('relation %s %s %s', relkind, relname, reloptions) FROM mine
        UNION ALL
        SELECT format('column %s.%s %s %s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod), attnotnull,
                attgenerated,
                row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attcollation::regcollation, pg_get_expr(adbin, adrelid))
            FROM mine JOIN pg_attribute ON attrelid = mine.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attnum > 0 AND relkind = 'r' AND NOT attisdropped
        UNION ALL
        SELECT format('constraint %s %s', conname, pg_get_constraintdef(c.oid)) FROM pg_constraint c JOIN mine ON conrelid = mine.oid
        UNION ALL
        SELECT pg_get_indexdef(oid) FROM mine WHERE relkind = 'i'
        UNION ALL
        SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN mine ON tgrelid = mine.oid WHERE NOT tgisinternal
        UNION ALL
        SELECT pg_get_functiondef(oid) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'diesel%'
        UNION ALL
        SELECT format('type %s', typname) FROM pg_type
            WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
        UNION ALL
        SELECT format('extension %s', extname) FROM pg_extension
        UNION ALL
        SELECT format('configuration %s: %s by %s', cfgname, maptokentype,
                string_agg(mapdict::regdictionary::text, ' ' ORDER BY mapseqno))
            FROM pg_ts_config c JOIN pg_ts_config_map ON mapcfg = c.oid
            WHERE cfgnamespace = 'public'::regnamespace GROUP BY cfgname, maptokentype
        UNION ALL
        SELECT format('dictionary %s: %s', dictname, dictinitoption) FROM pg_ts_dict
            WHERE dictnamespace = 'public'::regnamespace
    ) AS everything (thing)";

#[track_caller]
fn rows(database: &TestDatabase, query: &str) -> Vec<Value> {
    let answer = database.ask(&format!("SELECT coalesce(json_agg(r), '[]') FROM ({query}) AS r"));
    serde_json::from_str(&answer).unwrap()
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn every_down_undoes_its_up_exactly() {
    let database = TestDatabase::empty();
    let mut connection: PgConnection = connect(&database.url());
    let pending = connection.pending_migrations(MIGRATIONS).unwrap();
    let folders = fs::read_dir("migrations").unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(pending.len(), folders.count());
    for migration in &pending {
        let before = database.ask(CATALOG);
        connection.run_migration(migration).unwrap();
        let after = database.ask(CATALOG);
        assert_ne!(before, after, "{} does nothing", migration.name());
        connection.revert_migration(migration).unwrap();
        assert_eq!(database.ask(CATALOG), before, "{} leaves something behind", migration.name());
        connection.run_migration(migration).unwrap();
        assert_eq!(database.ask(CATALOG), after, "{} is another the second time", migration.name());
    }
    assert_eq!(database.ask(CATALOG), TestDatabase::migrated().ask(CATALOG));
}

/// Migrations of a folder: each with its statement, and whether it is slow.
fn folder(migrations: &[(&str, &str, bool)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, sql, is_slow) in migrations {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("up.sql"), sql).unwrap();
        fs::write(path.join("down.sql"), "SELECT 1").unwrap();
        fs::write(path.join("metadata.toml"), format!("run_in_transaction = {}", !is_slow)).unwrap();
    }
    folder
}

#[test]
fn slow_migrations_need_the_command_unless_the_database_is_new() {
    let (first, index) = (("1_a", "CREATE TABLE a (n int)", false), "CREATE INDEX CONCURRENTLY a_n_idx ON a (n)");
    let all = folder(&[first, ("2_b", index, true), ("3_c", "CREATE TABLE c (n int)", false)]);
    let run = |connection: &mut PgConnection, folder: &TempDir, extent| {
        let source = FileBasedMigrations::from_path(folder.path()).unwrap();
        let Migrated { ran, left } = migrate::run_from(connection, source, extent).unwrap();
        (ran.join(" "), left.join(" "))
    };
    let answer = |ran: &str, left: &str| (ran.to_owned(), left.to_owned());

    let database = TestDatabase::empty();
    let mut connection: PgConnection = connect(&database.url());
    assert_eq!(run(&mut connection, &folder(&[first]), Extent::Quick), answer("1_a", ""));
    assert_eq!(run(&mut connection, &all, Extent::Quick), answer("", "2_b 3_c"));
    assert_eq!(run(&mut connection, &all, Extent::All), answer("2_b 3_c", ""));
    assert_eq!(run(&mut connection, &all, Extent::All), answer("", ""));

    let new = TestDatabase::empty();
    assert_eq!(run(&mut connect(&new.url()), &all, Extent::Quick), answer("1_a 2_b 3_c", ""));
}

#[test]
fn every_foreign_key_is_a_prefix_of_an_index() {
    let bare = "
        SELECT conname FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL
                AND (indkey::int2[])[0:cardinality(conkey) - 1] = conkey
        )";
    let database = TestDatabase::migrated();
    assert_eq!(rows(&database, bare), Vec::<Value>::new());
    database.execute("DROP INDEX mentions_entity_id_idx");
    assert_eq!(rows(&database, bare), [json!({"conname": "mentions_entity_id_fkey"})]);
}

/// A check of several columns may have a name of what it is about.
const NAMED_BY_SUBJECT: [&str; 2] = ["mentions_span_check", "entity_identifiers_wikidata_check"];

#[test]
fn the_names_of_constraints_and_indexes_have_table_columns_and_kind() {
    let database = TestDatabase::migrated();
    let constraints = rows(
        &database,
        "SELECT conname, contype, conrelid::regclass AS relation, array_agg(attname ORDER BY attnum) AS columns
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%'
        GROUP BY pg_constraint.oid, conname, contype, conrelid",
    );
    assert!(constraints.len() > 50, "{}", constraints.len());
    for constraint in &constraints {
        let (name, relation) = (constraint["conname"].as_str().unwrap(), constraint["relation"].as_str().unwrap());
        let columns = words(&constraint["columns"]);
        let allowed = match constraint["contype"].as_str().unwrap() {
            "p" => vec![format!("{relation}_pkey")],
            "f" => vec![format!("{relation}_{}_fkey", columns.join("_"))],
            "u" => vec![format!("{relation}_{}_key", columns.join("_"))],
            // The first of them is the one that the check is about.
            _ => columns.iter().map(|column| format!("{relation}_{column}_check")).collect(),
        };
        let is_named = allowed.iter().any(|allowed| allowed == name) || NAMED_BY_SUBJECT.contains(&name);
        assert!(is_named, "{name} should be one of {allowed:?}");
    }
    let indexes = rows(&database, "SELECT indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'");
    for index in indexes.iter().filter(|index| !index["tablename"].as_str().unwrap().starts_with("__diesel")) {
        let (name, definition) = (index["indexname"].as_str().unwrap(), index["indexdef"].as_str().unwrap());
        let kind = ["_pkey", "_key", "_idx"].into_iter().find(|kind| name.ends_with(kind));
        assert_eq!(kind != Some("_idx"), definition.starts_with("CREATE UNIQUE"), "{name}");
        assert!(kind.is_some() && name.starts_with(index["tablename"].as_str().unwrap()), "{name}");
    }
}

/// The tables of `src/schema.rs`: each column with its type, in order.
fn believed() -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables = BTreeMap::new();
    let mut columns = Vec::new();
    let mut table = None;
    for line in fs::read_to_string("src/schema.rs").unwrap().lines().map(str::trim) {
        if let Some((name, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            columns.push((name.to_owned(), kind.to_owned()));
        } else if let Some(head) = line.strip_suffix(") {").filter(|head| !head.contains("::")) {
            table = Some(head.to_owned());
        } else if line == "}"
            && let Some(table) = table.take()
        {
            tables.insert(table, std::mem::take(&mut columns));
        }
    }
    tables
}

#[test]
fn schema_rs_equals_the_database() {
    let database = TestDatabase::migrated();
    let found = rows(
        &database,
        "SELECT c.table_name || ' (' || (
                SELECT string_agg(k.column_name, ', ' ORDER BY k.ordinal_position)
                FROM information_schema.key_column_usage k
                WHERE k.table_name = c.table_name AND k.constraint_name = c.table_name || '_pkey'
            ) AS head, c.column_name, c.udt_name, c.is_nullable
        FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_\\_diesel%'
        ORDER BY c.table_name, c.ordinal_position",
    );
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for column in &found {
        let [head, name, kind] = ["head", "column_name", "udt_name"].map(|member| column[member].as_str().unwrap());
        // diesel spells a type as Postgres does, but for its first letter; an array's elements may be null.
        let kind = match kind.strip_prefix('_') {
            Some(element) => format!("Array<Nullable<{}>>", capitalised(element)),
            None => capitalised(kind),
        };
        let kind = if column["is_nullable"] == "YES" { format!("Nullable<{kind}>") } else { kind };
        tables.entry(head.to_owned()).or_default().push((name.to_owned(), kind));
    }
    assert_eq!(believed(), tables);
}

fn capitalised(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

#[test]
fn the_enumerations_of_the_database_equal_those_of_the_domain() {
    macro_rules! spelled {
        ($list:ident) => {
            $list::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()
        };
    }
    let expected = BTreeMap::from([
        ("api_keys_scope_check", spelled!(Scope)),
        ("changes_action_check", spelled!(ChangeAction)),
        ("changes_resource_check", spelled!(ChangedResource)),
        ("duplicates_kind_check", spelled!(EntityKind)),
        ("entities_kind_check", spelled!(EntityKind)),
        ("entity_aliases_kind_check", spelled!(AliasKind)),
        ("mention_reviews_action_check", vec!["verify", "reject", "reattribute"]),
        ("mentions_anchor_check", spelled!(Anchor)),
        ("mentions_kind_check", spelled!(MentionKind)),
        ("mentions_origin_check", spelled!(Origin)),
        ("mentions_status_check", spelled!(MentionStatus)),
        ("merge_moves_kind_check", vec!["mention", "candidate", "quote"]),
        ("merges_status_check", spelled!(MergeStatus)),
        ("quotes_anchor_check", spelled!(Anchor)),
        ("quotes_kind_check", spelled!(QuoteKind)),
        ("quotes_origin_check", spelled!(Origin)),
        ("quotes_speaker_status_check", spelled!(SpeakerStatus)),
        ("quotes_status_check", spelled!(QuoteStatus)),
        ("reviews_action_check", spelled!(ReviewAction)),
        ("webhook_deliveries_status_check", spelled!(DeliveryStatus)),
        (
            "tombstones_kind_check",
            vec!["article", "entity", "mention", "quote", "key", "webhook", "judgement", "claim_review"],
        ),
    ]);
    let found = rows(
        &TestDatabase::migrated(),
        "SELECT conname, (
            SELECT array_agg(found[1] ORDER BY at)
            FROM regexp_matches(pg_get_constraintdef(oid), '''([a-z_ ]+)''::text', 'g') WITH ORDINALITY AS m (found, at)
        ) AS words
        FROM pg_constraint WHERE pg_get_constraintdef(oid) LIKE '%ANY (ARRAY[%' AND connamespace = 'public'::regnamespace",
    );
    let found: BTreeMap<_, _> =
        found.iter().map(|row| (row["conname"].as_str().unwrap(), words(&row["words"]))).collect();
    assert_eq!(found, expected);
}
