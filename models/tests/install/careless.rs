//! Servers that leave out what a client needs in order to be sure, or that lead elsewhere.

use std::{fs, ops::ControlFlow};

use nuthatch_models::{
    catalogue::FileError,
    install::{self, Error, Outcome, Source},
};

use super::{
    Home, asked, hub, hub_but, is_weights,
    server::{Framing, Reply, Request, Server, file},
    sha256, source, spec, unknown, weights,
};

#[test]
fn chunks_are_put_together_and_their_early_end_is_noticed() {
    let home = Home::new();
    let mut n_asked = 0;
    let server = hub_but(move |_| {
        n_asked += 1;
        let reply = Reply::new(200, weights()).framed(Framing::Chunks);
        if n_asked == 1 {
            reply.cut_after(300_000)
        } else {
            reply
        }
    });
    home.get(&unknown(), &server).unwrap();
    home.assert_installed(&unknown());
    assert_eq!(asked(&server).len(), 2);
}

#[test]
fn a_file_whose_early_end_nobody_would_notice_is_refused() {
    let home = Home::new();
    let server = hub_but(|_| {
        Reply::new(200, weights())
            .framed(Framing::Nothing)
            .cut_after(300_000)
    });
    let error = home.get(&unknown(), &server).unwrap_err();
    assert!(error.to_string().contains("how long"), "{error}");
    home.assert_nothing_installed();

    // With a length in the catalogue it can be noticed.
    let mut known = spec();
    known.files[1].sha256 = None;
    let error = home.get(&known, &server).unwrap_err();
    assert!(error.to_string().contains("too early"), "{error}");
    home.get(
        &known,
        &hub_but(|_| Reply::new(200, weights()).framed(Framing::Nothing)),
    )
    .unwrap();
    home.assert_installed(&known);
}

#[test]
fn a_connection_that_always_ends_at_the_same_place_is_given_up() {
    let home = Home::new();
    // Without a mark every attempt begins anew, and none gets further than the first.
    let server = hub_but(|_| Reply::new(200, weights()).cut_after(300_000));
    let error = home.get(&unknown(), &server).unwrap_err();
    assert!(matches!(error, Error::Network { .. }), "{error}");
    assert_eq!(asked(&server).len(), 5);
}

/// As the Hub does: a redirect that tells what the file is.
fn linking(request: &Request, hash: &str) -> Reply {
    if request.path.starts_with("/cdn") {
        return file(request, &weights(), "\"c\"");
    }
    Reply::new(302, "")
        .with("Location", "/cdn/blob?signature=s3cret")
        .with("X-Linked-Etag", format!("\"{hash}\""))
        .with("X-Linked-Size", "700000")
}

fn linked(hash: String) -> Server {
    Server::start(move |request| {
        if is_weights(request) || request.path.starts_with("/cdn") {
            linking(request, &hash)
        } else {
            hub(request)
        }
    })
}

#[test]
fn the_hash_that_the_hub_tells_is_held_against_what_comes() {
    let home = Home::new();
    home.get(&unknown(), &linked(sha256(&weights()))).unwrap();
    home.assert_installed(&unknown());

    let home = Home::new();
    let error = home.get(&unknown(), &linked("0".repeat(64))).unwrap_err();
    assert!(
        matches!(error, Error::File(FileError::Damaged { .. })),
        "{error}"
    );
    home.assert_nothing_installed();

    // The mark of a small file is no hash of its content.
    let home = Home::new();
    home.get(&unknown(), &linked("0".repeat(40))).unwrap();
    home.assert_installed(&unknown());
}

#[test]
fn addresses_that_a_server_gives_out_are_in_no_message() {
    let home = Home::new();
    let server = Server::start(|request: &Request| {
        if request.path.starts_with("/cdn") {
            Reply::new(403, "expired")
        } else {
            linking(request, "x")
        }
    });
    let error = home.get(&unknown(), &server).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
}

#[test]
fn a_circle_of_redirects_ends() {
    let home = Home::new();
    let server = hub_but(|request| Reply::new(302, "").with("Location", request.path.clone()));
    let error = home.get(&spec(), &server).unwrap_err();
    assert!(
        error.to_string().contains("from one address to the next"),
        "{error}"
    );
    assert_eq!(asked(&server).len(), 11);
}

#[test]
fn another_port_of_the_same_host_does_not_get_the_token() {
    let home = Home::new();
    let other = Server::start(|request: &Request| file(request, &weights(), "\"w\""));
    let target = other.url();
    let server = hub_but(move |_| Reply::new(302, "").with("Location", format!("{target}/w")));
    let source = Source {
        token: Some("secret".into()),
        ..source(&server)
    };
    install::get(&spec(), &home.models(), &source, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let is_told = |request: &Request| request.header("authorization").is_some();
    assert!(server.requests().iter().all(is_told));
    assert!(!other.requests().iter().any(is_told));
}

#[test]
fn a_token_never_travels_unencrypted() {
    let home = Home::new();
    let proxy = Server::start(hub);
    let source = Source {
        proxy: Some(proxy.url()),
        token: Some("secret".into()),
        ..Source::new("http://models.example")
    };
    install::get(&spec(), &home.models(), &source, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    home.assert_installed(&spec());
    let asked = proxy.requests();
    assert!(
        asked
            .iter()
            .all(|request| request.header("authorization").is_none())
    );
}

#[test]
fn files_that_nobody_recorded_are_fetched_and_not_believed() {
    let (home, server) = (Home::new(), Server::start(hub));
    let folder = unknown().directory(&home.models());
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("model.onnx"), "put here by somebody").unwrap();
    home.get(&unknown(), &server).unwrap();
    home.assert_installed(&unknown());
    assert_eq!(asked(&server).len(), 1);
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let home = Home::new();
    let server = hub_but(|_| Reply::new(429, "slower").with("Retry-After", "86400"));
    let error = home.get(&spec(), &server).unwrap_err();
    assert!(error.to_string().contains("86400 s"), "{error}");
    assert_eq!(asked(&server).len(), 1);

    let home = Home::new();
    let server = hub_but(|_| Reply::new(503, "later").with("Retry-After", "60"));
    // Whoever stops does not wait either.
    let mut n_told = 0;
    let outcome = install::get(&spec(), &home.models(), &source(&server), &mut |progress| {
        n_told += usize::from(progress.file == "model.onnx");
        if n_told < 2 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    assert_eq!(outcome.unwrap(), Outcome::Stopped);
}

#[test]
fn a_web_page_is_known_however_its_kind_is_spelt() {
    let home = Home::new();
    let server = hub_but(|_| Reply::new(200, "<html>").with("Content-Type", "Text/HTML"));
    let error = home.get(&unknown(), &server).unwrap_err();
    assert!(matches!(error, Error::WebPage { .. }), "{error}");
}

#[test]
fn what_was_fetched_and_checked_is_not_read_again_before_it_is_used() {
    let (home, server) = (Home::new(), Server::start(hub));
    home.get(&unknown(), &server).unwrap();
    let folder = unknown().directory(&home.models());
    let path = folder.join("model.onnx");
    let changed = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, vec![0; 700_000]).unwrap();
    let weights = fs::File::options().write(true).open(&path).unwrap();
    weights.set_modified(changed).unwrap();
    // What nobody could notice without reading shows that nobody read.
    unknown().ensure_verified(&folder).unwrap();
    // Getting it again does read, and repairs.
    home.get(&unknown(), &server).unwrap();
    home.assert_installed(&unknown());
}
