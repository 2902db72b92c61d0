//! What the parent is told of members: names, order, limits, and going on behind a fatal one.

use super::*;

/// What a parent is told when these members are given.
fn told(members: &[(&str, &[u8])], resume: &Resume) -> (Vec<Message>, Option<String>) {
    let mut messages = Vec::new();
    let mut tell = |message| {
        messages.push(message);
        Ok(())
    };
    let request = Request {
        max_text_bytes: 1 << 20,
        resume: resume.clone(),
        ..Request::default()
    };
    let mut unpacking = Unpacking::new(1000, &request, &mut tell);
    let mut nest = Nest::new(&mut unpacking);
    let mut stopped = None;
    for (name, content) in members {
        let member = Member {
            name,
            modified_ns: None,
        };
        if let Err(Stop(reason)) = nest.give(member, &mut &content[..]) {
            stopped = Some(reason);
            break;
        }
    }
    (messages, stopped)
}

fn children(messages: &[Message]) -> Vec<&Child> {
    messages
        .iter()
        .filter_map(|message| match message {
            Message::Child(child) => Some(&**child),
            _ => None,
        })
        .collect()
}

fn paths(messages: &[Message]) -> Vec<&str> {
    let children = children(messages);
    children.iter().map(|child| child.path.as_str()).collect()
}

#[test]
fn members_are_read_like_files_and_a_bad_one_costs_itself_only() {
    let members: [(&str, &[u8]); 3] = [
        ("a.txt", b"notice period"),
        ("b.pdf", b"no such thing"),
        ("c.md", b"# Title\n\ntext"),
    ];
    let (messages, stopped) = told(&members, &Resume::default());
    assert_eq!(stopped, None);
    let outcomes: Vec<bool> = children(&messages)
        .iter()
        .map(|child| child.outcome.is_ok())
        .collect();
    assert_eq!(outcomes, [true, false, true]);
    let (format, text) = children(&messages)[2].outcome.as_ref().unwrap();
    assert_eq!(format, "markdown");
    assert!(text.text.contains("text"));
}

#[test]
fn names_stay_inside_are_told_apart_and_hidden_ones_are_passed_over() {
    let members: [(&str, &[u8]); 8] = [
        ("../../etc/passwd.txt", b"x"),
        ("/root/a.txt", b"x"),
        ("C:\\b.txt", b"x"),
        ("same.txt", b"x"),
        ("same.txt", b"y"),
        ("folder/", b""),
        (".hidden/c.txt", b"x"),
        ("__MACOSX/d.txt", b"x"),
    ];
    let (messages, _) = told(&members, &Resume::default());
    let wanted = [
        "_/_/etc/passwd.txt",
        "root/a.txt",
        "C:/b.txt",
        "same.txt",
        "same (2).txt",
    ];
    assert_eq!(paths(&messages), wanted);
}

#[test]
fn what_unpacks_to_far_more_than_the_file_is_not_read_to_its_end() {
    let much = vec![b'a'; ALWAYS_UNPACKED_BYTES as usize - 10];
    let members: [(&str, &[u8]); 3] = [("a.txt", &much), ("b.txt", &much), ("c.txt", b"x")];
    let (messages, stopped) = told(&members, &Resume::default());
    assert_eq!(paths(&messages), ["a.txt"]);
    assert!(stopped.unwrap().contains("too large"));
}

#[test]
fn a_parent_is_told_of_each_page_and_of_what_was_read_before_it() {
    let mut messages = Vec::new();
    let mut tell = |message| {
        messages.push(message);
        Ok(())
    };
    let request = Request {
        resume: Resume {
            fatal_pages: vec![2],
            ..Resume::default()
        },
        ..Request::default()
    };
    let mut unpacking = Unpacking::new(1000, &request, &mut tell);
    let mut nest = Nest::new(&mut unpacking);
    let mut text = Text::default();
    for number in 1..=3 {
        if nest.turn_to(number, &text) {
            text.push(&format!("page {number}"), crate::document::Mark::default());
        }
    }
    assert_eq!(text.text, "page 1\n\npage 3");
    let pieces: Vec<(u32, &str)> = messages
        .iter()
        .map(|message| match message {
            Message::Page { number, read } => (*number, read.text.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(pieces, [(1, ""), (3, "page 1")]);
}

#[test]
fn a_worker_that_goes_on_leaves_out_what_is_done_and_what_was_fatal() {
    let members: [(&str, &[u8]); 4] = [
        ("a.txt", b"a"),
        ("b.txt", b"b"),
        ("c.txt", b"c"),
        ("d.txt", b"d"),
    ];
    let resume = Resume {
        n_done: 2,
        fatal: vec![2],
        ..Resume::default()
    };
    assert_eq!(paths(&told(&members, &resume).0), ["d.txt"]);
}
