//! Each stage's part in a result, and its time.

use std::time::Duration;

use nuthatch::search;

use super::count;
use crate::wire::{Reasons, StagePlace, StageTimes};

pub(super) fn reasons(found: &search::SearchResult) -> Reasons {
    let ranks = &found.ranks;
    let place = |rank: Option<(usize, f32)>| {
        rank.map(|(place, score)| StagePlace {
            place: count(place as u64),
            score: f64::from(score),
        })
    };
    let matched = found.matched.iter();
    Reasons {
        words: place(ranks.words),
        meaning: place(ranks.meaning),
        fused: place(ranks.fused),
        reranker: place(ranks.reranker),
        is_exact_name: ranks.is_exact_name,
        matched: matched
            .map(|(word, n)| (word.clone(), count(*n as u64)))
            .collect(),
    }
}

pub(super) fn times(timings: &search::Timings) -> StageTimes {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    StageTimes {
        words_ms: timings.words.map(ms),
        embed_ms: timings.embed.map(ms),
        vectors_ms: timings.vectors.map(ms),
        rerank_ms: timings.rerank.map(ms),
        show_ms: ms(timings.show),
        sentences_ms: timings.sentences.map(ms),
        total_ms: ms(timings.total),
    }
}
