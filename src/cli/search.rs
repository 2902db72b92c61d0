//! `nuthatch search` and `nuthatch similar`: what is asked, from arguments.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use nuthatch::{
    dirs::Dirs,
    engine::Engine,
    search::{Feedback, Only, RerankMode, SearchRequest},
};

use super::{nothing, reading, searches::saved_query, show};

#[derive(Debug, Args)]
pub(super) struct SearchArguments {
    /// What to look for: words, "a phrase", -not, OR, type:pdf and more (docs/query-language.md)
    #[arg(
        allow_hyphen_values = true,
        required_unless_present = "saved",
        conflicts_with = "saved"
    )]
    query: Option<String>,
    /// The saved search of this name
    #[arg(long, value_name = "NAME")]
    saved: Option<String>,
    /// Results at most
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// One retriever instead of both
    #[arg(long, value_parser = ["words", "meaning"])]
    only: Option<String>,
    /// Leave the order by words and meaning as it is
    #[arg(long)]
    no_rerank: bool,
    /// Milliseconds that reranking may take, instead of the setting
    #[arg(long, value_name = "MS", conflicts_with = "no_rerank")]
    rerank_ms: Option<u64>,
    /// Show each stage's part in a result
    #[arg(long)]
    explain: bool,
    /// More like this file; may be given several times
    #[arg(long, value_name = "FILE")]
    like: Vec<PathBuf>,
    /// Less like this file; may be given several times
    #[arg(long, value_name = "FILE")]
    unlike: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SimilarArguments {
    /// The file
    file: PathBuf,
    /// Only this page, slide, sheet or chapter of it
    #[arg(long)]
    page: Option<u32>,
    /// Results at most
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Show each stage's part in a result
    #[arg(long)]
    explain: bool,
}

pub(super) async fn search(
    dirs: Dirs,
    arguments: SearchArguments,
    json: bool,
) -> anyhow::Result<()> {
    let only = match arguments.only.as_deref() {
        Some("words") => Some(Only::Words),
        Some(_) => Some(Only::Meaning),
        None => None,
    };
    let mut request = SearchRequest {
        query: arguments.query.unwrap_or_default(),
        limit: arguments.limit,
        only,
        reranking: if arguments.no_rerank {
            RerankMode::Off
        } else {
            RerankMode::WithinBudget
        },
        rerank_budget: arguments.rerank_ms.map(Duration::from_millis),
        sentences: true,
        ..SearchRequest::default()
    };
    let found = match reading(dirs).await? {
        Ok(engine) => {
            if let Some(name) = &arguments.saved {
                request.query = saved_query(&engine, name).await?;
            }
            for path in &arguments.like {
                let passages = engine.passages_of(path, None).await?;
                request.feedback.like.extend(passages);
            }
            for path in &arguments.unlike {
                let passages = engine.passages_of(path, None).await?;
                request.feedback.unlike.extend(passages);
            }
            engine.search(&request, drop).await?
        }
        Err(notice) => nothing(notice),
    };
    if json {
        show::print(&show::search_json(
            &request.query,
            &found,
            arguments.explain,
        ))
    } else {
        show::print_results(&found, arguments.explain)
    }
}

pub(super) async fn similar(
    dirs: Dirs,
    arguments: SimilarArguments,
    json: bool,
) -> anyhow::Result<()> {
    let found = match reading(dirs).await? {
        Ok(engine) => similar_to(&engine, &arguments).await?,
        Err(notice) => nothing(notice),
    };
    if json {
        show::print(&show::search_json("", &found, arguments.explain))
    } else {
        show::print_results(&found, arguments.explain)
    }
}

async fn similar_to(
    engine: &Engine,
    arguments: &SimilarArguments,
) -> anyhow::Result<nuthatch::search::SearchResults> {
    let like = engine.passages_of(&arguments.file, arguments.page).await?;
    let request = SearchRequest {
        limit: arguments.limit,
        feedback: Feedback {
            like,
            ..Feedback::default()
        },
        ..SearchRequest::default()
    };
    Ok(engine.search(&request, drop).await?)
}
