//! The store on its own: what goes in comes out, and what goes leaves nothing.

mod models;

use proptest::prelude::*;

use super::*;
use crate::document::{
    Chunk, DocumentId, FileId, FileState, FolderId, Kind, Mark, PassageId, Position, Text,
};

const MODEL: &str = "model@1";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

async fn store(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("library.db"))
        .await
        .unwrap()
}

fn seen(name: &str) -> Observed {
    Observed {
        path: PathKey(format!("/docs/{name}").into_bytes()),
        size_bytes: 5,
        modified_ns: 7,
        file_key: None,
    }
}

/// A document with one passage per paragraph.
fn document(content: &str) -> NewDocument {
    let mut text = Text::default();
    let mut chunks = Vec::new();
    for part in content.split('|') {
        text.push(
            part,
            Mark {
                line: Some(1),
                ..Mark::default()
            },
        );
        chunks.push(Chunk {
            start: text.text.len() - part.len(),
            end: text.text.len(),
            context: String::new(),
            position: Position::default(),
        });
    }
    NewDocument {
        to_recognise: Vec::new(),
        n_children: 0,
        content_hash: *blake3::hash(content.as_bytes()).as_bytes(),
        extractor: "plain",
        extractor_version: 1,
        chunker_version: 1,
        language: Some("eng".into()),
        text,
        chunks,
    }
}

/// Adds a file with what was read out of it.
async fn add(store: &Store, folder: FolderId, name: &str, content: &str) -> (FileId, DocumentId) {
    let mut batch = store.begin().await.unwrap();
    let file = batch
        .add_file(folder, &seen(name), FileState::Waiting, None)
        .await
        .unwrap();
    let document = batch.put_document(&document(content), MODEL).await.unwrap();
    batch
        .set_document(file, (None, Some(document)), FileState::Indexed, None)
        .await
        .unwrap();
    batch.commit().await.unwrap();
    (file, document)
}

async fn embed_all(store: &Store) {
    let waiting = store.to_embed(1_000).await.unwrap();
    let vectors: Vec<_> = waiting
        .iter()
        .map(|passage| (passage.text_hash, vec![1; 8]))
        .collect();
    let stored = store.put_embeddings(MODEL, &waiting, &vectors).await;
    assert_eq!(stored.unwrap().len(), waiting.len());
}

/// Number of rows of every table that holds something of the user's files.
async fn rows(store: &Store) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN \
         ('library', 'deletions', 'leftovers', 'released', 'exclusions', 'totals', \
         'searches', 'saved_searches', 'checks', '_sqlx_migrations', 'sqlite_sequence') ORDER BY name",
    )
    .fetch_all(&store.readers)
    .await
    .unwrap();
    let mut counts = Vec::new();
    for table in tables {
        let question = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let n: i64 = sqlx::query_scalar(question)
            .fetch_one(&store.readers)
            .await
            .unwrap();
        counts.push((table, n));
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_part_of_a_text_comes_back_as_it_was(
        unit in "(a|é|Ж|字|🦜){1,9}",
        n_bytes in 1..400_000_usize,
        places in prop::collection::vec((0..400_000_usize, 0..400_000_usize), 12),
    ) {
        let content = unit.repeat(n_bytes / unit.len() + 1);
        run(async {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder).await;
            let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
            let (_, id) = add(&store, docs, "a.txt", &content).await;
            let n = content.len();
            assert_eq!(store.text(id, 0, n).await.unwrap(), content);
            for (a, b) in places {
                // Near the borders of blocks, and anywhere.
                let near = 128 * 1024 * (a % 4) + a % 9;
                for (start, end) in [(a.min(b), a.max(b)), (near.saturating_sub(4), near)] {
                    let (start, end) = (start.min(n), end.min(n));
                    let wanted = &content[content.floor_char_boundary(start)..content.ceil_char_boundary(end)];
                    let found = store.text(id, start, end).await.unwrap();
                    if start < end {
                        assert_eq!(found, wanted, "{start}..{end} of {n}");
                    }
                }
            }
            store.close().await;
        });
    }
}

/// What a stream of texts is put through: a text of so many bytes comes, or one of those that are there
/// goes; some of it in one batch.
#[derive(Debug, Clone)]
enum Turn {
    Comes(usize),
    Goes(usize),
    Commit,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        4 => (0..200_000_usize).prop_map(|n| Turn::Comes(if n % 3 == 0 { n } else { n % 3_000 })),
        3 => (0..99_usize).prop_map(Turn::Goes),
        2 => Just(Turn::Commit),
    ]
}

/// All bytes that the blocks of the stream hold, but for zeros.
async fn left_in_the_stream(store: &Store) -> usize {
    let blocks: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT n_bytes, block FROM texts")
        .fetch_all(&store.readers)
        .await
        .unwrap();
    let unpack = |(n, block): &(i64, Vec<u8>)| zstd::bulk::decompress(block, *n as usize).unwrap();
    let bytes = blocks.iter().flat_map(unpack);
    bytes.filter(|&byte| byte != 0).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_that_come_and_go_leave_each_other_alone_and_nothing_behind(
        turns in prop::collection::vec(turn(), 1..40)
    ) {
        run(async {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder).await;
            let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
            let mut there: Vec<(FileId, DocumentId, String)> = Vec::new();
            let mut batch = store.begin().await.unwrap();
            for (number, turn) in turns.iter().chain([&Turn::Commit]).enumerate() {
                match turn {
                    Turn::Comes(n) => {
                        let unit = format!("{number} é字🦜");
                        let text = unit.repeat(n / unit.len() + 1);
                        let seen = seen(&format!("{number}.txt"));
                        let file = batch.add_file(docs, &seen, FileState::Waiting, None);
                        let file = file.await.unwrap();
                        let id = batch.put_document(&document(&text), MODEL).await.unwrap();
                        let set = batch.set_document(file, (None, Some(id)), FileState::Indexed, None);
                        set.await.unwrap();
                        there.push((file, id, text));
                    }
                    Turn::Goes(i) if !there.is_empty() => {
                        let (file, _, _) = there.remove(i % there.len());
                        batch.remove_file(file).await.unwrap();
                        batch.remove_orphans().await.unwrap();
                    }
                    Turn::Goes(_) => {}
                    Turn::Commit => {
                        batch.commit().await.unwrap();
                        for (_, id, text) in &there {
                            assert_eq!(&store.text(*id, 0, text.len()).await.unwrap(), text);
                        }
                        let n: usize = there.iter().map(|(_, _, text)| text.len()).sum();
                        assert_eq!(left_in_the_stream(&store).await, n);
                        batch = store.begin().await.unwrap();
                    }
                }
            }
            drop(batch);
            store.close().await;
        });
    }
}

#[test]
fn what_is_known_of_a_passage_comes_back_by_its_id_and_by_its_document() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let mut new = document("one|two|three|four");
        let positions = [
            Position::default(),
            Position {
                line: Some(3),
                ..Position::default()
            },
            Position {
                page: Some(7),
                label: Some("vii".into()),
                ..Position::default()
            },
            Position {
                confidence: Some(0),
                ..Position::default()
            },
        ];
        let contexts = ["", "A › B", "vii", "A › B"];
        for ((chunk, position), context) in new.chunks.iter_mut().zip(positions).zip(contexts) {
            chunk.position = position;
            chunk.context = context.into();
        }
        let mut batch = store.begin().await.unwrap();
        let before = batch.put_document(&document("zero"), MODEL).await.unwrap();
        let id = batch.put_document(&new, MODEL).await.unwrap();
        batch.commit().await.unwrap();
        let rows = store.passages_of(&[id, before]).await.unwrap();
        assert_eq!((rows.len(), rows[0].document), (5, before));
        for (row, chunk) in rows[1..].iter().zip(&new.chunks) {
            assert_eq!((row.start, row.end), (chunk.start, chunk.end));
            assert_eq!(row.position, chunk.position);
            assert_eq!(row.context, chunk.context);
        }
        for row in &rows {
            assert_eq!(store.passage(row.id).await.unwrap().as_ref(), Some(row));
        }
        let first = store.first_passages(&[id]).await.unwrap().pop();
        assert_eq!(first.as_ref(), rows.get(1));
        assert_eq!(store.passage(PassageId(6)).await.unwrap(), None);
    });
}

#[test]
fn a_batch_has_a_number_and_is_there_whole_or_not_at_all() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        let mut batch = store.begin().await.unwrap();
        batch
            .add_file(docs, &seen("a.txt"), FileState::Waiting, None)
            .await
            .unwrap();
        drop(batch);
        assert_eq!(store.sequence().await.unwrap(), Sequence(0));
        assert!(store.all_files().await.unwrap().is_empty());
        let (file, document) = add(&store, docs, "a.txt", "one|two").await;
        assert_eq!(store.sequence().await.unwrap(), Sequence(1));
        let empty = store.begin().await.unwrap().commit().await.unwrap();
        assert_eq!((empty.is_empty(), empty.sequence), (true, Sequence(1)));
        let mut batch = store.begin().await.unwrap();
        batch.remove_file(file).await.unwrap();
        batch.remove_orphans().await.unwrap();
        let changes = batch.commit().await.unwrap();
        assert_eq!(changes.removed_files, [file]);
        assert_eq!(changes.removed_documents, [document]);
        assert_eq!(
            store.changes_since(Sequence(1), 100).await.unwrap(),
            changes
        );
        let all = store.changes_since(Sequence(0), 100).await.unwrap();
        assert_eq!((all.removed_files, all.files), (vec![file], vec![]));
        store.trim_deletions(Sequence(2)).await.unwrap();
        assert!(
            store
                .changes_since(Sequence(0), 100)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

fn page() -> RecognisedPage {
    RecognisedPage {
        page: 1,
        reader: "model@1".into(),
        lines: Vec::new(),
        problem: None,
    }
}

#[test]
fn a_removed_folder_leaves_no_row_in_any_table() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        add(&store, docs, "a.txt", "one|two").await;
        add(&store, docs, "copy.txt", "one|two").await;
        add(&store, docs, "b.txt", "two|three").await;
        let text = store.to_embed(10).await.unwrap().remove(0);
        let score = [(text.passage, text.text_hash, 0.5)];
        store.put_scores(&[1; 32], &score).await.unwrap();
        let documents = store.documents_since(Sequence(0)).await.unwrap();
        let document = store.document(documents[0]).await.unwrap();
        let hash = document.unwrap().content_hash;
        store.put_recognised(&hash, &page()).await.unwrap();
        let held = PathKey(b"/docs/app/node_modules".to_vec());
        store.hold_folder(&held, "packages", 9).await.unwrap();
        let answer = PathKey(b"/docs/b.txt".to_vec());
        store.add_answer("three", &answer).await.unwrap();
        embed_all(&store).await;
        let full = rows(&store).await;
        assert!(
            full.len() >= 6 && full.iter().all(|(table, n)| *n > 0 || table == "to_embed"),
            "{full:?}"
        );
        let mut batch = store.begin().await.unwrap();
        batch.remove_folder(docs).await.unwrap();
        batch.commit().await.unwrap();
        let left = rows(&store).await;
        assert!(left.iter().all(|(_, n)| *n == 0), "{left:?}");
        assert!(store.check().await.unwrap().is_empty());
    });
}

#[test]
fn what_an_older_reader_or_chunker_made_stays_findable_until_it_is_made_anew() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        store.use_model(MODEL).await.unwrap();
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        store.use_readers(&[("plain", 1)], 1).await.unwrap();
        let (file, document) = add(&store, docs, "a.txt", "one|two").await;
        embed_all(&store).await;
        for (reader, chunker) in [(2, 1), (1, 2)] {
            store
                .use_readers(&[("plain", reader)], chunker)
                .await
                .unwrap();
            let row = store.file(file).await.unwrap().unwrap();
            assert_eq!(
                (row.state, row.document),
                (FileState::Waiting, Some(document))
            );
            assert_eq!(store.passages_of(&[document]).await.unwrap().len(), 2);
            assert_eq!(store.vectors_of(MODEL, &[document]).await.unwrap().len(), 2);
            assert_eq!(store.text(document, 0, 3).await.unwrap(), "one");
            // Nothing derived has anything to do yet.
            assert!(
                store
                    .changes_since(Sequence(1), 9)
                    .await
                    .unwrap()
                    .is_empty()
            );
        }
    });
}

#[test]
fn a_library_of_a_newer_format_is_refused() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.db");
        let store = store(&folder).await;
        sqlx::query("PRAGMA user_version = 99")
            .execute(store.writer().unwrap())
            .await
            .unwrap();
        // While the number stands in the log alone, and afterwards.
        assert_ne!(std::fs::read(&path).unwrap()[60..64], [0, 0, 0, 99]);
        for _ in 0..2 {
            for refused in [Store::open(&path).await, Store::open_read_only(&path).await] {
                assert!(matches!(refused, Err(Error::Newer { found: 99, .. })));
            }
            store.close().await;
        }
        assert_eq!(std::fs::read(&path).unwrap()[60..64], [0, 0, 0, 99]);
    });
}

#[test]
fn files_are_found_by_path_and_below_a_path_page_by_page_and_directories_go_with_their_last() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        let names: [&[u8]; 6] = [
            b"b.txt",
            b"b/c.txt",
            b"b.d/x",
            b"b/\xff",
            b"b/a.zip/in",
            b"b0",
        ];
        let path = |name: &[u8]| PathKey([b"/docs/", name].concat());
        let mut batch = store.begin().await.unwrap();
        let mut last = FileId(0);
        for name in names {
            let seen = Observed {
                path: path(name),
                ..seen("")
            };
            let added = batch.add_file(docs, &seen, FileState::Waiting, None);
            last = added.await.unwrap();
        }
        batch.commit().await.unwrap();
        for name in names {
            let found = store.file_at(&path(name)).await.unwrap().unwrap();
            assert_eq!(found.seen.path, path(name));
        }
        assert_eq!(store.file_at(&path(b"b")).await.unwrap(), None);
        for (below, n) in [(&b"b"[..], 3), (b"b.d", 1), (b"b/a.zip", 1), (b"", 6)] {
            let below = PathKey(path(below).0.trim_ascii_end().to_vec());
            let mut after = below.below().0;
            let mut found = std::collections::BTreeSet::new();
            loop {
                let page = store.files_below(&below, &after, 2).await.unwrap();
                let Some(file) = page.last() else { break };
                after = file.seen.path.clone();
                let is_new = page
                    .iter()
                    .all(|file| found.insert(file.seen.path.0.clone()));
                assert!(is_new, "{page:?}");
            }
            assert_eq!(found.len(), n, "{below:?}");
        }
        let mut batch = store.begin().await.unwrap();
        let moved = Observed {
            path: path(b"e/f"),
            ..seen("")
        };
        batch.observe_file(last, docs, &moved).await.unwrap();
        batch.exclude(&path(b"b")).await.unwrap();
        batch.commit().await.unwrap();
        let left: Vec<Vec<u8>> = sqlx::query_scalar("SELECT path FROM directories ORDER BY path")
            .fetch_all(&store.readers)
            .await
            .unwrap();
        assert_eq!(left, [&b"/docs/"[..], b"/docs/b.d/", b"/docs/e/"]);
        assert!(store.check().await.unwrap().is_empty());
    });
}

#[test]
fn an_answer_about_a_folder_outlives_every_later_look_at_it() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let path = PathKey(b"/docs/app/node_modules".to_vec());
        store.hold_folder(&path, "packages", 9).await.unwrap();
        store.answer_folder(&path, Answer::Leave).await.unwrap();
        store.hold_folder(&path, "packages", 12).await.unwrap();
        let held = store.held_folders().await.unwrap();
        assert_eq!((held[0].n_files, held[0].answer), (12, Some(Answer::Leave)));
        store.forget_held(&path).await.unwrap();
        assert!(store.held_folders().await.unwrap().is_empty());
    });
}

#[test]
fn what_is_read_first_is_new_small_and_written_by_a_person() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let docs = store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        let mut batch = store.begin().await.unwrap();
        for (name, size_bytes, modified_ns) in [
            ("old.md", 10, 1),
            ("server.log", 10, 9),
            ("film.pdf", HUGE_BYTES + 1, 9),
            ("report.docx", HUGE_BYTES, 5),
            ("new.txt", 10, 7),
            ("photos.zip", 10, 3),
        ] {
            let seen = Observed {
                size_bytes,
                modified_ns,
                ..seen(name)
            };
            let waiting = FileState::Waiting;
            batch.add_file(docs, &seen, waiting, None).await.unwrap();
        }
        batch.commit().await.unwrap();
        let names: Vec<String> = store
            .waiting(10)
            .await
            .unwrap()
            .iter()
            .map(|file| {
                file.seen
                    .path
                    .to_path()
                    .file_name()
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        let expected = [
            "new.txt",
            "report.docx",
            "old.md",
            "server.log",
            "photos.zip",
            "film.pdf",
        ];
        assert_eq!(names, expected);
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
            "EXPLAIN QUERY PLAN SELECT * FROM located WHERE state = 'waiting' \
             ORDER BY size_bytes > 33554432, kind > 3, modified_ns DESC LIMIT 9",
        )
        .fetch_all(&store.readers)
        .await
        .unwrap();
        assert!(
            plan.iter().all(|step| !step.3.contains("TEMP B-TREE")),
            "{plan:?}"
        );
        let by_kind = store.waiting_by_kind().await.unwrap();
        let texts = by_kind.iter().find(|(kind, ..)| *kind == Kind::Text);
        assert_eq!(texts, Some(&(Kind::Text, 2, 20)));
    });
}

#[test]
fn an_archive_whose_reading_was_interrupted_is_taken_for_no_other_and_remembers_that() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = store(&folder).await;
        let docs = store.add_folder(&seen("").path).await.unwrap();
        let (archive, document) = add(&store, docs, "a.zip", "an archive").await;
        let holder = async |but| store.file_with(document, but).await.unwrap();
        assert_eq!(holder(FileId(99)).await.map(|file| file.id), Some(archive));
        let mut batch = store.begin().await.unwrap();
        let waiting = FileState::Waiting;
        batch.set_state(archive, waiting, None).await.unwrap();
        batch.begin_children(archive).await.unwrap();
        // It changes back, or its folder goes and comes: the files in it are still of both.
        batch.set_state(archive, waiting, None).await.unwrap();
        batch.set_away(docs, true).await.unwrap();
        batch.set_away(docs, false).await.unwrap();
        batch.commit().await.unwrap();
        assert_eq!(holder(FileId(99)).await, None);
        let row = store.file(archive).await.unwrap().unwrap();
        assert!(row.is_between_contents(), "{row:?}");
    });
}

#[test]
fn a_writer_whose_transaction_the_disk_has_ended_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = store(&folder).await;
        let mut batch = store.begin().await.unwrap();
        // As a full disk does it: behind the back of whoever began it.
        sqlx::query("ROLLBACK")
            .execute(&mut *batch.transaction)
            .await
            .unwrap();
        drop(batch);
        let docs = store.add_folder(&seen("").path).await.unwrap();
        add(&store, docs, "a.txt", "an otter").await;
    });
}

/// The locks that this process has on a file, as the system lists them.
#[cfg(target_os = "linux")]
fn n_locks(path: &std::path::Path) -> usize {
    use std::os::unix::fs::MetadataExt;
    let (pid, inode) = (std::process::id(), path.metadata().unwrap().ino());
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let is_own =
        |line: &&str| line.contains(&format!(" {pid} ")) && line.contains(&format!(":{inode} "));
    locks.lines().filter(is_own).count()
}

#[test]
#[cfg(target_os = "linux")]
fn reading_a_databases_file_beside_sqlite_leaves_its_locks_alone() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.db");
        // Both the spare copy and the look at the format read the file itself.
        let store = store(&folder).await;
        store.add_folder(&PathKey(b"/docs".to_vec())).await.unwrap();
        assert!(n_locks(&path) > 0, "after the spare copy");
        assert!(!Store::is_older(&path));
        let other = Store::open_read_only(&path).await.unwrap();
        assert!(n_locks(&path) > 0, "after the look at the format");
        other.close().await;
        store.close().await;
        assert_eq!(n_locks(&path), 0, "when all is closed");
    });
}
