//! Items made here: strings in either form, people, dates, a body in RTF only, mails in mails.

use std::io::Write;

use cfb::CompoundFile;

use super::*;
use crate::extract::{
    nest::Unpacking,
    tests::input,
    worker::{Message, Request},
};

/// A container with these streams; the folders they lie in are made.
fn item(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, content) in streams {
        if let Some((folder, _)) = path
            .rsplit_once('/')
            .filter(|(folder, _)| !folder.is_empty())
        {
            file.create_storage_all(folder).unwrap();
        }
        file.create_stream(path)
            .unwrap()
            .write_all(content)
            .unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Properties of fixed length behind so many bytes.
fn fixed(n_header_bytes: usize, numbers: &[(u16, u64)]) -> Vec<u8> {
    let mut bytes = vec![0; n_header_bytes];
    for (id, value) in numbers {
        bytes.extend([3, 0]);
        bytes.extend(id.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

/// What was read, and the names of files inside it.
fn read_item(bytes: &[u8]) -> (Result<Text, Failure>, Vec<String>) {
    let mut names = Vec::new();
    let mut tell = |message| {
        if let Message::Child(child) = message {
            names.push(child.path.clone());
        }
        Ok(())
    };
    let request = Request {
        max_text_bytes: 1 << 20,
        ..Request::default()
    };
    let mut unpacking = Unpacking::new(bytes.len() as u64, &request, &mut tell);
    let outcome = parse(&input("a.msg", bytes), &mut Nest::new(&mut unpacking));
    (outcome, names)
}

#[test]
fn a_mail_reads_like_any_mail_with_what_hangs_on_it() {
    // 2024-02-29T12:34:56Z.
    let submitted = (11_644_473_600 + 1_709_210_096_u64) * 10_000_000;
    let bytes = item(&[
        (
            "/__properties_version1.0",
            &fixed(32, &[(SUBMITTED, submitted), (MESSAGE_PAGE, 1252)]),
        ),
        ("/__substg1.0_0037001F", &wide("Kündigung")),
        ("/__substg1.0_0C1A001E", b"Ada L\xf6wenherz"),
        ("/__substg1.0_5D01001F", &wide("ada@example.org")),
        ("/__substg1.0_1000001F", &wide("The notice\r\nis enclosed.")),
        (
            "/__recip_version1.0_#00000000/__properties_version1.0",
            &fixed(8, &[(RECIPIENT_KIND, 1)]),
        ),
        (
            "/__recip_version1.0_#00000000/__substg1.0_3001001F",
            &wide("Landlord"),
        ),
        (
            "/__recip_version1.0_#00000001/__properties_version1.0",
            &fixed(8, &[(RECIPIENT_KIND, 2)]),
        ),
        (
            "/__recip_version1.0_#00000001/__substg1.0_39FE001F",
            &wide("b@example.org"),
        ),
        (
            "/__attach_version1.0_#00000000/__substg1.0_3707001F",
            &wide("../notice.txt"),
        ),
        (
            "/__attach_version1.0_#00000000/__substg1.0_37010102",
            b"three months",
        ),
    ]);
    let (text, files) = read_item(&bytes);
    let text = text.unwrap();
    assert_eq!(
        text.text,
        "From: Ada Löwenherz <ada@example.org>\nTo: Landlord\nCc: b@example.org\n\
         Date: 2024-02-29T12:34:56Z\nSubject: Kündigung\n\nThe notice\nis enclosed."
    );
    assert_eq!(text.title.as_deref(), Some("Kündigung"));
    assert_eq!(text.written.as_deref(), Some("2024-02-29T12:34:56Z"));
    let labels: Vec<_> = text
        .marks
        .iter()
        .map(|mark| mark.label.as_deref())
        .collect();
    assert_eq!(labels, [Some("headers"), Some("body")]);
    assert_eq!(files, ["_notice.txt"]);
}

#[test]
fn a_body_in_one_form_only_is_read_from_that() {
    let packed = |kind: &[u8], body: &[u8]| [&[0; 8], kind, &[0; 4], body].concat();
    let rich = packed(b"MELA", br"{\rtf1\ansi only rich text}");
    let (text, _) = read_item(&item(&[("/__substg1.0_10090102", &rich)]));
    assert_eq!(text.unwrap().text, "only rich text");
    let page = b"<html><body><p>only a page</p></body></html>";
    let (text, _) = read_item(&item(&[("/__substg1.0_10130102", page)]));
    assert_eq!(text.unwrap().text, "only a page");
}

#[test]
fn a_mail_that_hangs_on_a_mail_is_read_with_it() {
    let inner = "/__attach_version1.0_#00000000/__substg1.0_3701000D";
    let bytes = item(&[
        ("/__substg1.0_1000001F", &wide("see below")),
        (
            &format!("{inner}/__substg1.0_0037001F"),
            &wide("The first letter"),
        ),
        (
            &format!("{inner}/__substg1.0_1000001F"),
            &wide("once upon a time"),
        ),
    ]);
    let (text, files) = read_item(&bytes);
    assert_eq!(
        text.unwrap().text,
        "see below\n\nSubject: The first letter\n\nonce upon a time"
    );
    assert!(files.is_empty());
}

#[test]
fn an_item_without_text_is_skipped_and_noise_fails() {
    assert!(matches!(read_item(&item(&[])).0, Err(Failure::Skipped(_))));
    assert!(matches!(read_item(b"noise").0, Err(Failure::Failed(_))));
}
