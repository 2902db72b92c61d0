//! What a rule would leave out is told before it counts, and is just what it then leaves out.

use std::{fs, path::Path};

use nuthatch::{
    dirs::Dirs,
    engine::{Engine, Error},
};

use crate::support::{Home, PROGRAM};

async fn open(home: &Home) -> Engine {
    let programs = Path::new(PROGRAM).parent().unwrap();
    let engine = Engine::open(Dirs::new(home.library(), programs))
        .await
        .unwrap();
    engine.add_folder(Path::new(&home.docs())).await.unwrap();
    engine.settle_words().await.unwrap();
    engine
}

#[tokio::test]
async fn a_rule_is_tried_without_any_change_and_then_leaves_out_what_it_said() {
    let home = Home::new();
    for name in ["a.log", "logs/b.log", "logs/c.txt", "d.txt"] {
        home.write(name, "The heron stands still.\n");
    }
    home.write(".nuthatchignore", "# mine");
    let engine = open(&home).await;
    let docs = home.docs();
    let docs = Path::new(&docs);

    let effect = engine.try_rule(docs, "*.log").await.unwrap();
    assert_eq!((effect.n_known, effect.n_left_out), (4, 2));
    assert_eq!(effect.named, [docs.join("a.log"), docs.join("logs/b.log")]);
    engine.settle_words().await.unwrap();
    let again = engine.try_rule(docs, "logs/").await.unwrap();
    assert_eq!(
        (again.n_known, again.n_left_out),
        (4, 2),
        "trying changed nothing"
    );

    engine.add_rule(docs, " *.log ").await.unwrap();
    let written = fs::read_to_string(docs.join(".nuthatchignore")).unwrap();
    assert_eq!(written, "# mine\n*.log\n");
    engine.settle_words().await.unwrap();
    let left = engine.try_rule(docs, "*").await.unwrap();
    assert_eq!((left.n_known, left.n_left_out), (2, 2));
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_or_for_a_folder_of_nobody_says_so() {
    let home = Home::new();
    home.write("a.txt", "The heron stands still.\n");
    let engine = open(&home).await;
    let docs = home.docs();
    let wrong = engine.try_rule(Path::new(&docs), "[z-a]").await;
    assert!(matches!(wrong, Err(Error::Pattern { .. })), "{wrong:?}");
    let elsewhere = engine.try_rule(Path::new("/elsewhere"), "*").await;
    assert!(
        matches!(elsewhere, Err(Error::NotInLibrary { .. })),
        "{elsewhere:?}"
    );
}
