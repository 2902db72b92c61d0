//! Whether a sentence of a document bears a written one, as far as words tell.
//!
//! All of its telling words must stand there, in the same neighbourhoods, and so must what binds them:
//! "until" is not "from", "more than" is not "fewer than". What leads to the sentence, its headings and the
//! sentences before it, may name what "it" is, and nothing else. One word may be another one; then meaning
//! decides (`verify.rs`). Words and not their similarity, because what changes a sentence's subject changes
//! its similarity the least; figures in `docs/answers.md`. Pure; the words are in `bearing/lists.rs`.

mod lists;

use std::collections::HashSet;

use self::lists::{APART, BINDING, BOUND, IRREGULAR, LITTLE_GERMAN, OPPOSITES, REPORTING, TURNING};
use crate::lexical::tokens::{self, Endings, Form, is_function_word, is_stop_word};

/// A text's words with what each is for.
#[derive(Debug, Clone, Default)]
pub(super) struct Statement {
    words: Vec<Word>,
}

#[derive(Debug, Clone)]
struct Word {
    /// Folded, and cut to its stem.
    stem: String,
    /// Which word of the text it is.
    position: usize,
    /// A comma or another mark stands before it.
    is_apart: bool,
    /// It is written as a name is.
    is_name: bool,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Telling,
    /// One of this list of [`BINDING`] and [`BOUND`].
    Relation(usize),
    Little,
}

/// What a sentence says of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bearing {
    /// All that it says.
    Whole,
    /// All but for one word, which stands as another one there.
    But(String),
    /// Something else.
    None,
}

impl Statement {
    pub(super) fn of(text: &str, endings: &Endings) -> Self {
        let tokens = tokens::tokens(text).into_iter();
        let steps = tokens.filter(|token| token.form != Form::Whole && token.form != Form::Tail);
        let mut end = 0;
        let words = steps.map(|token| {
            let before = text.get(end..token.span.start).unwrap_or_default();
            end = token.span.end;
            let shown = text.get(token.span).unwrap_or_default();
            Word {
                role: role(&token.word),
                stem: stem(&token.word, endings),
                position: token.position,
                is_name: token.position > 0 && shown.starts_with(char::is_uppercase),
                is_apart: before.contains([',', ';', ':', '(', ')', '·', '–', '—']),
            }
        });
        Self {
            words: words.collect(),
        }
    }

    fn telling(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().filter(|word| word.role == Role::Telling)
    }

    fn has(&self, stem: &str) -> bool {
        self.words.iter().any(|word| word.stem == stem)
    }

    /// The stems of its telling words.
    pub(super) fn stems(&self) -> impl Iterator<Item = &str> {
        self.telling().map(|word| word.stem.as_str())
    }

    /// It only says that something is said.
    pub(super) fn is_reporting(&self) -> bool {
        self.telling().all(|word| is_reporting(&word.stem))
    }

    /// What this sentence says of a written one. `led_by` are the stems that may stand before it.
    pub(super) fn bears(&self, written: &Self, led_by: &HashSet<String>) -> Bearing {
        // Numbers can be written in several ways: `claims.rs` looks at them.
        let is_number = |word: &Word| word.stem.bytes().any(|byte| byte.is_ascii_digit());
        let (named, missing): (Vec<&Word>, Vec<&Word>) = written
            .telling()
            .filter(|word| !self.has(&word.stem) && !is_reporting(&word.stem) && !is_number(word))
            .partition(|word| led_by.contains(&word.stem));
        // What is named before is what this speaks of only if it names nothing else.
        let names_another = || {
            self.telling()
                .any(|word| word.is_name && !written.has(&word.stem))
        };
        let n_said = written
            .telling()
            .filter(|word| self.has(&word.stem))
            .count();
        let is_sound = self.has_relations(written)
            && written.has_bindings_of(self)
            && self.has_bindings_of(written)
            && self.has_neighbours(written)
            && !self.is_opposed_to(written);
        match missing.as_slice() {
            _ if !is_sound || n_said < FEWEST => Bearing::None,
            _ if !named.is_empty() && names_another() => Bearing::None,
            [] => Bearing::Whole,
            [other] if n_said > FEWEST => Bearing::But(other.stem.clone()),
            _ => Bearing::None,
        }
    }

    fn is_bound_by(&self, relation: usize) -> bool {
        let is_it = |word: &Word| word.role == Role::Relation(relation);
        self.words.iter().any(is_it) || (relation == OBLIGATION && self.has_to())
    }

    /// "Have to" is a duty as "must" is one.
    fn has_to(&self) -> bool {
        let pairs = self.words.windows(2);
        pairs.into_iter().any(|pair| {
            matches!(pair, [have, to] if ["have", "has", "had"].contains(&have.stem.as_str()) && to.stem == "to")
        })
    }

    /// Every relation of the written sentence is one of this.
    fn has_relations(&self, written: &Self) -> bool {
        written.words.iter().all(|word| match word.role {
            Role::Relation(relation) => self.is_bound_by(relation),
            Role::Telling | Role::Little => true,
        })
    }

    /// What binds a word in the other sentence binds it here, if it is here at all.
    fn has_bindings_of(&self, other: &Self) -> bool {
        let mine: Vec<(usize, &str)> = self.bindings().collect();
        other
            .bindings()
            .all(|binding| !self.has(binding.1) || mine.contains(&binding))
    }

    /// Relations that bind, each with the telling word that it binds.
    fn bindings(&self) -> impl Iterator<Item = (usize, &str)> {
        self.words.iter().enumerate().filter_map(|(at, word)| {
            let Role::Relation(relation) = word.role else {
                return None;
            };
            let mut behind = self.words.iter().skip(at);
            let bound = behind.find(|next| next.role == Role::Telling)?;
            (relation < BINDING.len()).then_some((relation, bound.stem.as_str()))
        })
    }

    /// Telling words that stand side by side in the written sentence do here, little words aside: who
    /// is the auditor, and of what there are nine, is said by that alone.
    fn has_neighbours(&self, written: &Self) -> bool {
        let pairs = written.words.windows(2);
        pairs.into_iter().all(|pair| {
            let [first, second] = pair else { return true };
            let is_pair = first.role == Role::Telling
                && second.role == Role::Telling
                && second.position <= first.position + 1
                && !second.is_apart;
            !is_pair
                || !self.has(&first.stem)
                || !self.has(&second.stem)
                || self.are_near(&first.stem, &second.stem)
                || self.is_done_by(&second.stem, &first.stem)
        })
    }

    fn are_near(&self, first: &str, second: &str) -> bool {
        let telling: Vec<&Word> = self.telling().collect();
        telling.windows(2).any(|pair| {
            let [a, b] = pair else { return false };
            let mut between = self
                .words
                .iter()
                .filter(|word| (a.position + 1..b.position).contains(&word.position));
            if a.stem == first && b.stem == second {
                return between.all(|word| !APART.contains(&word.stem.as_str()));
            }
            // "The cost of fuel" is "the fuel cost"; "asked the tenant" is not "the tenant asked".
            let is_turned = a.stem == second && b.stem == first && b.position > a.position + 1;
            is_turned && between.all(|word| TURNING.contains(&word.stem.as_str()))
        })
    }

    /// "Inspected by Ann" is what Ann inspected.
    fn is_done_by(&self, done: &str, by: &str) -> bool {
        let mut agents = self
            .words
            .iter()
            .filter(|word| ["by", "von"].contains(&word.stem.as_str()));
        agents.any(|agent| {
            let behind = agent.position + 1..agent.position + N_AGENT;
            let is_agent = |word: &Word| word.stem == by && behind.contains(&word.position);
            let is_before = |word: &Word| word.stem == done && word.position < agent.position;
            self.words.iter().any(is_agent) && self.words.iter().any(is_before)
        })
    }

    fn is_opposed_to(&self, written: &Self) -> bool {
        let has = |of: &Self, side: &[&str]| side.iter().any(|word| of.has_form(word));
        OPPOSITES.iter().any(|sides| {
            let (mine, theirs): (Vec<_>, Vec<_>) = sides
                .iter()
                .map(|side| (has(self, side), has(written, side)))
                .unzip();
            mine.contains(&true) && theirs.contains(&true) && mine != theirs
        })
    }

    fn has_form(&self, word: &str) -> bool {
        self.has(&stem(word, &Endings::of(None)))
    }
}

/// Words behind "by" that may be who does something.
const N_AGENT: usize = 6;
/// Telling words that a sentence must have in common with what it bears.
const FEWEST: usize = 2;
/// Where "must" stands among the relations.
const OBLIGATION: usize = BINDING.len();

fn role(word: &str) -> Role {
    let relations = BINDING.iter().chain(BOUND).enumerate();
    let mut relations = relations.filter(|(_, words)| words.contains(&word));
    if let Some((relation, _)) = relations.next() {
        return Role::Relation(relation);
    }
    let is_number = word.bytes().any(|byte| byte.is_ascii_digit());
    let is_little = is_stop_word(word) || is_function_word(word) || LITTLE_GERMAN.contains(&word);
    if is_little && !is_number {
        Role::Little
    } else {
        Role::Telling
    }
}

fn stem(word: &str, endings: &Endings) -> String {
    let regular = IRREGULAR.iter().find(|(form, _)| *form == word);
    endings.cut(regular.map_or(word, |(_, of)| of)).into_owned()
}

fn is_reporting(stem: &str) -> bool {
    let endings = Endings::of(None);
    REPORTING.iter().any(|word| endings.cut(word) == stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearing(sentence: &str, written: &str) -> Bearing {
        let endings = Endings::of(None);
        let [sentence, written] = [sentence, written].map(|text| Statement::of(text, &endings));
        sentence.bears(&written, &HashSet::from(["kestrel".to_owned()]))
    }

    #[test]
    fn what_only_changes_forms_and_order_is_borne() {
        for (sentence, written) in [
            (
                "The oil is changed every 250 running hours.",
                "The Kestrel's oil is changed every 250 running hours.",
            ),
            (
                "The rent is paid until March.",
                "Until March the rents were paid.",
            ),
            (
                "Groups of more than fifteen have to book.",
                "Groups of more than fifteen must book.",
            ),
            (
                "Fuel was the largest cost.",
                "The answer is: the largest cost was fuel.",
            ),
            (
                "The yard built the boat.",
                "The boat is being built by the yard.",
            ),
        ] {
            assert_eq!(bearing(sentence, written), Bearing::Whole, "{written}");
        }
    }

    #[test]
    fn what_changes_the_subject_or_what_binds_it_is_not() {
        for (sentence, written) in [
            (
                "The oil is changed every 250 hours.",
                "The emergency pump is changed every 250 hours.",
            ),
            (
                "Children under six travel free.",
                "Children over six travel free.",
            ),
            (
                "Groups of more than fifteen have to book.",
                "Groups of fifteen have to book.",
            ),
            (
                "Forty people, of whom nine are deckhands, work here.",
                "Nine people work here, forty are deckhands.",
            ),
            (
                "The late shift ends at ten.",
                "The late shift begins at ten.",
            ),
            (
                "Wages are paid hourly at the desk.",
                "Wages are paid monthly at the desk.",
            ),
            (
                "Tom and the auditor Ann were present.",
                "Ann and the auditor Tom were present.",
            ),
            (
                "The tenant asked the landlord twice.",
                "The landlord asked the tenant twice.",
            ),
            (
                "A certificate is needed from the third day.",
                "A certificate is needed until the third day.",
            ),
        ] {
            assert_eq!(bearing(sentence, written), Bearing::None, "{written}");
        }
    }

    #[test]
    fn one_other_word_is_named() {
        let found = bearing(
            "Tallow founded the company with a boat.",
            "Tallow started the company with a boat.",
        );
        assert_eq!(found, Bearing::But("start".into()));
    }

    #[test]
    fn lists_are_as_words_are_when_they_are_looked_up() {
        let lists = [BINDING, BOUND].concat().concat();
        for word in lists.iter().chain(LITTLE_GERMAN).chain(REPORTING) {
            assert_eq!(tokens::fold(word), *word);
        }
    }
}
