//! Mails of every shape that people have, made by hand.

use super::*;
use crate::extract::{Content, nest::Unpacking, worker::Message as Told, worker::Request};

type Parse = fn(&Input<'_>, &mut Nest<'_, '_>) -> Result<Text, Failure>;

/// What a mail gives, and the paths and outcomes of what hangs on it.
fn read_as(parse: Parse, bytes: &[u8]) -> (Result<Text, Failure>, Vec<(String, bool)>) {
    let mut told = Vec::new();
    let mut tell = |message| {
        told.push(message);
        Ok(())
    };
    let input = Input {
        name: "x.eml",
        content: Content::Bytes(bytes),
        cut: false,
        max_text_bytes: 1 << 20,
        with_layout: false,
    };
    let request = Request {
        max_text_bytes: 1 << 20,
        ..Request::default()
    };
    let mut unpacking = Unpacking::new(bytes.len() as u64, &request, &mut tell);
    let outcome = parse(&input, &mut Nest::new(&mut unpacking));
    let children = told.into_iter().filter_map(|message| match message {
        Told::Child(child) => Some((child.path.clone(), child.outcome.is_ok())),
        _ => None,
    });
    (outcome, children.collect())
}

const LETTER: &str = "From: =?utf-8?q?Ada_L=C3=B6wenherz?= <ada@example.org>\r\n\
    To: landlord@example.org\r\n\
    Subject: =?utf-8?b?S8O8bmRpZ3VuZw==?=\r\n\
    Date: Wed, 31 Jan 2024 12:04:05 +0100\r\n\
    MIME-Version: 1.0\r\n";

fn with_parts(parts: &[(&str, &str)]) -> String {
    let mut mail = format!("{LETTER}Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n");
    for (headers, body) in parts {
        mail += &format!("--b\r\n{headers}\r\n\r\n{body}\r\n");
    }
    mail + "--b--\r\n"
}

#[test]
fn a_mail_is_who_when_about_what_and_its_body() {
    let mail = format!("{LETTER}\r\nThree months from now.\r\n");
    let (text, _) = read_as(message, mail.as_bytes());
    let text = text.unwrap();
    assert_eq!(text.title.as_deref(), Some("K\u{fc}ndigung"));
    assert_eq!(
        text.author.as_deref(),
        Some("Ada L\u{f6}wenherz <ada@example.org>")
    );
    assert_eq!(text.written.as_deref(), Some("2024-01-31T12:04:05+01:00"));
    assert!(text.text.contains("To: landlord@example.org"));
    let labels: Vec<_> = text
        .marks
        .iter()
        .map(|mark| mark.label.as_deref())
        .collect();
    assert_eq!(labels, [Some("headers"), Some("body")]);
    let body = text.text.get(text.marks[1].start..).unwrap();
    assert_eq!(body, "Three months from now.");
}

#[test]
fn what_hangs_on_a_mail_is_inside_it_and_signatures_are_passed_over() {
    let inner = format!("{LETTER}\r\nforwarded words");
    let mail = with_parts(&[
        ("Content-Type: text/plain", "see below"),
        (
            "Content-Type: text/csv\r\nContent-Disposition: attachment; filename=\"../rent.csv\"",
            "month,rent\r\nMay,900",
        ),
        ("Content-Type: message/rfc822", &inner),
        (
            "Content-Type: application/pkcs7-signature\r\n\
             Content-Disposition: attachment; filename=smime.p7s",
            "x",
        ),
    ]);
    let (text, children) = read_as(message, mail.as_bytes());
    assert!(text.unwrap().text.contains("see below"));
    let wanted = [("_rent.csv", true), ("0002 K\u{fc}ndigung.eml", true)];
    assert_eq!(children, wanted.map(|(path, ok)| (path.to_owned(), ok)));
}

#[test]
fn the_form_that_says_more_is_read() {
    let alternatives = |plain: &str, html: &str| {
        let mail = format!(
            "{LETTER}Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n\
             --b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
        );
        read_as(message, mail.as_bytes()).0.unwrap().text
    };
    let long = "the notice period is three months to the end of a quarter";
    let stub = alternatives("open me elsewhere", &format!("<p>{}</p>", long.repeat(5)));
    assert!(stub.contains(long));
    assert!(stub.contains("open me elsewhere"));
    let equal = alternatives(long, &format!("<p><b>{long}</b></p>"));
    assert_eq!(equal.matches(long).count(), 1);
}

#[test]
fn what_only_the_other_form_says_is_read_as_well() {
    let plain = "The notice period is three\r\nmonths.\r\n\u{96e8}\u{304c}\u{964d}\r\n\u{308b}";
    let page = "<p>The notice period is three months.</p><p>\u{96e8}\u{304c}\u{964d}\u{308b}</p>\
                <table><tr><td>Deposit</td><td>1800 francs</td></tr></table>";
    let mail = format!(
        "{LETTER}Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n\
         --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n--b--\r\n"
    );
    let text = read_as(message, mail.as_bytes()).0.unwrap().text;
    assert!(text.contains("Deposit\t1800 francs"), "{text}");
    assert_eq!(text.matches("notice").count(), 1, "{text}");
    assert_eq!(text.matches('\u{96e8}').count(), 1, "{text}");
}

#[test]
fn a_box_gives_each_message_under_its_subject() {
    let inbox = "From ada Wed Jan 31 12:00:00 2024\nSubject: one\nFrom: a@b.c\n\nfirst body\n\
        >From the beginning it was clear.\n\n\
        From bob Wed Jan 31 13:00:00 2024\nSubject: two/three\nFrom: b@b.c\n\nFrom here on\n";
    assert!(is_box(inbox.as_bytes()));
    let (text, children) = read_as(mailbox, inbox.as_bytes());
    assert_eq!(text.unwrap().text, "");
    let wanted = [
        ("0001 one.eml".to_owned(), true),
        ("0002 two_three.eml".to_owned(), true),
    ];
    assert_eq!(children, wanted);
}

#[test]
fn apple_mail_and_saved_pages_are_mails_underneath() {
    let body = format!("{LETTER}\r\nThree months.\r\n");
    let apple_mail = format!(
        "{}\n{body}<?xml version=\"1.0\"?><plist></plist>",
        body.len()
    );
    let text = read_as(apple, apple_mail.as_bytes()).0.unwrap().text;
    assert!(text.ends_with("Three months."), "{text}");

    let page = "From: <Saved by Browser>\r\nSubject: Lease\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\n\
        Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        <nav>Home, Imprint</nav><p>the notice=20period</p>\r\n--b--\r\n";
    let text = read_as(|input, _| saved_page(input), page.as_bytes())
        .0
        .unwrap();
    assert_eq!(text.text.trim(), "the notice period");
    assert_eq!(text.title.as_deref(), Some("Lease"));
}

#[test]
fn text_is_a_mail_only_with_headers_that_tell() {
    assert!(is_mail(LETTER.as_bytes()));
    for text in [
        "Subject: only one of them\n\ntext",
        "From: me\nno header at all\nSubject: x\n",
        "Dear landlord,\n\nSubject: x\nFrom: y\n",
        "",
    ] {
        assert!(!is_mail(text.as_bytes()), "{text}");
    }
    assert!(!is_box(b"From here on nothing is a box.\nSubject: x\n"));
}

#[test]
fn damaged_and_endless_mails_end() {
    let mut deep = String::new();
    for i in 0..500 {
        deep += &format!("Content-Type: multipart/mixed; boundary=\"b{i}\"\r\n\r\n--b{i}\r\n");
    }
    let mut many = String::new();
    for i in 0..100_000 {
        many += &format!("X-{i}: y\r\n");
    }
    for mail in [
        format!("{LETTER}{deep}the end"),
        format!("{LETTER}{many}\r\nbody"),
        with_parts(&[("Content-Transfer-Encoding: base64", "%%%")]),
        format!("{LETTER}Content-Type: multipart/mixed\r\n\r\nno boundary"),
    ] {
        let (text, _) = read_as(message, mail.as_bytes());
        assert!(text.unwrap().text.contains("ada@example.org"));
    }
}
