//! The words that decide whether one sentence bears another, English and German. Folded, as words are when
//! they are looked up.

/// Words of one list say the same: what a number or a condition is bound by. All lists are folded.
pub(super) const BINDING: &[&[&str]] = &[
    &["until", "till", "bis"],
    &["from", "since", "ab", "seit"],
    &["before", "vor"],
    &["after", "nach"],
    &["over", "above", "more", "uber", "mehr"],
    &["under", "below", "less", "fewer", "unter", "weniger"],
    &["most", "maximum", "hochstens"],
    &["least", "minimum", "mindestens"],
    &["then", "dann", "danach"],
    &[
        "not", "no", "never", "none", "neither", "nor", "without", "cannot", "nicht", "kein",
        "keine", "keinen", "keinem", "keiner", "nie", "niemals", "ohne",
    ],
];
/// The same, of what may be left out.
pub(super) const BOUND: &[&[&str]] = &[
    &[
        "must", "shall", "should", "muss", "mussen", "soll", "sollen",
    ],
    &[
        "may", "can", "might", "could", "darf", "durfen", "kann", "konnen",
    ],
    &["only", "just", "nur"],
    &[
        "all",
        "every",
        "each",
        "everybody",
        "everyone",
        "alle",
        "jede",
        "jeder",
        "jedes",
    ],
    &["during", "wahrend"],
    &["within", "innerhalb"],
];
/// Of each group a sentence has one side, and what it bears has no other.
pub(super) const OPPOSITES: &[&[&[&str]]] = &[
    &[
        &["begin", "start", "open"],
        &["end", "finish", "close", "stop", "expire"],
    ],
    &[
        &["rise", "increase", "grow", "gain"],
        &["fall", "decrease", "drop", "decline", "lose"],
    ],
    &[&["buy", "purchase", "acquire"], &["sell", "sale"]],
    &[
        &["accept", "approve", "agree", "allow"],
        &["refuse", "reject", "deny", "forbid"],
    ],
    &[&["early", "earlier"], &["late", "later"]],
    &[
        &["high", "higher", "highest", "large", "largest"],
        &["low", "lower", "lowest", "small", "smallest"],
    ],
    &[&["first"], &["last"]],
    &[&["arrive", "arrival"], &["depart", "departure"]],
    &[
        &["lender", "landlord", "lessor"],
        &["borrower", "tenant", "lessee"],
    ],
    &[
        &["hourly"],
        &["daily"],
        &["weekly"],
        &["monthly"],
        &["quarterly"],
        &["yearly", "annual"],
    ],
    &[&["north"], &["east"], &["south"], &["west"]],
];
/// What introduces a statement without saying anything.
pub(super) const REPORTING: &[&str] = &[
    "accord", "answer", "document", "file", "follow", "mention", "note", "passage", "question",
    "read", "report", "say", "source", "state", "text", "write",
];
/// Forms that no ending makes, with what they are forms of.
pub(super) const IRREGULAR: &[(&str, &str)] = &[
    ("began", "begin"),
    ("begun", "begin"),
    ("bought", "buy"),
    ("brought", "bring"),
    ("built", "build"),
    ("came", "come"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("gave", "give"),
    ("given", "give"),
    ("gone", "go"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("held", "hold"),
    ("kept", "keep"),
    ("led", "lead"),
    ("left", "leave"),
    ("lent", "lend"),
    ("lost", "lose"),
    ("made", "make"),
    ("met", "meet"),
    ("paid", "pay"),
    ("ran", "run"),
    ("risen", "rise"),
    ("rose", "rise"),
    ("said", "say"),
    ("sent", "send"),
    ("shown", "show"),
    ("sold", "sell"),
    ("spent", "spend"),
    ("taken", "take"),
    ("took", "take"),
    ("went", "go"),
    ("won", "win"),
    ("written", "write"),
    ("wrote", "write"),
];
/// The smallest words of German, as [`is_stop_word`] and [`is_function_word`] know those of English.
pub(super) const LITTLE_GERMAN: &[&str] = &[
    "am", "an", "auf", "aus", "bei", "das", "dass", "dem", "den", "der", "des", "die", "ein",
    "eine", "einem", "einen", "einer", "eines", "er", "es", "fur", "hat", "hatte", "im", "in",
    "ist", "mit", "oder", "sich", "sie", "sind", "um", "und", "vom", "von", "war", "waren",
    "werden", "wird", "wurde", "wurden", "zu", "zum", "zur",
];

/// Words on both sides of these do not belong together.
pub(super) const APART: [&str; 5] = ["and", "but", "or", "und", "oder"];
/// What stands behind these may as well stand before.
pub(super) const TURNING: [&str; 10] = [
    "a", "are", "at", "be", "for", "in", "is", "of", "the", "was",
];
