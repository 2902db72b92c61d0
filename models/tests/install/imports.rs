//! Models out of folders, memory sticks and the caches of other tools.

use std::fs;

use nuthatch_models::{
    ModelSpec,
    install::{self, Error, Outcome},
};

use super::{CONFIG, Home, REVISION, content, hub, server::Server, spec, unknown, weights};

#[test]
fn a_folder_is_imported_with_nothing_that_was_not_asked_for() {
    let (home, stick) = (Home::new(), tempfile::tempdir().unwrap());
    for name in ["config.json", "model.onnx", "README.md", "run.sh"] {
        fs::write(stick.path().join(name), content(name)).unwrap();
    }
    home.import(&spec(), stick.path()).unwrap();
    home.assert_installed(&spec());
    assert!(stick.path().join("model.onnx").is_file());
}

#[test]
fn files_that_a_folder_lacks_are_named_and_nothing_is_left_behind() {
    let (home, stick) = (Home::new(), tempfile::tempdir().unwrap());
    fs::write(stick.path().join("config.json"), CONFIG).unwrap();
    let error = home.import(&spec(), stick.path()).unwrap_err();
    assert!(matches!(&error, Error::Missing { names, .. } if *names == ["onnx/model.onnx"]));
    fs::write(stick.path().join("model.onnx"), [7; 9]).unwrap();
    let error = home.import(&spec(), stick.path()).unwrap_err().to_string();
    assert!(error.contains("model.onnx is damaged"), "{error}");
    home.assert_nothing_installed();
    assert_eq!(install::n_partial_bytes("tiny", &home.models()), 0);
}

#[cfg(unix)]
#[test]
fn a_snapshot_of_the_hubs_own_tools_is_imported_through_its_links() {
    use std::os::unix::fs::symlink;

    let cache = tempfile::tempdir().unwrap();
    let repository = cache.path().join("models--someone--tiny-reranker");
    let snapshot = repository.join("snapshots").join(REVISION);
    fs::create_dir_all(repository.join("blobs")).unwrap();
    fs::create_dir_all(repository.join("refs")).unwrap();
    fs::create_dir_all(snapshot.join("onnx")).unwrap();
    fs::write(repository.join("refs/main"), REVISION).unwrap();
    fs::write(repository.join("blobs/c"), CONFIG).unwrap();
    fs::write(repository.join("blobs/w"), weights()).unwrap();
    symlink("../../blobs/c", snapshot.join("config.json")).unwrap();
    symlink("../../../blobs/w", snapshot.join("onnx/model.onnx")).unwrap();
    let unpinned = ModelSpec {
        revision: "main".into(),
        ..spec()
    };
    for spec in [spec(), unpinned] {
        for from in [cache.path(), &repository] {
            let home = Home::new();
            home.import(&spec, from).unwrap();
            home.assert_installed(&spec);
            let installed = spec.directory(&home.models()).join("model.onnx");
            assert!(fs::symlink_metadata(installed).unwrap().is_file());
        }
    }
}

#[test]
fn a_file_that_is_named_brings_those_beside_it_and_stands_for_the_one_of_its_kind() {
    let (home, stick) = (Home::new(), tempfile::tempdir().unwrap());
    fs::write(stick.path().join("config.json"), CONFIG).unwrap();
    let named = stick.path().join("reranker-by-somebody.onnx");
    fs::write(&named, weights()).unwrap();
    home.import(&spec(), &named).unwrap();
    home.assert_installed(&spec());

    let home = Home::new();
    let error = home
        .import(&spec(), &stick.path().join("config.json"))
        .unwrap_err();
    assert!(
        matches!(&error, Error::Missing { names, .. } if *names == ["onnx/model.onnx"]),
        "{error}"
    );
    home.assert_nothing_installed();
}

#[test]
fn an_import_replaces_what_is_installed_and_a_failing_one_leaves_it() {
    let (home, stick) = (Home::new(), tempfile::tempdir().unwrap());
    for name in ["config.json", "model.onnx"] {
        fs::write(stick.path().join(name), content(name)).unwrap();
    }
    home.import(&unknown(), stick.path()).unwrap();
    let weights = stick.path().join("model.onnx");
    fs::write(&weights, "version https://git-lfs.github.com/spec/v1\n").unwrap();
    home.import(&unknown(), stick.path()).unwrap_err();
    home.assert_installed(&unknown());

    fs::write(&weights, "newer weights").unwrap();
    let outcome = home.import(&unknown(), stick.path()).unwrap();
    let folder = unknown().directory(&home.models());
    assert_eq!(outcome, Outcome::Installed(folder.clone()));
    assert_eq!(
        fs::read(folder.join("model.onnx")).unwrap(),
        b"newer weights"
    );
    unknown().verify(&folder).unwrap();
    assert_eq!(install::n_partial_bytes("tiny", &home.models()), 0);
}

#[test]
fn a_model_whose_replacement_was_killed_halfway_comes_back() {
    let (home, server) = (Home::new(), Server::start(hub));
    home.get(&spec(), &server).unwrap();
    let aside = home.models().join(".partial/tiny/5eae30d.old");
    fs::create_dir_all(aside.parent().unwrap()).unwrap();
    fs::rename(spec().directory(&home.models()), &aside).unwrap();
    home.get(&spec(), &server).unwrap();
    home.assert_installed(&spec());
    assert_eq!(server.requests().len(), 2);
}
