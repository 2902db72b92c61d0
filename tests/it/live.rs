//! A library that is open follows its folders: what happens to files happens to what is found.
//!
//! Waits for outcomes with generous limits; asserts no time. Every test ends with a check of
//! everything derived against the store.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use nuthatch::{
    dirs::Dirs,
    document::{FileState, Mark, PathKey, Text},
    engine::Engine,
    store::{FileRow, NewDocument, Store},
};
use tokio::runtime::Runtime;

use crate::support::{Home, PATIENCE, PROGRAM, assert_sound, view, wait_for};

/// An engine that follows `docs`, with the store seen from beside.
pub(crate) struct Live {
    pub(crate) home: Home,
    open: Option<Open>,
}

pub(crate) struct Open {
    pub(crate) store: Store,
    pub(crate) engine: Arc<Engine>,
    pub(crate) runtime: Runtime,
}

fn open(library: &Path) -> Open {
    open_with(library, Path::new(PROGRAM).parent().unwrap())
}

fn open_with(library: &Path, programs: &Path) -> Open {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let dirs = Dirs::new(library, programs);
    let database = dirs.database();
    let engine = runtime.block_on(Engine::open(dirs)).unwrap();
    let store = runtime.block_on(Store::open_read_only(&database)).unwrap();
    Open {
        store,
        engine: Arc::new(engine),
        runtime,
    }
}

impl Live {
    pub(crate) fn new(home: Home) -> Self {
        let open = open(&home.library());
        let docs = home.root.path().join("docs");
        open.runtime.block_on(async {
            open.engine.follow().await.unwrap();
            open.engine.add_folder(&docs).await.unwrap();
            open.engine.settle().await.unwrap();
        });
        Self {
            home,
            open: Some(open),
        }
    }

    pub(crate) fn open(&self) -> &Open {
        self.open.as_ref().unwrap()
    }

    fn file_at(&self, path: &Path) -> Option<FileRow> {
        let path = path
            .parent()
            .unwrap()
            .canonicalize()
            .ok()?
            .join(path.file_name()?);
        let (open, key) = (self.open(), PathKey::of(&path));
        open.runtime.block_on(open.store.file_at(&key)).unwrap()
    }

    pub(crate) fn file(&self, name: &str) -> Option<FileRow> {
        self.file_at(&self.home.path(name))
    }

    /// The file, once it is read.
    pub(crate) fn read(&self, name: &str) -> FileRow {
        wait_for(&format!("{name} to be read"), || {
            let file = self.file(name)?;
            (file.state == FileState::Indexed).then_some(file)
        })
    }

    /// The file, once it says this.
    pub(crate) fn says(&self, name: &str, words: &str) -> FileRow {
        let open = self.open();
        wait_for(&format!("{name} to say {words}"), || {
            let file = self.file(name)?;
            let text = open.store.text(file.document?, 0, 1_000);
            let text = open.runtime.block_on(text).unwrap();
            text.contains(words).then_some(file)
        })
    }

    pub(crate) fn gone(&self, path: &Path) {
        wait_for(&format!("{} to go", path.display()), || {
            let key = PathKey::of(path);
            let open = self.open();
            let found = open.runtime.block_on(open.store.file_at(&key)).unwrap();
            found.is_none().then_some(())
        });
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        let to = self.home.path(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(self.home.path(from), to).unwrap();
    }

    pub(crate) fn settle(&self) {
        let open = self.open();
        let settled = async { tokio::time::timeout(PATIENCE, open.engine.settle()).await };
        open.runtime.block_on(settled).unwrap().unwrap();
    }

    /// Nothing derived differs from the store, in memory either.
    pub(crate) fn assert_sound(&self) {
        self.settle();
        let open = self.open();
        let problems = open.runtime.block_on(open.engine.check()).unwrap();
        assert!(problems.is_empty(), "{problems:#?}");
    }

    /// The engine and what sees its store, to be closed in order.
    pub(crate) fn take(&mut self) -> Open {
        self.open.take().unwrap()
    }

    /// Everything stops where it is.
    pub(crate) fn crash(&mut self) {
        drop(self.open.take());
    }

    pub(crate) fn reopen(&mut self) {
        self.open = Some(open(&self.home.library()));
        let open = self.open();
        open.runtime.block_on(open.engine.follow()).unwrap();
    }
}

#[test]
fn a_file_that_is_added_edited_and_deleted_is_followed() {
    let live = Live::new(Home::new());
    live.home.write("a.txt", "apricot jam");
    let added = live.says("a.txt", "apricot");
    live.home.write("a.txt", "blackberry jam instead");
    let edited = live.says("a.txt", "blackberry");
    assert_eq!(added.id, edited.id);
    live.home
        .write("new/folder/b.txt", "in a folder that is new as well");
    live.says("new/folder/b.txt", "new as well");
    std::fs::remove_file(live.home.path("a.txt")).unwrap();
    live.gone(&live.home.path("a.txt"));
    live.assert_sound();
}

#[test]
fn a_renamed_or_moved_file_keeps_its_id_and_is_not_read_again() {
    let home = Home::new();
    home.write("a.txt", "apricot jam");
    std::fs::create_dir(home.path("shelf")).unwrap();
    let live = Live::new(home);
    let before = live.read("a.txt");
    live.rename("a.txt", "b.txt");
    let renamed = live.read("b.txt");
    live.rename("b.txt", "shelf/c.txt");
    let moved = live.read("shelf/c.txt");
    for after in [renamed, moved] {
        assert_eq!((after.id, after.document), (before.id, before.document));
    }
    live.gone(&live.home.path("a.txt"));
    live.gone(&live.home.path("b.txt"));
    live.assert_sound();
}

#[test]
fn a_renamed_folder_takes_its_files_along() {
    let home = Home::new();
    for i in 0..5 {
        home.write(&format!("old/deep/{i}.txt"), format!("pear number {i}"));
    }
    let live = Live::new(home);
    let name = |folder: &str, i: usize| format!("{folder}/deep/{i}.txt");
    let before: Vec<FileRow> = (0..5).map(|i| live.read(&name("old", i))).collect();
    live.rename("old", "fresh");
    for (i, before) in before.iter().enumerate() {
        let after = live.read(&name("fresh", i));
        assert_eq!((after.id, after.document), (before.id, before.document));
        live.gone(&live.home.path(&name("old", i)));
    }
    live.assert_sound();
}

#[test]
fn a_folder_that_is_moved_out_and_in_again_is_forgotten_and_found_again() {
    let home = Home::new();
    home.write("box/a.txt", "quince");
    home.write("stays.txt", "medlar");
    let live = Live::new(home);
    let outside = live.home.root.path().join("outside");
    std::fs::rename(live.home.path("box"), &outside).unwrap();
    live.gone(&live.home.path("box/a.txt"));
    std::fs::rename(&outside, live.home.path("box")).unwrap();
    live.says("box/a.txt", "quince");
    live.read("stays.txt");
    live.assert_sound();
}

#[test]
fn a_file_that_is_saved_by_renaming_over_it_keeps_its_id() {
    let home = Home::new();
    home.write("letter.txt", "first draft");
    let live = Live::new(home);
    let before = live.read("letter.txt");
    for round in 0..3 {
        live.home
            .write("letter.txt.tmp", format!("draft of round {round}"));
        live.rename("letter.txt.tmp", "letter.txt");
        let after = live.says("letter.txt", &format!("round {round}"));
        assert_eq!(after.id, before.id);
    }
    live.gone(&live.home.path("letter.txt.tmp"));
    live.assert_sound();
}

#[test]
fn a_rule_that_is_written_while_the_library_is_open_is_obeyed() {
    let home = Home::new();
    home.write("drafts/a.txt", "plum");
    home.write("b.txt", "damson");
    let live = Live::new(home);
    live.read("drafts/a.txt");
    live.home.write(".nuthatchignore", "drafts/\n");
    live.gone(&live.home.path("drafts/a.txt"));
    std::fs::remove_file(live.home.path(".nuthatchignore")).unwrap();
    live.read("drafts/a.txt");
    live.read("b.txt");
    live.assert_sound();
}

#[test]
fn a_chosen_folder_inside_another_one_has_its_files_once_and_outlives_it() {
    let home = Home::new();
    home.write("outer.txt", "sloe");
    home.write("inner/a.txt", "rowan");
    let live = Live::new(home);
    let before = live.read("inner/a.txt");
    let open = live.open();
    let inner = live.home.path("inner");
    open.runtime
        .block_on(open.engine.add_folder(&inner))
        .unwrap();
    live.home.write("inner/b.txt", "elder");
    live.settle();
    let after = live.read("inner/a.txt");
    assert_eq!((after.id, after.document), (before.id, before.document));
    assert_ne!(after.folder, before.folder);
    live.read("inner/b.txt");
    let outer = live.home.root.path().join("docs");
    open.runtime
        .block_on(open.engine.remove_folder(&outer))
        .unwrap();
    live.gone(&live.home.path("outer.txt"));
    assert_eq!(live.read("inner/a.txt").id, before.id);
    open.runtime
        .block_on(open.engine.add_folder(&outer))
        .unwrap();
    live.read("outer.txt");
    open.runtime
        .block_on(open.engine.remove_folder(&inner))
        .unwrap();
    live.read("inner/a.txt");
    live.assert_sound();
}

#[test]
fn a_content_that_passes_from_one_file_to_another_in_one_moment_is_kept() {
    let home = Home::new();
    home.write("a.txt", "mulberry");
    let mut live = Live::new(home);
    let before = live.read("a.txt");
    live.crash();
    // The newest is read first, and an empty file soonest: `a` gives its content up before `b`
    // is known to have it.
    live.home.write("b.txt", "mulberry");
    let first = std::fs::metadata(live.home.path("b.txt")).unwrap();
    wait_for("a later time of the file system", || {
        live.home.write("a.txt", "");
        let later = std::fs::metadata(live.home.path("a.txt")).unwrap();
        (later.modified().unwrap() > first.modified().unwrap()).then_some(())
    });
    live.reopen();
    live.settle();
    assert_eq!(live.says("b.txt", "mulberry").document, before.document);
    assert_eq!(live.file("a.txt").unwrap().state, FileState::Skipped);
    live.assert_sound();
}

#[test]
fn what_a_crash_left_without_a_file_is_cleared_away_at_the_next_start() {
    let home = Home::new();
    home.write("a.txt", "hawthorn");
    home.write("b.txt", "juniper");
    let mut live = Live::new(home);
    let file = live.read("a.txt");
    live.crash();
    std::fs::remove_file(live.home.path("a.txt")).unwrap();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&live.home.library().join("library.db"))
            .await
            .unwrap();
        let mut batch = store.begin().await.unwrap();
        batch.remove_file(file.id).await.unwrap();
        batch.commit().await.unwrap();
        store.close().await;
    });
    live.reopen();
    live.assert_sound();
    live.read("b.txt");
}

#[test]
fn a_word_index_that_is_lost_while_the_library_is_open_is_made_anew() {
    let home = Home::new();
    home.write("a.txt", "bilberry");
    let live = Live::new(home);
    live.read("a.txt");
    std::fs::remove_dir_all(live.home.library().join("index")).unwrap();
    live.home.write("b.txt", "cranberry");
    wait_for("the word index to hold both files", || {
        let open = live.open();
        let problems = open.runtime.block_on(open.engine.check());
        problems.ok().filter(Vec::is_empty)
    });
    live.read("b.txt");
    live.assert_sound();
}

#[test]
fn a_reader_that_has_learned_reads_what_its_elders_read_or_refused() {
    let home = Home::new();
    home.write("a.txt", "elder and whortleberry");
    home.write("b.txt", "untouched");
    home.write("empty.txt", "");
    let mut live = Live::new(home);
    let before = live.says("a.txt", "whortleberry");
    let other = live.read("b.txt");
    live.crash();
    // As an older program would have left it.
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&live.home.library().join("library.db"))
            .await
            .unwrap();
        let mut text = Text::default();
        text.push("misread", Mark::default());
        let old = NewDocument {
            to_recognise: Vec::new(),
            n_children: 0,
            content_hash: *blake3::hash(b"elder and whortleberry").as_bytes(),
            extractor: "plain",
            extractor_version: 0,
            chunker_version: 0,
            language: None,
            chunks: Vec::new(),
            text,
        };
        store.use_readers(&[("plain", 0)], 0).await.unwrap();
        let mut batch = store.begin().await.unwrap();
        let document = Some(batch.put_document(&old, "").await.unwrap());
        for (file, state) in [("a.txt", FileState::Indexed), ("b.txt", FileState::Indexed)] {
            let path = live
                .home
                .root
                .path()
                .canonicalize()
                .unwrap()
                .join("docs")
                .join(file);
            let file = store.file_at(&PathKey::of(&path)).await.unwrap().unwrap();
            let document = if file.id == before.id {
                document
            } else {
                other.document
            };
            batch
                .set_document(file.id, (file.document, document), state, None)
                .await
                .unwrap();
        }
        batch.commit().await.unwrap();
        store.close().await;
    });
    live.reopen();
    let after = live.says("a.txt", "whortleberry");
    assert_eq!((after.id, after.document), (before.id, before.document));
    assert_eq!(live.read("b.txt").document, other.document);
    live.assert_sound();
    assert_eq!(live.file("empty.txt").unwrap().state, FileState::Skipped);
}

#[cfg(unix)]
#[test]
fn a_model_that_fails_once_embeds_what_it_left_without_being_asked_again() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let home = Home::new();
    home.write("a.txt", "gooseberry");
    let real = Path::new(PROGRAM).parent().unwrap();
    let programs = home.root.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    for entry in std::fs::read_dir(real).unwrap() {
        let name = entry.unwrap().file_name();
        if name != "nuthatch-models" {
            symlink(real.join(&name), programs.join(&name)).unwrap();
        }
    }
    // The first start fails, later ones are the real program's.
    let worker = programs.join("nuthatch-models");
    let (marker, target) = (programs.join("tried"), real.join("nuthatch-models"));
    let script = format!(
        "#!/bin/sh\nif mkdir '{}'; then exit 1; fi\nexec '{}'\n",
        marker.display(),
        target.display()
    );
    std::fs::write(&worker, script).unwrap();
    std::fs::set_permissions(&worker, std::fs::Permissions::from_mode(0o755)).unwrap();
    let open = open_with(&home.library(), &programs);
    let docs = home.root.path().join("docs");
    open.runtime.block_on(async {
        open.engine.add_folder(&docs).await.unwrap();
        open.engine.settle().await.unwrap();
    });
    let n_left = || open.runtime.block_on(open.store.count_to_embed()).unwrap();
    assert!(marker.is_dir());
    assert_eq!(n_left(), 1, "words do not wait for the model");
    wait_for("the model's second chance", || {
        (n_left() == 0).then_some(())
    });
}

#[test]
fn a_library_that_is_closed_can_be_opened_again_at_once() {
    let home = Home::new();
    home.write("a.txt", "loganberry");
    let programs = Path::new(PROGRAM).parent().unwrap();
    let docs = home.root.path().join("docs");
    Runtime::new().unwrap().block_on(async {
        for round in 0..5 {
            let engine = Engine::open(Dirs::new(home.library(), programs))
                .await
                .unwrap();
            engine.follow().await.unwrap();
            engine.add_folder(&docs).await.unwrap();
            // In the middle of work, too.
            if round != 1 {
                engine.settle().await.unwrap();
            }
            home.write(&format!("{round}.txt"), "one more");
            engine.close().await;
            let log = home.library().join("library.db-wal");
            assert!(!log.exists(), "everything is in the database itself");
        }
    });
    assert_eq!(home.by_words("loganberry").len(), 1);
    home.add();
    assert_sound(&home.library());
}

/// A small generator of numbers, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// One thing that happens in a folder while the library is open.
fn happens(live: &mut Live, dice: &mut Dice, step: usize) {
    let docs = live.home.root.path().join("docs");
    let files = files_below(&docs);
    let endings = ["txt", "md", "html"];
    let folders = ["", "x/", "x/y/", "z/"];
    let name = format!(
        "{}f{}.{}",
        folders[dice.roll(4)],
        dice.roll(12),
        endings[dice.roll(3)]
    );
    let content = format!("Step {step} writes about subject{}.", dice.roll(30));
    let some = (!files.is_empty()).then(|| files[dice.roll(files.len().max(1))].clone());
    match (dice.roll(10), some) {
        (0..=3, _) | (_, None) => live.home.write(&name, content),
        (4, Some(file)) => std::fs::write(file, content).unwrap(),
        (5, Some(file)) => std::fs::remove_file(file).unwrap(),
        (6, Some(file)) => {
            let to = live.home.path(&name);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::rename(file, to).unwrap();
        }
        (7, Some(file)) => {
            let to = live.home.path(&format!("copy{}.txt", dice.roll(5)));
            std::fs::copy(file, to).unwrap();
        }
        (8, Some(_)) => {
            let (from, to) = (live.home.path("x"), live.home.path(&format!("x{step}")));
            if from.is_dir() {
                std::fs::rename(from, to).unwrap();
            }
        }
        _ if dice.roll(2) == 0 => live.settle(),
        _ => {
            live.crash();
            live.reopen();
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(dice.roll(60) as u64));
}

#[test]
fn whatever_happens_in_whatever_order_the_library_equals_one_made_afterwards() {
    for seed in [7, 20_261_123] {
        let mut live = Live::new(Home::new());
        let mut dice = Dice(seed);
        for step in 0..150 {
            happens(&mut live, &mut dice, step);
        }
        live.assert_sound();
        let fresh = open(&live.home.root.path().join("fresh"));
        let docs = live.home.root.path().join("docs");
        let expected = fresh.runtime.block_on(async {
            fresh.engine.add_folder(&docs).await.unwrap();
            let settled = tokio::time::timeout(PATIENCE, fresh.engine.settle());
            settled.await.unwrap().unwrap();
            view(&fresh.store).await
        });
        let found = live.open().runtime.block_on(view(&live.open().store));
        assert!(expected.len() > 10, "seed {seed}");
        assert!(found.keys().eq(expected.keys()), "seed {seed}");
        for (path, file) in &found {
            assert_eq!(
                Some(file),
                expected.get(path),
                "seed {seed}: {}",
                path.display()
            );
        }
    }
}
