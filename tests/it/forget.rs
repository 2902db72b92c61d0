//! What is removed or forgotten leaves no trace in the library's folder: a search through every byte.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use crate::{
    live::Live,
    support::{Home, json, nuthatch, pdf},
};

/// Words that stand in what is forgotten and nowhere else; the last is in a file's name alone.
const WORDS: [&str; 4] = ["quabblethorn", "zorvanex", "mirkelwump", "plimsterbob"];

const N_SECTIONS: usize = 150;

fn secret(home: &Home, folder: &str) {
    // Enough of it that whole pages of the database become free.
    let sections = (0..N_SECTIONS).map(|i| {
        format!("# Zorvanex {i}\n\nThe quabblethorn no. {i} grows on the northern slope, blooms in June.\n\n")
    });
    home.write(
        &format!("{folder}/plimsterbob.md"),
        sections.collect::<String>(),
    );
    home.write(
        &format!("{folder}/report.pdf"),
        pdf(&["All of mirkelwump on one page"]),
    );
}

/// Every file of the library with its bytes, and after them what is compressed in them: texts are.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let mut bytes = std::fs::read(&path).unwrap();
            let unpacked = unpacked(&bytes);
            bytes.extend(unpacked);
            found.push((path, bytes));
        }
    }
    found
}

/// Whatever begins like a zstd frame, as far as it can be read.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for start in (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&[0x28, 0xb5, 0x2f, 0xfd])) {
        let frame = zstd::Decoder::new(&bytes[start..]).unwrap().single_frame();
        let _ = frame.take(1 << 20).read_to_end(&mut all);
        all.push(0);
    }
    all
}

/// Which of these stand in which files; words in whatever case. Words in the word index are no
/// plain bytes: `src/lexical/tests.rs` looks for those.
pub(crate) fn traces(library: &Path, wanted: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, bytes) in files(library) {
        let lower = bytes.to_ascii_lowercase();
        for (name, part) in wanted {
            let has = |bytes: &[u8]| bytes.windows(part.len()).any(|window| window == part);
            if has(&bytes) || has(&lower) {
                let file = path.strip_prefix(library).unwrap();
                found.push(format!("{name} in {}", file.display()));
            }
        }
    }
    found
}

/// What is to be looked for: words as in texts and in the word index, hashes, and embeddings.
fn wanted(live: &Live) -> Vec<(String, Vec<u8>)> {
    let mut wanted: Vec<(String, Vec<u8>)> = WORDS
        .iter()
        .map(|word| ((*word).to_owned(), word.as_bytes().to_vec()))
        .collect();
    let open = live.open();
    open.runtime.block_on(async {
        let model = nuthatch_models::ModelSpec::default_embedding().key();
        for file in open.store.all_files().await.unwrap() {
            let name = file.seen.path.to_path().display().to_string();
            let document = file.document.unwrap();
            if !name.contains("secret") {
                continue;
            }
            let row = open.store.document(document).await.unwrap().unwrap();
            wanted.push((format!("hash of {name}"), row.content_hash.to_vec()));
            let vectors = open.store.vectors_of(&model, &[document]).await.unwrap();
            assert!(!vectors.is_empty(), "{name}");
            let vectors = vectors.into_iter().map(|row| row.vector);
            wanted.extend(vectors.map(|vector| (format!("vector of {name}"), vector)));
        }
    });
    assert!(wanted.len() >= WORDS.len() + 4);
    wanted
}

/// A library with secrets and other things, some of each edited and deleted since.
fn library_with_secrets() -> (Live, Vec<(String, Vec<u8>)>) {
    let home = Home::new();
    secret(&home, "secret");
    for i in 0..40 {
        home.write(
            &format!("plain/{i}.txt"),
            format!("A plain note, number {i}, on marmalade."),
        );
    }
    let live = Live::new(home);
    live.settle();
    let mut all = wanted(&live);
    // An older state of a file leaves traces of its own.
    live.home
        .write("secret/old.txt", "An older zorvanex, soon to be edited.");
    live.says("secret/old.txt", "older");
    live.settle();
    all.extend(wanted(&live));
    live.home.write("secret/old.txt", "A newer one.");
    live.says("secret/old.txt", "newer");
    std::fs::remove_file(live.home.path("plain/7.txt")).unwrap();
    live.gone(&live.home.path("plain/7.txt"));
    live.settle();
    let found = traces(&live.home.library(), &all);
    for word in WORDS {
        assert!(
            found.iter().any(|trace| trace.starts_with(word)),
            "{word} is nowhere before"
        );
    }
    (live, all)
}

pub(crate) fn close(mut live: Live) -> Home {
    let open = live.take();
    open.runtime.block_on(async {
        open.store.close().await;
        std::sync::Arc::into_inner(open.engine)
            .unwrap()
            .close()
            .await;
    });
    live.home
}

#[test]
fn a_removed_folder_leaves_no_trace_in_any_file() {
    let (live, wanted) = library_with_secrets();
    let open = live.open();
    let secret = live.home.path("secret");
    open.runtime.block_on(async {
        // As a folder of its own, so that others stay.
        open.engine.add_folder(&secret).await.unwrap();
        open.engine.settle().await.unwrap();
        let outside = live.home.root.path().join("outside");
        std::fs::rename(&secret, &outside).unwrap();
        open.engine.remove_folder(&secret).await.unwrap();
    });
    let left = traces(&live.home.library(), &wanted);
    assert!(left.is_empty(), "{left:#?}");
    live.assert_sound();
    let home = close(live);
    let left = traces(&home.library(), &wanted);
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(home.by_words("marmalade").len(), 10);
}

#[test]
fn a_forgotten_file_or_folder_leaves_nothing_but_its_path_and_stays_out() {
    let (live, wanted) = library_with_secrets();
    let open = live.open();
    let secret = live.home.path("secret");
    open.runtime.block_on(async {
        open.engine.forget(&secret).await.unwrap();
        open.engine.settle().await.unwrap();
    });
    live.home.write(
        "secret/plimsterbob.md",
        "It changes, and stays out: quabblethorn.",
    );
    live.home.write("plain/last.txt", "One more on marmalade.");
    live.says("plain/last.txt", "marmalade");
    live.settle();
    let home = close(live);
    let left = traces(&home.library(), &wanted);
    assert!(left.is_empty(), "{left:#?}");
    let status = json(&home.library(), &["status"]);
    let canonical = secret.canonicalize().unwrap().display().to_string();
    assert_eq!(status["left_out"], serde_json::json!([canonical]));
    let (state, reason) = home.why("secret/plimsterbob.md");
    assert!(
        state == "skipped" && reason.contains("at your wish"),
        "{state}: {reason}"
    );
    let back = json(&home.library(), &["forget", "--undo", &canonical]);
    assert_eq!(back["left_out"], false);
    assert_eq!(home.by_words("quabblethorn").len(), 1);
    let unknown = nuthatch(&home.library(), &["forget", "/nowhere/at/all.txt"]);
    assert_eq!(unknown.status.code(), Some(3));
}
