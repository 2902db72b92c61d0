//! Nothing is read or embedded twice: what happens to files costs rows, not readers and models.
//!
//! Counts what readers and the model were given since the library was opened.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use crate::{live::Live, support::Home};

/// Contents read and passages embedded so far.
fn counts(live: &Live) -> (u64, u64) {
    live.settle();
    let progress = live.open().engine.progress();
    let progress = progress.borrow();
    (progress.n_read, progress.n_embedded)
}

/// Some documents in two folders, read and embedded.
fn indexed() -> Live {
    let home = Home::new();
    for i in 0..3 {
        home.write(
            &format!("repo/src/{i}.md"),
            format!("# Part {i}\n\nOf hedgehogs, part {i}."),
        );
        home.write(&format!("other/{i}.txt"), format!("Of badgers, part {i}."));
    }
    let live = Live::new(home);
    assert_eq!(counts(&live), (6, 6));
    live
}

fn touch(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let later = SystemTime::now() + Duration::from_secs(5);
    file.set_modified(later).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, to) = (
            entry.as_ref().unwrap().path(),
            to.join(entry.unwrap().file_name()),
        );
        if path.is_dir() {
            copy(&path, &to);
        } else {
            // Written, not copied: another time and another file, as from a clone.
            std::fs::write(&to, std::fs::read(&path).unwrap()).unwrap();
        }
    }
}

#[test]
fn renames_moves_copies_and_touches_read_and_embed_nothing_again() {
    let live = indexed();
    live.rename("repo/src/0.md", "repo/src/zero.md");
    live.read("repo/src/zero.md");
    live.rename("repo/src/1.md", "other/1.md");
    live.read("other/1.md");
    live.rename("repo", "archive/repo");
    live.read("archive/repo/src/zero.md");
    copy(&live.home.path("other"), &live.home.path("backup"));
    live.read("backup/2.txt");
    touch(&live.home.path("other/2.txt"));
    assert_eq!(counts(&live), (6, 6));
    live.assert_sound();
}

#[test]
fn a_repository_that_is_deleted_and_cloned_again_embeds_nothing_again() {
    let mut live = indexed();
    let outside = live.home.root.path().join("origin");
    copy(&live.home.path("repo"), &outside);
    std::fs::remove_dir_all(live.home.path("repo")).unwrap();
    live.gone(&live.home.path("repo/src/0.md"));
    assert_eq!(counts(&live), (6, 6));
    assert!(live.home.by_words("hedgehogs").is_empty());
    // Also over a restart.
    live.crash();
    live.reopen();
    assert_eq!(counts(&live), (0, 0));
    copy(&outside, &live.home.path("repo"));
    live.says("repo/src/2.md", "hedgehogs");
    let (n_read, n_embedded) = counts(&live);
    assert_eq!(
        (n_read, n_embedded),
        (3, 0),
        "text does not stay, numbers do"
    );
    live.assert_sound();
}

#[test]
fn a_program_that_starts_again_reads_and_embeds_nothing() {
    let mut live = indexed();
    live.crash();
    live.reopen();
    assert_eq!(counts(&live), (0, 0));
    live.assert_sound();
}

#[test]
fn an_edited_file_embeds_only_the_passages_that_are_new() {
    let home = Home::new();
    let part = |name: &str| {
        format!(
            "# {name}\n\n{}\n\n",
            format!("About the {name} we know a lot. ").repeat(40)
        )
    };
    let parts = ["otter", "beaver", "vole", "mink"].map(part);
    home.write("a.md", parts.concat());
    let live = Live::new(home);
    let (_, before) = counts(&live);
    live.home
        .write("a.md", [parts.concat(), part("stoat")].concat());
    live.says("a.md", "otter");
    let (n_read, after) = counts(&live);
    assert_eq!(n_read, 2);
    assert!(
        before >= 4 && after > before && after < 2 * before,
        "{before}, then {after}"
    );
    // Back to what it was, within the time that leftovers are kept.
    live.home.write("a.md", parts.concat());
    let (n_read, back) = counts(&live);
    assert_eq!((n_read, back), (3, after));
    live.assert_sound();
}
