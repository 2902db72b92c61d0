//! An administrator's policy, held by the engine: settings, folders, and where models come from.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use nuthatch::{
    dirs::Dirs,
    engine::{self, Engine, Error, fetching},
    settings::{self, Policy, Settings},
};
use nuthatch_models::{ModelSpec, install::Source};

use crate::{
    models::server::{Reply, Request, Server},
    support::{Home, PROGRAM},
};

/// A home whose library is under a policy.
struct Managed {
    home: Home,
    policy: PathBuf,
}

impl Managed {
    fn new() -> Self {
        let home = Home::new();
        let policy = home.root.path().join("policy.toml");
        Self { home, policy }
    }

    fn write(&self, policy: &str) {
        std::fs::write(&self.policy, policy).unwrap();
    }

    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.home.root.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder.canonicalize().unwrap()
    }

    fn dirs(&self) -> Dirs {
        let programs = Path::new(PROGRAM).parent().unwrap();
        let home = self.home.root.path().to_owned();
        Dirs::new(self.home.library(), programs).with_policy(&self.policy, Some(home))
    }

    async fn open(&self) -> Engine {
        Engine::open(self.dirs()).await.unwrap()
    }
}

async fn folders(engine: &Engine) -> Vec<PathBuf> {
    let status = engine.status().await.unwrap();
    status.folders.into_iter().map(|one| one.path).collect()
}

async fn notices(engine: &Engine) -> String {
    let status = engine.status().await.unwrap();
    let said = status.notices.into_iter().map(|notice| notice.message);
    said.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_of_a_policy_are_in_every_library_and_stay_there() {
    let managed = Managed::new();
    let (given, at_home) = (managed.folder("handbook"), managed.folder("Documents"));
    std::fs::write(given.join("rules.txt"), "the quabblethorn rule").unwrap();
    managed.write(&format!(
        "folders = [{given:?}, \"~/Documents\", \"/nowhere/at/all\"]\n"
    ));
    let engine = managed.open().await;
    assert_eq!(folders(&engine).await, [given.clone(), at_home.clone()]);
    engine.settle_words().await.unwrap();
    let why = engine.why(&given.join("rules.txt")).await.unwrap();
    assert_eq!(why.state, "indexed");
    let said = notices(&engine).await;
    assert!(said.contains("/nowhere/at/all"), "{said}");

    let mine = managed.folder("mine");
    engine.add_folder(&mine).await.unwrap();
    let status = engine.status().await.unwrap();
    let set = status.folders.iter().map(|one| (&one.path, one.is_given));
    let set: Vec<_> = set.collect();
    assert_eq!(set, [(&given, true), (&at_home, true), (&mine, false)]);
    engine.remove_folder(&mine).await.unwrap();

    let refused = engine.remove_folder(&given).await.unwrap_err();
    assert!(matches!(refused, Error::Forbidden { .. }), "{refused}");
    assert!(refused.to_string().contains("policy.toml"), "{refused}");
    // What lies in it is the user's to forget.
    engine.forget(&given.join("rules.txt")).await.unwrap();
    engine.close().await;

    managed.write("");
    let engine = managed.open().await;
    engine.remove_folder(&given).await.unwrap();
    assert_eq!(folders(&engine).await, [at_home]);
    engine.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_folders_that_a_policy_allows_may_be_added() {
    let managed = Managed::new();
    let (inside, outside) = (managed.folder("work/plans"), managed.folder("workshop"));
    let work = managed.folder("work");
    managed.write(&format!("folders_only_below = [{work:?}]\n"));
    let engine = managed.open().await;
    engine.add_folder(&inside).await.unwrap();
    let only_below = engine.status().await.unwrap().only_below;
    assert_eq!(only_below, Some(vec![work.clone()]));
    assert!(engine.may_add(&inside) && !engine.may_add(&outside));
    let refused = engine.add_folder(&outside).await.unwrap_err().to_string();
    for told in [work.to_str().unwrap(), "policy.toml"] {
        assert!(refused.contains(told), "{refused}");
    }
    // A link does not lead out of it, nor does a path with dots.
    let around = work.join("plans/../../workshop");
    engine.add_folder(&around).await.unwrap_err();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, work.join("link")).unwrap();
        engine.add_folder(&work.join("link")).await.unwrap_err();
    }
    // A limit that cannot be read is a limit.
    managed.write("folders_only_below = 17\n");
    engine.add_folder(&inside).await.unwrap_err();
    let said = notices(&engine).await;
    assert!(
        said.contains("folders_only_below is not understood"),
        "{said}"
    );
    assert_eq!(folders(&engine).await, [inside]);
    engine.close().await;
}

#[test]
fn settings_of_a_policy_are_obeyed_and_not_written() {
    let managed = Managed::new();
    let dirs = managed.dirs();
    engine::write_setting(&dirs, "keep_history", true).unwrap();
    managed.write("keep_history = false\nmax_file_mib = 7\n");
    let settings = engine::settings(&dirs).unwrap();
    assert!(!settings.keep_history && settings.max_file_mib == 7);
    let refused = engine::write_setting(&dirs, "keep_history", true).unwrap_err();
    assert!(
        matches!(refused, settings::Error::Fixed { .. }),
        "{refused}"
    );
    // A user's file that makes no sense frees nobody.
    std::fs::write(dirs.settings(), "keep_history = = \n").unwrap();
    engine::settings(&dirs).unwrap_err();
    let fallen_back = engine::settings_or_defaults(&dirs);
    assert!(!fallen_back.keep_history && fallen_back.max_file_mib == 7);
}

fn downloadable() -> ModelSpec {
    let all = nuthatch_models::catalogue::models();
    let found = all.into_iter().find(|spec| spec.repository.is_some());
    found.unwrap()
}

fn fetch(managed: &Managed, settings: &Settings, source: Source) -> String {
    let mut quiet = |_: nuthatch_models::install::Progress<'_>| ControlFlow::Continue(());
    let spec = downloadable();
    let fetched = fetching::fetch(&managed.dirs(), settings, &spec, source, &mut quiet);
    fetched.unwrap_err().to_string()
}

#[test]
fn models_come_from_where_a_policy_says_and_a_users_token_stays_with_him() {
    let managed = Managed::new();
    let server = Server::start(|_: &Request| Reply::new(404, "no such file"));
    let address = server.url();
    managed.write(&format!("[models]\nurl = \"{address}\"\n"));
    let source = Source {
        token: Some("quabblethorn".into()),
        ..Source::new("http://127.0.0.1:9")
    };
    fetch(&managed, &Settings::default(), source);
    let requests = server.requests();
    assert!(!requests.is_empty());
    let headers: Vec<_> = requests.iter().map(|request| &request.headers).collect();
    assert!(
        !format!("{headers:?}").contains("quabblethorn"),
        "{headers:?}"
    );
}

#[test]
fn a_policy_that_cannot_be_read_forbids_every_connection() {
    let managed = Managed::new();
    for policy in [
        "never_connect = true\n",
        "never_connect = maybe\n",
        "[models\n",
    ] {
        managed.write(policy);
        // Whatever settings a caller hands over.
        let said = fetch(
            &managed,
            &Settings::default(),
            Source::new("http://127.0.0.1:9"),
        );
        assert!(said.contains("never_connect"), "{policy}: {said}");
        assert!(engine::settings(&managed.dirs()).unwrap().never_connect);
    }
    let connections = fetching::connections(&managed.dirs()).unwrap();
    assert!(connections.is_empty(), "{connections:?}");
}

#[test]
fn the_example_of_the_documentation_is_understood() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md");
    let page = std::fs::read_to_string(page).unwrap();
    let example = page.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let managed = Managed::new();
    managed.write(example);
    let policy = Policy::load(Some(&managed.policy));
    assert_eq!(policy.problems, [""; 0]);
    assert_eq!(policy.folders.len(), 2);
    assert!(policy.only_below.is_some() && policy.models.ca_file.is_some());
    let fixed: Vec<&str> = policy.fixed().collect();
    assert_eq!(
        fixed,
        ["generator", "keep_history", "max_file_mib", "never_connect"]
    );
}
