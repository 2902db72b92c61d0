//! The front end's types are those of `wire`: what is committed is what would be generated.

use std::{fs, path::Path};

use nuthatch_desktop::wire::{
    About, AnswerCitation, AnswerSentence, AnswerSource, AnswerUpdate, Chip, Connection,
    DesktopWords, ErrorCode, Exchange, Fetching, FileCounts, FilePage, Folder, FoundPassage,
    HeldFolder, Hint, Hold, HoldReason, InnerFile, IpcError, LibraryStatus, ListedFile, Machine,
    Model, Models, NewerVersion, Notice, Part, Phase, Preview, Progress, Question, Reasons,
    RuleEffect, Running, SavedSearch, SearchRequest, SearchResult, SearchUpdate, Setting, Settings,
    Stage, StagePlace, StageTimes, Standing, StoragePart, Strength, Style, Styled, SuggestedFolder,
    Trial, Unit, Why,
};
use ts_rs::{Config, TS};

const HEADER: &str = "// The shapes of `src-tauri/src/wire.rs`. Do not edit: `UPDATE_BINDINGS=1 cargo test` rewrites this file.\n";

macro_rules! declarations {
    ($($shape:ty),* $(,)?) => {{
        let config = Config::default();
        [$(format!("\nexport {}\n", <$shape>::decl(&config))),*].concat()
    }};
}

#[test]
fn the_front_ends_types_are_those_of_the_wire() {
    let declared = declarations![
        About,
        AnswerCitation,
        AnswerSentence,
        AnswerSource,
        AnswerUpdate,
        Chip,
        Connection,
        DesktopWords,
        ErrorCode,
        Exchange,
        Fetching,
        FileCounts,
        FilePage,
        Folder,
        FoundPassage,
        HeldFolder,
        Hint,
        Hold,
        HoldReason,
        InnerFile,
        IpcError,
        LibraryStatus,
        ListedFile,
        Machine,
        Model,
        Models,
        NewerVersion,
        Notice,
        Part,
        Phase,
        Preview,
        Progress,
        Question,
        Reasons,
        RuleEffect,
        Running,
        SavedSearch,
        SearchRequest,
        SearchResult,
        SearchUpdate,
        Setting,
        Settings,
        Stage,
        StagePlace,
        StageTimes,
        Standing,
        StoragePart,
        Strength,
        Style,
        Styled,
        SuggestedFolder,
        Trial,
        Unit,
        Why,
    ];
    // A page's numbers are doubles; no shape may need more.
    assert!(!declared.contains("bigint"), "{declared}");
    let expected = format!("{HEADER}{}", tidy(&declared));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/host/bindings.ts");
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
    assert!(
        committed == expected,
        "ui/src/host/bindings.ts is not what wire.rs says; run UPDATE_BINDINGS=1 cargo test"
    );
}

/// One line for each field and each comment, without blanks at the end.
fn tidy(declared: &str) -> String {
    let short = declared
        .replace("/**\n * ", "  /** ")
        .replace("\n */\n", " */\n  ")
        .replace(", };", ",\n};");
    let lines: Vec<&str> = short.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}
