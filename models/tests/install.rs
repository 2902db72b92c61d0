//! Models arrive whole and checked or not at all: from a server that behaves, from servers that do
//! not, and from folders. TLS is the client's own and not tested here.
//!
//! Start reading at [`Home`].

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "install/careless.rs"]
mod careless;
#[path = "install/imports.rs"]
mod imports;
#[path = "install/server.rs"]
mod server;

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use nuthatch_models::{
    ModelSpec,
    catalogue::{FileError, ModelFile},
    install::{self, Error, Outcome, Source},
};
use sha2::{Digest, Sha256};

use server::{Reply, Request, Server, file};

const CONFIG: &[u8] = br#"{"hidden_size": 8}"#;
const REVISION: &str = "5eae30d";

fn weights() -> Vec<u8> {
    (0..700_000_u32).map(|i| (i % 251) as u8).collect()
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The hash of the weights is known, that of the description is not.
fn spec() -> ModelSpec {
    ModelSpec {
        id: "tiny".into(),
        repository: Some("someone/tiny-reranker".into()),
        revision: REVISION.into(),
        files: vec![
            ModelFile {
                name: "config.json".into(),
                path: None,
                size_bytes: None,
                sha256: None,
            },
            ModelFile {
                name: "model.onnx".into(),
                path: Some("onnx/model.onnx".into()),
                size_bytes: Some(700_000),
                sha256: Some(sha256(&weights())),
            },
        ],
        ..ModelSpec::default_embedding()
    }
}

/// The same with nothing known of the weights.
fn unknown() -> ModelSpec {
    let mut spec = spec();
    spec.files[1].sha256 = None;
    spec.files[1].size_bytes = None;
    spec
}

/// What a good server has.
fn hub(request: &Request) -> Reply {
    match request.path.as_str() {
        "/someone/tiny-reranker/resolve/5eae30d/config.json" => file(request, CONFIG, "\"c\""),
        "/someone/tiny-reranker/resolve/5eae30d/onnx/model.onnx" => {
            file(request, &weights(), "\"w\"")
        }
        _ => Reply::new(404, "no such file"),
    }
}

fn is_weights(request: &Request) -> bool {
    request.path.ends_with("model.onnx")
}

/// Other weights of the same length.
fn others(request: &Request) -> Reply {
    file(request, &vec![7; 700_000], "\"old\"")
}

/// A good server but for the weights.
fn hub_but(mut weights: impl FnMut(&Request) -> Reply + Send + 'static) -> Server {
    Server::start(move |request| {
        if is_weights(request) {
            weights(request)
        } else {
            hub(request)
        }
    })
}

/// A folder for models.
struct Home {
    root: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    fn models(&self) -> PathBuf {
        self.root.path().join("models")
    }

    fn get(&self, spec: &ModelSpec, server: &Server) -> Result<Outcome, Error> {
        install::get(spec, &self.models(), &source(server), &mut |_| {
            ControlFlow::Continue(())
        })
    }

    fn import(&self, spec: &ModelSpec, from: &Path) -> Result<Outcome, Error> {
        install::import(spec, &self.models(), from, &mut |_| {
            ControlFlow::Continue(())
        })
    }

    /// Stops in the middle of the weights.
    fn get_half(&self, spec: &ModelSpec, server: &Server) {
        let mut stop = |progress: install::Progress<'_>| {
            if progress.file == "model.onnx" && progress.n_bytes > 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let outcome = install::get(spec, &self.models(), &source(server), &mut stop);
        assert_eq!(outcome.unwrap(), Outcome::Stopped);
        let n_bytes = install::n_partial_bytes("tiny", &self.models());
        assert!(n_bytes > 1000 && n_bytes < 700_000, "{n_bytes}");
        self.assert_nothing_installed();
    }

    fn assert_installed(&self, spec: &ModelSpec) {
        let folder = spec.directory(&self.models());
        assert_eq!(fs::read(folder.join("config.json")).unwrap(), CONFIG);
        assert!(fs::read(folder.join("model.onnx")).unwrap() == weights());
        spec.verify(&folder).unwrap();
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["SHA256SUMS", "VERIFIED", "config.json", "model.onnx"]
        );
        assert_eq!(install::n_partial_bytes("tiny", &self.models()), 0);
    }

    fn assert_nothing_installed(&self) {
        assert_eq!(install::installed(&self.models()), []);
        assert!(!spec().directory(&self.models()).exists());
    }
}

fn source(server: &Server) -> Source {
    Source {
        first_wait: Duration::from_millis(1),
        ..Source::new(server.url())
    }
}

/// What was asked for the weights.
fn asked(server: &Server) -> Vec<Request> {
    let mut requests = server.requests();
    requests.retain(is_weights);
    requests
}

fn content(name: &str) -> Vec<u8> {
    match name {
        "config.json" => CONFIG.to_vec(),
        _ => weights(),
    }
}

#[test]
fn a_model_arrives_whole_and_says_how_far_it_is() {
    let (home, server) = (Home::new(), Server::start(hub));
    let mut seen = Vec::new();
    let mut note = |progress: install::Progress<'_>| {
        seen.push((progress.i_file, progress.n_bytes, progress.n_bytes_total));
        ControlFlow::Continue(())
    };
    let outcome = install::get(&spec(), &home.models(), &source(&server), &mut note);
    let folder = spec().directory(&home.models());
    assert_eq!(outcome.unwrap(), Outcome::Installed(folder.clone()));
    home.assert_installed(&spec());
    assert_eq!(seen.first(), Some(&(0, 0, Some(18))));
    assert_eq!(seen.last(), Some(&(1, 700_000, Some(700_000))));
    assert!(seen.len() > 4 && seen.is_sorted());
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.header("range").is_none())
    );

    let again = home.get(&spec(), &server).unwrap();
    assert_eq!(again, Outcome::AlreadyThere(folder));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_cut_connection_is_taken_up_where_it_broke() {
    let home = Home::new();
    let server = hub_but(|request| hub(request).cut_after(300_000));
    home.get(&spec(), &server).unwrap();
    home.assert_installed(&spec());
    let asked = asked(&server);
    let ranges: Vec<_> = asked
        .iter()
        .map(|request| request.header("range"))
        .collect();
    assert_eq!(ranges, [None, Some("bytes=300000-"), Some("bytes=600000-")]);
    assert_eq!(asked[1].header("if-range"), Some("\"w\""));
}

#[test]
fn a_stopped_download_goes_on_in_a_later_call_and_asks_for_no_file_twice() {
    let (home, server) = (Home::new(), Server::start(hub));
    home.get_half(&spec(), &server);
    home.get(&spec(), &server).unwrap();
    home.assert_installed(&spec());
    assert_eq!(server.requests().len(), 3);
    assert!(server.requests()[2].header("range").is_some());
}

#[test]
fn a_server_that_ignores_ranges_sends_all_of_it_again() {
    let (home, server) = (Home::new(), Server::start(hub));
    home.get_half(&unknown(), &server);
    let plain = hub_but(|_| Reply::new(200, weights()));
    home.get(&unknown(), &plain).unwrap();
    home.assert_installed(&unknown());
    assert_eq!(asked(&plain).len(), 1);
}

#[test]
fn a_file_that_changed_in_between_starts_anew() {
    let (home, server) = (Home::new(), hub_but(others));
    home.get_half(&unknown(), &server);
    let renewed = Server::start(hub);
    home.get(&unknown(), &renewed).unwrap();
    home.assert_installed(&unknown());
    assert_eq!(asked(&renewed)[0].header("if-range"), Some("\"old\""));
}

#[test]
fn a_server_that_continues_another_version_is_not_believed() {
    let home = Home::new();
    home.get_half(&unknown(), &hub_but(others));
    // Sends a part of the new version in spite of the mark of the old one.
    let careless = hub_but(|request| {
        let mut request = request.clone();
        request.headers.remove("if-range");
        hub(&request)
    });
    home.get(&unknown(), &careless).unwrap();
    home.assert_installed(&unknown());
    let ranges: Vec<_> = asked(&careless)
        .iter()
        .map(|request| request.header("range").is_some())
        .collect();
    assert_eq!(ranges, [true, false]);
}

#[test]
fn a_version_that_nobody_marks_is_never_pieced_together() {
    let home = Home::new();
    let mut n_asked = 0;
    let server = hub_but(move |_| {
        n_asked += 1;
        let n_sent = if n_asked == 1 { 300_000 } else { 700_000 };
        Reply::new(200, weights()).cut_after(n_sent)
    });
    home.get(&unknown(), &server).unwrap();
    home.assert_installed(&unknown());
    assert!(
        asked(&server)
            .iter()
            .all(|request| request.header("range").is_none())
    );
}

#[test]
fn wrong_content_is_named_thrown_away_and_never_installed() {
    let home = Home::new();
    let server = hub_but(others);
    let error = home.get(&spec(), &server).unwrap_err();
    assert!(
        matches!(error, Error::File(FileError::Damaged { .. })),
        "{error}"
    );
    assert!(
        error.to_string().contains("model.onnx is damaged"),
        "{error}"
    );
    assert!(error.hint().is_some());
    home.assert_nothing_installed();
    home.get(&spec(), &Server::start(hub)).unwrap();
    home.assert_installed(&spec());
}

#[test]
fn a_first_download_is_recorded_and_damage_after_it_is_noticed_and_repaired() {
    let (home, server) = (Home::new(), Server::start(hub));
    home.get(&unknown(), &server).unwrap();
    let folder = unknown().directory(&home.models());
    let recorded = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert!(
        recorded.contains(&format!("{}  model.onnx", sha256(&weights()))),
        "{recorded}"
    );

    let mut damaged = weights();
    damaged[5] ^= 1;
    fs::write(folder.join("model.onnx"), damaged).unwrap();
    let error = unknown().verify(&folder).unwrap_err();
    assert!(matches!(error, FileError::Damaged { .. }), "{error}");

    home.get(&unknown(), &server).unwrap();
    home.assert_installed(&unknown());
    let paths: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert!(
        paths.len() == 3 && paths[2].ends_with("model.onnx"),
        "{paths:?}"
    );
}

#[test]
fn a_file_that_went_missing_is_fetched_alone() {
    let (home, server) = (Home::new(), Server::start(hub));
    home.get(&spec(), &server).unwrap();
    fs::remove_file(spec().directory(&home.models()).join("config.json")).unwrap();
    home.get(&spec(), &server).unwrap();
    home.assert_installed(&spec());
    assert_eq!(asked(&server).len(), 1);
}

#[test]
fn a_token_goes_to_its_own_host_and_to_no_other() {
    let home = Home::new();
    let storage = Server::start(|request: &Request| {
        let original = request.path.replace("/cdn", "");
        hub(&Request {
            path: original,
            ..request.clone()
        })
    });
    // Another name is another host.
    let elsewhere = storage.url().replace("127.0.0.1", "localhost");
    let server = Server::start(move |request: &Request| {
        let path = &request.path;
        if is_weights(request) {
            return Reply::new(302, "").with("Location", format!("{elsewhere}/cdn{path}"));
        }
        match path.strip_prefix("/cache") {
            Some(path) => hub(&Request {
                path: path.to_owned(),
                ..request.clone()
            }),
            None => Reply::new(307, "").with("Location", format!("/cache{path}")),
        }
    });
    let source = Source {
        token: Some("secret".into()),
        ..source(&server)
    };
    install::get(&spec(), &home.models(), &source, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    home.assert_installed(&spec());
    let own = server.requests();
    assert_eq!(own.len(), 3);
    assert!(
        own.iter()
            .all(|request| request.header("authorization") == Some("Bearer secret"))
    );
    assert_eq!(storage.requests().len(), 1);
    assert_eq!(storage.requests()[0].header("authorization"), None);
    assert!(!format!("{source:?}").contains("secret"));
}

#[test]
fn a_refusal_says_what_to_do_and_is_not_repeated() {
    for (status, hint) in [(401, "access token"), (403, "terms"), (404, "out of date")] {
        let home = Home::new();
        let server = hub_but(move |_| Reply::new(status, "no"));
        let error = home.get(&spec(), &server).unwrap_err();
        assert!(matches!(error, Error::Status { status: found, .. } if found == status));
        assert!(error.to_string().contains("onnx/model.onnx"), "{error}");
        assert!(error.hint().unwrap().contains(hint), "{error}");
        assert_eq!(asked(&server).len(), 1);
        home.assert_nothing_installed();
    }
}

#[test]
fn a_busy_server_is_asked_again_but_not_for_ever() {
    let home = Home::new();
    let mut n_asked = 0;
    let server = hub_but(move |request| {
        n_asked += 1;
        if n_asked < 4 {
            Reply::new(503, "later")
        } else {
            hub(request)
        }
    });
    home.get(&spec(), &server).unwrap();
    home.assert_installed(&spec());

    let home = Home::new();
    let server = hub_but(|_| Reply::new(500, "never"));
    let error = home.get(&spec(), &server).unwrap_err();
    assert!(matches!(error, Error::Network { .. }), "{error}");
    assert_eq!(asked(&server).len(), 5);
}

#[test]
fn a_web_page_is_not_taken_for_weights() {
    let home = Home::new();
    let server = hub_but(|_| {
        Reply::new(200, "<html>log in").with("Content-Type", "text/html; charset=utf-8")
    });
    let error = home.get(&unknown(), &server).unwrap_err();
    assert!(matches!(error, Error::WebPage { .. }), "{error}");
    home.assert_nothing_installed();
}

#[test]
fn another_length_than_the_catalogues_is_noticed_before_the_download() {
    let home = Home::new();
    let server = hub_but(|request| file(request, &[7; 99], "\"x\""));
    let error = home.get(&spec(), &server).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Length {
                expected: 700_000,
                found: 99,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_pointer_of_git_lfs_is_not_taken_for_weights() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1234\nsize 700000\n";
    let home = Home::new();
    let server = hub_but(move |request| file(request, pointer.as_bytes(), "\"p\""));
    let error = home.get(&unknown(), &server).unwrap_err();
    assert!(matches!(error, Error::Pointer { .. }), "{error}");

    let stick = tempfile::tempdir().unwrap();
    fs::write(stick.path().join("config.json"), CONFIG).unwrap();
    fs::write(stick.path().join("model.onnx"), pointer).unwrap();
    let error = home.import(&unknown(), stick.path()).unwrap_err();
    assert!(matches!(error, Error::Pointer { .. }), "{error}");
    home.assert_nothing_installed();
}

#[test]
fn names_that_lead_elsewhere_are_refused_before_anything_is_asked_or_written() {
    for name in ["../../evil.json", "pytorch_model.bin", "/etc/x.json"] {
        let (home, server) = (Home::new(), Server::start(hub));
        let mut spec = spec();
        spec.files[0].name = name.into();
        for outcome in [
            home.get(&spec, &server),
            home.import(&spec, home.root.path()),
        ] {
            assert!(
                matches!(outcome, Err(Error::File(FileError::Name { .. }))),
                "{name}"
            );
        }
        assert!(server.requests().is_empty() && !home.models().exists());
    }
}

#[test]
fn only_an_address_without_encryption_may_lead_to_one() {
    let home = Home::new();
    for address in ["ftp://mirror.example", "mirror.example", ""] {
        let source = Source::new(address);
        let outcome = install::get(&spec(), &home.models(), &source, &mut |_| {
            ControlFlow::Continue(())
        });
        let error = outcome.unwrap_err();
        assert!(error.hint().unwrap().contains("https://"), "{error}");
    }
}

#[test]
fn a_proxy_is_used_but_for_the_hosts_that_do_without() {
    let proxy = Server::start(hub);
    let home = Home::new();
    let source = Source {
        proxy: Some(proxy.url().replace("http://", "http://user:pass@")),
        first_wait: Duration::from_millis(1),
        ..Source::new("http://models.example")
    };
    let go_on = &mut |_: install::Progress<'_>| ControlFlow::Continue(());
    install::get(&spec(), &home.models(), &source, go_on).unwrap();
    home.assert_installed(&spec());
    let asked = proxy.requests();
    assert!(asked.iter().any(|request| {
        request
            .header("host")
            .unwrap()
            .starts_with("models.example")
    }));
    assert!(!format!("{source:?}").contains("pass"));

    let (home, server) = (Home::new(), Server::start(hub));
    let source = Source {
        base_url: server.url(),
        no_proxy: Some("other.example, 127.0.0.1".into()),
        ..source
    };
    install::get(&spec(), &home.models(), &source, go_on).unwrap();
    assert_eq!(proxy.requests().len(), asked.len());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn certificates_that_cannot_be_used_are_an_error_of_their_own() {
    let (home, server) = (Home::new(), Server::start(hub));
    let path = home.root.path().join("ca.pem");
    fs::write(&path, "nothing of the kind").unwrap();
    for ca_file in [path, home.root.path().join("absent.pem")] {
        let source = Source {
            ca_file: Some(ca_file),
            ..source(&server)
        };
        let outcome = install::get(&spec(), &home.models(), &source, &mut |_| {
            ControlFlow::Continue(())
        });
        let error = outcome.unwrap_err().to_string();
        assert!(
            error.contains("the certificates") && error.contains(".pem"),
            "{error}"
        );
    }
}

#[test]
fn two_processes_do_not_install_the_same_model() {
    let (home, server) = (Home::new(), Server::start(hub));
    let mut inner = None;
    let outcome = install::get(&spec(), &home.models(), &source(&server), &mut |_| {
        inner.get_or_insert_with(|| home.get(&spec(), &server).unwrap_err().to_string());
        ControlFlow::Continue(())
    });
    outcome.unwrap();
    assert!(inner.unwrap().contains("another process"));
    home.assert_installed(&spec());
}

#[test]
fn removing_a_model_frees_what_it_took_and_what_had_arrived() {
    let (home, server) = (Home::new(), Server::start(hub));
    home.get(&spec(), &server).unwrap();
    let installed = install::installed(&home.models());
    assert_eq!(installed.len(), 1);
    assert_eq!(
        (installed[0].id.as_str(), installed[0].revision.as_str()),
        ("tiny", REVISION)
    );
    assert!(installed[0].size_bytes > 700_000);
    assert_eq!(
        install::remove("tiny", &home.models()).unwrap(),
        installed[0].size_bytes
    );
    home.assert_nothing_installed();

    home.get_half(&spec(), &server);
    assert!(install::remove("tiny", &home.models()).unwrap() > 0);
    assert_eq!(install::n_partial_bytes("tiny", &home.models()), 0);
    let error = install::remove("tiny", &home.models()).unwrap_err();
    assert!(matches!(error, Error::NotInstalled { .. }), "{error}");
    assert!(install::remove("../models", &home.models()).is_err());
}

#[cfg(unix)]
#[test]
fn removing_a_model_leaves_alone_what_links_in_it_lead_to() {
    let (home, outside) = (Home::new(), tempfile::tempdir().unwrap());
    let kept = outside.path().join("5eae30d/kept.onnx");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::write(&kept, "weights").unwrap();
    let inside = home.models().join("tiny");
    fs::create_dir_all(&inside).unwrap();
    for link in [inside.join("5eae30d"), home.models().join("linked")] {
        std::os::unix::fs::symlink(outside.path(), link).unwrap();
    }
    install::remove("tiny", &home.models()).unwrap();
    install::remove("linked", &home.models()).unwrap();
    assert!(kept.is_file() && !inside.exists());
    assert!(!home.models().join("linked").exists());
}

#[test]
fn every_request_is_written_down_before_it_is_made_without_what_is_secret() {
    let server = Server::start(hub);
    let home = Home::new();
    let record = home.root.path().join("connections.log");
    let source = Source {
        token: Some("secret".into()),
        record: Some(record.clone()),
        ..source(&server)
    };
    let outcome = install::get(&spec(), &home.models(), &source, &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(matches!(outcome, Ok(Outcome::Installed(_))), "{outcome:?}");
    let made = install::connections::all(&record).unwrap();
    let to: Vec<&str> = made.iter().map(|one| one.to.as_str()).collect();
    assert_eq!(to.len(), 2);
    assert!(
        to[0].ends_with("onnx/model.onnx") && to[1].ends_with("config.json"),
        "{to:?}"
    );
    assert!(
        made.iter()
            .all(|one| one.answer.as_deref() == Some("200") && one.at > 0)
    );
    assert!(!fs::read_to_string(&record).unwrap().contains("secret"));
}

#[test]
fn nothing_is_asked_for_where_it_cannot_be_written_down() {
    let server = Server::start(|_| panic!("a request came"));
    let home = Home::new();
    let source = Source {
        record: Some(home.root.path().to_owned()),
        ..source(&server)
    };
    let outcome = install::get(&spec(), &home.models(), &source, &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(matches!(outcome, Err(Error::Network { .. })), "{outcome:?}");
}

#[test]
fn whoever_never_wants_to_connect_is_obeyed() {
    let server = Server::start(|_| panic!("a request came"));
    let home = Home::new();
    let source = Source {
        is_forbidden: true,
        ..source(&server)
    };
    let outcome = install::get(&spec(), &home.models(), &source, &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(
        matches!(outcome, Err(Error::Forbidden { .. })),
        "{outcome:?}"
    );
    home.assert_nothing_installed();
}
