//! A library against the plain map of its folder: nothing lost, nothing left over, nothing twice.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use nuthatch::{
    dirs::Dirs,
    document::FileState,
    engine::Engine,
    search::{Only, RerankMode, SearchRequest},
    store::Store,
};

use super::tree::Tree;
use crate::support::{PROGRAM, view, view_of};

/// What is wrong with a library that rests, a sentence each.
pub(super) fn problems(library: &Path, tree: &Tree) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let programs = Path::new(PROGRAM).parent().unwrap();
        let engine = Engine::open_read_only(Dirs::new(library, programs)).await;
        let engine = match engine {
            Ok(engine) => engine,
            Err(error) => return vec![format!("it cannot be opened: {error}")],
        };
        let mut problems = engine.check().await.unwrap();
        problems.extend(rows(library, tree).await);
        problems.extend(words(&engine, tree).await);
        engine.close().await;
        problems
    })
}

async fn rows(library: &Path, tree: &Tree) -> Vec<String> {
    let store = Store::open_read_only(&library.join("library.db"))
        .await
        .unwrap();
    let view = view(&store).await;
    store.close().await;
    let known: BTreeSet<&PathBuf> = view.keys().collect();
    let wanted = tree.paths();
    let lost = wanted.iter().filter(|path| !known.contains(path));
    let ghosts = known.iter().filter(|path| !wanted.contains(**path));
    let waiting = view
        .iter()
        .filter(|(_, file)| file.state == FileState::Waiting);
    lost.map(|path| format!("{} is lost", path.display()))
        .chain(ghosts.map(|path| format!("{} is a ghost", path.display())))
        .chain(waiting.map(|(path, _)| format!("{} still waits", path.display())))
        .collect()
}

/// Every file is found by its own word, and by no other.
async fn words(engine: &Engine, tree: &Tree) -> Vec<String> {
    let places = tree.places();
    let mut problems = Vec::new();
    for word in &tree.words {
        let found = found(engine, word).await;
        let wanted = places.get(word.as_str()).cloned().unwrap_or_default();
        let unique: BTreeSet<PathBuf> = found.iter().cloned().collect();
        if unique != wanted {
            problems.push(format!(
                "{word} is found in {unique:?}, and is in {wanted:?}"
            ));
        }
        if unique.len() != found.len() {
            problems.push(format!("{word} is found twice in one file: {found:?}"));
        }
    }
    problems
}

async fn found(engine: &Engine, word: &str) -> Vec<PathBuf> {
    let request = SearchRequest {
        query: word.to_owned(),
        limit: 100,
        only: Some(Only::Words),
        reranking: RerankMode::Off,
        ..SearchRequest::default()
    };
    let found = engine.search(&request, drop).await.unwrap();
    found
        .results
        .into_iter()
        .flat_map(|result| [vec![result.file], result.copies].concat())
        .map(|file| file.seen.path.to_path())
        .collect()
}

/// In what a library differs from one that was built in peace from the same files.
pub(super) fn differences(library: &Path, peaceful: &Path) -> Vec<String> {
    let (survived, expected) = (view_of(library), view_of(peaceful));
    let all: BTreeSet<&PathBuf> = survived.keys().chain(expected.keys()).collect();
    all.into_iter()
        .filter(|path| survived.get(*path) != expected.get(*path))
        .map(|path| {
            let (one, other) = (survived.get(path), expected.get(path));
            format!("{}: {one:?}, and in peace {other:?}", path.display())
        })
        .collect()
}
